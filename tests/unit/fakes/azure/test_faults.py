"""What the server can be told to get wrong, its tokens, and what it counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

from tests.fakes.azure import azure_server
from tests.fakes.azure.handle import SUBSCRIPTION
from tests.unit.fakes.azure.asking import (
    PROD,
    SETTINGS,
    WORKSPACE,
    code,
    make_cluster,
    make_workspace,
    put_setting,
    setting,
)

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

ROOT = Path(__file__).resolve().parents[4]
READ = "Microsoft.ContainerService/managedClusters/read"


def names(client: Any) -> list[str]:
    return [one.name for one in client.managed_clusters.list()]


def refused(client: Any) -> Any:
    """The SDK's error: it must be refused."""
    with pytest.raises(HttpResponseError) as raised:
        names(client)
    return raised.value


def test_a_denial_names_the_action_and_the_scope(azure: Azure) -> None:
    make_cluster(azure)
    number = azure.deny("Microsoft.Insights/diagnosticSettings/read", name="prod")

    status, answer = azure.ask("GET", f"{PROD}/{SETTINGS}")

    assert (status, answer["error"]["code"]) == (403, "AuthorizationFailed")
    assert "action 'Microsoft.Insights/diagnosticSettings/read' over scope" in answer["error"]["message"]
    azure.heal(number)
    assert azure.ask("GET", f"{PROD}/{SETTINGS}")[0] == 200


def test_one_subscription_can_be_denied(azure: Azure) -> None:
    azure.deny(READ, subscription=SUBSCRIPTION)

    found = refused(azure.clusters())

    assert (found.status_code, found.error.code) == (403, "AuthorizationFailed")


def test_a_deny_assignment(azure: Azure) -> None:
    make_workspace(azure)
    make_cluster(azure)
    azure.block("Microsoft.Insights/diagnosticSettings/write")

    assert code(put_setting(azure, "audit", setting("kube-audit"))) == (403, "DenyAssignmentAuthorizationFailed")


def test_throttling_says_when_to_come_back_and_the_sdk_does(azure: Azure) -> None:
    make_cluster(azure)
    azure.throttle(READ, times=2, seconds=1)

    first = refused(azure.clusters())

    assert (first.status_code, first.response.headers["retry-after"]) == (429, "1")
    assert names(azure.clusters(retry_total=3)) == ["prod"]
    assert azure.calls()[READ] == 3


def test_any_other_refusal(azure: Azure) -> None:
    azure.fail(READ, code="InternalServerError", status=500, message="oops", times=1)

    assert refused(azure.clusters()).status_code == 500
    assert names(azure.clusters()) == []


def test_an_answer_can_be_late(azure: Azure) -> None:
    azure.hang(READ, seconds=2, times=1)

    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        names(azure.clusters(read_timeout=0.3))
    assert names(azure.clusters()) == []


def test_an_answer_can_be_lost_after_the_deed(azure: Azure) -> None:
    make_cluster(azure)
    azure.lose("Microsoft.ContainerService/managedClusters/delete", times=1)

    with pytest.raises(ConnectionError):
        azure.ask("DELETE", PROD, version="2025-05-01")

    assert names(azure.clusters()) == []


@pytest.mark.parametrize(("size", "requests"), [(1, 3), (0, 6)])
def test_pages_can_be_short_and_even_empty(azure: Azure, size: int, requests: int) -> None:
    for number in range(3):
        make_cluster(azure, f"{PROD}{number}")
    azure.truncate(READ, size=size)

    assert names(azure.clusters()) == ["prod0", "prod1", "prod2"]
    assert azure.calls()[READ] == requests


def test_a_token_is_needed_and_ends(azure: Azure) -> None:
    client = azure.clusters()
    assert names(client) == []

    azure.expire()

    found = refused(client)
    assert (found.status_code, found.error.code) == (401, "ExpiredAuthenticationToken")
    assert found.response.headers["www-authenticate"].startswith("Bearer ")


def test_calls_are_counted_with_what_came_of_them(azure: Azure) -> None:
    azure.deny(READ, times=1)
    refused(azure.clusters())
    names(azure.clusters())

    assert azure.calls(READ, scope=SUBSCRIPTION) == {READ: 2}
    assert azure.calls(outcome="AuthorizationFailed") == {READ: 1}
    assert azure.peak(SUBSCRIPTION) == 1


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        (f"{PROD}/{SETTINGS}/a", {"properties": {"workspace": "x"}}, "workspace: not in the specification"),
        (f"{PROD}/{SETTINGS}/a", {"properties": {"logs": [{"enabled": "yes"}]}}, "enabled: str, not bool"),
        (PROD, {"location": "x", "properties": {"addons": {}}}, "addons: not in ManagedClusterProperties"),
        (PROD, {"properties": {"azureMonitorProfile": {"metrics": {"on": True}}}}, "on: not in "),
        (PROD, {"properties": {"agentPoolProfiles": [{"size": 1}]}}, "size: not in ManagedClusterAgentPoolProfile"),
    ],
)
def test_a_request_that_the_models_do_not_know_is_refused(azure: Azure, path: str, body: object, said: str) -> None:
    make_cluster(azure)

    status, answer = azure.ask("PUT", path, body)

    assert status == 400
    assert said in answer["error"]["message"]


def test_an_answer_that_the_models_do_not_know_fails_the_run() -> None:
    with pytest.raises(AssertionError, match="colour: not in ManagedClusterProperties"), azure_server() as azure:  # noqa: PT012
        azure.add_subscription()
        make_cluster(azure)
        azure.alter(PROD, colour="blue")
        azure.ask("GET", PROD)


def test_a_kind_that_it_does_not_know_fails_the_run() -> None:
    unknown = f"{WORKSPACE.partition('/providers/')[0]}/providers/Microsoft.Network/virtualNetworks/x"
    with pytest.raises(AssertionError, match=r"does not know microsoft\.network/"), azure_server() as azure:  # noqa: PT012
        azure.add_subscription()
        azure.ask("GET", unknown)


AS_A_USER = """
import sys
from azure.identity import DefaultAzureCredential
from azure.mgmt.containerservice import ContainerServiceClient
endpoint, subscription = sys.argv[1:]
scopes = ["https://management.azure.com/.default"]
client = ContainerServiceClient(DefaultAzureCredential(), subscription, base_url=endpoint, credential_scopes=scopes)
print([one.name for one in client.managed_clusters.list()])
"""


def test_the_sdks_own_chain_finds_everything_in_the_environment(azure: Azure) -> None:
    make_cluster(azure)

    done = subprocess.run(
        [sys.executable, "-c", AS_A_USER, azure.endpoint, SUBSCRIPTION],
        env={**os.environ, **azure.environment()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "['prod']"), done.stderr
    assert azure.calls()["token"] == 1
