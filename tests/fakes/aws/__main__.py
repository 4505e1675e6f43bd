"""``python -m tests.fakes.aws``: serve until standard input ends. The one line on standard output says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.utils import get_service_model

from tests.fakes.aws import eks, eksupdates, identity, organization
from tests.fakes.aws.gate import answer
from tests.fakes.aws.upstream import LOCK
from tests.fakes.aws.world import World
from tests.fakes.control import PREFIX, common_verbs, controlled
from tests.fakes.httpd import serve
from tests.fakes.process import serve_until_the_parent_ends

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.httpd import HttpAnswer, HttpRequest


class Server:
    """The world, and who may look at it: AWS's callers, and the test on the control path."""

    def __init__(self) -> None:
        self._fresh()

    def _fresh(self) -> None:
        self.world = world = World()
        self.verbs: dict[str, Callable[..., Any]] = {
            **common_verbs(world.faults, world.ledger),
            "set": world.set,
            "advance": world.advance,
            "reset": self.reset,
            "expire": lambda account: identity.expire(world, account),
            "external_id": lambda role, value: world.external_ids.update({role: value}),
            "organization": organization.make_organization,
            "alter_cluster": lambda **of: eks.alter_cluster(world, **of),
            "fail_next_update": lambda **of: eksupdates.fail_next_update(world, **of),
            "finish_updates": lambda: eksupdates.settle(world, all_of_them=True),
        }

    def reset(self) -> None:
        BackendDict.reset()
        reset_model_data()
        self._fresh()

    def __call__(self, request: HttpRequest) -> HttpAnswer | None:
        if request.path.startswith(PREFIX):
            with LOCK:
                return controlled(self.verbs, request)
        return answer(request, self.world)


def main() -> None:
    for service in ("eks", "logs", "sts"):  # read now, not within the first call
        get_service_model(service)
    endpoint = serve(Server())
    serve_until_the_parent_ends({"endpoint": endpoint, "control": endpoint})


if __name__ == "__main__":
    main()
