"""What happens to a request: token, version, quota, permission, then the resource."""

from __future__ import annotations

import json
import re
import time
import traceback
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from tests.fakes.azure import graph, logs, operations, refusals, resources, tokens
from tests.fakes.azure.ids import Target, target
from tests.fakes.azure.kinds import KINDS, Kind
from tests.fakes.azure.paging import page
from tests.fakes.azure.refusals import Refusal, invalid
from tests.fakes.azure.world import Call
from tests.fakes.faults import FaultKind
from tests.fakes.httpd import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from tests.fakes.azure.world import World

_LOCK = RLock()
_VERBS = {"GET": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


def answer(request: HttpRequest, world: World) -> HttpAnswer | None:
    """``None``: the connection ends without an answer."""
    if world.settings.latency:
        time.sleep(world.settings.latency)
    call: Call | None = None
    try:
        tokens.check(world, request)
        if (waiting := operations.answer(request, world)) is not None:
            return waiting
        call, kind = _understood(request, world)
        with world.ledger.running(call.target.subscription):
            return _served(call, kind)
    except Refusal as refusal:
        _count(world, call, refusal.code)
        return _refused(refusal)
    except Exception as error:  # noqa: BLE001  a crash of ours must fail the test, not hang its client
        world.ledger.violation(traceback.format_exc())
        return _refused(Refusal(501, "FakeBroke", repr(error)))


def _understood(request: HttpRequest, world: World) -> tuple[Call, Kind | None]:
    path = unquote(request.path)
    query = dict(parse_qsl(request.query))
    body = json.loads(request.body) if request.body.strip() else None
    if path.lower().rstrip("/") == graph.PATH:
        here = Target(path, "", "", "microsoft.resourcegraph/resources", "", "")
        return Call(here, graph.ACTION, query, body, request, world), None
    try:
        here = target(path, request.method)
    except ValueError as error:
        raise Refusal(404, "InvalidResourceType", str(error)) from None
    kind = KINDS.get(here.kind)
    if kind is None and here.kind != "microsoft.resources/subscriptions":
        world.ledger.violation(f"this fake does not know {here.kind}")
        raise Refusal(404, "InvalidResourceType", f"The resource type {here.kind} could not be found.")
    name = kind.name if kind else "Microsoft.Resources/subscriptions"
    if name == logs.KIND:
        name += f"/{logs.table(query)}"
    verb = f"{here.action}/action" if here.action else _VERBS.get(request.method, "read")
    return Call(here, f"{name}/{verb}", query, body, request, world), kind


def _served(call: Call, kind: Kind | None) -> HttpAnswer | None:
    _check_version(call, kind)
    _refuse_as_told(call)
    if hang := call.world.faults.find(call.action, call.labels(), FaultKind.HANG):
        time.sleep(hang.seconds)
    with _LOCK:
        status, result = _result(call, kind)
        later = operations.begin(call, status)
    lost = call.world.faults.find(call.action, call.labels(), FaultKind.LOSE) is not None
    _count(call.world, call, "lost" if lost else "ok")
    if lost:
        return None
    body = b"" if result is None else json.dumps(result).encode()
    return HttpAnswer(status, body, {"content-type": "application/json; charset=utf-8", **later})


def _result(call: Call, kind: Kind | None) -> tuple[int, Any]:
    if kind is None:
        return 200, graph.query(call) if call.action == graph.ACTION else _subscriptions(call)
    if not kind.nowhere:
        resources.check_place(call, kind)
    if kind.asked:
        return 200, kind.asked(call)
    status, result = _of_kind(call, kind)
    for breach in resources.answer_breaches(call, result):
        call.world.ledger.violation(breach)
    return status, result


def _of_kind(call: Call, kind: Kind) -> tuple[int, Any]:
    match call.request.method:
        case "GET":
            return 200, resources.get(call, kind) if call.target.name else resources.listed(call, kind)
        case "PUT":
            return resources.put(call, kind)
        case "PATCH":
            return 200, resources.patch(call, kind)
        case "DELETE":
            return resources.delete(call), None
        case "POST" if call.target.action in kind.actions:
            return 200, kind.actions[call.target.action](call)
    raise Refusal(405, "MethodNotAllowed", f"{call.request.method} of {call.target.path}")


def _subscriptions(call: Call) -> Any:
    """Those that may not be read are left out without a word."""
    shown = []
    for subscription, name in sorted(call.world.subscriptions.items()):
        labels = {"subscription": (subscription,)}
        if not call.world.faults.find(call.action, labels, FaultKind.DENY):
            shown.append({"id": f"/subscriptions/{subscription}", "subscriptionId": subscription, "displayName": name,
                          "state": call.world.states[subscription], "tenantId": refusals.TENANT})  # fmt: skip
    if not call.target.name:
        return page(call, shown)
    found = [one for one in shown if one["subscriptionId"] == call.target.subscription.lower()]
    if not found:
        raise refusals.no_subscription(call.target.subscription)
    return found[0]


def _check_version(call: Call, kind: Kind | None) -> None:
    version = call.query.get("api-version", "")
    if not version:
        raise invalid(
            "The api-version query parameter (?api-version=) is required for all requests.",
            "MissingApiVersionParameter",
        )
    if kind and kind.versions and version not in kind.versions:
        supported = ", ".join(kind.versions)
        said = f"The api-version '{version}' is not supported for {kind.name}. The supported versions are {supported}."
        raise invalid(said, "NoRegisteredProviderFound")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(-preview)?", version):
        raise invalid(f"The api-version '{version}' is invalid.", "InvalidApiVersionParameter")


def _refuse_as_told(call: Call) -> None:
    faults, labels = call.world.faults, call.labels()
    if fault := faults.find(call.action, labels, FaultKind.THROTTLE):
        raise refusals.throttled(fault.seconds)
    if faults.find(call.action, labels, FaultKind.BLOCK):
        raise refusals.blocked(call.action, call.target.path)
    if faults.find(call.action, labels, FaultKind.DENY):
        raise refusals.denied(call.action, call.target.path)
    if fault := faults.find(call.action, labels, FaultKind.FAIL):
        raise Refusal(fault.status, fault.code, fault.message)


def _refused(refusal: Refusal) -> HttpAnswer:
    said = {"code": refusal.code, "message": refusal.message}
    body = said if refusal.bare else {"error": said}
    headers = {"content-type": "application/json; charset=utf-8", **refusal.headers}
    return HttpAnswer(refusal.status, json.dumps(body).encode(), headers)


def _count(world: World, call: Call | None, outcome: str) -> None:
    action, subscription = (call.action, call.target.subscription.lower()) if call else ("unknown", "")
    world.ledger.count(action, subscription, "", outcome)
