"""What an EKS cluster can be like, and the verdict: one table, for the tests and for the page.

python -m tests.unit.providers.eks.states
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.unit.providers.eks.fleet import ACCOUNT, ALL, ARN, GROUP, create

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.aws import Aws


@dataclass(frozen=True, slots=True)
class State:
    """``verdict``: of the audit log, as the table of ``kubewitness check`` prints it: status and rung.

    ``told``: the checks that do not pass, and how; not those that fail as information, which are the same for all. What
    passes, and what does not apply, is not in it. ``minutes``: it is looked at so much later.
    ``data``: host data beside the provider.
    """

    words: str
    make: Callable[[Aws], object]
    verdict: str
    told: dict[str, str]
    minutes: int = 0
    data: dict[str, str] = field(default_factory=dict)


def good(aws: Aws, *, on: tuple[str, ...] = ALL, days: int = 365) -> None:
    """All that the standard asks for."""
    create(aws, on=on)
    logs = aws.client("logs")
    if on:
        logs.put_retention_policy(logGroupName=GROUP, retentionInDays=days)
        logs.put_log_group_deletion_protection(logGroupIdentifier=GROUP, deletionProtectionEnabled=True)


def _said(aws: Aws, *entries: tuple[tuple[str, ...], bool]) -> None:
    """What DescribeCluster says of the logging of a good cluster; nothing: no logging at all."""
    good(aws)
    setups = [{"types": list(types), "enabled": on} for types, on in entries]
    aws.alter_cluster("prod", logging={"clusterLogging": setups} if setups else None)


def _no_group(aws: Aws) -> None:
    aws.set(emits=False)
    create(aws, on=())
    aws.alter_cluster("prod", logging={"clusterLogging": [{"types": list(ALL), "enabled": True}]})


def _updating(aws: Aws) -> None:
    good(aws, on=("api", "audit", "authenticator"))
    aws.set(update_seconds=None)
    setup = {"clusterLogging": [{"types": ["scheduler"], "enabled": True}]}
    aws.client("eks").update_cluster_config(name="prod", logging=setup)


def _by_account(aws: Aws, days: int) -> None:
    good(aws)
    document = json.dumps({"retentionInDays": days, "enforcementMode": "RETROACTIVE"})
    aws.client("logs").put_account_policy(
        policyName="all", policyType="RETENTION_POLICY", policyDocument=document, scope="ALL"
    )


def _for_ever(aws: Aws) -> None:
    good(aws)
    aws.client("logs").delete_retention_policy(logGroupName=GROUP)


def _unprotected(aws: Aws) -> None:
    good(aws)
    aws.client("logs").put_log_group_deletion_protection(logGroupIdentifier=GROUP, deletionProtectionEnabled=False)


def _then(aws: Aws, *faults: str, **settings: Any) -> None:
    """A good cluster, and what is refused, or set, from now on."""
    aws.set(**settings)
    good(aws)
    for action in faults:
        aws.deny(action)


def _deleting(aws: Aws) -> None:
    good(aws)
    aws.alter_cluster("prod", status="DELETING")


def _connected(aws: Aws) -> None:
    connector = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/c", "provider": "GKE"}
    aws.client("eks").register_cluster(name="prod", connectorConfig=connector)


def _expired(aws: Aws) -> None:
    good(aws)
    aws.fail("*", code="ExpiredTokenException", status=403, message="The security token has expired")


_OFF: Final = {"audit-backend": "FAIL", "audit-log-types": "FAIL"}
_KEPT: Final = {"audit-retention": "UNKNOWN", "audit-log-protected": "UNKNOWN"}
_OF_THE_CLUSTER: Final = {
    "audit-backend": "UNKNOWN", "audit-log-types": "UNKNOWN", "audit-policy-limits": "UNKNOWN",
    "audit-policy-records": "UNKNOWN", "audit-policy-exemptions": "UNKNOWN", "audit-log-once": "UNKNOWN",
}  # fmt: skip
_GROUP: Final = {
    "audit-log-destination": "UNKNOWN", "audit-log-written": "UNKNOWN", "audit-log-format": "UNKNOWN", **_KEPT,
}  # fmt: skip
EVERYTHING: Final = {**_OF_THE_CLUSTER, **_GROUP}

STATES: Final = (
    State("as the standard asks", good, "PASS 3", {}),
    State("audit alone", lambda aws: good(aws, on=("audit",)), "PASS 3", {"audit-log-types": "FAIL"}),
    State("all but audit", lambda aws: good(aws, on=("api", "authenticator", "scheduler")), "FAIL 0", _OFF),
    State("nothing is on", lambda aws: create(aws, on=()), "FAIL 0", _OFF),
    State("an old cluster: no `logging` at all", _said, "FAIL 0", _OFF),
    State(
        "two entries, the one that is on last",
        lambda aws: _said(aws, (("controllerManager", "scheduler"), False), (("api", "audit", "authenticator"), True)),
        "PASS 3", {},
    ),
    State(
        "one entry for each type",
        lambda aws: _said(aws, *(((name,), True) for name in ALL)), "PASS 3", {},
    ),
    State("the log group has been deleted", _no_group, "FAIL 1", {"audit-log-destination": "FAIL"}),
    State("an update of the logging is in progress", _updating, "UNKNOWN 1", {"audit-log-destination": "UNKNOWN"}),
    State(
        "no event for an hour", lambda aws: _then(aws, emits=False), "FAIL 2", {"audit-log-written": "FAIL"},
        minutes=60,
    ),
    State(
        "no event yet: the cluster was made just now", lambda aws: _then(aws, emits=False), "UNKNOWN 2",
        {"audit-log-written": "UNKNOWN"},
    ),
    State(
        "no event, and the updates may not be listed", lambda aws: _then(aws, "eks:ListUpdates", emits=False),
        "UNKNOWN 1", {"audit-log-destination": "UNKNOWN", "audit-log-written": "UNKNOWN"}, minutes=60,
    ),
    State(
        "CloudWatch has not noted the last event yet", lambda aws: _then(aws, stream_lag_seconds=3600), "PASS 3", {}
    ),
    State(
        "the same, and the events may not be read",
        lambda aws: _then(aws, "logs:GetLogEvents", stream_lag_seconds=3600),
        "UNKNOWN 2", {"audit-log-written": "UNKNOWN"},
    ),
    State("kept for ever", _for_ever, "PASS 3", {}),
    State("kept 30 days", lambda aws: good(aws, days=30), "PASS 3", {"audit-retention": "FAIL"}),
    State(
        "the group says 365 days, an account-level policy 30", lambda aws: _by_account(aws, 30), "PASS 3",
        {"audit-retention": "FAIL"},
    ),
    State("an account-level policy says 400", lambda aws: _by_account(aws, 400), "PASS 3", {}),
    State("no deletion protection", _unprotected, "PASS 3", {"audit-log-protected": "FAIL"}),
    State(
        "the cluster may not be described", lambda aws: _then(aws, "eks:DescribeCluster"), "UNKNOWN -",
        _OF_THE_CLUSTER,
    ),
    State("the log group may not be described", lambda aws: _then(aws, "logs:DescribeLogGroups"), "UNKNOWN 1", _GROUP),
    State(
        "an ARN of another account, with a cluster of that name in this one", good, "UNKNOWN -", EVERYTHING,
        data={"id": ARN.replace(ACCOUNT, "999999999999")},
    ),
    State(
        "the same, and the cluster may not be described", lambda aws: _then(aws, "eks:DescribeCluster"), "UNKNOWN -",
        EVERYTHING, data={"id": ARN.replace(ACCOUNT, "999999999999")},
    ),
    State("there is no such cluster", lambda _: None, "UNKNOWN -", EVERYTHING),
    State("the credentials have expired", _expired, "UNKNOWN -", EVERYTHING),
    State("being deleted", _deleting, "NOT_APPLICABLE -", {}),
    State("connected, run elsewhere", _connected, "NOT_APPLICABLE -", {}),
)  # fmt: skip


def page() -> str:
    """The table in Markdown."""
    rows = []
    for state in STATES:
        told = ", ".join(f"`{check}` {status}" for check, status in sorted(state.told.items()))
        told = "everything UNKNOWN, with the reason" if state.told == EVERYTHING else told
        rows.append(f"| {state.words} | {state.verdict} | {told} |")
    return "\n".join(["| the cluster | audit log | what does not pass |", "| --- | --- | --- |", *rows, ""])


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
