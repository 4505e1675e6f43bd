"""Numbers and sentences about a simulation, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.report.simulation.replayed import DAY
from kubewitness.simulation.events import LONGEST_LINE
from kubewitness.simulation.model import Why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.report.simulation.replayed import Replayed
    from kubewitness.simulation.model import RequestKind, Simulation

NOBODY: Final = "nobody (failed login)"
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")
_THOUSAND: Final = 1000
_WHYS: Final = {
    Why.NOT_JSON: "no JSON: cut, or written into each other",
    Why.NOT_UTF8: "no UTF-8",
    Why.TOO_LONG: f"longer than {LONGEST_LINE >> 20} MiB",
    Why.LEGACY_FORMAT: "in the format legacy",
    Why.EVENT_LIST: "an EventList, the body of a webhook: `jq -c '.items[]'` writes one event a line",
    Why.NOT_AN_EVENT: "not an audit event",
    Why.NO_REQUEST: "an event that does not say which request it is about",
}


def count(number: int) -> str:
    """With commas."""
    return f"{number:,}"


def size(number: float) -> str:
    """``1.5 GB``: powers of ten, as disks and bills have them."""
    unit = 0
    while abs(number) >= _THOUSAND - 0.5 and unit + 1 < len(_UNITS):
        number /= _THOUSAND
        unit += 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 100 else f"{number:.1f} {_UNITS[unit]}"


def share(part: int, whole: int) -> str:
    """In percent."""
    return f"{100 * part / whole:.1f}%" if whole else "-"


def request(kind: RequestKind) -> str:
    """``get pods/exec``, ``list deployments.apps``, ``get /healthz``."""
    if not kind.resource:
        return f"{kind.verb} {kind.path}".strip()
    group = f".{kind.api_group}" if kind.api_group else ""
    subresource = f"/{kind.subresource}" if kind.subresource else ""
    return f"{kind.verb} {kind.resource}{group}{subresource}".strip()


def user(name: str | None) -> str:
    """Nobody is somebody to tell of."""
    return NOBODY if name is None else name or '""'


def headline(report: Replayed) -> str:
    """What was replayed through what."""
    found = report.simulation
    logs = f"{len(found.files)} log" + ("" if len(found.files) == 1 else "s")
    version = f"{report.version.major}.{report.version.minor}"
    return f"{report.policy}, as kube-apiserver {version} reads it, on {logs}{_span(report)}"


def _span(report: Replayed) -> str:
    span = report.simulation.span
    if span is None:
        return ": no event has a time, so nothing is said of a day"
    times = f" from {span.first:%Y-%m-%d %H:%M:%S} to {span.last:%Y-%m-%d %H:%M:%S} UTC"
    if report.days is None:
        return f"{times}: too short to say anything of a day"
    return f"{times} ({duration(span.seconds)}{', scaled to a day' if span.seconds < DAY else ''})"


def duration(seconds: float) -> str:
    """In the two largest units."""
    days, rest = divmod(round(seconds), DAY)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (rest, "second")]
    told = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number][:2]
    return " ".join(told) or "less than a second"


def unread(found: Simulation) -> Iterator[str]:
    """What gave no event, a sentence each."""
    unreadable = found.unreadable
    for why, number in unreadable.lines.items():
        least = "at least " if why is Why.TOO_LONG and unreadable.at_least else ""
        yield f"{least}{count(number)} {'line' if number == 1 else 'lines'} not read: {_WHYS[why]}"
    if unreadable.first is not None:
        place = unreadable.first
        where = place.file if place.line is None else f"{place.file}:{place.line}"
        yield f"the first of them: {where} ({place.why})"
    yield from (f"{file}: {what}" for file, what in unreadable.files)
    yield from (f"left out: {name}" for name in found.ignored)


def lost(found: Simulation) -> str:
    """How much, in a sentence."""
    certain, perhaps = found.lost_total.events, found.bounds.unpaired
    least = certain + perhaps.least
    if not least:
        return "Lost: nothing for certain; see below." if perhaps.most else "Lost: nothing that the recording has."
    return f"Lost: {'at least ' if perhaps.most else ''}{_events(least)} that the recording has"


def cannot_tell(found: Simulation) -> Iterator[str]:
    """The bounds, a sentence each."""
    bounds = found.bounds
    yield "requests that the recording's own policy dropped: they are in no log, and not in these numbers"
    if found.unreadable.at_least:
        yield f"how many lines are {_WHYS[Why.TOO_LONG]}: a zstd file does not say what of it was passed over"
    if bounds.bodies:
        yield (
            f"how large {_events(bounds.bodies)} would be: kept with a body that the recording has not;"
            " the bytes are a lower bound"
        )
    if bounds.truncated:
        yield f"the full size of {_events(bounds.truncated)}: kube-apiserver cut bodies off (truncated)"
    if bounds.managed_fields:
        yield (
            f"the managed fields of {_events(bounds.managed_fields)}, if there were any: the policy keeps them, and the"
            " recording has the objects without them; the bytes are a lower bound"
        )
    for stage, number in bounds.stages.items():
        requests = f"{count(number)} request{'' if number == 1 else 's'}"
        yield f"the stage {stage} of at least {requests}: the policy keeps it, and the recording has it not"
    if bounds.unpaired.most:
        least = f"{count(bounds.unpaired.least)} or more" if bounds.unpaired.least else "perhaps none"
        yield (
            f"how many of {_events(bounds.unpaired.most)} at stages that the policy omits are the only trace of their"
            f" request: {least}; other stages were recorded of others"
        )


def _events(number: int) -> str:
    return f"{count(number)} event{'' if number == 1 else 's'}"
