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
from tests.fakes.control import Controlled
from tests.fakes.httpd import serve
from tests.fakes.process import serve_until_the_parent_ends

if TYPE_CHECKING:
    from collections.abc import Callable


def verbs(world: World) -> dict[str, Callable[..., Any]]:
    """What this server alone understands."""
    return {
        "expire": lambda account: identity.expire(world, account),
        "external_id": lambda role, value: world.external_ids.update({role: value}),
        "organization": organization.make_organization,
        "alter_cluster": lambda **of: eks.alter_cluster(world, **of),
        "fail_next_update": lambda **of: eksupdates.fail_next_update(world, **of),
        "finish_updates": lambda: eksupdates.settle(world, all_of_them=True),
    }


def new_world() -> World:
    BackendDict.reset()
    reset_model_data()
    return World()


def main() -> None:
    for service in ("eks", "logs", "sts"):  # read now, not within the first call
        get_service_model(service)
    endpoint = serve(Controlled(new_world, verbs, answer, LOCK))
    serve_until_the_parent_ends({"endpoint": endpoint, "control": endpoint})


if __name__ == "__main__":
    main()
