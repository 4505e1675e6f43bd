"""An HTTP/1.1 server on loopback that keeps connections alive: one function answers every request."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from typing_extensions import override

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    target: str
    """Path and query, as they were sent."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave in one piece: two would wait for each other (Nagle and the delayed ACK)
    server: _Server

    def answer_it(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answer(HttpRequest(self.command, self.path, headers, body))
        if answer is None:  # the fault that was asked for: the connection ends, and no answer comes
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = answer_it  # noqa: N815  the names that http.server asks for


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512  # a client that opens hundreds of connections at once is what the benchmark is

    def __init__(self, answer: Callable[[HttpRequest], HttpAnswer | None]) -> None:
        self.answer = answer
        super().__init__(("127.0.0.1", 0), _Handler)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is no news
            super().handle_error(request, client_address)


class _TlsServer(_Server):
    """The handshake happens in the connection's own thread: a client that stalls must not stop the others."""

    def __init__(self, answer: Callable[[HttpRequest], HttpAnswer | None], context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__(answer)

    @override
    def finish_request(self, request: Any, client_address: Any) -> None:
        with self.context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


def serve(answer: Callable[[HttpRequest], HttpAnswer | None], tls: ssl.SSLContext | None = None) -> str:
    """Start answering, in threads that end with the process. The address, as a URL without a slash at its end."""
    server = _Server(answer) if tls is None else _TlsServer(answer, tls)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
