"""Vector: its TOML, YAML and JSON configuration, read. Pure."""
