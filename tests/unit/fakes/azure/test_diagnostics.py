"""Diagnostic settings. Each quirk's source stands in tests/fakes/azure/diagnostics.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.azure.diagnostics import LOGS
from tests.unit.fakes.azure.asking import (
    GROUP,
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


MIX = "Diagnostic setting does not support mix of log category and log category group."


@pytest.fixture(autouse=True)
def prod(azure: Azure) -> None:
    make_workspace(azure)
    make_cluster(azure)


def test_a_setting_comes_back_whole(azure: Azure) -> None:
    status, made = put_setting(azure, "audit", setting("kube-audit", logAnalyticsDestinationType="Dedicated"))

    assert status == 200
    properties = made["properties"]
    assert (properties["workspaceId"], properties["storageAccountId"]) == (WORKSPACE, None)
    assert properties["logAnalyticsDestinationType"] == "Dedicated"
    (log,) = properties["logs"]
    off = {"enabled": False, "days": 0}
    assert log == {"category": "kube-audit", "categoryGroup": None, "enabled": True, "retentionPolicy": off}
    assert azure.ask("GET", f"{PROD}/{SETTINGS}")[1] == {"value": [made]}
    assert azure.ask("GET", f"{PROD}/{SETTINGS}/AUDIT")[1] == made


def test_ids_come_back_in_another_case(azure: Azure) -> None:
    _, made = put_setting(azure, "Audit", setting("kube-audit"))

    assert made["id"] == f"{PROD.lower()}/providers/microsoft.insights/diagnosticSettings/Audit"
    assert azure.ask("GET", f"{PROD.upper()}/{SETTINGS}")[1]["value"] == [made]


def test_a_put_replaces_the_setting(azure: Azure) -> None:
    put_setting(azure, "audit", setting("kube-audit", "guard"))

    put_setting(azure, "audit", setting("guard"))

    (found,) = azure.ask("GET", f"{PROD}/{SETTINGS}")[1]["value"]
    assert [one["category"] for one in found["properties"]["logs"]] == ["guard"]


@pytest.mark.parametrize("body", [setting("kube-audit", "guard"), setting(group="audit"), setting(group="allLogs")])
def test_a_sink_takes_a_category_from_one_setting_only(azure: Azure, body: object) -> None:
    put_setting(azure, "first", body)

    status, refusal = put_setting(azure, "second", setting("kube-audit", sink=WORKSPACE.lower()))

    assert status == 409
    assert refusal == {  # without the envelope that Azure's other errors have
        "code": "Conflict",
        "message": f"Data sink '{WORKSPACE.lower()}' is already used in diagnostic setting 'first' for category "
        "'kube-audit'. Data sinks can't be reused in different settings on the same category for the same resource.",
    }


def test_what_is_not_enabled_is_in_nobodys_way(azure: Azure) -> None:
    off = setting("kube-audit")
    off["properties"]["logs"][0]["enabled"] = False
    put_setting(azure, "first", off)

    assert put_setting(azure, "second", setting("kube-audit"))[0] == 200


def test_five_settings_are_the_most(azure: Azure) -> None:
    for name in sorted(LOGS)[:5]:
        assert put_setting(azure, name, setting(name))[0] == 200

    sixth = put_setting(azure, "sixth", setting("kube-scheduler"))

    assert sixth[1]["message"] == "The limit of 5 diagnostic settings was reached."
    first = sorted(LOGS)[0]
    assert put_setting(azure, first, setting("kube-scheduler"))[0] == 200
    azure.ask("DELETE", f"{PROD}/{SETTINGS}/{first}")
    assert put_setting(azure, "sixth", setting(first))[0] == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (setting("kube-audits"), "Category 'kube-audits' is not supported."),
        (setting(group="everything"), "Category group 'everything' is not supported."),
        (setting("guard", group="audit"), MIX),
        ({"properties": {"logs": []}}, "At least one data sink needs to be specified."),
        (setting(sink=""), "At least one data sink needs to be specified."),
    ],
)  # fmt: skip
def test_it_refuses_by_name(azure: Azure, body: object, message: str) -> None:
    status, refusal = put_setting(azure, "audit", body)

    assert (status, refusal["code"], refusal["message"]) == (400, "BadRequest", message)


def test_the_destination_must_be_there_when_the_setting_is_made_and_may_go_later(azure: Azure) -> None:
    gone = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/gone"
    assert code(put_setting(azure, "audit", setting("kube-audit", sink=gone))) == (404, "ResourceNotFound")
    put_setting(azure, "audit", setting("kube-audit"))

    azure.ask("DELETE", WORKSPACE, version="2023-09-01")

    (found,) = azure.ask("GET", f"{PROD}/{SETTINGS}")[1]["value"]
    assert found["properties"]["workspaceId"] == WORKSPACE
    assert code(azure.ask("GET", WORKSPACE, version="2023-09-01")) == (404, "ResourceNotFound")


def test_categories_say_their_groups_and_new_ones_come(azure: Azure) -> None:
    def groups() -> dict[str, list[str]]:
        found = azure.ask("GET", f"{PROD}/{SETTINGS}Categories")[1]["value"]
        logs = [one for one in found if one["properties"]["categoryType"] == "Logs"]
        return {one["name"]: one["properties"]["categoryGroups"] for one in logs}

    assert groups()["kube-audit"] == ["audit", "allLogs"]
    assert set(groups()) == set(LOGS)

    azure.set_categories({"kube-audit": ["allLogs"], "kube-future": ["audit"]})

    assert groups() == {"kube-audit": ["allLogs"], "kube-future": ["audit"]}
    put_setting(azure, "first", setting(group="audit"))
    assert put_setting(azure, "second", setting("kube-audit"))[0] == 200


def test_settings_outlive_their_cluster(azure: Azure) -> None:
    put_setting(azure, "audit", setting("kube-audit"))
    azure.ask("DELETE", PROD, version="2025-05-01")
    assert code(azure.ask("GET", f"{PROD}/{SETTINGS}")) == (404, "ResourceNotFound")

    make_cluster(azure)

    assert len(azure.ask("GET", f"{PROD}/{SETTINGS}")[1]["value"]) == 1


def test_only_one_version_of_the_api_knows_category_groups(azure: Azure) -> None:
    old = azure.ask("GET", f"{PROD}/{SETTINGS}", version="2017-05-01-preview")

    assert code(old) == (400, "NoRegisteredProviderFound")
    assert code(azure.ask("GET", f"{PROD}/{SETTINGS}", version="")) == (400, "MissingApiVersionParameter")
