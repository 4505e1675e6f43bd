"""Clouds to test against: over the wire, each in a process of its own, on loopback. How to use them: README.md."""
