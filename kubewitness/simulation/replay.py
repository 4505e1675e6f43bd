"""The whole of a simulation: read, judge, sum up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kubewitness.errors import KubewitnessError
from kubewitness.simulation.engine import engine
from kubewitness.simulation.judge import decide
from kubewitness.simulation.logfiles import find_logs
from kubewitness.simulation.model import LogFile, Simulation, Top, Why
from kubewitness.simulation.reading import read
from kubewitness.simulation.scan import scan_query
from kubewitness.simulation.sums import Sums
from kubewitness.simulation.underived import derive
from kubewitness.simulation.unread import unreadable_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion
    from kubewitness.simulation.model import Unreadable

_REMEDIES = {
    Why.LEGACY_FORMAT: "the format legacy does not hold what a replay needs: set --audit-log-format=json",
    Why.EVENT_LIST: "these are bodies of a webhook: `jq -c '.items[]'` writes one event a line",
}


def simulate(
    policy: Policy, version: ServerVersion, logs: Sequence[str], *, top: int, look: Callable[[float], None]
) -> Simulation:
    """What the policy would have kept of the logs. ``look`` hears how many percent are read; -1: not known.

    Raises KubewitnessError where DuckDB is missing, a log cannot be read, or there is no event in any of them.
    """
    found = find_logs(logs)
    with engine() as (connection, folder):
        query_of = partial(scan_query, policy=policy, version=version)
        reading = read(connection, folder, found.sources, query_of, look)
        derive(connection)
        decide(connection, policy, version)
        sums = Sums(connection, policy, top)
        unreadable = unreadable_lines(connection, reading)
        if not sums.recorded.events:
            raise KubewitnessError(_nothing_there(logs, unreadable))
        kinds, requests = sums.requests()
        users, noisiest = sums.users()
        groups, lost_total, lost = sums.lost()
        return Simulation(
            files=tuple(LogFile(source.name, source.size) for source in found.sources),
            ignored=found.ignored,
            span=sums.span,
            recorded=sums.recorded,
            unreadable=unreadable,
            kept=sums.kept,
            levels=sums.levels(),
            omitted=sums.omitted(),
            rules=sums.rules(),
            requests=requests,
            noisiest=noisiest,
            lost=lost,
            lost_total=lost_total,
            lowered=sums.lowered,
            top=Top(kinds, users, groups),
            bounds=sums.bounds(),
        )


def _nothing_there(logs: Sequence[str], unreadable: Unreadable) -> str:
    place = unreadable.first
    if place is None:
        return f"--log {' '.join(logs)}: no audit event there: nothing to simulate"
    where = place.file if place.line is None else f"{place.file}:{place.line}"
    remedy = _REMEDIES.get(place.why, "audit events of kube-apiserver are wanted, as JSON, one a line")
    return f"{where}: no audit event ({place.why}), nor on any other line: {remedy}"
