"""Azure AKS: its diagnostic settings, and the workspaces, storage accounts and event hubs that they send to."""
