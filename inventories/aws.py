"""Every EKS cluster of an AWS organisation, found anew in each run. See docs/discovery.md.

KUBEWITNESS_AWS_ROLE names the role to assume in each account; without it the own account is all. An account or a region
that cannot be looked at is a host too: its checks are UNKNOWN.
"""

import os

from kubewitness.discovery.search import aws_clusters

managed = aws_clusters(
    role=os.environ.get("KUBEWITNESS_AWS_ROLE", ""),
    external_id=os.environ.get("KUBEWITNESS_EXTERNAL_ID", ""),
)
