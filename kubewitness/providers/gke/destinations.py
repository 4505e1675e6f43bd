"""From sinks and buckets to the places where the two parts of the audit log of a cluster lie. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.managed import Destination
from kubewitness.model import Reason, Unread
from kubewitness.providers.gke import auditconfig
from kubewitness.providers.gke.parse import ADMIN_ACTIVITY, LIMITS
from kubewitness.providers.gke.routing import ACTIVITY, DATA_ACCESS_LOG, Bucket, Sink, entry, route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kubewitness.providers.gke.parse import ClusterName

KIND: Final = "log bucket"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the audit log: Google's name of it, its log, and the log types that it holds."""

    name: str
    log: str
    types: frozenset[str]


DATA_ACCESS: Final = Part("Data Access", DATA_ACCESS_LOG, frozenset(auditconfig.DATA_ACCESS))
PARTS: Final = (Part("Admin Activity", ACTIVITY, frozenset({ADMIN_ACTIVITY})), DATA_ACCESS)

_ROUTE: Final = "route a copy by a sink to a bucket of your own, made with what the standard asks for"
_EVERYTHING: Final = ("existence", "retention", "encryption key", "deletion protection")


@dataclass(frozen=True, slots=True)
class Look:
    """``bucket``: a log bucket by its name, ``None`` where there is none. ``newest``: bucket and log -> time of the
    newest entry of the cluster there.
    """  # noqa: D205  the list is one sentence

    bucket: Callable[[str], Bucket | Unread | None]
    newest: Callable[[str, str], str | Unread | None]


def required_bucket(cluster: ClusterName) -> str:
    """Where all Admin Activity lies, whatever anybody sets."""
    return f"projects/{cluster.project}/locations/global/buckets/_Required"


def destinations(
    cluster: ClusterName, sinks: Sequence[Sink], not_looked_at: Sequence[Unread], look: Look
) -> tuple[Destination, ...]:
    """Where each part lies.

    Args:
        cluster: with the project's id, not its number.
        sinks: the project's, and those above it that take what lies below.
        not_looked_at: why further sinks, which might take it too, are not known.
        look: reads buckets.
    """
    return tuple(item for part in PARTS for item in _of_part(cluster, part, sinks, not_looked_at, look))


def _of_part(
    cluster: ClusterName, part: Part, sinks: Sequence[Sink], not_looked_at: Sequence[Unread], look: Look
) -> Iterator[Destination]:
    of = entry(cluster, part.log)
    routes = [(sink, route(sink, of)) for sink in sinks if not sink.name.endswith("/sinks/_Required")]
    copies = tuple(f"{sink.name} -> {sink.destination}" for sink, way in routes if way.takes and not sink.bucket)
    names = [required_bucket(cluster)] if part.log == ACTIVITY else []
    names += [sink.bucket for sink, way in routes if way.takes and sink.bucket]
    for name in dict.fromkeys(names):
        yield _destination(cluster, part, name, look, copies)
    leave = dict.fromkeys(_EVERYTHING, "look at the sink yourself")
    for sink, way in routes:
        if way.takes is None:
            why = Unread(Reason.NOT_OBSERVED, way.why)
            yield Destination("sink", sink.name, part.types, why, part=part.name, leave=leave)
    for why in not_looked_at:
        yield Destination("sinks", "above the project", part.types, why, part=part.name, leave=leave)
    if not names and copies:
        yield from _elsewhere(part, [sink for sink, way in routes if way.takes], copies)
    elif not names:
        yield _nowhere(cluster, part, [way.why for _, way in routes if way.takes is False])


def _elsewhere(part: Part, sinks: Sequence[Sink], copies: tuple[str, ...]) -> Iterator[Destination]:
    """No log bucket takes it, and something else does: another project with sinks of its own, storage, a topic."""
    for sink in sinks:
        of = f"{sink.name} sends it to {sink.destination}"
        what = "where that project's own sinks keep it" if sink.to_project else "for how long it is kept there"
        why = Unread(Reason.NOT_OBSERVED, f"{of}: {what} is not read: look there, or route it to a log bucket as well")
        leave = dict.fromkeys(_EVERYTHING, why.detail)
        yield Destination(
            "project" if sink.to_project else "sink", sink.destination, part.types, why, readers=copies, part=part.name,
            leave=leave,
        )  # fmt: skip


def where_set(project: str, found: Sequence[Destination]) -> str:
    """For what Data Access is switched on, where it will lie, and that it has a price: no cluster has its own bucket.

    Source: https://cloud.google.com/stackdriver/pricing
    """
    places = [item.id for item in found if item.part == DATA_ACCESS.name and item.exists is True]
    lies = f", kept in {', '.join(places)} beside the project's other logs" if places else ""
    return f"{project}, for all its clusters{lies}, billed by volume"


def stored_twice(cluster: ClusterName, sinks: Sequence[Sink]) -> tuple[str, ...] | Unread:
    """Buckets that two sinks send the same part to. Google does not say whether that is stored, and paid for, twice."""
    for part in PARTS:
        of = entry(cluster, part.log)
        by_bucket: dict[str, list[str]] = {}
        for sink in sinks:
            if sink.bucket and route(sink, of).takes is not False:
                by_bucket.setdefault(sink.bucket, []).append(sink.name)
        for bucket, names in by_bucket.items():
            if len(names) > 1:
                said = f"{' and '.join(names)} send {part.name} to {bucket}"
                return Unread(Reason.NOT_OBSERVED, f"{said}: whether it is stored twice, Google does not say")
    return ()


def _nowhere(cluster: ClusterName, part: Part, whys: list[str]) -> Destination:
    """No log bucket takes it: it is written, and kept nowhere."""
    default = f"projects/{cluster.project}/sinks/_Default"
    said = next((why for why in whys if default in why), f"{default} does not take it")
    remedy = f"{said}: enable it or take the exclusion out, or route these logs to a bucket by another sink"
    leave = dict.fromkeys(_EVERYTHING, remedy)
    return Destination("sink", default, part.types, exists=False, part=part.name, leave=leave)


def _destination(cluster: ClusterName, part: Part, name: str, look: Look, copies: tuple[str, ...]) -> Destination:
    told = look.bucket(name)
    leave = _left_alone(cluster, name, told)
    exists = told if isinstance(told, Unread) else told is not None and not told.going
    found = Destination(KIND, name, part.types, exists, part=part.name, leave=leave, readers=copies, limits=LIMITS)
    if isinstance(told, Unread):
        return replace(found, last_event=told, retention_days=told, key=told, undeletable=told)
    if told is None or told.going:
        return found
    return replace(
        found,
        last_event=look.newest(name, part.log),
        retention_days=told.retention_days,
        key=told.key,
        undeletable=told.locked,
    )


def _left_alone(cluster: ClusterName, name: str, told: Bucket | Unread | None) -> dict[str, str]:
    """What the deploy does not change: what cannot be undone, what is another project's, and what nobody can."""
    if name == required_bucket(cluster):
        return dict.fromkeys(_EVERYTHING, f"nobody can change _Required: {_ROUTE}")
    if not name.startswith(f"projects/{cluster.project}/"):
        return dict.fromkeys(_EVERYTHING, "it belongs to another project: change it there")
    _, project, _, location, _, short = name.split("/")
    update = f"gcloud logging buckets update {short} --location={location} --project={project}"
    left = {
        "existence": f"make it again (gcloud logging buckets undelete {short}, within 7 days), or mend the sink",
        "encryption key": f"set it yourself, as it stays for ever: {update} --cmek-kms-key-name=KEY; or {_ROUTE}",
        "deletion protection": f"lock it yourself, as nobody can undo it: {update} --locked",
    }
    if isinstance(told, Bucket) and told.locked:
        left["retention"] = f"it is locked, and its retention stays for ever: {_ROUTE}"
    return left
