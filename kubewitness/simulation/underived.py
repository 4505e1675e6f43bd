"""The requests that SQL does not derive, by the same function as everywhere else, each once."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy import RecordError, RequestAttributes, attributes_of
from kubewitness.auditpolicy.to_sql import REQUEST_COLUMNS, UNDERIVED, carried
from kubewitness.simulation.judge import ADD_DERIVED, MAKE_DERIVED, TO_DERIVE_QUERY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

_PORTION: Final = 10_000


def derive(connection: DuckDBPyConnection) -> None:
    """Makes the table ``derived``, in portions: memory is bounded by one of them."""
    connection.execute(MAKE_DERIVED)
    rows = (_row(verb, text) for verb, text in _asked(connection))
    while portion := list(islice(rows, _PORTION)):
        connection.execute(ADD_DERIVED, [json.dumps(portion)])


def _asked(connection: DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    cursor = connection.cursor()  # its own result: the connection's is used in between
    cursor.execute(TO_DERIVE_QUERY)
    while rows := cursor.fetchmany(_PORTION):
        yield from rows


def _row(verb: str, text: str) -> dict[str, Any]:
    row: dict[str, Any] = {"verb": verb, UNDERIVED: text, "readable": True}
    try:
        request = _derived(verb, text)
    except (RecordError, ValueError):
        return {**row, "readable": False}
    values = {column: getattr(request, column) for column in REQUEST_COLUMNS}
    return {**row, **{key: carried(value) if isinstance(value, str) else value for key, value in values.items()}}


def _derived(verb: str, text: str) -> RequestAttributes:
    if text.startswith("u"):
        return attributes_of({"verb": verb, "requestURI": text[1:]})
    return attributes_of({"verb": verb, "objectRef": json.loads(text[1:])})
