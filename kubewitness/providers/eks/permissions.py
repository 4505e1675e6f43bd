"""What an AWS role must be allowed to do, call by call. Pure; ``kubewitness permissions aws`` prints it as a policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.errors import KubewitnessError
from kubewitness.providers import permissions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CLUSTER: Final = "arn:*:eks:*:*:cluster/*"
_GROUP: Final = "arn:*:logs:*:*:log-group:/aws/eks/*/cluster"
_AUDIT_STREAM: Final = f"{_GROUP}:log-stream:kube-apiserver-audit-*"


@dataclass(frozen=True, slots=True)
class Permission:
    """An IAM action. ``method``: of boto3's client, for whose sake it is. ``enforces``: only the deploy needs it."""

    name: str
    method: str
    resources: tuple[str, ...]
    why: str
    enforces: bool = False


PERMISSIONS: Final = (
    Permission("eks:DescribeCluster", "describe_cluster", (_CLUSTER,), "which logs are on"),
    Permission("eks:ListUpdates", "list_updates", (_CLUSTER,), "is a change of them under way"),
    Permission("eks:DescribeUpdate", "describe_update", (_CLUSTER,), "the same; how our own change ended"),
    Permission("logs:DescribeLogGroups", "describe_log_groups", ("*",), "retention, key, protection of the log group"),
    Permission("logs:DescribeLogStreams", "describe_log_streams", (_GROUP, f"{_GROUP}:*"), "when an event came last"),
    Permission(
        "logs:DescribeSubscriptionFilters", "describe_subscription_filters", (_GROUP, f"{_GROUP}:*"), "who gets a copy"
    ),
    Permission(
        "logs:GetLogEvents",
        "get_log_events",
        (_AUDIT_STREAM,),
        "the time of the newest audit event where CloudWatch has not noted it yet, which takes it up to an hour",
    ),
    Permission("eks:UpdateClusterConfig", "update_cluster_config", (_CLUSTER,), "switch logs on", enforces=True),
    Permission(
        "logs:CreateLogGroup", "create_log_group", (_GROUP, f"{_GROUP}:*"), "the group, before EKS makes it", True
    ),
    Permission("logs:PutRetentionPolicy", "put_retention_policy", (_GROUP, f"{_GROUP}:*"), "a longer retention", True),
    Permission(
        "logs:AssociateKmsKey", "associate_kms_key", (_GROUP, f"{_GROUP}:*"), "the customer's key, where asked", True
    ),
    Permission(
        "logs:PutLogGroupDeletionProtection",
        "put_log_group_deletion_protection",
        (_GROUP, f"{_GROUP}:*"),
        "protection from deletion, where asked",
        True,
    ),
)
"""Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
and list_amazoncloudwatchlogs.html beside it. DescribeLogGroups takes no narrower resource.
"""

SEARCHING: Final = (
    Permission("organizations:ListAccounts", "list_accounts", ("*",), "the accounts; only where the search begins"),
    Permission(
        "sts:AssumeRole", "assume_role", ("arn:*:iam::*:role/ROLE",), "into each account; only where the search begins"
    ),
)
"""What whoever starts ``kubewitness discover aws --role ROLE`` needs for himself."""

FINDING: Final = (
    Permission("eks:ListClusters", "list_clusters", ("*",), "the clusters of a region"),
    Permission("account:ListRegions", "list_regions", ("*",), "the regions that an account has enabled"),
    Permission("ec2:DescribeRegions", "describe_regions", ("*",), "the same, where `account:ListRegions` is refused"),
)
"""What ``kubewitness discover aws`` needs in each account beside what is read of a cluster; for all resources or none:
list_awsaccountmanagement.html, list_amazonec2.html and, for the above, list_awsorganizations.html beside that page.
"""

ACTIONS: Final[Mapping[str, str]] = {
    "get_caller_identity": "sts:GetCallerIdentity",
    **{item.method: item.name for item in (*PERMISSIONS, *FINDING, *SEARCHING)},
}
"""boto3's method -> the permission that it needs; the first one is anybody's, and is asked for nowhere.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

WRITES: Final = frozenset(item.method for item in PERMISSIONS if item.enforces)
"""boto3's methods that change something."""


def policy(*, enforce: bool = False, discover: bool = False) -> dict[str, Any]:
    """An IAM policy of the role that reads, and enforces and finds where asked: a statement for each set of resources.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    return _policy(
        (_SIDS[verb], item.resources, item.name)
        for item, verb in permissions.asked(PERMISSIONS, FINDING, enforce=enforce, discover=discover)
    )


def search_policy(role: str) -> dict[str, Any]:
    """An IAM policy for whoever starts a search of an organisation, and goes into each account by the role ``role``.

    Raises KubewitnessError: that is no role's name.
    """
    if not _ROLE.fullmatch(role):
        raise KubewitnessError(f"--search {role[:120]!r}: give the role's name, with its path if it has one, no ARN")
    filled = ((item, tuple(one.replace("ROLE", role) for one in item.resources)) for item in SEARCHING)
    return _policy(("Search", resources, item.name) for item, resources in filled)


def _policy(asked: Iterable[tuple[str, tuple[str, ...], str]]) -> dict[str, Any]:
    statements: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for sid, resources, action in asked:
        statements.setdefault((sid, resources), []).append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"{sid}{number}",
                "Effect": "Allow",
                "Action": actions,
                "Resource": list(resources),
            }
            for number, ((sid, resources), actions) in enumerate(statements.items(), 1)
        ],
    }


def table(*, enforce: bool = False, discover: bool = False) -> str:
    """The same as Markdown, with what each is for, and with what the search needs where it begins."""
    asked = [
        *permissions.asked(PERMISSIONS, FINDING, enforce=enforce, discover=discover),
        *((item, "discover") for item in SEARCHING if discover),
    ]
    return permissions.table(asked)


_SIDS: Final = {"check": "Read", "deploy": "Enforce", "discover": "Find"}


_ROLE: Final = re.compile(r"(?:[\w+=,.@-]{1,64}/){0,8}[\w+=,.@-]{1,64}")
"""Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"""
