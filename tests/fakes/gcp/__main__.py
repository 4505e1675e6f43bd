"""``python -m tests.fakes.gcp``: serve until standard input ends. The one line on standard output says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.control import PREFIX, common_verbs, controlled
from tests.fakes.gcp import clusters, hierarchy, operations, tokens
from tests.fakes.gcp.grpcfront import serve_grpc
from tests.fakes.gcp.restfront import answer_rest
from tests.fakes.gcp.rpcs import all_rpcs
from tests.fakes.gcp.world import World
from tests.fakes.httpd import serve
from tests.fakes.process import serve_until_the_parent_ends
from tests.fakes.tls import make_certificate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.httpd import HttpAnswer, HttpRequest


class Server:
    """The world, and its plain side: tokens, and the test on the control path."""

    def __init__(self) -> None:
        self._fresh()

    def _fresh(self) -> None:
        self.world = world = World()
        self.verbs: dict[str, Callable[..., Any]] = {
            **common_verbs(world.faults, world.ledger),
            "set": world.set,
            "advance": world.advance,
            "reset": self._fresh,
            "add": lambda **of: hierarchy.add(world, **of),
            "alter_cluster": lambda **of: clusters.alter_cluster(world, **of),
            "disable_api": lambda api, project: world.disabled.add((api, project)),
            "fail_next_operation": lambda **of: operations.fail_next_operation(world, **of),
            "finish_operations": lambda: operations.settle(world, all_of_them=True),
            "expire": lambda: tokens.expire(world),
            "token": lambda: (tokens.new_token(world), world.settings.token_seconds),
        }

    def __call__(self, request: HttpRequest) -> HttpAnswer | None:
        if request.path.startswith(PREFIX):
            return controlled(self.verbs, request)
        return tokens.token_answer(self.world)


def main() -> None:
    rpcs = list(all_rpcs())
    certificate = make_certificate()
    server = Server()
    plain = serve(server)
    rest = serve(lambda request: answer_rest(rpcs, request, server.world), certificate.context())
    _kept, grpc_address = serve_grpc(rpcs, certificate, lambda: server.world)
    serve_until_the_parent_ends(
        {
            "control": plain,
            "token_url": f"{plain}/token",
            "grpc": grpc_address,
            "rest": rest,
            "certificate": certificate.chain.decode(),
        }
    )


if __name__ == "__main__":
    main()
