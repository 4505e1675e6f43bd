"""What Azure Resource Manager says of a cluster, understood; all JSON here is made up after its documentation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import SwitchOn
from kubewitness.model import Unread
from kubewitness.providers.aks import ids, parse, settings
from kubewitness.providers.aks.ids import Sink, SinkKind, action_of, cluster_id, named_sink
from tests.unit.providers.aks.fleet import ARC, LOGS, OTHER, PROD, RULE, SETTINGS, STORE

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
"""Of any shape, below the members that Azure documents as objects and lists."""


def raw(*logs: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"name": "theirs", "properties": {"workspaceId": LOGS, "logs": list(logs), **members}}


@given(st.text(max_size=80))
def test_any_text_names_a_cluster_or_is_refused(text: str) -> None:
    try:
        found = cluster_id(text, "", "", "host")
    except KubewitnessError:
        return
    assert ids.same(str(found), text) or found.name == text


@given(st.text(max_size=80))
def test_any_text_names_a_destination_or_is_refused(text: str) -> None:
    try:
        found = named_sink(text, "host")
    except KubewitnessError:
        return
    assert found is None or found.id == text


@pytest.mark.parametrize("given_as", [PROD, PROD.lower(), PROD.replace("resourceGroups", "resourcegroups"), ARC])
def test_ids_are_read_in_any_case(given_as: str) -> None:
    found = cluster_id(given_as, "", "", "host")

    assert (found.name, found.connected) == (given_as.rpartition("/")[2], given_as == ARC)
    assert ids.same(str(found), given_as)


@pytest.mark.parametrize(
    ("given_as", "kind"), [(LOGS, SinkKind.WORKSPACE), (STORE, SinkKind.STORAGE), (RULE, SinkKind.EVENT_HUB)]
)
def test_a_destination_is_known_by_its_id(given_as: str, kind: SinkKind) -> None:
    assert named_sink(given_as, "host") == Sink(kind, given_as)


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", PROD, "Microsoft.ContainerService/managedClusters/read"),
        ("PUT", f"{PROD}/{SETTINGS}/x", "Microsoft.Insights/diagnosticSettings/write"),
        ("GET", f"{LOGS}/tables/AKSAudit", "Microsoft.OperationalInsights/workspaces/tables/read"),
        ("GET", "/subscriptions/x/providers/Microsoft.Authorization/locks", "Microsoft.Authorization/locks/read"),
    ],
)  # fmt: skip
def test_the_permission_that_a_request_needs(method: str, path: str, action: str) -> None:
    assert action_of(method, path) == action


def test_what_is_listed_and_off_is_off() -> None:
    setting = settings.parse_setting(raw({"category": "kube-audit", "enabled": False}), {})

    assert setting.types == frozenset()


def test_a_category_in_another_case_is_the_same() -> None:
    setting = settings.parse_setting(raw({"category": "Kube-Audit", "enabled": True}), {})

    assert setting.types == {"kube-audit"}


def test_a_category_of_a_group_in_another_case_is_the_same() -> None:
    categories = [{"name": "Kube-Audit", "properties": {"categoryGroups": ["AllLogs"]}}]

    setting = settings.parse_setting(
        raw({"categoryGroup": "allLogs", "enabled": True}), settings.parse_groups(categories)
    )

    assert setting.types == {"kube-audit"}
    assert not setting.unresolved


@pytest.mark.parametrize(
    ("one", "within"),
    [(f"{LOGS}/tables/x", True), (f"{LOGS.upper()}/tables/x", True), (LOGS, True), (f"{LOGS}2/tables/x", False)],
)
def test_a_part_of_a_resource_is_known_by_whole_names(one: str, within: bool) -> None:
    assert ids.is_within(one, LOGS) is within
    assert ids.is_within(one, f"{LOGS}/") is within


def test_a_setting_that_sends_to_several_places() -> None:
    setting = settings.parse_setting(raw(storageAccountId=STORE, eventHubAuthorizationRuleId=RULE), {})

    assert [sink.id for sink in setting.sinks] == [LOGS, STORE, RULE]


@pytest.mark.parametrize(
    ("second", "sink", "said"),
    [
        ("kube-audit-admin", LOGS, "gets kube-audit and kube-audit-admin, of which kube-audit holds all"),
        ("kube-audit", LOGS, "kube-audit comes to"),
        ("kube-audit-admin", LOGS.upper(), "gets kube-audit and kube-audit-admin"),
        ("guard", LOGS, ""),
        ("kube-audit", OTHER, ""),
    ],
)
def test_doubles_are_of_one_place(second: str, sink: str, said: str) -> None:
    both = [
        settings.parse_setting(raw({"category": "kube-audit", "enabled": True}), {}),
        settings.parse_setting(raw({"category": second, "enabled": True}, workspaceId=sink), {}),
    ]

    found = settings.doubles(both)

    assert len(found) == bool(said)
    assert said in "".join(found)


@given(
    st.frozensets(st.sampled_from(settings.LOG_TYPES)),
    st.frozensets(st.sampled_from(settings.LOG_TYPES), min_size=1),
    st.sampled_from([Sink(SinkKind.WORKSPACE, LOGS), Sink(SinkKind.STORAGE, STORE)]),
)
def test_our_setting_never_loses_a_category_and_gains_what_is_asked(
    before: frozenset[str], more: frozenset[str], sink: Sink
) -> None:
    mine = settings.parse_setting(raw(*({"category": name, "enabled": True} for name in sorted(before))), {})

    after = settings.parse_setting({"name": "kubewitness", **settings.extended(mine, more, sink)}, {})

    assert after.types == before | more
    assert sink in after.sinks
    assert set(mine.sinks) <= set(after.sinks)


@pytest.mark.parametrize(("days", "offered"), [(1, 4), (90, 90), (730, 730), (731, 1095), (1096, 1460), (4383, 4383)])
def test_the_shortest_retention_on_offer(days: int, offered: int) -> None:
    assert parse.retention_at_least(days) == offered


def test_a_retention_that_no_table_has() -> None:
    with pytest.raises(KubewitnessError, match="more than a Log Analytics table can keep"):
        parse.retention_at_least(4384)


@given(JSON, JSON, JSON)
def test_a_table_never_keeps_for_ever(total: object, query: object, workspace: object) -> None:
    of = parse.parse_workspace({"properties": {"customerId": "x", "retentionInDays": workspace}})
    raw = {"properties": {"totalRetentionInDays": total, "retentionInDays": query}}

    for found in (parse.parse_table(raw, of), parse.parse_table(None, of)):
        assert isinstance(found.retention_days, Unread) or found.retention_days > 0


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"delete": {"daysAfterModificationGreaterThan": 30}}, 30),
        ({"delete": {"daysAfterCreationGreaterThan": 10.0}}, 10),
        ({"tierToCool": {"daysAfterModificationGreaterThan": 30}}, None),
    ],
)
def test_only_what_deletes_ends_the_retention(rule: dict[str, Any], days: int | None) -> None:
    policy = {"properties": {"policy": {"rules": [{"definition": {"actions": {"baseBlob": rule}}}]}}}

    assert parse.deleted_after(policy, "insights-logs-kube-audit") == days


def test_a_rule_that_is_off_deletes_nothing() -> None:
    delete = {"delete": {"daysAfterModificationGreaterThan": 30}}
    policy = {
        "properties": {"policy": {"rules": [{"enabled": False, "definition": {"actions": {"baseBlob": delete}}}]}}
    }

    assert parse.deleted_after(policy, "insights-logs-kube-audit") is None


def test_the_newest_event_of_one_workspace_among_several() -> None:
    columns = [{"name": "TenantId"}, {"name": "Last"}]
    rows = [["A", "2026-11-21T20:00:00.1234567Z"], ["B", "2026-11-21T21:00:00Z"]]

    found = parse.parse_newest({"tables": [{"columns": columns, "rows": rows}]}, "a")

    assert found == "2026-11-21T20:00:00Z"


def test_the_step_names_the_way() -> None:
    assert str(SwitchOn(("kube-audit",), route="to W, by the diagnostic setting kubewitness")) == (
        "switch on kube-audit to W, by the diagnostic setting kubewitness"
    )


@given(JSON)
def test_members_that_are_not_there_or_empty_are_no_error(value: object) -> None:
    for read in (parse.parse_cluster, parse.parse_workspace, parse.parse_connected, parse.parse_workspace_key):
        read({"properties": {"unknown": value}})
    settings.parse_setting({"properties": {"logs": None, "metrics": None, "other": value}}, {})
