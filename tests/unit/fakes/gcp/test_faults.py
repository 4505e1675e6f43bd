"""What the server can be told to get wrong, its tokens, and what it counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from google.api_core.exceptions import DeadlineExceeded
from google.auth.exceptions import RefreshError

from tests.fakes.gcp import gcp_server
from tests.unit.fakes.gcp.asking import PROD, SYSTEM, components, logging, make_cluster, refused

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

ROOT = Path(__file__).resolve().parents[4]
EVERYWHERE = "projects/shop/locations/-"


def test_a_denial_names_the_permission(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)
    number = gcp.deny("container.clusters.get", name=PROD)

    found = refused(container.get_cluster, name=PROD)

    assert (found.code, found.reason) == (403, "IAM_PERMISSION_DENIED")
    assert f'Required "container.clusters.get" permission(s) for "{PROD}".' in found.message
    gcp.heal(number)
    assert container.get_cluster(name=PROD)


def test_an_api_that_is_off_is_not_an_empty_project(gcp: Gcp, transport: str) -> None:
    gcp.disable_api("shop")

    found = refused(gcp.client("container", transport).list_clusters, parent=EVERYWHERE)

    assert (found.code, found.reason) == (403, "SERVICE_DISABLED")
    assert found.metadata["service"] == "container.googleapis.com"
    assert gcp.client("projects", transport).get_project(name="projects/shop")


def test_a_service_perimeter(gcp: Gcp, transport: str) -> None:
    gcp.block(project="shop")

    found = refused(gcp.client("container", transport).list_clusters, parent=EVERYWHERE)

    assert (found.code, found.reason) == (403, "SECURITY_POLICY_VIOLATED")
    assert "prohibited by organization's policy" in found.message


def test_throttling_says_when_to_come_back(gcp: Gcp, transport: str) -> None:
    gcp.throttle("container.clusters.list", times=1, seconds=2)
    container = gcp.client("container", transport)

    found = refused(container.list_clusters, parent=EVERYWHERE)

    assert (found.code, found.reason) == (429, "RATE_LIMIT_EXCEEDED")
    assert list(container.list_clusters(parent=EVERYWHERE).clusters) == []


def test_any_other_refusal(gcp: Gcp, transport: str) -> None:
    gcp.fail("container.clusters.update", code="FAILED_PRECONDITION", status=400, message="upgrading", times=1)
    container = make_cluster(gcp, transport=transport)

    found = refused(container.update_cluster, name=PROD, update=logging(SYSTEM))

    assert (found.code, found.message.endswith("upgrading")) == (400, True)


def test_an_answer_can_be_late(gcp: Gcp) -> None:
    gcp.hang("container.clusters.list", seconds=2, times=1)

    with pytest.raises(DeadlineExceeded):
        gcp.client("container", "grpc").list_clusters(parent=EVERYWHERE, timeout=0.3, retry=None)


def test_an_answer_can_be_lost_after_the_deed(gcp: Gcp, transport: str) -> None:
    container = make_cluster(gcp, transport=transport)
    gcp.lose("container.clusters.update", times=1)

    with pytest.raises(Exception, match=r"Socket closed|Connection aborted"):
        container.update_cluster(name=PROD, update=logging(SYSTEM))

    assert components(container) == [SYSTEM]


@pytest.mark.parametrize("size", [1, 0])
def test_pages_can_be_short_and_even_empty(gcp: Gcp, transport: str, size: int) -> None:
    gcp.add("projects/a", "projects/b", parent="folders/1")
    gcp.truncate("resourcemanager.projects.search", size=size)

    found = gcp.client("projects", transport).search_projects()

    assert [one.project_id for one in found] == ["a", "b", "shop"]
    assert gcp.calls()["resourcemanager.projects.search"] == (3 if size else 6)


def test_a_token_that_ended_early_is_renewed_by_rest_and_not_by_grpc(gcp: Gcp) -> None:
    by_grpc, by_rest = gcp.client("container", "grpc"), gcp.client("container", "rest")

    gcp.expire()

    assert refused(by_grpc.list_clusters, parent=EVERYWHERE, retry=None).code == 401
    assert list(by_rest.list_clusters(parent=EVERYWHERE).clusters) == []
    assert gcp.calls(outcome="UNAUTHENTICATED")["container.clusters.list"] == 2


def test_a_token_may_be_refused(gcp: Gcp) -> None:
    container = gcp.client("container", "rest")
    gcp.deny("token")
    gcp.expire()

    with pytest.raises(RefreshError, match="invalid_grant"):
        container.list_clusters(parent=EVERYWHERE, retry=None)


def test_calls_are_counted_with_what_came_of_them(gcp: Gcp) -> None:
    make_cluster(gcp)
    gcp.deny("container.clusters.list")
    refused(gcp.client("container").list_clusters, parent=EVERYWHERE)

    assert gcp.calls(scope="projects/shop") == {"container.clusters.create": 1, "container.clusters.list": 1}
    assert gcp.calls(outcome="PERMISSION_DENIED") == {"container.clusters.list": 1}
    assert gcp.peak() == 1


def raw(gcp: Gcp, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    """What no SDK would send."""
    import ssl  # noqa: PLC0415  pyinfra's patch comes first

    context = ssl.create_default_context(cafile=str(gcp.certificate))
    headers = {"Authorization": f"Bearer {token or gcp.tell('token')[0]}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{gcp.rest}{path}", data, headers, method=method)  # noqa: S310
    try:
        with urlopen(request, context=context) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_a_request_that_the_types_do_not_know_is_refused(gcp: Gcp) -> None:
    make_cluster(gcp)

    status, answer = raw(gcp, "PUT", f"/v1/{PROD}", {"update": {"desiredLogging": {}}})

    assert (status, answer["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert 'no field named "desiredLogging"' in answer["error"]["message"]
    assert raw(gcp, "GET", "/v1/nothing")[0] == 404


def test_rest_names_enums_unless_numbers_are_asked_for(gcp: Gcp) -> None:
    make_cluster(gcp)

    status, answer = raw(gcp, "GET", f"/v1/{PROD}")

    assert status == 200
    assert answer["loggingConfig"]["componentConfig"]["enableComponents"] == ["SYSTEM_COMPONENTS", "WORKLOADS"]


def test_an_rpc_that_it_does_not_do_fails_the_run() -> None:
    with pytest.raises(AssertionError, match="does not do ClusterManager"), gcp_server() as gcp:  # noqa: PT012
        container = gcp.client("container", "rest")
        assert refused(container.get_server_config, name=EVERYWHERE).code == 501


def test_a_client_without_a_token_is_turned_away(gcp: Gcp) -> None:
    status, answer = raw(gcp, "GET", f"/v1/{EVERYWHERE}/clusters", token="ya29.stolen")  # noqa: S106

    assert (status, answer["error"]["status"]) == (401, "UNAUTHENTICATED")


AS_A_USER = """
import sys
from google.cloud import container_v1
transport, endpoint, calls = sys.argv[1:]
client = container_v1.ClusterManagerClient(transport=transport, client_options={"api_endpoint": endpoint})
for _ in range(int(calls)):
    print(len(client.list_clusters(parent="projects/shop/locations/-").clusters))
"""


@pytest.mark.parametrize(("seconds", "renewals"), [(3600, 1), (60, 3)])
def test_the_sdks_own_chain_finds_everything_in_the_environment(
    gcp: Gcp, transport: str, seconds: int, renewals: int
) -> None:
    """Default credentials, over TLS. A token of a minute is renewed at each call: four minutes must be left of it."""
    make_cluster(gcp)
    gcp.set(token_seconds=seconds)
    endpoint = gcp.grpc if transport == "grpc" else gcp.rest

    done = subprocess.run(
        [sys.executable, "-c", AS_A_USER, transport, endpoint, "3"],
        env={**os.environ, **gcp.environment()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout.split()) == (0, ["1", "1", "1"]), done.stderr
    assert gcp.calls()["token"] == renewals
