"""rsyslog."""
