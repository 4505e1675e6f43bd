"""The lab's control plane (python -m tests.lab up), reached as a real one is: SSH with strict host keys, then sudo."""

import os
from pathlib import Path

_RUN = Path(os.environ.get("KUBEWITNESS_LAB_DIR") or Path.home() / ".cache/kubewitness-lab") / "run"
_CONFIG = os.environ.get("KUBEWITNESS_LAB_SSH_CONFIG") or str(
    _RUN / os.environ.get("KUBEWITNESS_LAB_NAME", "kwlab") / "ssh_config"
)

control_plane = [
    (
        "cp-1",
        {
            "cluster": "lab",
            "ssh_config_file": _CONFIG,
            "ssh_known_hosts_file": str(Path(_CONFIG).with_name("known_hosts")),
            "ssh_strict_host_key_checking": "yes",
            "ssh_user": "deployer",
            "_sudo": True,
            "audit_policy": os.environ.get("KUBEWITNESS_AUDIT_POLICY"),
        },
    )
]
