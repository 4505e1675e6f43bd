"""What happens to a request, in AWS's order: who is it, too many, may they, is it well formed, then the service."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING

from tests.fakes.aws import (
    accountpolicies,
    eks,
    eksupdates,
    identity,
    logs,
    organization,
    refusals,
    regions,
    replay,
    upstream,
)
from tests.fakes.aws.arns import resource_of
from tests.fakes.aws.refusals import Refusal
from tests.fakes.aws.wire import (
    JSON,
    Operation,
    answer_breaches,
    answered,
    operation,
    parameters,
    refusal_breaches,
    refused,
)
from tests.fakes.aws.world import Call
from tests.fakes.faults import FaultKind

if TYPE_CHECKING:
    from tests.fakes.aws.world import World
    from tests.fakes.httpd import HttpAnswer, HttpRequest

ACTIONS = {
    **accountpolicies.ACTIONS,
    **eks.ACTIONS,
    **eksupdates.ACTIONS,
    **identity.ACTIONS,
    **logs.ACTIONS,
    **organization.ACTIONS,
    **regions.ACTIONS,
}
"""What we answer ourselves. All else goes to moto."""


def answer(request: HttpRequest, world: World) -> HttpAnswer | None:
    """``None``: the connection ends without an answer."""
    asked: Operation | None = None
    signed = identity.Scope("", "us-east-1", "sts")
    scope = ""
    try:
        signed = identity.scope(request)
        caller = identity.caller(signed, request, world)
        scope = caller.account
        question = replay.question(scope, signed, request)
        with world.ledger.running(scope):
            if world.settings.latency:
                time.sleep(world.settings.latency)
            if remembered := replay.recalled(world, question):
                world.ledger.count(remembered[0], scope, signed.region, "ok")
                return remembered[1]
            asked = operation(signed.service, request)
            result = _served(Call(asked, caller, signed.region, parameters(asked, request), request, world))
            if result is not None:
                replay.remember(world, question, asked, result)
            return result
    except Refusal as refusal:
        asked = asked or _operation_if_any(signed, request)
        for breach in refusal_breaches(asked, refusal) if asked and not refusal.told else ():
            world.ledger.violation(breach)
        world.ledger.count(asked.action if asked else "unknown", scope, signed.region, refusal.code)
        return refused(signed.service, asked, refusal)
    except Exception as error:  # noqa: BLE001  a crash of ours must fail the test, not hang its client
        world.ledger.violation(traceback.format_exc())
        crash = Refusal("InternalFailure", f"the fake broke: {error!r}", 501)  # 501: the SDKs do not try again
        return refused(signed.service, asked, crash)


def _served(call: Call) -> HttpAnswer | None:
    _refuse_as_told(call)
    labels = call.labels()
    hang = call.world.faults.find(call.asked.action, labels, FaultKind.HANG)
    if hang is not None:
        time.sleep(hang.seconds)
    with upstream.LOCK:
        eksupdates.settle(call.world)
        result = _result(call)
    lost = call.world.faults.find(call.asked.action, labels, FaultKind.LOSE) is not None
    outcome = "lost" if lost else "ok" if result.status < 400 else str(result.status)
    call.world.ledger.count(call.asked.action, call.account, call.region, outcome)
    return None if lost else result


def _result(call: Call) -> HttpAnswer:
    ours = ACTIONS.get(call.asked.action)
    if ours is not None:
        result = ours(call)
        for breach in answer_breaches(call.asked, result):
            call.world.ledger.violation(breach)
        return answered(call.asked, result)
    theirs = upstream.passed_on(call)
    if call.asked.protocol in JSON:
        for breach in answer_breaches(call.asked, upstream.understood(call, theirs)):
            call.world.ledger.violation(f"moto: {breach}")
    return theirs


def _refuse_as_told(call: Call) -> None:
    service, action, faults, labels = call.asked.service, call.asked.action, call.world.faults, call.labels()
    who, what = call.caller.principal, resource_of(call)
    if faults.find(action, labels, FaultKind.THROTTLE):
        raise refusals.throttled(service)
    if faults.find(action, labels, FaultKind.BLOCK):
        raise refusals.blocked(service, action, who, what)
    if faults.find(action, labels, FaultKind.DENY):
        raise refusals.denied(service, action, who, what)
    if fault := faults.find(action, labels, FaultKind.FAIL):
        raise Refusal(fault.code, fault.message, fault.status, told=True)


def _operation_if_any(signed: identity.Scope, request: HttpRequest) -> Operation | None:
    """What a caller asked for who was turned away before that mattered."""
    try:
        return operation(signed.service, request)
    except Refusal:
        return None
