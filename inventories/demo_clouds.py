"""The managed fleet of `make demo`: what is found in three clouds, which this machine plays itself (demo/clouds.py)."""

import os

from kubewitness.discovery.search import aws_clusters, azure_clusters, gcp_clusters

# The deploy of AKS has to be told where the logs are to be sent: the workspace is the team's, not ours.
_azure = [(host, {**data, "destination": os.environ["DEMO_WORKSPACE"]}) for host, data in azure_clusters()]

managed = [*aws_clusters(), *_azure, *gcp_clusters()]
