"""Reading a node: one command execution, and what its frames say."""
