"""An EKS cluster brought to a standard, over the wire: what is changed, what stays, each refusal by its name."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from kubewitness.content import read_standard
from kubewitness.enabling import enable
from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import ManagedPlan, plan_managed
from kubewitness.providers.eks.permissions import PERMISSIONS
from tests.unit.providers.eks.fleet import ACCOUNT, ALL, GROUP, create, reached

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.aws import Aws

WRITES = {item.name for item in PERMISSIONS if item.enforces}


def bring(
    standard: str = "standard",
    *,
    key: str = "",
    wait: float = 20,
    meanwhile: Callable[[], object] = lambda: None,
    **data: str,
) -> list[str]:
    """The steps, as they were told; what is waited for left out. ``meanwhile``: what others do while we wait."""

    def tell(line: str) -> None:
        told.append(line)
        if line.startswith("waiting"):
            meanwhile()

    cluster, told = reached(**data), list[str]()
    demanded = read_standard(standard)
    plan = partial(plan_managed, standard=demanded, key=key, retention_at_least=cluster.retention_at_least)
    enable(cluster, plan, tell, wait)
    return [step for step in told if not step.startswith("waiting")]


def refusal(standard: str = "standard", *, wait: float = 20) -> str:
    with pytest.raises(KubewitnessError) as caught:
        bring(standard, wait=wait)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def group(aws: Aws) -> dict[str, Any]:
    (found,) = aws.client("logs").describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    return dict(found)


def on(aws: Aws) -> set[str]:
    setups = aws.client("eks").describe_cluster(name="prod")["cluster"]["logging"]["clusterLogging"]
    return {name for one in setups if one["enabled"] for name in one["types"]}


def written(aws: Aws) -> set[str]:
    return WRITES & set(aws.calls())


def test_a_new_cluster_logs_into_a_group_that_was_there_before_its_first_event(aws: Aws) -> None:
    create(aws, on=())

    told = bring()

    assert told == [f"make {GROUP}, kept 90 days, protected from deletion", "switch on api, audit, authenticator"]
    found = group(aws)
    assert (found["retentionInDays"], found["deletionProtectionEnabled"]) == (90, True)
    assert on(aws) == {"api", "audit", "authenticator"}


def test_the_second_time_nothing_is_written(aws: Aws) -> None:
    create(aws, on=())
    bring()
    aws.forget_calls()

    assert bring() == []
    assert written(aws) == set()


def test_what_another_team_has_on_stays_on(aws: Aws) -> None:
    create(aws, on=("scheduler", "controllerManager"))

    bring()

    assert on(aws) == set(ALL)


@pytest.mark.parametrize(("before", "after"), [(30, 90), (365, 365), (None, None)])
def test_a_retention_is_lengthened_and_never_shortened(aws: Aws, before: int | None, after: int | None) -> None:
    create(aws)
    if before:
        aws.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=before)

    bring()

    assert group(aws).get("retentionInDays") == after


def test_where_an_account_policy_rules_the_retention_is_left_alone(aws: Aws) -> None:
    create(aws)
    document = json.dumps({"retentionInDays": 30, "enforcementMode": "RETROACTIVE"})
    aws.client("logs").put_account_policy(
        policyName="p", policyType="RETENTION_POLICY", policyDocument=document, scope="ALL"
    )

    bring()

    assert "logs:PutRetentionPolicy" not in aws.calls()


@pytest.mark.parametrize("exists", [False, True])
def test_the_customer_s_key_encrypts_the_group(aws: Aws, exists: bool) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    create(aws, on=ALL if exists else ())

    bring("forensic", key=key)

    assert group(aws)["kmsKeyId"] == key


def test_a_key_that_is_there_stays(aws: Aws) -> None:
    create(aws)
    theirs, ours = (aws.client("kms").create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    aws.client("logs").associate_kms_key(logGroupName=GROUP, kmsKeyId=theirs)

    bring("forensic", key=ours)

    assert group(aws)["kmsKeyId"] == theirs


def test_a_key_that_is_asked_for_and_not_named_is_said_and_hinders_nothing_else(aws: Aws) -> None:
    create(aws, on=())

    told = bring("forensic")

    assert told[0] == f"make {GROUP}, kept 365 days, protected from deletion"
    assert on(aws) >= {"audit", "authenticator"}
    cluster = reached()
    found = plan_managed(
        cluster.observe(), read_standard("forensic"), key="", retention_at_least=cluster.retention_at_least
    )
    assert isinstance(found, ManagedPlan)
    assert any("encryption key: the standard asks for a key of your own: name it" in note for note in found.notes)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("alias/audit", "takes no alias"),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "no bare id"),
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/audit", "takes no alias"),
        (f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1", "is in us-east-1, the cluster in eu-west-1"),
    ],
)
def test_a_key_that_cloudwatch_would_refuse_is_refused_before_anything_is_asked(aws: Aws, key: str, said: str) -> None:
    with pytest.raises(KubewitnessError, match=said):
        reached().key(key)

    assert not aws.calls()


def test_a_key_that_aws_does_not_have_is_named(aws: Aws) -> None:
    create(aws, on=())

    with pytest.raises(KubewitnessError, match="logs:CreateLogGroup: InvalidParameterException"):
        bring("forensic", key=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/none")


def test_a_connected_cluster_is_left_alone(aws: Aws) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/c"
    aws.client("eks").register_cluster(name="prod", connectorConfig={"roleArn": role, "provider": "GKE"})

    assert bring() == []


def test_an_update_is_waited_for(aws: Aws) -> None:
    create(aws, on=())
    aws.set(update_seconds=1)

    bring()

    assert "audit" in on(aws)
    assert aws.calls()["eks:UpdateClusterConfig"] == 1


def test_another_update_in_progress_is_waited_out_though_the_cluster_says_active(aws: Aws) -> None:
    create(aws, on=())
    aws.set(update_seconds=None)
    aws.client("eks").update_cluster_config(name="prod", deletionProtection=True)

    bring(meanwhile=aws.finish_updates)

    assert "audit" in on(aws)
    assert aws.calls(outcome="ResourceInUseException")["eks:UpdateClusterConfig"] >= 1


def test_another_update_that_does_not_end_is_named(aws: Aws) -> None:
    create(aws)
    aws.alter_cluster("prod", logging=None)
    aws.set(update_seconds=None)
    aws.client("eks").update_cluster_config(name="prod", deletionProtection=True)

    said = refusal(wait=1)

    action = "eks:UpdateClusterConfig"
    assert said.startswith(f"{action}: ResourceInUseException: Cannot LoggingUpdate because cluster prod currently has")
    assert "not to be waited out in 1 s: run again later" in said


def test_our_own_update_that_does_not_end_is_named(aws: Aws) -> None:
    create(aws, on=())
    aws.set(update_seconds=None)

    assert "is still InProgress after 1 s: it goes on by itself" in refusal(wait=1)


def test_a_cluster_that_shows_its_new_logging_late_is_read_again(aws: Aws) -> None:
    """Asked a second time meanwhile, EKS says "No changes needed"."""
    create(aws, on=())
    aws.set(lag_seconds=1)

    told = bring()

    assert [step for step in told if step.startswith("switch on")] == ["switch on api, audit, authenticator"]
    assert aws.calls(outcome="InvalidParameterException")["eks:UpdateClusterConfig"] >= 1


def test_a_cluster_that_never_shows_it_is_an_error(aws: Aws) -> None:
    create(aws, on=())
    aws.set(lag_seconds=600)

    said = refusal(wait=1)

    assert "still not to be seen: " in said
    assert "switch on api, audit, authenticator" in said


def test_an_update_that_fails_says_why(aws: Aws) -> None:
    create(aws, on=())
    aws.fail_next_update("prod", code="AccessDenied", message="no role")

    assert "ended as Failed: AccessDenied: no role" in refusal()


@pytest.mark.parametrize("action", ["eks:UpdateClusterConfig", "logs:CreateLogGroup", "logs:PutRetentionPolicy"])
def test_an_answer_that_was_lost_makes_no_difference(aws: Aws, action: str) -> None:
    create(aws, on=())
    aws.lose(action, times=1)

    bring()

    assert bring() == []
    assert "audit" in on(aws)


def test_a_group_that_eks_makes_in_between_is_changed_where_it_falls_short(aws: Aws) -> None:
    create(aws, on=())
    code = "ResourceAlreadyExistsException"
    aws.fail("logs:CreateLogGroup", code=code, status=400, message="it exists", times=1)

    bring()

    assert group(aws)["deletionProtectionEnabled"] is True


def test_two_changes_of_a_group_at_once_are_tried_again(aws: Aws) -> None:
    create(aws)
    code = "OperationAbortedException"
    aws.fail("logs:PutLogGroupDeletionProtection", code=code, status=400, message="try again", times=1)

    bring()

    assert group(aws)["deletionProtectionEnabled"] is True


@pytest.mark.parametrize("code", ["OperationAbortedException", "ThrottlingException", "InternalFailure"])
def test_a_retention_that_others_lengthen_while_we_wait_is_not_shortened(aws: Aws, code: str) -> None:
    """Neither by us nor by boto3, which would repeat what it was told before."""
    create(aws)
    theirs = partial(aws.client("logs").put_retention_policy, logGroupName=GROUP)
    theirs(retentionInDays=30)
    status = 500 if code == "InternalFailure" else 400
    aws.fail("logs:PutRetentionPolicy", code=code, status=status, message="try again", times=1)

    bring(meanwhile=lambda: theirs(retentionInDays=731))

    assert aws.calls(outcome=code)["logs:PutRetentionPolicy"] == 1
    assert group(aws)["retentionInDays"] == 731


def test_a_key_that_others_set_while_we_wait_for_them_stays(aws: Aws) -> None:
    create(aws)
    theirs, ours = (aws.client("kms").create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    set_theirs = partial(aws.client("logs").associate_kms_key, logGroupName=GROUP, kmsKeyId=theirs)
    aws.fail("logs:AssociateKmsKey", code="OperationAbortedException", status=400, message="try again", times=1)

    bring("forensic", key=ours, meanwhile=set_theirs)

    assert aws.calls(outcome="OperationAbortedException")["logs:AssociateKmsKey"] == 1
    assert group(aws)["kmsKeyId"] == theirs


def test_a_quota_is_named(aws: Aws) -> None:
    create(aws, on=())
    aws.fail("logs:CreateLogGroup", code="LimitExceededException", status=400, message="Resource limit exceeded.")

    said = refusal()

    assert said.startswith("logs:CreateLogGroup: LimitExceededException: Resource limit exceeded.")
    assert "Service Quotas" in said


def test_throttling_that_does_not_end_is_named(aws: Aws) -> None:
    create(aws, on=())
    aws.throttle("eks:UpdateClusterConfig")

    said = refusal(wait=1)

    assert said.startswith("eks:UpdateClusterConfig: ThrottlingException")
    assert "run again later" in said


def test_credentials_that_expire_on_the_way(aws: Aws) -> None:
    create(aws, on=())
    aws.fail("eks:DescribeUpdate", code="ExpiredTokenException", status=403, message="expired")

    said = refusal()

    assert said.startswith("eks:DescribeUpdate: ExpiredTokenException: expired: renew the credentials")


@pytest.mark.parametrize("action", sorted(WRITES))
def test_a_permission_that_is_missing_is_named(aws: Aws, action: str) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    create(aws, on=() if action in ("logs:CreateLogGroup", "eks:UpdateClusterConfig") else ("api",))
    if action == "logs:PutRetentionPolicy":
        aws.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=1)
    aws.deny(action)

    with pytest.raises(KubewitnessError, match=rf"^{action}: AccessDenied.*: grant it: kubewitness permissions aws"):
        bring("forensic", key=key)


def test_what_could_not_be_read_is_not_changed(aws: Aws) -> None:
    create(aws, on=())
    aws.deny("logs:DescribeLogGroups")

    assert "logs:DescribeLogGroups: AccessDenied" in refusal()
    assert written(aws) == set()
