"""Behind us: moto, in the same process, asked as its own server asks it."""

from __future__ import annotations

import json
from threading import RLock
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from tests.fakes.aws.refusals import Refusal
from tests.fakes.aws.wire import environ
from tests.fakes.httpd import HttpAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.fakes.aws.world import Call

_moto = DomainDispatcherApplication(create_backend_app)
_applications: dict[str, Any] = {}
LOCK = RLock()
"""moto's backends are plain dictionaries: whoever asks or changes them holds this."""

_NOT_SENT_ON = frozenset({"content-length", "transfer-encoding", "connection", "date", "server"})


def passed_on(call: Call) -> HttpAnswer:
    """moto's own answer, of whatever kind."""
    said: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        said[:] = [status, headers]

    asked = environ(call.request)
    asked["HTTP_X_MOTO_ACCOUNT_ID"] = call.account  # moto's own way to say whose request it is
    try:
        chunks: Iterable[bytes] = _application(call)(asked, start)
        body = b"".join(chunks)
    except NotImplementedError:
        raise _not_done(call) from None
    headers = {name.lower(): value for name, value in said[1] if name.lower() not in _NOT_SENT_ON}
    return HttpAnswer(int(said[0].partition(" ")[0]), body, headers)


def _application(call: Call) -> Any:
    """moto's, for one service. Its own search for it looks through all folders of moto, at each request."""
    if call.asked.service not in ("eks", "logs", "organizations"):
        return _moto
    if call.asked.service not in _applications:
        _applications[call.asked.service] = _moto.get_application(environ(call.request))
    return _applications[call.asked.service]


def ask(call: Call) -> dict[str, Any]:
    """moto's answer to a JSON request, to be put right.

    Raises:
        Refusal: moto refused.
    """
    return understood(call, passed_on(call))


def understood(call: Call, answer: HttpAnswer) -> dict[str, Any]:
    """Raises: Refusal: moto refused, or has no such path."""
    try:
        body: dict[str, Any] = json.loads(answer.body or b"{}")
    except ValueError:
        raise _not_done(call) from None
    if answer.status >= 300:
        raise _refusal(answer, body)
    return body


def _not_done(call: Call) -> Refusal:
    return Refusal("NotImplemented", f"neither moto nor this fake does {call.asked.action}", 501)


def _refusal(answer: HttpAnswer, body: dict[str, Any]) -> Refusal:
    named = answer.headers.get("x-amzn-errortype") or body.get("__type") or body.get("code") or "InternalFailure"
    members = {key: value for key, value in body.items() if key not in ("__type", "code", "message", "Message")}
    message = body.get("message") or body.get("Message") or ""
    return Refusal(str(named).rpartition("#")[2].partition(":")[0], message, answer.status, members)
