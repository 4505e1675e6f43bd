"""Every GKE cluster of the projects that the credentials are shown, found anew in each run. See docs/discovery.md.

KUBEWITNESS_GCP_PARENTS names organizations and folders (organizations/1 folders/2): all that lies under them is looked
at instead. A folder, a project or a zone that cannot be looked at is a host too: its checks are UNKNOWN.
"""

import os

from kubewitness.discovery.search import gcp_clusters

managed = gcp_clusters(parents=os.environ.get("KUBEWITNESS_GCP_PARENTS", "").split())
