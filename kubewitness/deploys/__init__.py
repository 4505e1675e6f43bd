"""What ``pyinfra`` runs: compositions of our operations, in ``deploys/*.py`` or as ``kubewitness.deploys.NAME``."""

from kubewitness.deploys.audit import enable_audit, undo_audit
from kubewitness.deploys.collector import enable_collector
from kubewitness.deploys.journald import enable_journald, undo_journald
from kubewitness.deploys.managed import enable_managed
from kubewitness.deploys.shipper import enable_shipper, undo_shipper

__all__ = [
    "enable_audit",
    "enable_collector",
    "enable_journald",
    "enable_managed",
    "enable_shipper",
    "undo_audit",
    "undo_journald",
    "undo_shipper",
]
