"""Logging of every managed cluster in the inventory: pyinfra INVENTORY deploys/managed.py ."""

from kubewitness.deploys import enable_managed

enable_managed()
