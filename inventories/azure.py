"""Every AKS cluster that the credentials are shown, found anew in each run. See docs/discovery.md.

Azure names no subscription that may not be read. KUBEWITNESS_AZURE_SUBSCRIPTIONS names them, with blanks between: one
that the credentials are not shown is a host too, and its checks are UNKNOWN.
"""

import os

from kubewitness.discovery.search import azure_clusters

managed = azure_clusters(subscriptions=os.environ.get("KUBEWITNESS_AZURE_SUBSCRIPTIONS", "").split())
