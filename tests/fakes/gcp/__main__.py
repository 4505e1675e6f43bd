"""``python -m tests.fakes.gcp``: serve until standard input ends. The one line on standard output says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.control import Controlled
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


def verbs(world: World) -> dict[str, Callable[..., Any]]:
    """What this server alone understands."""
    return {
        "add": lambda **of: hierarchy.add(world, **of),
        "alter_cluster": lambda **of: clusters.alter_cluster(world, **of),
        "disable_api": lambda api, project: world.disabled.add((api, project)),
        "fail_next_operation": lambda **of: operations.fail_next_operation(world, **of),
        "finish_operations": lambda: operations.settle(world, all_of_them=True),
        "expire": lambda: tokens.expire(world),
        "token": lambda: (tokens.new_token(world), world.settings.token_seconds),
    }


def main() -> None:
    rpcs = list(all_rpcs())
    certificate = make_certificate()
    server = Controlled(World, verbs, lambda _, world: tokens.token_answer(world))
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
