"""What kube-apiserver derived from a request URI, as a query over a table of events.

The plain case, which is all but every event of a real log, is derived in SQL. What is not plain stays to be derived
by ``attributes_of``, once for each text: escapes in the path, the old ``/watch/`` and ``/proxy/`` paths, a field
selector that gives a list its name, no URI at all.
Source: https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/request#RequestInfoFactory
"""

# ruff: noqa: S608  every text of others goes through literal()

from __future__ import annotations

from typing import Final

REQUEST_COLUMNS: Final = ("resource_request", "api_group", "resource", "subresource", "name", "namespace", "path")
"""As the fields of ``RequestAttributes``."""

UNDERIVED: Final = "underived"
"""The column that is NULL for a derived row. Else ``u`` and the URI, or ``o`` and the JSON of objectRef, and the other
columns but the verb say nothing."""

_HAS_NAME_IN_QUERY: Final = "contains(uri, 'metadata.name') OR regexp_matches(uri, '%(2[eE]|[4-7])')"
"""A field selector may ask for one name. The second: letters or a dot of it may be written as escapes."""

# Numbers that differ from watch to watch and say nothing about the name, but that they are numbers.
_NUMBERS: Final = ("resourceVersion", "timeoutSeconds", "limit")


def request_query(source: str, *, names_matter: str | None) -> str:
    """``source`` with the columns of a request, and ``underived``.

    ``source`` is a query with the columns ``uri`` (NULL where absent), ``object_ref`` (JSON, NULL where absent; only
    looked at where there is no URI) and ``verb``. ``names_matter``: a condition over the columns of a request; where
    it does not hold (``None``: nowhere), a name in a field selector is not looked for.
    """
    query = source
    for columns in _STEPS:
        query = f"SELECT *, {', '.join(columns)} FROM ({query})"
    # CASE, and not OR: what stands behind is not worked out where it does not matter
    named = f"""WHEN name = '' AND verb IN ('list', 'watch') THEN CASE
            WHEN {_HAS_NAME_IN_QUERY} THEN CASE
                WHEN {names_matter} THEN 'u' || {_without_numbers("uri")} END END"""
    underived = f"""CASE
        WHEN uri IS NULL THEN 'o' || coalesce(object_ref, '')
        WHEN NOT plain THEN 'u' || uri
        {named if names_matter else ""} END"""
    return f"SELECT * EXCLUDE (uri, object_ref, part, head, plain, target), {underived} AS {UNDERIVED} FROM ({query})"


def _without_numbers(uri: str) -> str:
    for key in _NUMBERS:
        uri = f"regexp_replace({uri}, '([?&]{key}=)[0-9]{{1,18}}(&|$)', '\\10\\2')"
    return uri


# `part` starts with an empty text, before the first slash. `head` is the place of the first part behind the version, 0
# for what is no resource; `target` that of the resource.
_STEPS: Final = (
    ("split_part(uri, '?', 1) AS path",),
    ("string_split(path, '/') AS part",),
    (
        "CASE part[2] WHEN 'api' THEN CASE WHEN len(part) >= 4 THEN 4 ELSE 0 END"
        " WHEN 'apis' THEN CASE WHEN len(part) >= 5 THEN 5 ELSE 0 END ELSE 0 END AS head",
    ),
    (
        "head > 0 AS resource_request",
        "CASE head WHEN 5 THEN part[3] ELSE '' END AS api_group",
        "starts_with(path, '/') AND NOT contains(path, '%') AND NOT starts_with(path, '//')"
        " AND (NOT ends_with(path, '/') OR path = '/')"
        " AND (head = 0 OR part[head] NOT IN ('watch', 'proxy')) AS plain",
        "CASE part[head] WHEN 'namespaces' THEN coalesce(part[head + 1], '') ELSE '' END AS namespace",
        "CASE WHEN part[head] = 'namespaces' AND part[head + 2] NOT IN ('status', 'finalize') THEN head + 2 ELSE head"
        " END AS target",
    ),
    (
        "coalesce(part[target], '') AS resource",
        "coalesce(part[target + 1], '') AS name",
        "CASE head WHEN 0 THEN '' ELSE coalesce(part[target + 2], '') END AS subresource",
    ),
)
