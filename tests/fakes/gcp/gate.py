"""What happens to a call, by gRPC or REST: its token, its quota, its permission, then the service."""

from __future__ import annotations

import time
import traceback
from threading import RLock
from typing import TYPE_CHECKING, Any

from tests.fakes.faults import FaultKind
from tests.fakes.gcp import clusters, entries, hierarchy, logconfig, operations, refusals
from tests.fakes.gcp.refusals import Refusal
from tests.fakes.gcp.tokens import is_good
from tests.fakes.gcp.untyped import UnknownFieldSet
from tests.fakes.gcp.world import Call

if TYPE_CHECKING:
    from tests.fakes.gcp.rpcs import Rpc
    from tests.fakes.gcp.world import World

ACTIONS = {**clusters.ACTIONS, **entries.ACTIONS, **hierarchy.ACTIONS, **logconfig.ACTIONS, **operations.ACTIONS}
"""RPC -> (permission, what it does)."""

_LOCK = RLock()


class Lost(Exception):  # noqa: N818  a fault that was asked for
    """It is done, and no answer may come."""


def answer(rpc: Rpc, request: Any, authorization: str, world: World) -> Any:
    """The answer, of the type that the RPC has.

    Raises:
        Refusal: as Google would refuse.
        Lost: the connection is to end.
    """
    permission, action = ACTIONS.get(rpc.name, (rpc.name, None))
    call = Call(rpc, permission, request, resource_of(request), world)
    try:
        with world.ledger.running(call.container):
            result = _served(call, action, authorization)
    except Refusal as refusal:
        world.ledger.count(permission, call.container, _location(call), refusal.code)
        raise
    except Exception as error:
        world.ledger.violation(traceback.format_exc())
        raise Refusal("INTERNAL", f"the fake broke: {error!r}") from error
    lost = world.faults.find(permission, call.labels(), FaultKind.LOSE) is not None
    world.ledger.count(permission, call.container, _location(call), "lost" if lost else "ok")
    if lost:
        raise Lost
    return result


def _served(call: Call, action: Any, authorization: str) -> Any:
    if call.world.settings.latency:
        time.sleep(call.world.settings.latency)
    if not is_good(call.world, authorization):
        raise refusals.unauthenticated()
    if action is None:
        call.world.ledger.violation(f"this fake does not do {call.rpc.name}")
        raise Refusal("UNIMPLEMENTED", f"this fake does not do {call.rpc.name}")
    if len(UnknownFieldSet(call.request)):
        raise refusals.invalid(f"{call.rpc.name}: the request has fields that its type does not know")
    _refuse_as_told(call)
    if hang := call.world.faults.find(call.permission, call.labels(), FaultKind.HANG):
        time.sleep(hang.seconds)
    with _LOCK:
        operations.settle(call.world)
        result = action(call)
    if not isinstance(result, call.rpc.answer):
        call.world.ledger.violation(f"{call.rpc.name} answers {call.rpc.answer.__name__}, not {type(result).__name__}")
    return result


def _refuse_as_told(call: Call) -> None:
    faults, labels, project = call.world.faults, call.labels(), call.container.partition("/")[2]
    if fault := faults.find(call.permission, labels, FaultKind.THROTTLE):
        raise refusals.throttled(call.rpc.api, call.permission, fault.seconds)
    if (call.rpc.api, project) in call.world.disabled:
        raise refusals.disabled(call.rpc.api, project)
    if faults.find(call.permission, labels, FaultKind.BLOCK):
        raise refusals.blocked(call.rpc.api)
    if faults.find(call.permission, labels, FaultKind.DENY):
        raise refusals.denied(call.permission, call.resource)
    if fault := faults.find(call.permission, labels, FaultKind.FAIL):
        raise Refusal(fault.code, fault.message)


def resource_of(request: Any) -> str:
    """What a request is about. The deprecated way of three fields is understood too."""
    for member in ("name", "parent", "resource", "bucket_name", "sink_name"):
        if getattr(request, member, ""):
            return str(getattr(request, member))
    if getattr(request, "project_id", ""):
        parts = ["projects", request.project_id, "locations", request.zone]
        for kind, member in (("clusters", "cluster_id"), ("operations", "operation_id")):
            if getattr(request, member, ""):
                parts += [kind, getattr(request, member)]
        return "/".join(parts)
    names = getattr(request, "resource_names", None)
    return str(names[0]) if names else ""


def _location(call: Call) -> str:
    parts = call.resource.split("/")
    return parts[parts.index("locations") + 1] if "locations" in parts[:-1] else ""
