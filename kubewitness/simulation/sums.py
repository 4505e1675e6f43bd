"""The sums of DuckDB's tables, as the model's values."""

# ruff: noqa: S608  every text of others goes through literal()

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.evaluate import NO_RULE
from kubewitness.auditpolicy.to_sql import restored
from kubewitness.auditpolicy.types import Level, Policy, Stage
from kubewitness.simulation import results
from kubewitness.simulation.model import (
    Bounds,
    Lost,
    Range,
    RequestKind,
    RequestTally,
    RuleTally,
    Span,
    Tally,
    UserTally,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KIND: Final = 5
_STAGES: Final = (Stage.REQUEST_RECEIVED, Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE)
"""As in ``results.LACKING``."""


class Sums:
    """Reads the finished tables. ``top``: how long a list may be."""

    def __init__(self, connection: DuckDBPyConnection, policy: Policy, top: int) -> None:
        self._connection = connection
        self._policy = policy
        self._top = top
        totals = self._rows(results.TOTALS)[0]
        self.recorded, self.kept = _tallies([value or 0 for value in totals[:4]])
        first, last = totals[4:6]
        self.span = None if first is None else Span(first, last)
        lowered, lowered_bytes, *self._bounds = (value or 0 for value in totals[6:])
        self.lowered = Tally(lowered, lowered_bytes)

    def levels(self) -> dict[Level, Tally]:
        found = {level: Tally(events, size) for level, events, size in self._rows(results.LEVELS)}
        return {level: found.get(level, Tally()) for level in Level}

    def omitted(self) -> dict[Stage, Tally]:
        found = {stage: Tally(events, size) for stage, events, size in self._rows(results.OMITTED)}
        return {stage: found[stage] for stage in Stage if stage in found}

    def rules(self) -> tuple[RuleTally, ...]:
        """All rules, and no rule where that decided anything."""
        found = {rule: _tallies(sums) for rule, *sums in self._rows(results.RULES)}
        nothing = (Tally(), Tally())
        tallies = [
            RuleTally(index, rule.line, rule.column, rule.level, *found.get(index, nothing))
            for index, rule in enumerate(self._policy.rules)
        ]
        if NO_RULE in found:
            tallies.append(RuleTally(NO_RULE, 0, 0, Level.NONE, *found[NO_RULE]))
        return tuple(tallies)

    def requests(self) -> tuple[int, tuple[RequestTally, ...]]:
        """How many kinds there are, and the first ones: those of which most is kept."""
        count, rows = self._first(results.REQUESTS)
        return count, tuple(
            RequestTally(RequestKind(*map(restored, row[:_KIND])), *_tallies(row[_KIND:])) for row in rows
        )

    def users(self) -> tuple[int, tuple[UserTally, ...]]:
        count, rows = self._first(results.USERS)
        return count, tuple(UserTally(user, *_tallies(sums)) for user, *sums in rows)

    def lost(self) -> tuple[int, Tally, tuple[Lost, ...]]:
        """How many groups, all of them together, and the first ones."""
        self._connection.execute(results.MAKE_LOST)
        count, *together = self._rows(results.LOST_TOTAL)[0]
        rows = self._rows(f"{results.LOST_FIRST} LIMIT {self._top}")
        return count, Tally(*together), tuple(_lost(row) for row in rows)

    def bounds(self) -> Bounds:
        bodies, truncated, managed_fields = self._bounds
        lacking = zip(_STAGES, self._rows(results.LACKING)[0], strict=True)
        return Bounds(
            bodies=bodies,
            truncated=truncated,
            managed_fields=managed_fields,
            stages={stage: events for stage, events in lacking if events},
            unpaired=self._unpaired(),
        )

    def _unpaired(self) -> Range:
        """Only asked where anything is omitted: it takes a while."""
        omitted = self._rows(results.OMITTED)
        return Range(*self._rows(results.UNPAIRED)[0]) if omitted else Range(0, 0)

    def _first(self, query: str) -> tuple[int, list[tuple[Any, ...]]]:
        count = self._rows(f"SELECT count(*) FROM ({query})")[0][0]
        return count, self._rows(f"{query} LIMIT {self._top}")

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()


def _tallies(sums: Any) -> tuple[Tally, Tally]:
    """Recorded and kept."""
    events, size, kept, kept_size = sums
    return Tally(events, size), Tally(kept, kept_size)


def _lost(row: tuple[Any, ...]) -> Lost:
    user, events, size, by_stage, rules, audit_id = row[_KIND:]
    return Lost(
        RequestKind(*map(restored, row[:_KIND])), user, Tally(events, size), tuple(rules), by_stage, audit_id or ""
    )
