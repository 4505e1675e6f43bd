"""What the policy makes of each sort of event, as SQL over the table ``seen``.

``derived`` holds what ``attributes_of`` said of the requests that SQL could not derive; ``decided`` is the outcome.
"""

# ruff: noqa: S608  every text of others goes through literal()

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.emitted import LONG_PATHS, LONG_VERBS, NEITHER_NOR, PASSED_THROUGH
from kubewitness.auditpolicy.evaluate import NO_RULE, decision_of
from kubewitness.auditpolicy.to_sql import REQUEST_COLUMNS, UNDERIVED, literal, literals, rule_expression
from kubewitness.auditpolicy.types import Level, Policy, Stage
from kubewitness.simulation.scan import IS_EVENT, SEEN, absent_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from kubewitness.model import ServerVersion

DERIVED: Final = "derived"
DECIDED: Final = "decided"

_TYPES: Final = {"resource_request": "BOOLEAN"}
_DERIVED_COLUMNS: Final = {
    "verb": "VARCHAR",
    UNDERIVED: "VARCHAR",
    "readable": "BOOLEAN",
    **{column: _TYPES.get(column, "VARCHAR") for column in REQUEST_COLUMNS},
}

TO_DERIVE_QUERY: Final = f"SELECT DISTINCT verb, {UNDERIVED} FROM {SEEN} WHERE {IS_EVENT} AND {UNDERIVED} IS NOT NULL"
MAKE_DERIVED: Final = (
    f"CREATE TABLE {DERIVED} ({', '.join(f'{name} {type_}' for name, type_ in _DERIVED_COLUMNS.items())})"
)
_SHAPE: Final = ", ".join(f'"{name}": "{type_}"' for name, type_ in _DERIVED_COLUMNS.items())
ADD_DERIVED: Final = f"INSERT INTO {DERIVED} SELECT unnest(from_json(?, '[{{{_SHAPE}}}]'), recursive := true)"
"""Its parameter is the JSON of a list of objects with the columns of ``derived``."""

UNDERIVABLE_QUERY: Final = (
    f"SELECT coalesce(sum(events), 0) FROM {SEEN} JOIN {DERIVED} USING (verb, {UNDERIVED}) WHERE NOT readable"
)

_LONG_VERB: Final = f"verb IN ({literals(sorted(LONG_VERBS))})"
_PASSED_THROUGH: Final = f"subresource IN ({literals(sorted(PASSED_THROUGH))})"
LONG_RUNNING: Final = f"""({_LONG_VERB}
    OR (resource_request AND {_PASSED_THROUGH})
    OR (NOT resource_request AND starts_with(path, {literal(LONG_PATHS)})))"""
"""As ``is_long_running``."""
_NO_OBJECT_SENT: Final = f"verb IN ({literals(sorted(NEITHER_NOR))})"


def decide(connection: DuckDBPyConnection, policy: Policy, version: ServerVersion) -> None:
    """Runs ``decide_statement``. To optimize so large a statement over so few rows takes longer than to run it."""
    connection.execute("PRAGMA disable_optimizer")
    connection.execute(decide_statement(policy, version))
    connection.execute("PRAGMA enable_optimizer")


def decide_statement(policy: Policy, version: ServerVersion) -> str:
    """Makes ``decided``: a row for each sort of event that is one, with what the policy keeps of it.

    ``kept`` says whether, ``kept_bytes`` how much; ``bodies`` counts events of which it would keep more than there is,
    ``lowered`` those of which it keeps less, ``bare`` those with an object of which it would keep the managed fields,
    had they been recorded.
    """
    derived = ", ".join(f"coalesce(d.{name}, s.{name}) AS {name}" for name in REQUEST_COLUMNS)
    requests = f"""
        SELECT s.* EXCLUDE ({UNDERIVED}, {", ".join(REQUEST_COLUMNS)}, user_groups), {derived},
            coalesce(from_json(s.user_groups, '["VARCHAR"]'), []) AS user_groups
        FROM (SELECT *, path IS NULL AS resource_request{absent_columns(policy)} FROM {SEEN} WHERE {IS_EVENT}) s
        LEFT JOIN {DERIVED} d ON s.verb = d.verb AND s.{UNDERIVED} = d.{UNDERIVED}
        WHERE d.readable IS NOT false"""
    requests = f"SELECT * REPLACE (CASE WHEN resource_request THEN '' ELSE path END AS path) FROM ({requests})"
    judged = f"SELECT *, {rule_expression(policy, version)} AS rule FROM ({requests})"
    return f"""
        CREATE TABLE {DECIDED} AS
        SELECT *,
            CASE WHEN kept THEN {_KEPT_BYTES} ELSE 0 END AS kept_bytes,
            CASE WHEN kept AND {_WANTS_MORE} THEN events ELSE 0 END AS bodies,
            CASE WHEN NOT kept THEN 0 ELSE CASE rank WHEN 1 THEN with_body WHEN 2 THEN with_response ELSE 0 END END
            AS lowered,
            CASE WHEN kept THEN {_TAKEN_OUT} ELSE 0 END AS lowered_bytes,
            CASE WHEN kept AND NOT omits_managed THEN {_BARE} ELSE 0 END AS bare
        FROM (
            SELECT *, rank > 0 AND NOT list_contains(omitted, coalesce(stage, '')) AS kept,
                CASE recorded_level {_ranks()} ELSE 1 END AS recorded_rank
            FROM (SELECT * RENAME (level AS recorded_level) FROM ({judged}))
            JOIN (VALUES {", ".join(_decisions(policy))})
                AS d(rule, level, rank, omitted, omits_managed) USING (rule))"""


# The bodies that the level leaves out; the level's own name is in the line as well.
_TAKEN_OUT: Final = (
    "(CASE WHEN rank < 2 THEN request_bytes ELSE 0 END + CASE WHEN rank < 3 THEN response_bytes ELSE 0 END)"
)
_KEPT_BYTES: Final = f"""bytes - {_TAKEN_OUT}
    - CASE WHEN rank >= 2 AND omits_managed THEN request_managed_bytes ELSE 0 END
    - CASE WHEN rank >= 3 AND omits_managed THEN response_managed_bytes ELSE 0 END
    + coalesce(events * (strlen(level) - strlen(recorded_level)), 0)"""
_WANTS_MORE: Final = f"""resource_request AND stage IN ({literals((Stage.RESPONSE_COMPLETE, Stage.PANIC))})
    AND NOT {_LONG_VERB} AND NOT {_PASSED_THROUGH} AND (
        (rank >= 2 AND recorded_rank < 2 AND verb NOT IN ('get', 'list')) OR (rank = 3 AND recorded_rank < 3))"""
_BARE: Final = f"""CASE
    WHEN {_NO_OBJECT_SENT} THEN CASE rank WHEN 3 THEN greatest(with_response - with_managed, 0) ELSE 0 END
    WHEN rank >= 2 THEN greatest(with_body - with_managed, 0) ELSE 0 END"""


def _ranks() -> str:
    return " ".join(f"WHEN {literal(level)} THEN {level.rank}" for level in Level)


def _decisions(policy: Policy) -> Iterator[str]:
    """A row of constants for each rule, and one for no rule."""
    for index in (*range(len(policy.rules)), NO_RULE):
        decision = decision_of(policy, index)
        omitted = f"[{literals(sorted(decision.omit_stages))}]::VARCHAR[]"
        yield f"({index}, {literal(decision.level)}, {decision.level.rank}, {omitted}, {decision.omit_managed_fields})"
