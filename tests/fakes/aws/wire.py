"""AWS's protocols, read and written with botocore's models (through moto's reader for the server's side)."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote
from uuid import uuid4
from xml.sax.saxutils import escape

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from tests.fakes.aws.contract import Reading, breaches
from tests.fakes.aws.refusals import COMMON, Refusal, invalid
from tests.fakes.httpd import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = frozenset({"json", "rest-json"})


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks for, before anyone knows whether it may."""

    service: str
    name: str
    protocol: str
    model: Any
    """botocore's."""
    in_path: dict[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        return f"{self.service}:{self.name}"

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(shape.metadata.get("error", {}).get("code", shape.name) for shape in self.model.error_shapes)


def environ(request: HttpRequest) -> dict[str, Any]:
    """The request as WSGI has it."""
    host = request.headers.get("host", "localhost")
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return {
        **headers,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, "latin-1"),
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "QUERY_STRING": request.query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "SERVER_NAME": host.partition(":")[0],
        "SERVER_PORT": host.partition(":")[2] or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def operation(service: str, request: HttpRequest) -> Operation:
    """Raises: Refusal: the service has no such action."""
    try:
        model = get_service_model(service)
        protocol = determine_request_protocol(model, request.headers.get("content-type", ""))
        name, in_path = _name(service, protocol, request)
        return Operation(service, name, protocol, model.operation_model(name), in_path)
    except Exception as error:  # botocore and moto have a type of their own for each of these
        raise Refusal("UnknownOperationException", f"{service}: {error}", 404) from error


def _name(service: str, protocol: str, request: HttpRequest) -> tuple[str, dict[str, Any]]:
    if protocol == "json":
        return request.headers["x-amz-target"].rpartition(".")[2], {}
    if protocol in ("query", "ec2"):
        return parse_qs(request.body.decode() or request.query)["Action"][0], {}
    found, in_path = get_service_router(service).match(Request(environ(request)))
    return found.name, dict(in_path)


def parameters(asked: Operation, request: HttpRequest) -> dict[str, Any]:
    """What is asked, by the names of the SDK.

    Raises:
        Refusal: the model does not allow it.
    """
    seen = Request(environ(request))
    parts: Any = {
        "method": seen.method,
        "values": seen.values,
        "headers": seen.headers,
        "body": seen.data,
        "url_path": seen.path,
        "url_params": asked.in_path,
    }
    shape = asked.model.input_shape
    if shape is None:
        return {}
    try:
        parsed: dict[str, Any] = PROTOCOL_PARSERS[asked.protocol](asked.model).parse(parts)
    except Exception as error:
        raise Refusal("SerializationException", f"{type(error).__name__}: {error}", 400) from error
    found = list(_request_breaches(shape, parsed, request, asked))
    if found:
        raise invalid(asked.codes, "; ".join(found))
    return parsed


def _request_breaches(shape: Any, parsed: dict[str, Any], request: HttpRequest, asked: Operation) -> Iterator[str]:
    """A JSON body is held against the model as it came: moto's reader has left out, and made fit, what did not."""
    if asked.protocol not in JSON:
        yield from breaches(parsed, shape, reading=Reading(wire_names=False))
        return
    around = {
        member.serialization.get("name", name): parsed[name]
        for name, member in shape.members.items()
        if "location" in member.serialization and name in parsed
    }
    body = json.loads(request.body) if request.body.strip() else {}
    yield from breaches({**body, **around}, shape)


def answered(asked: Operation, result: dict[str, Any]) -> HttpAnswer:
    """The answer as it goes over the wire. ``result`` goes by the names of the body."""
    headers = {"x-amzn-requestid": str(uuid4())}
    if asked.protocol in JSON:
        kind = "application/x-amz-json-1.1" if asked.protocol == "json" else "application/json"
        status = asked.model.http.get("responseCode", 200)
        return HttpAnswer(status, json.dumps(result, default=_seconds).encode(), {**headers, "content-type": kind})
    written = get_serializer_class(asked.service, asked.protocol)(asked.model).serialize(result)
    body = written["body"]
    payload = body.encode() if isinstance(body, str) else bytes(body)
    return HttpAnswer(written["status_code"], payload, {**headers, "content-type": "text/xml"})


def refused(service: str, asked: Operation | None, refusal: Refusal) -> HttpAnswer:
    protocol = asked.protocol if asked else determine_request_protocol(get_service_model(service), "")
    status = refusal.status or _modelled_status(asked, refusal.code)
    headers = {"x-amzn-requestid": str(uuid4())}
    if protocol in JSON:
        body = {"message": refusal.message, **refusal.members}
        if protocol == "json":
            body = {"__type": refusal.code, **body}
        else:
            headers["x-amzn-errortype"] = refusal.code
        return HttpAnswer(status, json.dumps(body).encode(), {**headers, "content-type": "application/json"})
    error = f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
    if protocol == "ec2":
        text = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{uuid4()}</RequestID></Response>"
    else:
        error = f"<Error><Type>Sender</Type>{error}</Error>"
        text = f"<ErrorResponse>{error}<RequestId>{uuid4()}</RequestId></ErrorResponse>"
    return HttpAnswer(status, text.encode(), {**headers, "content-type": "text/xml"})


def answer_breaches(asked: Operation, result: Any) -> Iterator[str]:
    shape = asked.model.output_shape
    if shape is None:
        if result:
            yield f"{asked.action} answers nothing, not {result}"
    else:
        yield from breaches(result, shape, asked.action, Reading(asked.protocol in JSON, limits=False))


def refusal_breaches(asked: Operation, refusal: Refusal) -> Iterator[str]:
    if asked.protocol != "ec2" and refusal.code not in asked.codes | COMMON:  # EC2's model names no errors
        yield f"{asked.action} has no error {refusal.code}"


def _modelled_status(asked: Operation | None, code: str) -> int:
    for shape in asked.model.error_shapes if asked else ():
        error = shape.metadata.get("error", {})
        if error.get("code", shape.name) == code:
            return int(error.get("httpStatusCode", 400))
    return 400


def _seconds(value: Any) -> float:
    """Both JSON protocols send a time as seconds since 1970."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} in an answer")
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
