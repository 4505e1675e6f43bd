"""How a node's logs are made to leave it: what is asked for, what is there, and what has to change. Pure."""
