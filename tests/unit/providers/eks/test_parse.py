"""EKS's own JSON, understood; made up after the API's reference."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import PROBES, Level, Loaded, load, recorded
from kubewitness.content import read_standard
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion
from kubewitness.providers.eks.parse import (
    BLIND_SPOTS,
    LOG_TYPES,
    RETENTIONS,
    Stream,
    cluster_name,
    newest_streams,
    parse_cluster,
    parse_group,
    parse_update,
    retention_at_least,
)


@given(st.lists(st.tuples(st.sampled_from([*LOG_TYPES, "newType"]), st.booleans()), max_size=12))
def test_the_order_of_the_entries_does_not_matter(setups: list[tuple[str, bool]]) -> None:
    entries = [{"types": [name], "enabled": on} for name, on in setups]

    forwards = parse_cluster({"logging": {"clusterLogging": entries}}).log_types
    backwards = parse_cluster({"logging": {"clusterLogging": entries[::-1]}}).log_types

    assert forwards == backwards
    assert {name for name, on in forwards.items() if on} == {name for name, on in setups if on}


@pytest.mark.parametrize("raw", [{}, {"logging": None}, {"logging": {}}, {"logging": {"clusterLogging": None}}])
def test_logging_may_be_absent(raw: dict[str, object]) -> None:
    assert parse_cluster(raw).log_types == dict.fromkeys(LOG_TYPES, False)


def test_the_group_is_the_one_of_exactly_that_name() -> None:
    groups = [{"logGroupName": "/aws/eks/a/cluster-old"}, {"logGroupName": "/aws/eks/a/cluster", "arn": "arn:x:*"}]

    found = parse_group(groups, "/aws/eks/a/cluster")

    assert found is not None
    assert (found.arn, found.retention_days) == ("arn:x", None)
    assert parse_group(groups[:1], "/aws/eks/a/cluster") is None


def test_a_stream_of_which_nothing_is_noted_counts_by_its_age() -> None:
    streams = [Stream("old", 1, 100), Stream("young", 200, None), Stream("ended", 2, 50)]

    assert [stream.name for stream in newest_streams(streams, 2)] == ["young", "old"]


def test_why_an_update_failed() -> None:
    raw = {"id": "1", "status": "Failed", "type": "LoggingUpdate", "createdAt": datetime(2026, 11, 21, tzinfo=UTC),
           "errors": [{"errorCode": "AccessDenied", "errorMessage": "no"}]}  # fmt: skip

    update = parse_update(raw)

    assert (update.of_logging, update.started, update.error) == (True, "2026-11-21T00:00:00Z", "AccessDenied: no")


@pytest.mark.parametrize(("asked", "offered"), [(1, 1), (31, 60), (90, 90), (366, 400), (3653, 3653)])
def test_a_retention_is_never_below_what_is_asked(asked: int, offered: int) -> None:
    assert retention_at_least(asked) == offered


def test_more_than_cloudwatch_keeps_is_refused() -> None:
    with pytest.raises(KubewitnessError, match=str(RETENTIONS[-1])):
        retention_at_least(RETENTIONS[-1] + 1)


@given(st.text())
def test_any_id_is_a_cluster_or_an_error(text: str) -> None:
    with suppress(KubewitnessError):
        assert cluster_name(text, "", "h").name in text


def test_the_blind_spots_are_what_aws_s_policy_leaves_out_of_what_our_standards_name() -> None:
    version = ServerVersion(1, 37, 1)
    loaded = load((Path(__file__).parent / "eks-audit-policy.yaml").read_text("utf-8"), version)
    assert isinstance(loaded, Loaded)
    named = {name for tier in ("essential", "standard", "forensic") for name in read_standard(tier).audit.at_least}

    left_out = {probe.id for probe in PROBES if recorded(loaded.policy, probe, version).level is Level.NONE}

    assert {spot.probe for spot in BLIND_SPOTS} == left_out & named
