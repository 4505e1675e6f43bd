"""What refuses to be read of an AKS cluster, over the wire: each by its name, and it hides nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.aks import connections
from kubewitness.providers.aks.permissions import PERMISSIONS
from tests.unit.providers.aks import fleet
from tests.unit.providers.aks.fleet import ARC, LOGS, OTHER, PROD, RULE, STORE, destination, reached, setting

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

TABLE = f"{LOGS}/tables/AKSAudit"
CLUSTERS = "Microsoft.ContainerService/managedClusters/read"


def not_read(**data: str) -> Unread:
    with pytest.raises(NotReadError) as caught:
        reached(**data).observe()
    return caught.value.unread


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take a minute."""
    monkeypatch.setattr(connections, "_RETRIES", 1)
    monkeypatch.setattr(connections, "_READ_SECONDS", 1)


READING = [item.name for item in PERMISSIONS if not item.enforces]


def everything(azure: Azure) -> None:
    """A cluster that sends to all kinds of places, read with every permission."""
    dedicated = f"{fleet.GROUP}/providers/Microsoft.OperationalInsights/clusters/own"
    azure.put(dedicated, {"location": "x", "properties": {}}, version="2023-09-01")
    fleet.cluster(azure)
    fleet.workspace(azure, features={"clusterResourceId": dedicated})
    fleet.workspace(azure, OTHER)
    fleet.account(azure)
    fleet.hub(azure)
    to = {"storageAccountId": STORE, "eventHubAuthorizationRuleId": RULE, "workspaceId": OTHER}
    setting(azure, "theirs", group="allLogs", to=to)
    setting(azure, "own", "kube-audit", "kube-audit-admin")
    azure.set(event_age_seconds=600)  # so old that it is asked when the settings were written


@pytest.mark.parametrize("action", [action for action in READING if "connectedClusters" not in action])
def test_a_permission_that_is_missing_is_named_and_hides_nothing_else(azure: Azure, action: str) -> None:
    everything(azure)
    azure.deny(action)

    found = reached().observe()

    places = found.destinations if isinstance(found.destinations, tuple) else (found.destinations,)
    types = found.log_types.values() if isinstance(found.log_types, dict) else (found.log_types,)
    of_places = [
        part
        for place in places if not isinstance(place, Unread)
        for part in (place.exists, place.last_event, place.retention_days, place.key, place.undeletable)
    ]  # fmt: skip
    parts = (*types, found.update, found.changed, found.unrecorded, *places, *of_places)
    denied = {part.detail for part in parts if isinstance(part, Unread) and part.reason is Reason.DENIED}
    assert denied
    assert all(detail.startswith(f"{action}: AuthorizationFailed") for detail in denied)
    if not action.startswith("Microsoft.Insights/diagnostic"):
        assert found.audit_on is True


def test_reading_asks_for_nothing_that_is_not_declared(azure: Azure) -> None:
    everything(azure)
    azure.put(ARC, {"location": "x", "properties": {}}, version="2024-01-01")
    azure.forget_calls()

    reached().observe()
    reached(id=ARC).observe()

    assert set(azure.calls()) - {"token"} == set(READING)


def test_a_deny_assignment_is_a_denial(azure: Azure) -> None:
    fleet.good(azure)
    azure.block(CLUSTERS)

    update = reached().observe().update

    assert isinstance(update, Unread)
    assert (update.reason, "DenyAssignmentAuthorizationFailed" in update.detail) == (Reason.DENIED, True)


def test_throttling_is_waited_out_as_long_as_azure_says(azure: Azure) -> None:
    fleet.good(azure)
    azure.throttle(CLUSTERS, times=2, seconds=1)

    assert reached().observe().update is None


@pytest.mark.usefixtures("once")
def test_throttling_that_does_not_end_is_named(azure: Azure) -> None:
    fleet.good(azure)
    azure.throttle("Microsoft.Insights/diagnosticSettings/read", seconds=1)

    types = reached().observe().log_types

    assert isinstance(types, Unread)
    assert types.reason is Reason.THROTTLED
    assert types.detail.startswith("Microsoft.Insights/diagnosticSettings/read: SubscriptionRequestsThrottled")


def test_asked_to_come_back_in_an_hour_we_do_not_wait(azure: Azure) -> None:
    fleet.good(azure)
    azure.throttle("Microsoft.Insights/diagnosticSettings/read", seconds=3600)

    types = reached().observe().log_types

    assert isinstance(types, Unread)
    assert types.reason is Reason.THROTTLED


@pytest.mark.usefixtures("once")
def test_an_answer_that_does_not_come(azure: Azure) -> None:
    fleet.good(azure)
    azure.hang(CLUSTERS, seconds=3)

    assert not_read() == Unread(Reason.TIMEOUT, f"{CLUSTERS}: no answer in time")


@pytest.mark.usefixtures("once")
def test_nobody_there(azure: Azure) -> None:
    found = not_read(endpoint="https://user:s3cret@127.0.0.1:9")

    assert found.reason is Reason.UNREACHABLE
    assert "s3cret" not in found.detail


@pytest.mark.usefixtures("once")
def test_azure_itself_is_broken(azure: Azure) -> None:
    fleet.good(azure)
    azure.fail(CLUSTERS, code="InternalServerError", status=500, message="sorry")

    assert not_read() == Unread(Reason.UNREACHABLE, f"{CLUSTERS}: InternalServerError: sorry")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (PROD, "ResourceGroupNotFound"),
        (PROD.replace("0001", "0009"), "SubscriptionNotFound"),
    ],
)
def test_a_cluster_that_is_not_there(azure: Azure, path: str, code: str) -> None:
    found = not_read(id=path)

    assert found.reason is Reason.NOT_OBSERVED
    assert f"{CLUSTERS}: {code}" in found.detail


@pytest.mark.parametrize(
    ("code", "gone"),
    [
        ("ResourceNotFound", True),
        ("ResourceGroupNotFound", True),
        ("SubscriptionNotFound", False),
        ("InvalidAuthenticationTokenTenant", False),
        ("InvalidResourceType", False),
        ("NotFound", False),
    ],
)
def test_only_what_is_said_not_to_exist_does_not(azure: Azure, code: str, gone: bool) -> None:
    fleet.good(azure)
    azure.fail("Microsoft.OperationalInsights/workspaces/read", code=code, status=404, message="Not found.")

    found = destination(reached().observe()).exists

    if gone:
        assert found is False
    else:
        assert isinstance(found, Unread)
        assert f"{code}: Not found." in found.detail


@pytest.mark.parametrize(
    ("part", "code", "known"),
    [
        ("containers", "ContainerNotFound", True),
        ("containers", "AccountNotFound", False),
        ("managementPolicies", "ManagementPolicyNotFound", True),
        ("managementPolicies", "AccountNotFound", False),
    ],
)
def test_a_part_of_storage_that_is_not_there_is_known_by_its_code(
    azure: Azure, part: str, code: str, known: bool
) -> None:
    fleet.cluster(azure)
    fleet.account(azure)
    setting(azure, "theirs", "kube-audit", to={"storageAccountId": STORE})
    under = "blobServices/containers" if part == "containers" else part
    azure.fail(f"Microsoft.Storage/storageAccounts/{under}/read", code=code, status=404, message="Not found.")

    found = destination(reached().observe())

    shown = found.undeletable if part == "containers" else found.retention_days
    assert isinstance(shown, Unread) is not known


def test_a_token_that_has_expired(azure: Azure) -> None:
    fleet.good(azure)
    cluster = reached()
    cluster.observe()
    azure.expire()

    with pytest.raises(NotReadError) as caught:
        cluster.observe()

    assert caught.value.unread.reason is Reason.EXPIRED_CREDENTIAL
    assert "ExpiredAuthenticationToken" in caught.value.unread.detail


def test_no_token_at_all(azure: Azure) -> None:
    azure.deny("token")

    found = not_read()

    assert found == Unread(
        Reason.DENIED, f"{CLUSTERS}: no token: az login, or set what azure-identity reads (AZURE_CLIENT_ID and so on)"
    )


def test_a_provider_that_is_not_registered_is_said_and_not_registered_by_us(azure: Azure) -> None:
    fleet.good(azure)
    azure.unregister("Microsoft.Insights")
    azure.forget_calls()

    types = reached().observe().log_types

    assert isinstance(types, Unread)
    assert "MissingSubscriptionRegistration" in types.detail
    assert "az provider register" in types.detail
    assert not {action for action in azure.calls() if not action.endswith("/read")} - {"token"}


def test_a_page_that_is_said_to_lie_elsewhere_is_not_asked_for(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever it is would get our token."""
    fleet.good(azure)
    asked: list[str] = []
    ask = connections.Arm._ask

    def answer(self: connections.Arm, method: str, url: str, action: str, body: object = None) -> object:
        asked.append(url)
        told = ask(self, method, url, action)
        return {**told, "nextLink": "https://elsewhere.example/x"} if "value" in told else told

    monkeypatch.setattr(connections.Arm, "_ask", answer)

    types = reached().observe().log_types

    assert isinstance(types, Unread)
    assert types.reason is Reason.PARSE
    assert not any("elsewhere" in url for url in asked)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"id": "a b"}, "neither a cluster's name nor its resource id"),
        ({"id": PROD, "resource_group": "x"}, "the id says Shop"),
        ({"id": "prod"}, "subscription and resource_group beside its name"),
        ({"destination": "/subscriptions/x"}, "give the resource id of a Log Analytics workspace"),
        ({"endpoint": "http://localhost"}, "must begin with https://"),
    ],
)
def test_host_data_that_does_not_do(azure: Azure, data: dict[str, str], message: str) -> None:
    with pytest.raises(KubewitnessError, match=message):
        reached(**data)


def test_a_cloud_that_azure_does_not_have(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_SDK_CLOUD_CONF", "AZURE_MOON_CLOUD")

    with pytest.raises(KubewitnessError, match="AZURE_SDK_CLOUD_CONF"):
        reached()
