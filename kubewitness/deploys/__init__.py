"""What ``pyinfra`` runs: compositions of our operations, in ``deploys/*.py`` or as ``kubewitness.deploys.NAME``."""

from kubewitness.deploys.audit import enable_audit, undo_audit
from kubewitness.deploys.managed import enable_managed

__all__ = ["enable_audit", "enable_managed", "undo_audit"]
