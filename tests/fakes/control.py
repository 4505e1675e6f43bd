"""How a server is told what to do: ``POST /_fake/VERB`` with a JSON object of arguments, answered by a JSON value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.fakes.faults import Fault, FaultKind
from tests.fakes.httpd import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.fakes.faults import Faults
    from tests.fakes.ledger import Ledger

PREFIX = "/_fake/"


def common_verbs(faults: Faults, ledger: Ledger) -> dict[str, Callable[..., Any]]:
    """What every server understands. A server adds its own."""

    def fault(kind: str, **of: Any) -> int:
        return faults.add(Fault(FaultKind(kind), **of))

    return {
        "fault": fault,
        "heal": lambda number=None: faults.clear() if number is None else faults.remove(number),
        "calls": lambda: {"calls": ledger.calls(), "peak": ledger.peak()},
        "forget": ledger.forget,
        "violations": lambda: ledger.violations,
    }


def controlled(verbs: Mapping[str, Callable[..., Any]], request: HttpRequest) -> HttpAnswer:
    """Do what is asked. A mistake of the asker comes back as 400 with its text."""
    verb = request.path.removeprefix(PREFIX)
    try:
        result = verbs[verb](**json.loads(request.body or b"{}"))
    except (KeyError, TypeError, ValueError) as error:
        return HttpAnswer(400, f"{verb}: {type(error).__name__}: {error}".encode())
    return HttpAnswer(200, json.dumps(result).encode())
