"""The one pass over the logs, as SQL: lines in, one row for each sort of event out.

A line is read as it stands and parsed once. Then everything that the policy cannot tell apart is one: a namespace or
a name that no rule mentions is as good as any other. So few rows are left to be judged, whatever the size of the log.
"""

# ruff: noqa: S608  every text of others goes through literal()

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.to_sql import UNDERIVED, literal, literals, named_entries_condition, request_query
from kubewitness.simulation.model import Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion

SEEN: Final = "seen"
LONGEST_LINE: Final = 1 << 26
"""In bytes. kube-apiserver's own rotation refuses events beyond its file's largest size, 100 MB by default."""

BLANK: Final = "blank"
"""In the column ``why``, beside the values of ``Why``: a line that holds nothing is no event and no fault."""

_FIELDS: Final = {
    "level": "$.level",
    "audit_id": "$.auditID",
    "stage": "$.stage",
    "uri": "$.requestURI",
    "verb": "$.verb",
    "user_name": "$.user.username",
    "at_time": "$.stageTimestamp",
    "request_body": "$.requestObject",
    "response_body": "$.responseObject",
}
_GROUPS: Final = "$.user.groups"
_MANAGED_FIELDS: Final = {
    "request_managed": "$.requestObject.metadata.managedFields",
    "response_managed": "$.responseObject.metadata.managedFields",
}
_MANAGED_IN_LISTS: Final = (
    "$.responseObject.items[*].metadata.managedFields",
    "$.responseObject.rows[*].object.metadata.managedFields",
)
MANAGED_COLUMNS: Final = ("request_managed_bytes", "response_managed_bytes")
_HEAD: Final = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'
"""How kube-apiserver begins a line. Of any other line its kind is looked up."""

_REJECTED: Final = {"INVALID ENCODING": Why.NOT_UTF8, "LINE SIZE OVER MAXIMUM": Why.TOO_LONG}


def scan_query(files: Sequence[str], policy: Policy, version: ServerVersion) -> str:
    """The rows of the table ``seen``; what no row could be made of is in ``reject_errors``.

    Columns that tell events apart: ``why`` and ``file`` (NULL for an event), ``level``, ``stage``, the user's, the
    request's, ``underived``. ``path`` is NULL for a resource. The rest are sums and extremes.
    """
    request = request_query(_event_query(files, policy), names_matter=named_entries_condition(policy, version))
    keys = ["why", "file", "level", "stage", "verb", "user_name", "api_group", "resource", "subresource", UNDERIVED]
    keys.append("CASE WHEN NOT resource_request THEN path END AS path")
    keys += [f"{column} AS {column}" for column in ("user_groups",) if _asks_for_groups(policy)]
    keys += [_only_mentioned(column, texts) for column, texts in _mentioned(policy).items() if texts]
    managed = [f"sum({column}) AS {column}" for column in MANAGED_COLUMNS if omits_managed_fields(policy)]
    return f"""
        SELECT
            {", ".join(keys)},
            count(*) AS events, sum(bytes) AS bytes, min(audit_id) AS audit_id,
            min(at_time) AS first_time, max(at_time) AS last_time, count(*) FILTER (truncated) AS truncated,
            count(*) FILTER (request_bytes + response_bytes > 0) AS with_body,
            count(*) FILTER (response_bytes > 0) AS with_response, count(*) FILTER (managed) AS with_managed,
            {", ".join(["sum(request_bytes) AS request_bytes", "sum(response_bytes) AS response_bytes", *managed])}
        FROM ({request})
        GROUP BY ALL"""


def absent_columns(policy: Policy) -> str:
    """The columns of ``seen`` that this policy has no need of, as constants."""
    absent = [column for column, texts in _mentioned(policy).items() if not texts]
    absent += [] if _asks_for_groups(policy) else ["user_groups"]
    zeros = [] if omits_managed_fields(policy) else list(MANAGED_COLUMNS)
    return "".join([*(f", NULL::VARCHAR AS {name}" for name in absent), *(f", 0 AS {name}" for name in zeros)])


def omits_managed_fields(policy: Policy) -> bool:
    """Whether it does so anywhere."""
    return policy.omit_managed_fields or any(rule.omit_managed_fields for rule in policy.rules)


def _asks_for_groups(policy: Policy) -> bool:
    return any(rule.user_groups for rule in policy.rules)


def _mentioned(policy: Policy) -> dict[str, list[str]]:
    return {
        "namespace": [name for rule in policy.rules for name in rule.namespaces],
        "name": [name for rule in policy.rules for entry in rule.resources for name in entry.resource_names],
    }


def rejected_query() -> str:
    """Lines that are not even text: the reason, the file, and how many."""
    whys = " ".join(f"WHEN {literal(said)} THEN {literal(why)}" for said, why in _REJECTED.items())
    return f"""
        SELECT CASE error_type::VARCHAR {whys} ELSE {literal(Why.NOT_JSON)} END AS why, file_path, count(DISTINCT line)
        FROM reject_errors JOIN reject_scans USING (scan_id, file_id)
        GROUP BY ALL"""


def lines_query(files: Iterable[str]) -> str:
    """Each line as one text. The separator cannot stand in JSON; what is behind one is told by ``rest``."""
    return f"""
        SELECT line, rest, filename FROM read_csv(
            [{literals(files)}], columns = {{'line': 'VARCHAR', 'rest': 'VARCHAR'}}, auto_detect = false,
            header = false, delim = '\x01\x02\x03\x04', quote = '', escape = '', new_line = '\\n', null_padding = true,
            strict_mode = false, ignore_errors = true, store_rejects = true, filename = true,
            max_line_size = {LONGEST_LINE}, buffer_size = {LONGEST_LINE})"""


def _event_query(files: Sequence[str], policy: Policy) -> str:
    """A row a line, with the fields of the event. ``why`` is NULL for an event; there the URI or the reference is."""
    managed = omits_managed_fields(policy)
    groups = _asks_for_groups(policy)
    fields = {**_FIELDS, **({"user_groups": _GROUPS} if groups else {}), **(_MANAGED_FIELDS if managed else {})}
    named = [f"x[{number}] AS {name}" for number, name in enumerate(fields, 1)]
    if not groups:  # then they only say whether there is a user at all
        named.append(
            f"CASE WHEN coalesce(user_name, '') = '' THEN"
            f" CASE WHEN x IS NOT NULL THEN json_extract_string(line, '{_GROUPS}') END END AS user_groups"
        )
    parsed = f"""
        SELECT strlen(line) + 1 AS bytes, line, rest, filename,
            try(json_extract_string(line, [{literals(fields.values())}])) AS x
        FROM ({lines_query(files)})"""
    return f"""
        SELECT
            {_WHY} AS why, CASE WHEN why IS NOT NULL THEN filename END AS file, bytes, level, stage,
            coalesce(verb, '') AS verb, uri, object_ref, audit_id, try_cast(at_time AS TIMESTAMP) AS at_time,
            {_USER} AS user_name, user_groups,
            {_TRUNCATED} AS truncated,
            contains(request_body, '"managedFields":') OR contains(response_body, '"managedFields":') AS managed,
            {_written(',"requestObject":', "request_body")} AS request_bytes,
            {_written(',"responseObject":', "response_body")} AS response_bytes{_managed_bytes() if managed else ""}
        FROM (
            SELECT * REPLACE (nullif(uri, '') AS uri),
                CASE WHEN nullif(uri, '') IS NULL THEN CASE
                    WHEN x IS NOT NULL THEN json_extract(line, '$.objectRef')::VARCHAR END END AS object_ref
            FROM (SELECT *, {", ".join(named)} FROM ({parsed})))"""


# One without name and groups is none: the authentication failed.
_USER: Final = """CASE
    WHEN user_name <> '' THEN user_name
    WHEN user_groups IS NOT NULL AND user_groups <> '[]' THEN '' END"""


# Only where a body is missing. The annotations stand at the end of the line.
_TRUNCATED: Final = """CASE WHEN level IN ('Request', 'RequestResponse') THEN CASE
    WHEN request_body IS NULL AND response_body IS NULL
    THEN contains(line, '"audit.k8s.io/truncated":"true"') END END"""

_WHY: Final = f"""CASE
    WHEN x IS NULL OR rest IS NOT NULL THEN CASE
        WHEN rest IS NULL AND regexp_full_match(line, '\\s*') THEN {literal(BLANK)}
        WHEN contains(line, ' AUDIT: id="') THEN {literal(Why.LEGACY_FORMAT)}
        ELSE {literal(Why.NOT_JSON)} END
    WHEN uri IS NULL AND object_ref IS NULL THEN CASE
        WHEN json_extract_string(line, '$.kind') = 'EventList' THEN {literal(Why.EVENT_LIST)}
        ELSE {literal(Why.NOT_AN_EVENT)} END
    WHEN NOT starts_with(line, {literal(_HEAD)}) THEN CASE
        WHEN json_extract_string(line, '$.kind') <> 'Event'
            OR split_part(json_extract_string(line, '$.apiVersion'), '/', 1) <> 'audit.k8s.io'
        THEN {literal(Why.NOT_AN_EVENT)} END
    END"""


def _written(key: str, value: str) -> str:
    """What key and value take in the line as Go wrote it, in bytes: it escapes three characters and two separators."""
    lengths = f"{len(key)} + strlen({value}) + 5 * (3 * strlen({value}) {_without(value, *map(literal, '&<>'))})"
    separators = ("chr(8232)", "chr(8233)")
    more = f"2 * strlen({value}) {_without(value, *separators)}"
    has_any = " OR ".join(f"contains({value}, {separator})" for separator in separators)
    return f"CASE WHEN {value} IS NULL THEN 0 ELSE {lengths} + CASE WHEN {has_any} THEN {more} ELSE 0 END END"


def _without(value: str, *texts: str) -> str:
    return " ".join(f"- strlen(replace({value}, {text}, ''))" for text in texts)


def _managed_bytes() -> str:
    """Of a patch nothing is taken out: it is recorded as it was sent. Of a list, out of each item."""
    key = ',"managedFields":'
    items, rows = (
        f"list_sum(list_transform(json_extract(line, {literal(path)}), lambda text: {_written(key, 'text')}))"
        for path in _MANAGED_IN_LISTS
    )
    return f""",
        CASE verb WHEN 'patch' THEN 0 ELSE {_written(key, "request_managed")} END AS request_managed_bytes,
        {_written(key, "response_managed")} + CASE
            WHEN response_body IS NULL OR verb NOT IN ('list', 'deletecollection') THEN 0
            WHEN starts_with(response_body, '{{"kind":"Table"') THEN coalesce({rows}, 0)
            ELSE coalesce({items}, 0) END
        AS response_managed_bytes"""


def _only_mentioned(column: str, texts: list[str]) -> str:
    if not texts:
        return f"NULL::VARCHAR AS {column}"
    return f"CASE WHEN {column} IN ({literals(dict.fromkeys(texts))}) THEN {column} END AS {column}"
