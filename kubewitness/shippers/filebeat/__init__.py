"""Filebeat."""
