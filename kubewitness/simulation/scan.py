"""The one pass over the logs, as SQL: lines in, one row for each sort of event out.

Everything that the policy cannot tell apart is one: a namespace or a name that no rule mentions is as good as any
other. So few rows are left to be judged, whatever the size of the log.
"""
# ruff: noqa: S608  every text of others goes through literal()

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.to_sql import UNDERIVED, literal, literals, named_entries_condition, request_query
from kubewitness.simulation.events import event_query
from kubewitness.simulation.needs import Needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion

SEEN: Final = "seen"

UNREAD: Final = "x"
"""How ``underived`` begins in a row of lines that are no events; the reason follows."""

IS_EVENT: Final = f"(NOT starts_with({UNDERIVED}, '{UNREAD}') OR {UNDERIVED} IS NULL)"

# The same for the same requests, in whatever order they come; NULL where one says not which it is.
_IDS: Final = "CASE WHEN count(audit_id) = count(*) THEN sum(hash(audit_id)) END"

# The earliest one that has a time. To compare the ids themselves costs a seventh of the whole scan.
_FIRST_ID: Final = "arg_min(audit_id, at_time)"

_MANAGED_BYTES: Final = ("request_managed_bytes", "response_managed_bytes")


def scan_query(files: Sequence[str], policy: Policy, version: ServerVersion) -> str:
    """The rows of the table ``seen``; what no row could be made of is in ``reject_errors``.

    Columns that tell events apart: ``filename``, ``level``, ``stage``, the user's, the request's, ``underived``;
    ``path`` is NULL for a resource. The rest are sums and extremes. Columns that the policy does not need are left out.
    """
    needs = Needs.of(policy)
    request = request_query(event_query(files, needs), names_matter=named_entries_condition(policy, version))
    keys = [
        # a constant costs nothing, and a text in the key does
        "filename" if len(files) > 1 else f"{literal(files[0])} AS filename",
        "level", "stage", "verb", "user_name", "api_group", "resource", "subresource",
        "CASE WHEN NOT resource_request THEN path END AS path",
        f"CASE WHEN unread IS NOT NULL THEN '{UNREAD}' || unread ELSE {UNDERIVED} END AS {UNDERIVED}",
        *_told_apart(needs),
    ]  # fmt: skip
    sums = ["bytes", "request_bytes", "response_bytes", *(name for name, needed in _managed(needs).items() if needed)]
    return f"""
        SELECT
            {", ".join(keys)}, count(*) AS events, {", ".join(f"sum({name}) AS {name}" for name in sums)},
            {_FIRST_ID} AS audit_id, min(at_time) AS first_time, max(at_time) AS last_time,
            count(*) FILTER (truncated) AS truncated, count(*) FILTER (request_bytes + response_bytes > 0) AS with_body,
            count(*) FILTER (response_bytes > 0) AS with_response
            {", count(*) FILTER (managed) AS with_managed" if needs.keeps_managed else ""}
            {f", {_IDS} AS ids" if needs.ids else ""}
        FROM ({request})
        GROUP BY ALL"""


def absent_columns(policy: Policy) -> str:
    """The columns that ``scan_query`` leaves out for this policy, as constants behind commas."""
    needs = Needs.of(policy)
    texts = {"namespace": needs.namespaces, "name": needs.names, "user_groups": needs.groups}
    numbers = {**_managed(needs), "with_managed": needs.keeps_managed, "ids": needs.ids}
    return "".join(
        [
            *(f", NULL::VARCHAR AS {name}" for name, needed in texts.items() if not needed),
            *(f", 0 AS {name}" for name, needed in numbers.items() if not needed),
        ]
    )


def _told_apart(needs: Needs) -> Iterator[str]:
    for column, texts in (("namespace", needs.namespaces), ("name", needs.names)):
        if texts:
            # quicker than IN, which compares column by column
            yield f"CASE WHEN list_contains([{literals(texts)}], {column}) THEN {column} END AS {column}"
    if needs.groups:
        yield "user_groups"


def _managed(needs: Needs) -> dict[str, bool]:
    return dict(zip(_MANAGED_BYTES, (needs.request_managed, needs.response_managed), strict=True))
