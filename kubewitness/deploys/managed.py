"""The logging of managed clusters, switched on through their providers."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from pyinfra import host, logger, state
from pyinfra.api.deploy import deploy

from kubewitness.content import read_standard
from kubewitness.deploys.runs import seconds
from kubewitness.errors import KubewitnessError
from kubewitness.operations.managed import ManagedRun, managed_logging
from kubewitness.operations.refusing import refused
from kubewitness.providers import Clouds, misspelt, provider_of
from kubewitness.roles import cluster_of, is_managed
from kubewitness.rollout.diff import printable

if TYPE_CHECKING:
    from pyinfra.api.state import State


@deploy("Managed logging")
def enable_managed() -> None:
    """Bring the logging of every managed cluster (`@managed/NAME`) to its standard.

    Host data: `provider`, `standard`, `cluster`, `kms_key` (the key that log groups get), `managed_wait_seconds` (how
    long a cluster's updates may take; 900), and how the cluster is reached: docs/managed.md.
    """
    if not is_managed(host):
        return
    name = "Logging of managed clusters"  # one name: one operation, on all of them at once
    try:
        standard = read_standard(str(host.data.get("standard") or "standard"))
        wait = seconds("managed_wait_seconds", default=900, least=10)
    except KubewitnessError as error:
        refused(name=name, reason=str(error))
        return
    of, clouds = host.name, _clouds(state)
    for warning in _misspelt_data():
        logger.warning("%s%s", host.print_prefix, printable(warning))
    connect = partial(clouds.cluster, of, cluster_of(host), host.data.get)
    managed_logging(name=name, standard=standard, run=ManagedRun(connect, str(host.data.get("kms_key") or ""), wait))


def _misspelt_data() -> list[str]:
    """What host data seems to be misspelt; nothing where the provider is not known, which is refused later on."""
    try:
        provider = provider_of(host.name, host.data.get("provider"))
    except KubewitnessError:
        return []
    return misspelt(provider, host.data.dict())


@cache
def _clouds(of: State) -> Clouds:  # one for each pyinfra run, so that its clusters share their clients
    return Clouds()
