"""``python -m tests.fakes.azure``: serve until standard input ends. The one line on standard output says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.azure import tokens
from tests.fakes.azure.diagnostics import Categories
from tests.fakes.azure.gate import answer
from tests.fakes.azure.world import World
from tests.fakes.control import Controlled
from tests.fakes.httpd import serve
from tests.fakes.process import serve_until_the_parent_ends
from tests.fakes.tls import make_certificate

if TYPE_CHECKING:
    from collections.abc import Callable


def add_subscription(world: World, subscription: str, name: str, state: str) -> None:
    world.subscriptions[subscription.lower()] = name
    world.states[subscription.lower()] = state


def verbs(world: World) -> dict[str, Callable[..., Any]]:
    """What this server alone understands."""

    def set_categories(groups: dict[str, list[str]]) -> None:
        known = world.remembered(Categories)
        known.clear()
        known.update({name: tuple(of) for name, of in groups.items()})

    return {
        "subscription": lambda **of: add_subscription(world, **of),
        "unregister": lambda subscription, namespace: world.unregistered.add((subscription.lower(), namespace.lower())),
        "alter": lambda resource, properties: world.resources[resource.lower()]["properties"].update(properties),
        "categories": set_categories,
        "expire": lambda: tokens.expire(world),
        "token": lambda: (tokens.new_token(world), world.settings.token_seconds),
    }


def main() -> None:
    certificate = make_certificate()
    server = Controlled(World, verbs, lambda _, world: tokens.token_answer(world))
    plain = serve(server)
    arm = serve(lambda request: answer(request, server.world), certificate.context())
    serve_until_the_parent_ends(
        {
            "control": plain,
            "identity_url": f"{plain}/msi/token",
            "endpoint": arm,
            "certificate": certificate.chain.decode(),
        }
    )


if __name__ == "__main__":
    main()
