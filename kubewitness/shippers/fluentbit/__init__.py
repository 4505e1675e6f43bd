"""Fluent Bit: its classic and its YAML configuration, read. Pure."""
