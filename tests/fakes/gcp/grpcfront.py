"""The gRPC side: TLS, and one handler for all that the SDK's types describe."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tests.fakes.gcp.gate import Lost, answer
from tests.fakes.gcp.refusals import NUMBER, Refusal
from tests.fakes.gcp.untyped import any_pb2, duration_pb2, error_details_pb2, grpc, status_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.gcp.rpcs import Rpc
    from tests.fakes.gcp.world import World
    from tests.fakes.tls import Certificate

THREADS = 128
"""As many calls run at the same time; a call that hangs holds one."""


def serve_grpc(rpcs: list[Rpc], certificate: Certificate, world: Callable[[], World]) -> tuple[Any, str]:
    """The server, to be kept alive, and where it is: ``127.0.0.1:PORT``."""
    server = grpc.server(ThreadPoolExecutor(THREADS))
    services: dict[str, dict[str, Any]] = {}
    for rpc in rpcs:
        service, _, method = rpc.path.strip("/").partition("/")
        services.setdefault(service, {})[method] = grpc.unary_unary_rpc_method_handler(
            _handler(rpc, world),
            request_deserializer=rpc.request.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )
    for service, handlers in services.items():
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    credentials = grpc.ssl_server_credentials([(certificate.key, certificate.chain)])
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    return server, f"127.0.0.1:{port}"


def _handler(rpc: Rpc, world: Callable[[], World]) -> Callable[[Any, Any], Any]:
    def handle(request: Any, context: Any) -> Any:
        sent = dict(context.invocation_metadata())
        try:
            return answer(rpc, request, sent.get("authorization", ""), world())
        except Refusal as refusal:
            details = refusal_details(refusal)
            context.set_trailing_metadata((("grpc-status-details-bin", details.SerializeToString()),))
            context.abort(getattr(grpc.StatusCode, refusal.code), refusal.message)
        except Lost:
            context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")

    return handle


def refusal_details(refusal: Refusal) -> Any:
    """What travels beside the sentence, as google.rpc.Status."""
    status = status_pb2.Status(code=NUMBER[refusal.code], message=refusal.message)
    if refusal.reason:
        info = error_details_pb2.ErrorInfo(reason=refusal.reason, domain="googleapis.com", metadata=refusal.metadata)
        status.details.append(_packed(info))
    if refusal.retry_after:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(int(refusal.retry_after * 1000))
        status.details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    return status


def _packed(message: Any) -> Any:
    box = any_pb2.Any()
    box.Pack(message)
    return box
