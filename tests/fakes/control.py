"""How a server is told what to do: ``POST /_fake/VERB`` with a JSON object of arguments, answered by a JSON value."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tests.fakes.faults import Fault, FaultKind
from tests.fakes.httpd import HttpAnswer, HttpRequest
from tests.fakes.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from tests.fakes.faults import Faults
    from tests.fakes.ledger import Ledger

W = TypeVar("W", bound=World)

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


class Controlled(Generic[W]):
    """A world that a test looks at, changes and starts anew over the wire; ``answer`` is what all others are told."""

    def __init__(
        self,
        make: Callable[[], W],
        verbs: Callable[[W], Mapping[str, Callable[..., Any]]],
        answer: Callable[[HttpRequest, W], HttpAnswer | None],
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        """``verbs``: what a server understands beside what all do. ``lock``: held while the world is changed."""
        self._make, self._verbs_of, self._answer = make, verbs, answer
        self._lock = lock or nullcontext()
        self.reset()

    def reset(self) -> None:
        self.world = world = self._make()
        self._verbs: dict[str, Callable[..., Any]] = {
            **common_verbs(world.faults, world.ledger),
            "set": world.set,
            "advance": world.advance,
            "reset": self.reset,
            **self._verbs_of(world),
        }

    def __call__(self, request: HttpRequest) -> HttpAnswer | None:
        if not request.path.startswith(PREFIX):
            return self._answer(request, self.world)
        with self._lock:
            return controlled(self._verbs, request)


def controlled(verbs: Mapping[str, Callable[..., Any]], request: HttpRequest) -> HttpAnswer:
    """Do what is asked. A mistake of the asker comes back as 400 with its text."""
    verb = request.path.removeprefix(PREFIX)
    try:
        result = verbs[verb](**json.loads(request.body or b"{}"))
    except (KeyError, TypeError, ValueError) as error:
        return HttpAnswer(400, f"{verb}: {type(error).__name__}: {error}".encode())
    return HttpAnswer(200, json.dumps(result).encode())
