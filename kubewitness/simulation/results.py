"""What stands in the table ``decided``, as SQL: the sums, and the first of each list."""

# ruff: noqa: S608  every text of others goes through literal()

from __future__ import annotations

from typing import Final

from kubewitness.auditpolicy.to_sql import UNDERIVED
from kubewitness.simulation.judge import DECIDED, LONG_RUNNING
from kubewitness.simulation.scan import IS_EVENT, SEEN

_TALLIES: Final = "sum(events), sum(bytes), coalesce(sum(events) FILTER (kept), 0), sum(kept_bytes)"
_KIND: Final = "verb, api_group, resource, subresource, path"
_SORT: Final = f"{_KIND}, user_name, user_groups, namespace, name, rule"
"""All events of one request have these in common, and whatever the policy asks is among them."""

TOTALS: Final = f"""
    SELECT {_TALLIES}, min(first_time), max(last_time), sum(lowered), sum(lowered_bytes),
        sum(bodies), coalesce(sum(truncated) FILTER (kept AND rank > 1), 0), sum(bare)
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
# Of requests whose other stage is kept, nothing is lost. All events of a request are of one such part.
MAKE_LOST: Final = f"""
    CREATE TABLE {LOST} AS
    SELECT {_KIND}, user_name, sum(events) AS events, sum(bytes) AS bytes, bool_and(rank > 0) AS by_stage,
        list_sort(list(DISTINCT rule)) AS rules, arg_min(audit_id, first_time) AS audit_id
    FROM (FROM {DECIDED} QUALIFY NOT bool_or(kept) OVER (PARTITION BY {_SORT}))
    GROUP BY {_KIND}, user_name"""
LOST_TOTAL: Final = f"SELECT count(*), coalesce(sum(events), 0), coalesce(sum(bytes), 0) FROM {LOST}"
LOST_FIRST: Final = f"FROM {LOST} ORDER BY events DESC, {_KIND}, user_name"

_IDS: Final = "CASE WHEN count(ids) = count(*) THEN sum(ids) END"
_ENDED: Final = "CASE stage WHEN 'Panic' THEN 'ResponseComplete' ELSE stage END"
UNPAIRED: Final = f"""
    SELECT coalesce(sum(greatest(events - kept_events, 0)), 0), coalesce(sum(events), 0)
    FROM (
        SELECT kept, sum(events) AS events, {_IDS} AS ids, sum(sum(events)) FILTER (kept) OVER sort AS kept_events,
            list({_IDS}) FILTER (kept) OVER sort AS kept_ids
        FROM {DECIDED} GROUP BY {_SORT}, kept, {_ENDED}
        WINDOW sort AS (PARTITION BY {_SORT}))
    WHERE NOT kept AND kept_events > 0 AND NOT coalesce(list_contains(kept_ids, ids), false)"""
"""Where as many are not kept as are kept, and the same ones, nothing is open."""

_LACKING: Final = f"""
    SELECT any_value(omitted) AS omitted, any_value({LONG_RUNNING}) AS long_running,
        coalesce(sum(events) FILTER (stage = 'RequestReceived'), 0) AS received,
        coalesce(sum(events) FILTER (stage = 'ResponseStarted'), 0) AS started,
        coalesce(sum(events) FILTER (stage IN ('ResponseComplete', 'Panic')), 0) AS ended,
        greatest(received, started, ended) AS requests
    FROM {DECIDED} WHERE rank > 0 AND user_name IS NOT NULL GROUP BY {_SORT}"""
LACKING: Final = f"""
    SELECT
        sum(requests - received) FILTER (NOT list_contains(omitted, 'RequestReceived')),
        sum(requests - started) FILTER (long_running AND NOT list_contains(omitted, 'ResponseStarted')),
        sum(requests - ended) FILTER (NOT long_running AND NOT list_contains(omitted, 'ResponseComplete'))
    FROM ({_LACKING})"""
"""Requests of which there is no event of a stage, for each of the stages that come without a panic."""

LINES: Final = f"""
    SELECT filename, CASE WHEN NOT {IS_EVENT} THEN {UNDERIVED} END AS unread, sum(events), sum(bytes)
    FROM {SEEN} GROUP BY ALL"""
"""By file. ``unread`` begins with ``UNREAD``; it is NULL for events."""
