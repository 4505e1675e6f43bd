"""How much our policies write: measured on the lab's kube-apiserver under a workload that is stated. See README.md."""
