"""``python -m tests.fakes.azure``: serve until standard input ends. The one line on standard output says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.azure import tokens
from tests.fakes.azure.diagnostics import Categories
from tests.fakes.azure.gate import answer
from tests.fakes.azure.world import World
from tests.fakes.control import PREFIX, common_verbs, controlled
from tests.fakes.httpd import serve
from tests.fakes.process import serve_until_the_parent_ends
from tests.fakes.tls import make_certificate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.httpd import HttpAnswer, HttpRequest


def add_subscription(world: World, subscription: str, name: str, state: str) -> None:
    world.subscriptions[subscription.lower()] = name
    world.states[subscription.lower()] = state


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
            "subscription": lambda **of: add_subscription(world, **of),
            "unregister": lambda subscription, namespace: world.unregistered.add(
                (subscription.lower(), namespace.lower())
            ),
            "alter": self._alter,
            "categories": self._set_categories,
            "expire": lambda: tokens.expire(world),
            "token": lambda: (tokens.new_token(world), world.settings.token_seconds),
        }

    def _alter(self, resource: str, properties: dict[str, Any]) -> None:
        self.world.resources[resource.lower()]["properties"].update(properties)

    def _set_categories(self, groups: dict[str, list[str]]) -> None:
        known = self.world.remembered(Categories)
        known.clear()
        known.update({name: tuple(of) for name, of in groups.items()})

    def __call__(self, request: HttpRequest) -> HttpAnswer | None:
        if request.path.startswith(PREFIX):
            return controlled(self.verbs, request)
        return tokens.token_answer(self.world)


def main() -> None:
    certificate = make_certificate()
    server = Server()
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
