"""What stands in the table ``decided``, as SQL: the sums, and the first of each list."""

# ruff: noqa: S608  every text of others goes through literal()

from __future__ import annotations

from typing import Final

from kubewitness.auditpolicy.to_sql import UNDERIVED
from kubewitness.simulation.judge import DECIDED
from kubewitness.simulation.scan import IS_EVENT, SEEN

_TALLIES: Final = "sum(events), sum(bytes), coalesce(sum(events) FILTER (kept), 0), sum(kept_bytes)"
_KIND: Final = "verb, api_group, resource, subresource, path"

TOTALS: Final = f"""
    SELECT {_TALLIES}, min(first_time), max(last_time), sum(lowered), sum(lowered_bytes),
        sum(bodies), coalesce(sum(truncated) FILTER (kept AND rank > 1), 0),
        coalesce(sum(with_body) FILTER (kept AND rank > 1 AND NOT omits_managed), 0), sum(with_managed), sum(received),
        coalesce(sum(events) FILTER (stage = 'RequestReceived'), 0)
    FROM {DECIDED}"""
"""One row; all NULL but the coalesced where nothing was read."""

LEVELS: Final = f"""
    SELECT level, sum(events), CASE WHEN level = 'None' THEN sum(bytes) ELSE sum(kept_bytes) END
    FROM {DECIDED} WHERE kept OR level = 'None' GROUP BY level"""

OMITTED: Final = f"SELECT stage, sum(events), sum(bytes) FROM {DECIDED} WHERE NOT kept AND rank > 0 GROUP BY stage"

RULES: Final = f"SELECT rule, {_TALLIES} FROM {DECIDED} GROUP BY rule"

REQUESTS: Final = f"""
    SELECT {_KIND}, {_TALLIES} FROM {DECIDED} GROUP BY {_KIND}
    ORDER BY sum(kept_bytes) DESC, sum(events) DESC, {_KIND}"""

USERS: Final = f"""
    SELECT user_name, {_TALLIES} FROM {DECIDED} GROUP BY user_name
    ORDER BY sum(kept_bytes) DESC, sum(events) DESC, user_name"""

LOST: Final = "lost"
# Of requests whose other stage is kept, nothing is lost.
MAKE_LOST: Final = f"""
    CREATE TABLE {LOST} AS
    SELECT {_KIND}, user_name, sum(events) FILTER (gone) AS events, sum(bytes) FILTER (gone) AS bytes,
        bool_and(rank > 0) FILTER (gone) AS by_stage, list_sort(list(DISTINCT rule) FILTER (gone)) AS rules,
        min(audit_id) FILTER (gone) AS audit_id
    FROM (
        SELECT *, rank = 0 OR (NOT kept AND NOT bool_or(kept) OVER (PARTITION BY {_KIND}, user_name)) AS gone
        FROM {DECIDED})
    GROUP BY {_KIND}, user_name
    HAVING bool_or(gone)"""
LOST_TOTAL: Final = f"SELECT count(*), coalesce(sum(events), 0), coalesce(sum(bytes), 0) FROM {LOST}"
LOST_FIRST: Final = f"FROM {LOST} ORDER BY events DESC, {_KIND}, user_name"

STAGES: Final = f"SELECT DISTINCT stage FROM {DECIDED}"
KEEPING_RULES: Final = f"SELECT DISTINCT rule FROM {DECIDED} WHERE rank > 0"

LINES: Final = f"""
    SELECT filename, CASE WHEN NOT {IS_EVENT} THEN {UNDERIVED} END AS unread, sum(events), sum(bytes)
    FROM {SEEN} GROUP BY ALL"""
"""By file. ``unread`` begins with ``UNREAD``; it is NULL for events."""
