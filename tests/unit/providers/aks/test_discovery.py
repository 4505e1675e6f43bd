"""Discovery over the wire, on a fake Azure: subscriptions, and all that can refuse in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kubewitness.discovery.expected import compared
from kubewitness.discovery.found import Discovery, Place, hosts
from kubewitness.discovery.search import discover
from kubewitness.model import Reason
from kubewitness.providers.aks import connections
from kubewitness.providers.aks.discovery import AzureSearch
from kubewitness.providers.aks.permissions import table
from tests.fakes.azure.handle import SUBSCRIPTION

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

ROOT = Path(__file__).resolve().parents[4]
BANK = "00000000-0000-0000-0000-000000000002"
OLD = "00000000-0000-0000-0000-000000000003"
LIST = "Microsoft.ContainerService/managedClusters/read"


def cluster_id(name: str, group: str = "shop", subscription: str = SUBSCRIPTION) -> str:
    kind = "Microsoft.ContainerService/managedClusters"
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{name}"


def create(azure: Azure, name: str = "prod", group: str = "shop", subscription: str = SUBSCRIPTION) -> str:
    made = cluster_id(name, group, subscription)
    azure.put(made, {"location": "westeurope"}, version="2025-05-01")
    return made


def connect(azure: Azure, name: str) -> None:
    kind = "Microsoft.Kubernetes/connectedClusters"
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/edge/providers/{kind}/{name}"
    azure.put(path, {"location": "westeurope", "properties": {"distribution": "k3s"}}, version="2024-01-01")


def searched(*subscriptions: str, expected: tuple[str, ...] = ()) -> Discovery:
    return discover(AzureSearch(subscriptions, expected))


def names(found: Discovery) -> list[str]:
    return [one.path.removeprefix("00000000-0000-0000-0000-00000000000") for one in found.clusters]


def gaps(found: Discovery) -> list[tuple[str, str, str]]:
    return [(one.place.scope, str(one.why.reason), one.why.detail.partition(": ")[0]) for one in found.unseen]


def few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_RETRIES", 0)


def test_all_subscriptions_are_found(azure: Azure) -> None:
    azure.add_subscription(BANK, "bank")
    create(azure)
    create(azure, subscription=BANK)

    found = searched()

    assert names(found) == ["1/shop/prod", "2/shop/prod"]
    assert [one.state for one in found.clusters] == ["Succeeded", "Succeeded"]
    assert found.looked == (Place(SUBSCRIPTION), Place(BANK))
    assert found.complete
    listed = hosts(found)
    assert [name for name, _ in listed] == [f"@managed/{SUBSCRIPTION}/shop/prod", f"@managed/{BANK}/shop/prod"]
    assert listed[0][1]["provider"] == "aks"
    assert listed[0][1]["id"].lower() == cluster_id("prod").lower()


def test_the_same_name_in_two_groups_is_two_clusters(azure: Azure) -> None:
    create(azure, group="a")
    create(azure, group="b")

    assert names(searched()) == ["1/a/prod", "1/b/prod"]


def test_an_id_in_another_case_is_the_same_cluster(azure: Azure) -> None:
    create(azure, "Prod", "ShOp")

    assert names(searched()) == ["1/shop/prod"]


def test_a_connected_cluster_is_shown_as_such(azure: Azure) -> None:
    connect(azure, "far")

    found = searched()

    [cluster] = found.clusters
    assert cluster.elsewhere == "connected by Azure Arc, runs elsewhere (k3s)"


def test_a_subscription_that_refuses_is_a_gap_where_resource_graph_only_leaves_it_out(azure: Azure) -> None:
    azure.add_subscription(BANK, "bank")
    create(azure)
    azure.deny(LIST, subscription=BANK)

    found = searched()

    assert gaps(found) == [(BANK, "denied", LIST)]
    assert names(found) == ["1/shop/prod"]


def test_a_subscription_that_is_not_shown_is_a_gap_where_it_is_known_of(azure: Azure) -> None:
    azure.add_subscription(BANK, "bank")
    create(azure, subscription=BANK)
    azure.deny("Microsoft.Resources/subscriptions/read", subscription=BANK)

    assert searched().complete
    for found in (searched(expected=(BANK,)), searched(SUBSCRIPTION, BANK)):
        assert gaps(found) == [(BANK, "denied", "Microsoft.Resources/subscriptions/read")]


def test_no_subscription_at_all_is_a_gap(azure: Azure) -> None:
    azure.deny("Microsoft.Resources/subscriptions/read", subscription="*")

    found = searched()

    assert gaps(found) == [("azure", "denied", "Microsoft.Resources/subscriptions/read")]
    assert "grant them Reader" in found.unseen[0].why.detail


def test_a_deny_assignment_is_a_gap(azure: Azure) -> None:
    azure.block(LIST)

    assert gaps(searched()) == [(SUBSCRIPTION, "denied", LIST)]


def test_a_subscription_that_is_not_registered_for_aks_has_none(azure: Azure) -> None:
    azure.unregister("Microsoft.ContainerService")

    found = searched()

    assert found.complete
    assert found.looked == (Place(SUBSCRIPTION),)


def test_a_deleted_subscription_is_left_out_and_named(azure: Azure) -> None:
    azure.add_subscription(OLD, "old", "Deleted")

    found = searched()

    assert [(one.place.scope, one.why) for one in found.left_out] == [(OLD, "the subscription is Deleted")]
    assert found.complete


def test_where_resource_graph_is_refused_the_subscriptions_answer_and_the_gap_is_told(azure: Azure) -> None:
    create(azure)
    azure.deny("Microsoft.ResourceGraph/resources/read")

    found = searched()

    assert gaps(found) == [(SUBSCRIPTION, "denied", "Microsoft.ResourceGraph/resources/read")]
    assert names(found) == ["1/shop/prod"]


def test_where_resource_graph_is_refused_connected_clusters_are_not_known_and_those_of_aks_are(azure: Azure) -> None:
    gone = cluster_id("gone")
    edge = gone.replace("Microsoft.ContainerService/managedClusters", "Microsoft.Kubernetes/connectedClusters")
    azure.deny("Microsoft.ResourceGraph/resources/read")

    told = compared(searched(), (gone, edge))

    assert [one.id for one in told.missing] == [gone]
    assert [one.id for one in told.not_known] == [edge]


def test_where_resource_graph_leads_round_in_a_circle_that_is_told(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(azure)
    further = {"": "a", "a": "b", "b": "a"}

    def circle(_: object, __: str, ___: str, body: dict[str, Any]) -> dict[str, Any]:
        return {"data": [], "$skipToken": further[body["options"].get("$skipToken", "")]}

    monkeypatch.setattr(connections.Arm, "question", circle)

    assert gaps(searched()) == [(SUBSCRIPTION, "parse", "Microsoft.ResourceGraph/resources/read")]


@pytest.mark.parametrize("size", [0, 1])
def test_short_and_empty_pages_that_lead_on_lose_nothing(azure: Azure, size: int) -> None:
    azure.add_subscription(BANK, "bank")
    for name in "abc":
        create(azure, name, subscription=BANK)
        connect(azure, name)
    azure.truncate("*", size=size)
    azure.set(page_size=1)

    found = searched()

    assert names(found) == ["1/edge/a", "1/edge/b", "1/edge/c", "2/shop/a", "2/shop/b", "2/shop/c"]
    assert found.complete


def test_throttling_is_waited_out(azure: Azure) -> None:
    create(azure)
    azure.throttle("*", times=2, seconds=1)

    found = searched()

    assert found.complete
    assert names(found) == ["1/shop/prod"]


def test_throttling_that_does_not_end_is_a_gap(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    few_attempts(monkeypatch)
    azure.throttle(LIST, seconds=1)

    assert gaps(searched()) == [(SUBSCRIPTION, "throttled", LIST)]


def test_tokens_that_end_on_the_way_are_a_gap(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    few_attempts(monkeypatch)
    azure.fail(LIST, code="ExpiredAuthenticationToken", status=401, message="The access token has expired.")

    assert gaps(searched()) == [(SUBSCRIPTION, "expired-credential", LIST)]


def test_nobody_we_know_is_a_gap_and_no_crash(azure: Azure) -> None:
    azure.deny("token")

    [gap] = searched().unseen

    assert gap.why.reason is Reason.DENIED
    assert "no token: az login" in gap.why.detail


def test_a_server_that_is_not_there_is_a_gap(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    few_attempts(monkeypatch)
    monkeypatch.setenv("AZURE_RESOURCE_MANAGER_ENDPOINT", "https://localhost:9")

    [gap] = searched().unseen

    assert gap.why.reason is Reason.UNREACHABLE


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kubewitness", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_command_compares_with_a_list_and_names_the_subscription_that_nobody_shows(
    azure: Azure, tmp_path: Path
) -> None:
    create(azure)
    (tmp_path / "list").write_text(f"{cluster_id('PROD')}\n{cluster_id('core', 'x', BANK)}\n")

    done = run(tmp_path, "discover", "azure", "--expected", "list", COLUMNS="200")

    assert done.stderr == ""
    assert "? UNKNOWN  00000000-0000-0000-0000-000000000002" in done.stdout
    assert f"? NOT KNOWN  {cluster_id('core', 'x', BANK)}" in done.stdout
    assert "MISSING" not in done.stdout
    assert done.returncode == 3


def test_the_dynamic_inventory_serves_the_checker(azure: Azure, tmp_path: Path) -> None:
    connect(azure, "far")
    inventory = str(ROOT / "inventories" / "azure.py")

    done = run(tmp_path, "check", inventory, "-o", "json", KUBEWITNESS_AZURE_SUBSCRIPTIONS=f"{SUBSCRIPTION} {BANK}")

    targets: list[dict[str, Any]] = json.loads(done.stdout)["targets"]
    assert {one["name"]: one["sources"]["audit"]["status"] for one in targets} == {
        f"@managed/{SUBSCRIPTION}/edge/far": "NOT_APPLICABLE",
        f"@managed/{BANK}": "UNKNOWN",
    }


def test_the_page_holds_what_finding_takes() -> None:
    rows = [row for row in table(discover=True).splitlines() if "| discover |" in row]

    page = (ROOT / "docs" / "discovery.md").read_text("utf-8")

    assert "\n".join(rows) in page, "kubewitness permissions azure --discover -o markdown"


def test_without_credentials_the_command_says_so_in_its_own_words_only(azure: Azure, tmp_path: Path) -> None:
    azure.deny("token")

    done = run(tmp_path, "discover", "azure")

    assert done.stderr == "kubewitness: nothing at all could be looked at: the report says why\n"
    assert "no token: az login" in done.stdout
    assert done.returncode == 2
