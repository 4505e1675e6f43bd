"""The OpenTelemetry Collector."""
