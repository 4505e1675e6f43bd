"""A node's own logs: what journald, the kubelet and the runtime keep, and for how long. Pure."""
