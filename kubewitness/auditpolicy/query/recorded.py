"""A request in JSON: an object with its attributes, or an audit event; of a recorded one all events there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.attributes import attributes_of
from kubewitness.auditpolicy.query.options import QueryError

if TYPE_CHECKING:
    from kubewitness.auditpolicy.evaluate import RequestAttributes

_MOST: Final = 1_000
"""Events of one request have one stage each; more of them is a log."""


def recorded_attributes(text: str) -> tuple[RequestAttributes, tuple[str, ...]]:
    """The request, and what its reader should know.

    Several objects, a line each, may describe the same request: a watch or an exec has an event for each stage. Raises
    QueryError, also where they are different requests, or RecordError.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 or not all(line.startswith("{") and line.endswith("}") for line in lines):
        return attributes_of(_record(text)), ()
    if len(lines) > _MOST:
        raise _too_many(f"{len(lines)} lines")
    asked = {attributes_of(_record(line)) for line in lines}
    if len(asked) > 1:
        raise _too_many(f"{len(lines)} lines with {len(asked)} different requests")
    return asked.pop(), (f"{len(lines)} events of the same request, which the policy decides about once",)


def _too_many(what: str) -> QueryError:
    return QueryError(f"{what}: give the events of one, or pipe all of them to 'kubewitness policy eval FILE'")


def _record(text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QueryError(f"a request in JSON that cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise QueryError("a request in JSON is one object")
    return record
