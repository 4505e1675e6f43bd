"""The journal of every machine in the inventory: pyinfra INVENTORY deploys/journald.py ."""

from kubewitness.deploys import enable_journald

enable_journald()
