"""Clusters, workspaces, storage and Resource Graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.azure.handle import SUBSCRIPTION
from tests.unit.fakes.azure.asking import GROUP, PROD, WORKSPACE, code, make_cluster, make_workspace

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/audit"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/insights-logs-kube-audit"
POLICY = f"{CONTAINER}/immutabilityPolicies/default"
OTHER = "00000000-0000-0000-0000-000000000002"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
CLUSTERS = "Resources | where type =~ 'Microsoft.ContainerService/managedClusters' | project id, name, properties"


def test_the_sdk_makes_lists_and_gets_clusters(azure: Azure) -> None:
    azure.put(GROUP + "/providers/Microsoft.EventHub/namespaces/x", {"location": "westeurope"})
    client = azure.clusters()

    made = client.managed_clusters.begin_create_or_update("Shop", "prod", {"location": "westeurope"}).result()

    assert made.properties.provisioning_state == "Succeeded"
    assert [one.id for one in client.managed_clusters.list()] == [PROD.replace("resourceGroups", "resourcegroups")]
    assert client.managed_clusters.get("SHOP", "PROD").name == "prod"


def test_a_creation_may_take_time(azure: Azure) -> None:
    make_workspace(azure)
    azure.set(operation_seconds=1)
    client = azure.clusters(polling_interval=0.2)

    poller = client.managed_clusters.begin_create_or_update("Shop", "prod", {"location": "westeurope"})

    assert client.managed_clusters.get("Shop", "prod").properties.provisioning_state == "Creating"
    assert poller.result().properties.provisioning_state == "Succeeded"
    assert azure.calls()["operation"] >= 1


def test_lists_lead_on_from_page_to_page(azure: Azure) -> None:
    for number in range(5):
        make_cluster(azure, f"{PROD}{number}")
    azure.set(page_size=2)

    names = [one.name for one in azure.clusters().managed_clusters.list()]

    assert names == [f"prod{number}" for number in range(5)]
    assert azure.calls()["Microsoft.ContainerService/managedClusters/read"] == 3


def test_what_is_not_there_is_named_by_what_is_missing(azure: Azure) -> None:
    versions = {"version": "2025-05-01"}
    assert code(azure.ask("GET", PROD, **versions)) == (404, "ResourceGroupNotFound")
    make_workspace(azure)

    assert code(azure.ask("GET", PROD, **versions)) == (404, "ResourceNotFound")
    elsewhere = PROD.replace(SUBSCRIPTION, OTHER)
    assert code(azure.ask("GET", elsewhere, **versions)) == (404, "SubscriptionNotFound")
    azure.unregister("Microsoft.ContainerService")
    assert code(azure.ask("PUT", PROD, {"location": "x"}, **versions)) == (409, "MissingSubscriptionRegistration")


def test_tables_go_with_their_workspace_unless_they_have_their_own(azure: Azure) -> None:
    make_workspace(azure, days=90)
    path = f"{WORKSPACE}/tables/AKSAudit"
    versions = {"version": "2023-09-01"}

    def table() -> Any:
        return azure.ask("GET", path, **versions)[1]["properties"]

    assert (table()["retentionInDays"], table()["retentionInDaysAsDefault"], table()["plan"]) == (90, True, "Analytics")
    azure.ask("PATCH", WORKSPACE, {"properties": {"retentionInDays": 120}}, **versions)
    assert table()["retentionInDays"] == 120
    azure.ask("PATCH", path, {"properties": {"retentionInDays": 30, "totalRetentionInDays": 400}}, **versions)
    assert (table()["retentionInDays"], table()["archiveRetentionInDays"]) == (30, 370)
    azure.ask("PATCH", path, {"properties": {"retentionInDays": -1, "plan": "Basic"}}, **versions)
    assert (table()["retentionInDays"], table()["totalRetentionInDays"]) == (30, 400)
    classic = f"{WORKSPACE}/tables/AzureDiagnostics"
    assert azure.ask("PATCH", classic, {"properties": {"plan": "Basic"}}, **versions)[0] == 400
    assert azure.ask("PATCH", WORKSPACE, {"properties": {"retentionInDays": 7}}, **versions)[0] == 400
    assert azure.ask("GET", WORKSPACE, **versions)[1]["properties"]["retentionInDays"] == 120


def test_a_locked_policy_can_only_become_longer(azure: Azure) -> None:
    versions = {"version": "2024-01-01"}
    azure.put(ACCOUNT, {"location": "westeurope", "sku": {"name": "Standard_LRS"}}, **versions)
    azure.put(CONTAINER, {"properties": {}}, **versions)

    def days(number: int) -> dict[str, Any]:
        return {"properties": {"immutabilityPeriodSinceCreationInDays": number}}

    def container() -> Any:
        return azure.ask("GET", CONTAINER, **versions)[1]["properties"]

    assert container()["hasImmutabilityPolicy"] is False
    azure.put(POLICY, {"properties": {**days(400)["properties"], "state": "Locked"}}, **versions)
    assert container()["immutabilityPolicy"]["properties"]["state"] == "Unlocked"
    assert azure.ask("POST", f"{POLICY}/lock", **versions)[1]["properties"]["state"] == "Locked"
    assert code(azure.ask("PUT", POLICY, days(30), **versions)) == (409, "ImmutabilityPolicyLocked")
    assert code(azure.ask("POST", f"{POLICY}/extend", days(30), **versions))[0] == 409
    azure.ask("POST", f"{POLICY}/extend", days(800), **versions)
    assert container()["immutabilityPolicy"]["properties"]["immutabilityPeriodSinceCreationInDays"] == 800


def graph(azure: Azure, query: str = CLUSTERS, **options: Any) -> Any:
    status, answer = azure.ask("POST", GRAPH, {"query": query, "options": options}, version="2024-04-01")
    assert status == 200, answer
    return answer


def test_resource_graph_sees_all_subscriptions_and_no_diagnostic_settings(azure: Azure) -> None:
    azure.add_subscription(OTHER, "ops")
    make_cluster(azure)
    make_cluster(azure, PROD.replace(SUBSCRIPTION, OTHER))
    azure.put(f"{GROUP}/providers/Microsoft.Kubernetes/connectedClusters/edge", {"location": "westeurope"})

    both = "resources | where type in~ ('microsoft.containerservice/managedclusters', 'microsoft.kubernetes/connectedclusters')"  # noqa: E501
    rows = graph(azure, f"{both} | order by name")["data"]

    assert [row["name"] for row in rows] == ["edge", "prod", "prod"]
    assert {row["subscriptionId"] for row in rows} == {SUBSCRIPTION, OTHER}
    assert rows[1]["type"] == "microsoft.containerservice/managedclusters"
    assert rows[1]["resourceGroup"] == "shop"
    assert rows[1]["properties"]["provisioningState"] == "Succeeded"


def test_resource_graph_leads_on_with_a_token(azure: Azure) -> None:
    for number in range(5):
        make_cluster(azure, f"{PROD}{number}")

    first: dict[str, Any] = {"$top": 2}
    pages = [graph(azure, **first)]
    while "$skipToken" in pages[-1]:
        pages.append(graph(azure, **first, **{"$skipToken": pages[-1]["$skipToken"]}))

    assert [page["count"] for page in pages] == [2, 2, 1]
    assert {page["totalRecords"] for page in pages} == {5}
    assert {page["resultTruncated"] for page in pages} == {"false"}


def test_what_no_token_can_lead_to_is_truncated(azure: Azure) -> None:
    for number in range(3):
        make_cluster(azure, f"{PROD}{number}")

    top: dict[str, Any] = {"$top": 2}
    answer = graph(azure, f"{CLUSTERS} | project properties", **top)

    assert (answer["count"], answer["totalRecords"], answer["resultTruncated"]) == (2, 3, "true")
    assert "$skipToken" not in answer


def test_a_subscription_that_may_not_be_read_is_just_not_there(azure: Azure) -> None:
    azure.add_subscription(OTHER, "ops")
    make_cluster(azure)
    make_cluster(azure, PROD.replace(SUBSCRIPTION, OTHER))

    azure.deny("Microsoft.Resources/subscriptions/read", subscription=OTHER)

    assert [row["id"] for row in graph(azure)["data"]] == [PROD]
    listed = azure.ask("GET", "/subscriptions", version="2022-12-01")[1]["value"]
    assert [one["subscriptionId"] for one in listed] == [SUBSCRIPTION]


@pytest.mark.parametrize(
    "query", ["ResourceContainers", "Resources | summarize count()", "Resources | where name == 'x'"]
)
def test_a_query_that_it_does_not_understand_is_refused(azure: Azure, query: str) -> None:
    status, answer = azure.ask("POST", GRAPH, {"query": query}, version="2024-04-01")

    assert (status, "does not understand" in answer["error"]["message"]) == (400, True)
