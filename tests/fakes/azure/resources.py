"""Resources as Azure Resource Manager keeps all of them: put, got, listed, changed and deleted by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.azure import clustermodel, shapes
from tests.fakes.azure.ids import target
from tests.fakes.azure.paging import page
from tests.fakes.azure.refusals import Refusal, invalid, no_group, no_resource, no_subscription, unregistered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.azure.kinds import Kind
    from tests.fakes.azure.world import Call

CLUSTER = "microsoft.containerservice/managedclusters"
GROUP = "microsoft.resources/subscriptions/resourcegroups"


def check_place(call: Call, kind: Kind) -> None:
    """Raises: Refusal: the subscription, the group or the resource around it is not there."""
    here, known = call.target, call.world.resources
    if here.subscription.lower() not in call.world.subscriptions:
        raise no_subscription(here.subscription)
    namespace = kind.name.partition("/")[0]
    if (here.subscription.lower(), namespace.lower()) in call.world.unregistered:
        raise unregistered(namespace)
    group = f"/subscriptions/{here.subscription}/resourceGroups/{here.group}".lower()
    if here.group and here.kind != GROUP and group not in known:
        raise no_group(here.group)
    if "/providers/" in here.parent.lower() and here.parent.lower() not in known:
        around = target(here.parent)
        raise no_resource(around.kind, around.name, around.group)


def get(call: Call, kind: Kind) -> Any:
    found = call.world.resources.get(call.target.key)
    if found is None and kind.listed:
        found = next((one for one in kind.listed(call) if one["name"].lower() == call.target.name.lower()), None)
    if found is None:
        raise no_group(call.target.group) if call.target.kind == GROUP else _missing(call, kind)
    return kind.shown(call, found)


def listed(call: Call, kind: Kind) -> Any:
    if kind.listed:
        return page(call, kind.listed(call))
    prefix = f"{call.target.parent}/".lower()
    found = [
        kind.shown(call, resource)
        for key, resource in sorted(call.world.resources.items())
        if key.startswith(prefix) and target(key).kind == call.target.kind
    ]
    return page(call, found)


def put(call: Call, kind: Kind) -> tuple[int, Any]:
    """Status and resource: 201 for a new one, but for Microsoft.Insights, which has 200 only."""
    _check_body(call)
    before = call.world.resources.get(call.target.key)
    body = {name: value for name, value in call.body.items() if name not in ("id", "name", "type")}
    made = {"id": call.target.path, "name": call.target.name, "type": kind.name, **kind.put(call, before, body)}
    if before is not None:  # the name stays as it was first written
        made = {**made, "id": before["id"], "name": before["name"]}
    call.world.resources[call.target.key] = made
    return 201 if before is None and not kind.bare else 200, kind.shown(call, made)


def patch(call: Call, kind: Kind) -> Any:
    before = call.world.resources.get(call.target.key)
    if before is None:
        raise _missing(call, kind)
    if kind.patch is None:
        raise Refusal(405, "MethodNotAllowed", f"this fake does no PATCH of {kind.name}")
    _check_body(call)
    call.world.resources[call.target.key] = kind.patch(call, before, call.body)
    return kind.shown(call, call.world.resources[call.target.key])


def delete(call: Call) -> int:
    """What hangs from it goes too; but for diagnostic settings, which stay and hold for the next of that name.

    Source: https://github.com/MicrosoftDocs/azure-docs/pull/107734
    """
    known = call.world.resources
    if call.target.key not in known:
        return 204
    below = [key for key in known if key.startswith(f"{call.target.key}/")]
    for key in [call.target.key, *below]:
        if key == call.target.key or target(key).kind != "microsoft.insights/diagnosticsettings":
            del known[key]
    return 200


def answer_breaches(call: Call, answer: Any) -> Iterator[str]:
    for resource in answer.get("value", [answer]) if isinstance(answer, dict) else ():
        yield from _breaches(call, resource)


def _check_body(call: Call) -> None:
    if not isinstance(call.body, dict):
        raise invalid("The request content was invalid and could not be deserialized.")
    if found := list(_breaches(call, call.body)):
        raise invalid(f"The request content was invalid and could not be deserialized: {'; '.join(found)}")


def _breaches(call: Call, resource: Any) -> Iterator[str]:
    yield from (
        clustermodel.breaches(resource) if call.target.kind == CLUSTER else shapes.breaches(call.target.kind, resource)
    )


def _missing(call: Call, kind: Kind) -> Refusal:
    if kind.bare:
        return Refusal(404, "ResourceNotFound", f"The resource '{call.target.path}' could not be found.", bare=True)
    return no_resource(kind.name, call.target.name, call.target.group)
