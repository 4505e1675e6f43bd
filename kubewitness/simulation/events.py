"""The lines of the logs as events, in SQL: one row a line, parsed once, exact about what is no event."""
# ruff: noqa: S608  every text of others goes through literal()

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.to_sql import literal, literals
from kubewitness.simulation.model import Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.simulation.needs import Needs

LONGEST_LINE: Final = 1 << 25
"""In bytes. kube-apiserver's own rotation refuses events beyond its file's largest size, 100 MB by default."""

BLANK: Final = "blank"
"""A reason beside those of ``Why``: a line that holds nothing is no event and no fault."""

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
_REQUEST_MANAGED: Final = "$.requestObject.metadata.managedFields"
_RESPONSE_MANAGED: Final = "$.responseObject.metadata.managedFields"
_MANAGED_IN_LISTS: Final = (
    "$.responseObject.items[*].metadata.managedFields",
    "$.responseObject.rows[*].object.metadata.managedFields",
)
_HEAD: Final = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'
"""How kube-apiserver begins a line. Of any other line its kind is looked up."""

_REJECTED: Final = {"INVALID ENCODING": Why.NOT_UTF8, "LINE SIZE OVER MAXIMUM": Why.TOO_LONG}


def event_query(files: Iterable[str], needs: Needs) -> str:
    """A row a line, with its file. ``unread`` is NULL for an event, else the reason.

    Of an event ``uri`` or ``object_ref`` is there. ``request_bytes`` and ``response_bytes``: what the bodies take in
    the line; ``…_managed_bytes``: what managed fields take of them.
    """
    return f"""
        SELECT {_WHY} AS unread, filename, bytes, level, stage, coalesce(verb, '') AS verb, uri, object_ref, audit_id,
            try_cast(at_time AS TIMESTAMP) AS at_time, {_USER} AS user_name, user_groups,
            {_TRUNCATED} AS truncated, {", ".join(f"{value} AS {name}" for name, value in _measures(needs))}
        FROM (
            SELECT * REPLACE (nullif(uri, '') AS uri),
                CASE WHEN nullif(uri, '') IS NULL THEN CASE
                    WHEN x IS NOT NULL THEN json_extract(line, '$.objectRef')::VARCHAR END END AS object_ref
            FROM ({_parsed(files, needs)}))"""


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


def _parsed(files: Iterable[str], needs: Needs) -> str:
    """All fields by one look at the line. ``x`` is NULL for what is no JSON."""
    fields = dict(_FIELDS)
    if needs.groups:
        fields["user_groups"] = _GROUPS
    if needs.request_managed:
        fields["request_managed"] = _REQUEST_MANAGED
    if needs.response_managed:
        fields["response_managed"] = _RESPONSE_MANAGED
    named = [f"x[{number}] AS {name}" for number, name in enumerate(fields, 1)]
    if not needs.groups:  # then they only say whether there is a user at all
        named.append(
            f"CASE WHEN coalesce(user_name, '') = '' THEN"
            f" CASE WHEN x IS NOT NULL THEN json_extract_string(line, '{_GROUPS}') END END AS user_groups"
        )
    return f"""
        SELECT *, {", ".join(named)} FROM (
            SELECT strlen(line) + 1 AS bytes, line, rest, filename,
                try(json_extract_string(line, [{literals(fields.values())}])) AS x
            FROM ({lines_query(files)}))"""


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

# One without name and groups is none: the authentication failed.
_USER: Final = """CASE
    WHEN user_name <> '' THEN user_name
    WHEN user_groups IS NOT NULL AND user_groups <> '[]' THEN '' END"""

# Only where a body is missing. The annotations stand at the end of the line.
_TRUNCATED: Final = """CASE WHEN level IN ('Request', 'RequestResponse') THEN CASE
    WHEN request_body IS NULL AND response_body IS NULL
    THEN contains(line, '"audit.k8s.io/truncated":"true"') END END"""


def _measures(needs: Needs) -> Iterator[tuple[str, str]]:
    """Of a patch nothing is taken out: it is recorded as it was sent. Of a list, out of each item."""
    yield "request_bytes", _written(',"requestObject":', "request_body")
    yield "response_bytes", _written(',"responseObject":', "response_body")
    key = ',"managedFields":'
    if needs.request_managed:
        yield "request_managed_bytes", f"CASE verb WHEN 'patch' THEN 0 ELSE {_written(key, 'request_managed')} END"
    if needs.response_managed:
        each = f"lambda text: {_written(key, 'text')}"
        items, rows = (
            f"coalesce(list_sum(list_transform(json_extract(line, {literal(path)}), {each})), 0)"
            for path in _MANAGED_IN_LISTS
        )
        in_list = f"""CASE
            WHEN response_body IS NULL OR verb NOT IN ('list', 'deletecollection') THEN 0
            WHEN starts_with(response_body, '{{"kind":"Table"') THEN {rows} ELSE {items} END"""
        yield "response_managed_bytes", f"{_written(key, 'response_managed')} + {in_list}"
    if needs.keeps_managed:
        bodies = (f"""contains({body}, '"managedFields":')""" for body in ("request_body", "response_body"))
        yield "managed", " OR ".join(bodies)


def _written(key: str, value: str) -> str:
    """What key and value take in the line as Go wrote it, in bytes: it escapes three characters and two separators."""
    escapes = [_longer(value, literal(character), 5) for character in "&<>"]
    escapes += [_longer(value, f"chr({code})", 1) for code in (0x2028, 0x2029)]
    return f"CASE WHEN {value} IS NULL THEN 0 ELSE {len(key)} + strlen({value}) + {' + '.join(escapes)} END"


def _longer(value: str, text: str, factor: int) -> str:
    """By how many bytes: ``factor`` for each byte of ``text``. To look is cheap, to replace is not."""
    return (
        f"CASE WHEN contains({value}, {text})"
        f" THEN {factor} * (strlen({value}) - strlen(replace({value}, {text}, ''))) ELSE 0 END"
    )
