"""How EKS takes an update of the logging configuration. Each quirk's source stands in tests/fakes/aws/eksupdates.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.fakes.aws.asking import make_cluster, refused, switch, types_on

if TYPE_CHECKING:
    from tests.fakes.aws import Aws


def test_an_update_answers_with_its_id_and_ends(aws: Aws) -> None:
    eks = make_cluster(aws)

    update = eks.update_cluster_config(name="prod", logging=switch(True, "audit"))["update"]

    assert (update["status"], update["type"], update["errors"]) == ("InProgress", "LoggingUpdate", [])
    assert json.loads(update["params"][0]["value"]) == switch(True, "audit")
    assert eks.describe_update(name="prod", updateId=update["id"])["update"]["status"] == "Successful"


def test_types_that_are_not_named_keep_their_state(aws: Aws) -> None:
    eks = make_cluster(aws, on=("api", "scheduler"))

    eks.update_cluster_config(name="prod", logging=switch(True, "audit"))
    eks.list_clusters()
    eks.update_cluster_config(name="prod", logging=switch(False, "scheduler"))

    assert types_on(eks.describe_cluster(name="prod")["cluster"]) == {"api", "audit"}


def test_while_it_runs_the_cluster_says_the_old_logging_and_active(aws: Aws) -> None:
    eks = make_cluster(aws, on=("api",))
    aws.set(update_seconds=60)

    update = eks.update_cluster_config(name="prod", logging=switch(True, "audit"))["update"]

    cluster = eks.describe_cluster(name="prod")["cluster"]
    assert (cluster["status"], types_on(cluster)) == ("ACTIVE", {"api"})
    assert eks.describe_update(name="prod", updateId=update["id"])["update"]["status"] == "InProgress"
    aws.advance(60)
    assert types_on(eks.describe_cluster(name="prod")["cluster"]) == {"api", "audit"}


def test_the_cluster_may_say_the_old_logging_for_a_while_after_the_update(aws: Aws) -> None:
    eks = make_cluster(aws)
    aws.set(lag_seconds=30)

    update = eks.update_cluster_config(name="prod", logging=switch(True, "audit"))["update"]

    assert eks.describe_update(name="prod", updateId=update["id"])["update"]["status"] == "Successful"
    assert types_on(eks.describe_cluster(name="prod")["cluster"]) == set()
    aws.advance(30)
    assert types_on(eks.describe_cluster(name="prod")["cluster"]) == {"audit"}


def test_a_second_update_is_refused_while_one_runs(aws: Aws) -> None:
    eks = make_cluster(aws)
    aws.set(update_seconds=None)
    running = eks.update_cluster_config(name="prod", resourcesVpcConfig={"endpointPublicAccess": False})["update"]

    second = refused(eks, "update_cluster_config", name="prod", logging=switch(True, "audit"))

    assert (second.code, second.status) == ("ResourceInUseException", 409)
    assert second.message == (
        f"Cannot LoggingUpdate because cluster prod currently has update {running['id']} in progress"
    )
    aws.finish_updates()
    assert eks.update_cluster_config(name="prod", logging=switch(True, "audit"))["update"]["type"] == "LoggingUpdate"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"logging": switch(True, "audit")}, "No changes needed for the logging config provided"),
        ({"logging": switch(False, "api")}, "No changes needed for the logging config provided"),
        (
            {"logging": switch(True, "api"), "resourcesVpcConfig": {"endpointPublicAccess": False}},
            "Only one type of update can be allowed.",
        ),
        ({"logging": switch(False)}, "The type for cluster update was not provided."),
        ({}, "The type for cluster update was not provided."),
    ],
)
def test_it_refuses_by_name(aws: Aws, asked: dict[str, object], message: str) -> None:
    eks = make_cluster(aws, on=("audit",))

    found = refused(eks, "update_cluster_config", name="prod", **asked)

    assert (found.code, found.status, found.message) == ("InvalidParameterException", 400, message)


def test_an_update_can_fail_and_changes_nothing(aws: Aws) -> None:
    eks = make_cluster(aws)
    aws.fail_next_update("prod", "OperationNotPermitted", "quota")

    update = eks.update_cluster_config(name="prod", logging=switch(True, "audit"))["update"]

    failed = eks.describe_update(name="prod", updateId=update["id"])["update"]
    assert (failed["status"], failed["errors"][0]["errorCode"]) == ("Failed", "OperationNotPermitted")
    assert types_on(eks.describe_cluster(name="prod")["cluster"]) == set()
    assert eks.update_cluster_config(name="prod", logging=switch(True, "audit"))


def test_a_repeated_token_gives_the_same_update(aws: Aws) -> None:
    """What the SDK does after an answer was lost: the same request again."""
    eks = make_cluster(aws)
    aws.set(update_seconds=None)
    asked = {"name": "prod", "logging": switch(True, "audit"), "clientRequestToken": "once"}

    first = eks.update_cluster_config(**asked)["update"]["id"]

    assert eks.update_cluster_config(**asked)["update"]["id"] == first


def test_updates_are_not_listed_in_the_order_of_their_making(aws: Aws) -> None:
    eks = make_cluster(aws)
    made = []
    for number in range(12):
        update = eks.update_cluster_config(name="prod", logging=switch(number % 2 == 0, "audit"))["update"]
        made.append(update["id"])

    pages = [page["updateIds"] for page in eks.get_paginator("list_updates").paginate(name="prod", maxResults=5)]

    listed = [one for page in pages for one in page]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert sorted(listed) == sorted(made)
    assert listed != made


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        ("update_cluster_config", {"logging": switch(True, "audit")}),
        ("describe_update", {"updateId": "x"}),
        ("list_updates", {}),
        ("describe_cluster", {}),
    ],
)
def test_a_cluster_that_is_not_there(aws: Aws, action: str, asked: dict[str, object]) -> None:
    found = refused(aws.client("eks"), action, name="gone", **asked)

    assert (found.code, found.status) == ("ResourceNotFoundException", 404)
    assert found.message == "No cluster found for name: gone."
