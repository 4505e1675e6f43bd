"""One question over HTTP, to a server in this very process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from gevent.pywsgi import WSGIServer

from kubewitness.model import Reason, Unread
from kubewitness.stores.http import Http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ASKED: list[dict[str, Any]] = []


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    ASKED.append(environ)
    status, headers = {
        "/denied": ("403 Forbidden", []),
        "/away": ("302 Found", [("Location", "/elsewhere")]),
    }.get(environ["PATH_INFO"], ("200 OK", []))
    start_response(status, headers)
    return [b"caf\xe9"]


@pytest.fixture
def url() -> Iterator[str]:
    ASKED.clear()
    server = WSGIServer(("127.0.0.1", 0), application, log=None)
    server.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stop()


def test_the_query_and_the_token_arrive(url: str) -> None:
    answer = Http(url, token="s3cret").ask("/x", {"query": "a b&c"})  # noqa: S106  made up

    assert answer == "caf\ufffd"
    assert ASKED[0]["QUERY_STRING"] == "query=a+b%26c"
    assert ASKED[0]["HTTP_AUTHORIZATION"] == "Bearer s3cret"


def test_a_redirection_gets_no_token_and_is_no_answer(url: str) -> None:
    answer = Http(url, token="s3cret").ask("/away", {})  # noqa: S106  made up

    assert isinstance(answer, Unread)
    assert [item["PATH_INFO"] for item in ASKED] == ["/away"]
    assert "s3cret" not in answer.detail


def test_who_may_not_ask_is_denied(url: str) -> None:
    answer = Http(url).ask("/denied", {})

    assert answer == Unread(Reason.DENIED, f"{url}: HTTP 403")


def test_nobody_there_is_unreachable() -> None:
    answer = Http("http://127.0.0.1:1").ask("/x", {})

    assert isinstance(answer, Unread)
    assert answer.reason is Reason.UNREACHABLE


def test_an_authority_that_is_not_there_is_told() -> None:
    answer = Http("https://127.0.0.1:1", authority="/no/such.pem").ask("/x", {})

    assert isinstance(answer, Unread)
