"""The fake is held against AWS's own models, so that it does not only say what we believe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from moto.core.utils import get_service_model

from tests.fakes.aws import aws_server
from tests.fakes.aws.contract import breaches
from tests.unit.fakes.aws.asking import make_cluster, refused

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=AKIA111111111111FAKE/20261121/eu-west-1/{}/aws4_request, "
    "SignedHeaders=host, Signature=0"
}


def raw(aws: Aws, service: str, path: str, body: object, **headers: str) -> tuple[int, dict[str, Any]]:
    """What no SDK would send."""
    signed = {name: value.format(service) for name, value in SIGNED.items()}
    request = Request(f"{aws.endpoint}{path}", json.dumps(body).encode(), {**signed, **headers})  # noqa: S310
    try:
        with urlopen(request) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"logging": {"clusterLogging": [{"types": ["audits"], "enabled": True}]}}, "'audits' is none of api, audit"),
        ({"logging": {"clusterLogging": [{"types": ["audit"], "enabled": "no"}]}}, "not a boolean"),
        ({"loggin": {}}, ".loggin: not a member of UpdateClusterConfigRequest"),
    ],
)
def test_a_request_that_the_model_does_not_allow_is_refused(aws: Aws, body: dict[str, Any], said: str) -> None:
    make_cluster(aws)

    status, answer = raw(aws, "eks", "/clusters/prod/update-config", body, **{"Content-Type": "application/json"})

    assert status == 400
    assert said in answer["message"]


def test_what_botocore_does_not_check_is_checked_here(aws: Aws) -> None:
    assert refused(aws.client("eks"), "list_clusters", maxResults=101).code == "InvalidParameterException"
    assert refused(aws.client("logs"), "describe_log_groups", limit=51).code == "InvalidParameterException"
    assert refused(aws.client("organizations"), "list_accounts", MaxResults=21).code == "InvalidInputException"
    assert refused(aws.client("logs"), "create_log_group", logGroupName="a b").code == "InvalidParameterException"


def test_an_unsigned_request_and_an_unknown_action_are_refused(aws: Aws) -> None:
    assert raw(aws, "eks", "/no/such/path", {})[0] == 404
    with pytest.raises(HTTPError) as refusal, urlopen(f"{aws.endpoint}/clusters"):  # noqa: S310
        pass
    with refusal.value as error:
        assert error.code == 403


def test_an_answer_that_the_model_does_not_know_fails_the_run() -> None:
    with pytest.raises(AssertionError, match=r"cluster\.colour: not a member of Cluster"), aws_server() as aws:  # noqa: PT012
        eks = make_cluster(aws)
        aws.alter_cluster("prod", colour="blue")
        eks.describe_cluster(name="prod")


def test_an_action_that_nobody_does_is_said_and_fails_the_run() -> None:
    with pytest.raises(AssertionError, match="has no error NotImplemented"), aws_server() as aws:  # noqa: PT012
        found = refused(aws.client("eks"), "list_insights", clusterName="prod")
        assert found.message == "neither moto nor this fake does eks:ListInsights"


def test_a_failing_test_is_not_hidden_by_what_the_fake_did() -> None:
    with pytest.raises(ZeroDivisionError), aws_server() as aws:  # noqa: PT012
        refused(aws.client("eks"), "list_insights", clusterName="prod")
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("value", "breach"),
    [
        ({"clusters": ["a"], "nextToken": None}, None),
        ({"clusters": "a"}, ".clusters: str, not a list"),
        ({"clusters": [1]}, ".clusters[0]: int, not a string"),
        ({"names": []}, ".names: not a member of ListClustersResponse"),
        ([], ": list, not a structure"),
    ],
)
def test_breaches_are_named(value: object, breach: str | None) -> None:
    shape: Any = get_service_model("eks").operation_model("ListClusters").output_shape

    assert list(breaches(value, shape)) == ([] if breach is None else [breach])
