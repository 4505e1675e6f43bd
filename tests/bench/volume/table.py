"""What was measured, as the tables of docs/policy/our-policies.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.bench.volume.measured import Amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.bench.volume.measured import Measured, Stretch

_DAY: Final = 86_400
_MB: Final = 1_000_000
_MOST: Final = 5
"""So many rules are shown of a policy."""
_INITIALS: Final = {"essential": "E", "standard": "S", "forensic": "F"}
_CATCH_ALL: Final = "catch-all"


def tables(measured: Measured, now: Mapping[str, str]) -> str:
    """All of it. ``now``: policy -> digest of what it is today; one that was changed since is named."""
    everything = measured.policies[_CATCH_ALL]
    minutes = f"{everything.idle.seconds / 60:.0f}"
    head = (
        f"Measured on {measured.date} on kube-apiserver {measured.server} by `python -m tests.bench.volume`: one node, "
        f"{minutes} minutes without any client but the cluster's own, then the workload "
        f"({everything.workload.requests:,} requests in {everything.workload.seconds:.0f} s). "
        f"Per day: what those {minutes} minutes come to."
    )
    changed = sorted(name for name, digest in now.items() if measured.policies[name].digest != digest)
    if changed:
        head += f" Changed since then, and to be measured again: {', '.join(changed)}."
    parts = (
        head,
        _totals(measured),
        "What is written of the workload at each level, for 1000 requests:",
        _levels(measured),
        "The rules that write most of it, for 1000 requests:",
        _rules(measured),
        "What is left out of the log that the catch-all writes, and by which policies (E, S, F). The last column is for"
        " 1000 requests of the workload:",
        _left_out(measured),
    )
    return "\n\n".join(parts) + "\n"


def _totals(measured: Measured) -> str:
    head = ("policy", "idle, a day", "of it the kubelet", "workload, 1000 requests", "longest line")
    rows = [
        (
            name,
            _a_day(found.idle.written, found.idle),
            _a_day(found.idle.of_kubelets, found.idle),
            _a_thousand(found.workload.written, found.workload),
            f"{max(found.idle.longest, found.workload.longest) / 1000:.1f} kB",
        )
        for name, found in measured.policies.items()
    ]
    return _table(head, rows)


def _levels(measured: Measured) -> str:
    levels = ("Metadata", "Request", "RequestResponse")
    rows = [
        (name, *(_a_thousand(found.workload.levels.get(level), found.workload) for level in levels))
        for name, found in measured.policies.items()
    ]
    return _table(("policy", *levels), rows)


def _rules(measured: Measured) -> str:
    rows = [
        (name, title, _a_thousand(amount, found.workload))
        for name, found in measured.policies.items()
        if name != _CATCH_ALL
        for title, amount in list(found.workload.rules.items())[:_MOST]
    ]
    return _table(("policy", "rule", "written"), rows)


@dataclass(frozen=True, slots=True)
class _Silence:
    title: str
    by: str
    idle: Amount
    workload: Amount


def _left_out(measured: Measured) -> str:
    everything = measured.policies[_CATCH_ALL]
    rows = [
        (
            silence.title,
            silence.by,
            _a_day(silence.idle, everything.idle),
            _a_thousand(silence.workload, everything.workload),
        )
        for silence in _silences(measured)
    ]
    return _table(("what", "by", "idle, a day", "workload"), rows)


def _silences(measured: Measured) -> list[_Silence]:
    """Each rule once, with the initials of the policies that have it; what weighs most in an idle cluster first."""
    found: dict[str, _Silence] = {}
    for name, left_out in measured.left_out.items():
        for title in {**left_out.idle, **left_out.workload}:
            by = (found[title].by if title in found else "") + _INITIALS[name]
            idle, workload = left_out.idle.get(title, Amount()), left_out.workload.get(title, Amount())
            found[title] = _Silence(title, by, idle, workload)
    return sorted(found.values(), key=lambda item: (-item.idle.bytes, -item.workload.bytes, item.title))


def _a_day(amount: Amount, stretch: Stretch) -> str:
    times = _DAY / stretch.seconds
    return f"{amount.events * times:,.0f} events, {amount.bytes * times / _MB:.1f} MB" if amount.events else "-"


def _a_thousand(amount: Amount | None, stretch: Stretch) -> str:
    if amount is None or not amount.events:
        return "-"
    return f"{amount.events * 1000 / stretch.requests:,.0f} events, {amount.bytes / stretch.requests:,.0f} kB"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
