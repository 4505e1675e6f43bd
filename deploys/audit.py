"""Audit logging of every control plane in the inventory: pyinfra INVENTORY deploys/audit.py ."""

from kubewitness.deploys import enable_audit

enable_audit()
