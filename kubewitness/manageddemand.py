"""What a standard demands of a managed cluster, and what it finds missing: asked by the checks and the deploy. Pure.

What was not read is no difference: the caller has looked at that before. Minimums, as everywhere: more is compliant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.demand import Difference
from kubewitness.model import Unread

if TYPE_CHECKING:
    from kubewitness.managed import Destination, ManagedCluster, Unrecorded
    from kubewitness.standard import AuditStandard, ManagedStandard

_DEPLOY: Final = "run the managed deploy"


def missing_types(cluster: ManagedCluster, standard: ManagedStandard) -> tuple[str, ...]:
    """Log types that the standard names and that are off, in the standard's order."""
    return tuple(
        name
        for name in standard.log_types.get(cluster.provider, ())
        if cluster.log_type(name) is False and cluster.held_by.get(name) not in cluster.types_on
    )


def unread_types(cluster: ManagedCluster, standard: ManagedStandard) -> tuple[tuple[str, Unread], ...]:
    """Log types that the standard names and of which it is not known whether they are on."""
    wanted = ((name, cluster.log_type(name)) for name in standard.log_types.get(cluster.provider, ()))
    return tuple((name, state) for name, state in wanted if isinstance(state, Unread))


def switching_on(cluster: ManagedCluster) -> str:
    """What to do where a log is off."""
    obstacle = cluster.route.obstacle if cluster.route else ""
    return f"{obstacle}; then {_DEPLOY}" if obstacle else f"{_DEPLOY}: it switches on what is missing"


def type_differences(cluster: ManagedCluster, standard: ManagedStandard) -> tuple[Difference, ...]:
    """One for each log type that is off."""
    return tuple(
        Difference(f"log type {name}", "on", "off", switching_on(cluster)) for name in missing_types(cluster, standard)
    )


def unrecorded(cluster: ManagedCluster, standard: AuditStandard) -> tuple[Unrecorded, ...]:
    """What the standard names and the cluster's settings leave out."""
    found = cluster.unrecorded
    return () if isinstance(found, Unread) else tuple(item for item in found if item.probe in standard.at_least)


def unrecorded_differences(cluster: ManagedCluster, standard: AuditStandard) -> tuple[Difference, ...]:
    """One for each kind of request that is not recorded."""
    return tuple(
        Difference(item.probe, str(standard.at_least[item.probe]), f"None: {item.why}", item.remedy)
        for item in unrecorded(cluster, standard)
    )


def retention_differences(destination: Destination, standard: ManagedStandard) -> tuple[Difference, ...]:
    """It keeps less long than asked. What is kept for ever is more than any number of days."""
    days = destination.retention_days
    if isinstance(days, Unread) or days is None or days >= standard.retention_days:
        return ()
    owner = destination.retention_owner
    remedy = destination.leave.get("retention") or (
        f"change the account-level policy {owner}: it overrides what the log group itself is told"
        if owner
        else f"{_DEPLOY}: it sets a longer one, and never a shorter one"
    )
    where = f"{days} days, by the account-level policy {owner}" if owner else f"{days} days"
    return (Difference("retention", f"{standard.retention_days} days or more", where, remedy),)


def protection_differences(destination: Destination, standard: ManagedStandard) -> tuple[Difference, ...]:
    """Asked for by the standard, and not there."""
    found = []
    if standard.customer_key and destination.key == "":
        remedy = destination.leave.get("encryption key", f"name a KMS key as host data kms_key, then {_DEPLOY}")
        found.append(Difference("encryption key", "the customer's own", "the provider's", remedy))
    if standard.undeletable and destination.undeletable is False:
        remedy = destination.leave.get("deletion protection", f"{_DEPLOY}: it switches it on")
        found.append(Difference("deletion protection", "on", "off", remedy))
    return tuple(found)
