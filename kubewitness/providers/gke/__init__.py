"""Google Kubernetes Engine: its logging, and where Cloud Logging keeps it."""
