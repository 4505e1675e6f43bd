"""Answers from memory, for benchmarks: what is measured then is who asks, not moto.

A reading that was answered once is answered the same again. Whatever is no reading empties the memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.aws.identity import Scope
    from tests.fakes.aws.wire import Operation
    from tests.fakes.aws.world import World
    from tests.fakes.httpd import HttpAnswer, HttpRequest

_READINGS = ("Describe", "Get", "List")

Question = tuple[str, str, str, str, str, str, bytes]


@dataclass
class Memory:
    of: dict[Question, tuple[str, HttpAnswer]] = field(default_factory=dict)
    """Question -> action, answer."""


def question(account: str, signed: Scope, request: HttpRequest) -> Question:
    target = request.headers.get("x-amz-target", "")
    return account, signed.region, signed.service, request.method, request.target, target, request.body


def recalled(world: World, asked: Question) -> tuple[str, HttpAnswer] | None:
    """Action and answer. Nothing while a fault is in force: it wants to be asked."""
    if not world.settings.replay or world.faults:
        return None
    found: tuple[str, HttpAnswer] | None = world.remembered(Memory).of.get(asked)
    return found


def remember(world: World, asked: Question, operation: Operation, answer: HttpAnswer) -> None:
    if operation.name.startswith(_READINGS):
        if world.settings.replay and not world.faults:
            world.remembered(Memory).of[asked] = operation.action, answer
    elif operation.service != "sts":  # a role assumed changes nothing that is read
        world.remembered(Memory).of.clear()
