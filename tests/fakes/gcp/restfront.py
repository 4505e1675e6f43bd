"""The REST side: Google's own routes, and JSON as protobuf maps it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from tests.fakes.gcp.gate import Lost, answer
from tests.fakes.gcp.grpcfront import refusal_details
from tests.fakes.gcp.refusals import HTTP, Refusal, invalid
from tests.fakes.gcp.untyped import json_format
from tests.fakes.httpd import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from tests.fakes.gcp.rpcs import Route, Rpc
    from tests.fakes.gcp.world import World

_HEADERS = {"content-type": "application/json; charset=UTF-8"}


def answer_rest(rpcs: list[Rpc], request: HttpRequest, world: World) -> HttpAnswer | None:
    try:
        rpc, message = _understood(rpcs, request)
        result = answer(rpc, message, request.headers.get("authorization", ""), world)
    except Refusal as refusal:
        return _refused(refusal)
    except Lost:
        return None
    numbers = "enum-encoding=int" in unquote(request.query)
    text = json_format.MessageToJson(result, use_integers_for_enums=numbers)
    return HttpAnswer(200, text.encode(), _HEADERS)


def _understood(rpcs: list[Rpc], request: HttpRequest) -> tuple[Rpc, Any]:
    path = unquote(request.path)
    for rpc in rpcs:
        for route in rpc.routes:
            if route.method == request.method and (matched := route.pattern.fullmatch(path)):
                return rpc, _message(rpc, route, matched.groups(), request)
    raise Refusal("NOT_FOUND", f"{request.method} {path} is no method of the APIs that this fake knows")


def _message(rpc: Rpc, route: Route, groups: tuple[str, ...], request: HttpRequest) -> Any:
    """Path, query and body, as one request. Members that its type does not have are refused."""
    given: dict[str, Any] = {}
    if route.body and request.body.strip():
        body = json.loads(request.body)
        given = body if route.body == "*" else {route.body: body}
    for name, value in parse_qsl(request.query):
        if not name.startswith("$"):
            _put(given, name, value, repeated=_is_repeated(rpc, name))
    for name, value in zip(route.fields, groups, strict=True):
        _put(given, name, value, repeated=False)
    try:
        return json_format.ParseDict(given, rpc.request())
    except json_format.ParseError as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error


def _put(given: dict[str, Any], name: str, value: str, *, repeated: bool) -> None:
    *parents, last = name.split(".")
    for parent in parents:
        given = given.setdefault(parent, {})
    if repeated:
        given.setdefault(last, []).append(value)
    else:
        given[last] = value


def _is_repeated(rpc: Rpc, name: str) -> bool:
    found = (one for one in rpc.request.DESCRIPTOR.fields if name in (one.name, one.json_name))
    return any(one.is_repeated for one in found)


def _refused(refusal: Refusal) -> HttpAnswer:
    status = json_format.MessageToDict(refusal_details(refusal))
    error = {
        "code": HTTP[refusal.code],
        "message": refusal.message,
        "status": refusal.code,
        "details": status.get("details", []),
    }
    headers = dict(_HEADERS)
    if refusal.retry_after:
        headers["retry-after"] = str(int(refusal.retry_after))
    return HttpAnswer(HTTP[refusal.code], json.dumps({"error": error}).encode(), headers)
