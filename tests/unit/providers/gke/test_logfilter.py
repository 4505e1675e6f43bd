"""Filters of Cloud Logging, asked about the audit log of one cluster: yes, no, not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.providers.gke.logfilter import takes
from kubewitness.providers.gke.parse import ClusterName
from kubewitness.providers.gke.routing import ACTIVITY, DATA_ACCESS_LOG, entry, newest_filter

PROD = ClusterName("shop", "europe-west1", "prod")
READ = entry(PROD, DATA_ACCESS_LOG)
#: What a project's _Default sink is made with: https://cloud.google.com/logging/docs/routing/overview#default-sink
DEFAULT = (
    'NOT LOG_ID("cloudaudit.googleapis.com/activity") AND NOT LOG_ID("externalaudit.googleapis.com/activity") AND '
    'NOT LOG_ID("cloudaudit.googleapis.com/system_event") AND '
    'NOT LOG_ID("cloudaudit.googleapis.com/access_transparency")'
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", True),
        (DEFAULT, True),
        ('log_id("cloudaudit.googleapis.com/data_access")', True),
        ('logName="projects/shop/logs/cloudaudit.googleapis.com%2Fdata_access"', True),
        ("logName:cloudaudit.googleapis.com", True),
        ('log_name:"cloudaudit.googleapis.com%2Factivity"', False),
        ('resource.type=k8s_cluster AND resource.labels.cluster_name="prod"', True),
        ('resource.type="k8s_cluster"\nresource.labels.cluster_name="other"', False),
        ('resource.type=("gce_instance" OR "k8s_cluster")', True),
        ('resource.type="k8s_container" OR severity<ERROR', None),
        ('resource.type="k8s_container" AND severity<ERROR', False),
        ('-resource.type="k8s_cluster"', False),
        ('NOT NOT resource.type="k8s_cluster"', True),
        ('NOT (resource.type="k8s_cluster" AND severity>=ERROR)', None),
        ('protoPayload.authenticationInfo.principalEmail="system:node"', None),
        ('protoPayload.serviceName="k8s.io"', True),
        ('jsonPayload.message:"x"', False),
        ("jsonPayload.message!=x", None),
        ("sample(insertId, 0.99)", None),
        ('log_id("cloudaudit.googleapis.com/data_access") AND sample(insertId, 0.5)', None),
        ("prod", None),
        ('resource.type="k8s_cluster" -- a comment', True),
        ('resource.type =~ "k8s_.*"', None),
        ("AND", None),
        ("(((", None),
        ('resource.type="k8s_cluster" OR', None),
        ("(" * 200 + ")" * 200, None),
    ],
)
def test_a_filter(text: str, answer: bool | None) -> None:
    assert takes(text, READ) is answer


def test_or_binds_stronger_than_and() -> None:
    """As Google says it does, other than elsewhere: a OR b AND c is (a OR b) AND c."""
    text = 'resource.type="k8s_cluster" OR resource.type="x" AND resource.type="x"'

    assert takes(text, READ) is False


@pytest.mark.parametrize("log", [ACTIVITY, DATA_ACCESS_LOG])
def test_our_own_question_finds_exactly_the_log_that_it_asks_for(log: str) -> None:
    other = DATA_ACCESS_LOG if log == ACTIVITY else ACTIVITY

    assert takes(newest_filter(PROD, log), entry(PROD, log)) is True
    assert takes(newest_filter(PROD, log), entry(PROD, other)) is False
    assert takes(newest_filter(PROD, log), entry(ClusterName("shop", "europe-west1", "prod-2"), log)) is False


@given(st.text(max_size=60) | st.text(alphabet=' ()"=:-<>ANDORTlog_id.\n', max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    assert takes(text, READ) in (True, False, None)


@given(st.sampled_from(["severity>=ERROR", "sample(insertId, 0.5)", DEFAULT, 'resource.type="x"']))
def test_not_turns_what_is_known_and_leaves_what_is_not(text: str) -> None:
    plain, turned = takes(text, READ), takes(f"NOT ({text})", READ)

    assert turned is (None if plain is None else not plain)
