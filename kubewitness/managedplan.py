"""What a deploy changes on a managed cluster: the difference to the standard, and nothing else. Pure.

No type is ever switched off, no retention lowered, no key replaced, no setting of another team touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kubewitness.manageddemand import (
    missing_types,
    protection_differences,
    retention_differences,
    unread_types,
    unrecorded,
)
from kubewitness.model import Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kubewitness.managed import Destination, ManagedCluster
    from kubewitness.standard import ManagedStandard, Standard


@dataclass(frozen=True, slots=True)
class CreateDestination:
    """Make it before the first event comes: a provider that makes it keeps for ever, and protects nothing."""

    destination: str
    retention_days: int
    key: str
    undeletable: bool

    def __str__(self) -> str:
        key = f", encrypted with {self.key}" if self.key else ""
        return f"make {self.destination}, kept {self.retention_days} days{key}" + (
            ", protected from deletion" if self.undeletable else ""
        )


@dataclass(frozen=True, slots=True)
class LengthenRetention:
    """``was`` and ``days``: days."""

    destination: str
    was: int
    days: int

    def __str__(self) -> str:
        return f"keep {self.destination} {self.days} days instead of {self.was}"


@dataclass(frozen=True, slots=True)
class SetKey:
    """Encrypt what comes from now on with a key of the customer's own."""

    destination: str
    key: str

    def __str__(self) -> str:
        return f"encrypt {self.destination} with {self.key}"


@dataclass(frozen=True, slots=True)
class Protect:
    """Switch deletion protection on."""

    destination: str

    def __str__(self) -> str:
        return f"protect {self.destination} from deletion"


@dataclass(frozen=True, slots=True)
class SwitchOn:
    """Switch log types on. Those that are not named keep their state.

    ``where``: empty for the cluster itself. ``route``: as of ``managed.Route``, in words.
    """

    types: tuple[str, ...]
    where: str = ""
    route: str = ""

    def __str__(self) -> str:
        where = f" in {self.where}" if self.where else ""
        return f"switch on {', '.join(self.types)}{where}" + (f" {self.route}" if self.route else "")


Step: TypeAlias = CreateDestination | LengthenRetention | SetKey | Protect | SwitchOn


@dataclass(frozen=True, slots=True)
class ManagedPlan:
    """``steps`` in their order; none: nothing to change. ``notes``: what falls short and is not ours to change."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagedRefusal:
    """Nothing is changed. ``reason``: what - where - what to do."""

    reason: str


def plan_managed(
    cluster: ManagedCluster, standard: Standard, *, key: str, retention_at_least: Callable[[int], int]
) -> ManagedPlan | ManagedRefusal:
    """What brings ``cluster`` to ``standard``.

    Args:
        cluster: as it was just read.
        standard: minimums.
        key: the customer's key for destinations, as the provider names it; empty: none is named.
        retention_at_least: the shortest retention that the provider offers and that is no less, in days.
    """
    if cluster.not_loggable:
        return ManagedPlan((), (cluster.not_loggable,))
    destinations = cluster.audit_destinations
    if isinstance(cluster.log_types, Unread) or isinstance(destinations, Unread):
        return _unread(cluster.log_types, destinations)
    types, route = _types(cluster, standard), cluster.route
    if types and route and route.obstacle:
        return ManagedRefusal(route.obstacle)
    used = [item for item in destinations if item.types & (cluster.types_on | set(types))]
    if route and route.destination and cluster.audit_types.intersection(types):
        used.append(route.destination)
    steps = _of_destinations(used, standard.managed, key, retention_at_least)
    if isinstance(steps, ManagedRefusal):
        return steps
    by_place: dict[str, list[str]] = {}
    for name in types:
        by_place.setdefault(cluster.set_at.get(name, ""), []).append(name)
    words = route.words if route else ""
    switches = (SwitchOn(tuple(names), where, words) for where, names in by_place.items())
    return ManagedPlan((*steps, *switches), tuple(dict.fromkeys(_notes(cluster, standard, used, key))))


def _of_destinations(
    used: Sequence[Destination], standard: ManagedStandard, key: str, retention_at_least: Callable[[int], int]
) -> Sequence[Step] | ManagedRefusal:
    steps: dict[Step, None] = {}
    kept = _kept(used, standard)
    for item in used:
        left = isinstance(item.exists, Unread) and "existence" in item.leave
        there = item.exists is not False and not left
        parts = [value for name, value in _fields(item) if there and name not in item.leave]
        if any(isinstance(value, Unread) for value in parts):
            return _unread(*parts)
        found = _of_destination(item, standard, key, retention_at_least)
        steps |= {step: None for step in found if not (isinstance(step, LengthenRetention) and item.part in kept)}
    return tuple(steps)


def _kept(used: Sequence[Destination], standard: ManagedStandard) -> frozenset[str]:
    """The parts of which one destination keeps long enough: the others may keep what they like."""
    return frozenset(
        item.part
        for item in used
        if item.exists is True and not isinstance(item.retention_days, Unread)
        if not retention_differences(item, standard)
    )


def _fields(item: Destination) -> tuple[tuple[str, object], ...]:
    """What a plan has to know of a destination, by the names of differences."""
    return (
        ("existence", item.exists),
        ("retention", item.retention_days),
        ("encryption key", item.key),
        ("deletion protection", item.undeletable),
    )


def _of_destination(
    item: Destination, standard: ManagedStandard, key: str, retention_at_least: Callable[[int], int]
) -> Iterator[Step]:
    if item.exists is False and "existence" not in item.leave:
        yield CreateDestination(item.id, retention_at_least(standard.retention_days), key, standard.undeletable)
    if item.exists is not True:
        return
    # where an account-level policy rules, a retention of the destination's own changes nothing
    ours = not item.retention_owner and "retention" not in item.leave
    if retention_differences(item, standard) and isinstance(item.retention_days, int) and ours:
        yield LengthenRetention(item.id, item.retention_days, retention_at_least(standard.retention_days))
    for difference in protection_differences(item, standard):
        if difference.field in item.leave:
            continue
        if difference.field != "encryption key":
            yield Protect(item.id)
        elif key:
            yield SetKey(item.id, key)


def _notes(cluster: ManagedCluster, standard: Standard, used: Sequence[Destination], key: str) -> Iterator[str]:
    """What falls short and stays so."""
    kept = _kept(used, standard.managed)
    for item in used:
        if isinstance(item.exists, Unread):
            yield item.exists.detail
        elif not item.exists and "existence" in item.leave:
            yield f"{item.id}: {item.leave['existence']}"
        unnamed = standard.managed.customer_key and not key and "encryption key" not in item.leave
        if unnamed and (item.exists is False or item.key == ""):
            yield f"{item.id}: encryption key: the standard asks for a key of your own: name it as host data kms_key"
        differences = (
            *(() if item.part in kept else retention_differences(item, standard.managed)),
            *protection_differences(item, standard.managed),
        )
        for difference in differences:
            if difference.field in item.leave:
                yield f"{item.id}: {difference.field}: {difference.actual}: {difference.remedy}"
            elif item.retention_owner and difference.field == "retention":
                yield f"{difference.field}: {difference.actual}: {difference.remedy}"
    yield from cluster.doubles if isinstance(cluster.doubles, tuple) else ()
    for who in cluster.exempted if isinstance(cluster.exempted, tuple) else ():
        yield f"exempted: {who}"
    for name, why in unread_types(cluster, standard.managed):
        yield f"{name}: {why.detail}"
    yield from _not_ours(cluster, standard)


def _not_ours(cluster: ManagedCluster, standard: Standard) -> Iterator[str]:
    """What stays unrecorded: no log type would mend it. One line for each remedy."""
    if isinstance(cluster.unrecorded, Unread):
        yield cluster.unrecorded.detail
    probes: dict[tuple[str, str], list[str]] = {}
    for item in unrecorded(cluster, standard.audit):
        if not item.log_types:
            probes.setdefault((item.why, item.remedy), []).append(item.probe)
    for (why, remedy), names in probes.items():
        yield f"{', '.join(names)}: {why}: {remedy}"


def _types(cluster: ManagedCluster, standard: Standard) -> tuple[str, ...]:
    """What the standard names and is off, what records the requests that it names; and the audit log in any case."""
    recording = (name for item in unrecorded(cluster, standard.audit) for name in item.log_types)
    missing = tuple(dict.fromkeys((*missing_types(cluster, standard.managed), *recording)))
    if (cluster.audit_on and not _is_lost(cluster)) or set(missing) & cluster.audit_types:
        return missing
    return (*missing, min(cluster.audit_types & cluster.types_on or cluster.audit_types))


def _is_lost(cluster: ManagedCluster) -> bool:
    """The audit log is on, and goes only where there is nothing, and we are not the ones who make it."""
    found = cluster.audit_destinations
    if isinstance(found, Unread) or cluster.route is None:
        return False
    return all(item.exists is False for item in found if item.types & cluster.types_on)


def _unread(*parts: object) -> ManagedRefusal:
    why = next(part for part in parts if isinstance(part, Unread))
    return ManagedRefusal(f"{why.detail}: not changed, as it could not be read")
