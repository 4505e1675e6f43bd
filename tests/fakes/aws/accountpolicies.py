"""Account-level policies of CloudWatch Logs, of which the one for retention wins over what a log group says itself.

Source for all rules here: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.aws.paging import page
from tests.fakes.aws.refusals import Refusal

if TYPE_CHECKING:
    from tests.fakes.aws.world import Call

_ALLOWED_DAYS = frozenset({30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653})
_MOST = {"RETENTION_POLICY": 20, "METRIC_EXTRACTION_POLICY": 20, "FIELD_INDEX_POLICY": 40, "TRANSFORMER_POLICY": 20}
"""Of the others there is one."""


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    kind: str
    document: str
    criteria: str | None
    created: float
    updated: float
    previous: Policy | None
    """What stays in force until this one is."""

    @property
    def days(self) -> int | None:
        """``None``: never expires."""
        value = json.loads(self.document)["retentionInDays"]
        return None if value == "NEVER_EXPIRE" else int(value)

    def covers(self, group: str, created: float) -> bool:
        prefix = _prefix(self.criteria)
        only_new = json.loads(self.document)["enforcementMode"] == "NEW_ONLY"
        return group.startswith(prefix) and not (only_new and created < self.created)

    def wire(self, account: str) -> dict[str, Any]:
        told = {
            "policyName": self.name,
            "policyDocument": self.document,
            "lastUpdatedTime": int(self.updated * 1000),
            "policyType": self.kind,
            "scope": "ALL",
            "accountId": account,
        }
        return told if self.criteria is None else {**told, "selectionCriteria": self.criteria}


@dataclass
class Policies:
    of: dict[tuple[str, str], dict[tuple[str, str], Policy]] = field(default_factory=dict)
    """(account, region) -> (type, name) -> policy, oldest first."""


def put_account_policy(call: Call) -> dict[str, Any]:
    kind, name = str(call.params["policyType"]), str(call.params["policyName"])
    document, criteria = str(call.params["policyDocument"]), call.params.get("selectionCriteria")
    if name.startswith("aws/"):
        raise _wrong("policyName cannot start with aws/")
    _check(kind, document, criteria)
    if call.params.get("dryRun"):
        raise Refusal("NotImplemented", "this fake does no dry run", 501)
    known = call.world.remembered(Policies).of.setdefault((call.account, call.region), {})
    before = known.get((kind, name))
    same_kind = [one for one in known.values() if one.kind == kind]
    if before is None and len(same_kind) >= _MOST.get(kind, 1):
        raise Refusal("LimitExceededException", "Resource limit exceeded.", 400)
    now = call.world.now()
    created = before.created if before else now
    known[kind, name] = Policy(name, kind, document, criteria, created, now, before)
    return {"accountPolicy": known[kind, name].wire(call.account)}


def _check(kind: str, document: str, criteria: str | None) -> None:
    try:
        said = json.loads(document)
    except ValueError:
        raise _wrong("policyDocument is not valid JSON") from None
    if kind != "RETENTION_POLICY":
        return
    _prefix(criteria)
    if set(said) != {"retentionInDays", "enforcementMode"}:
        raise _wrong("a retention policy has retentionInDays and enforcementMode")
    if said["enforcementMode"] not in ("RETROACTIVE", "NEW_ONLY"):
        raise _wrong(f"enforcementMode {said['enforcementMode']!r}")
    if said["retentionInDays"] not in {*_ALLOWED_DAYS, "NEVER_EXPIRE"}:
        raise _wrong(f"retentionInDays {said['retentionInDays']!r}")


def _prefix(criteria: str | None) -> str:
    """``LogGroupNamePrefix == "/aws/eks/"``; without criteria, every group."""
    if criteria is None:
        return ""
    matched = re.fullmatch(r'\s*LogGroupNamePrefix\s*=?=\s*"([^"]*)"\s*', criteria)
    if not matched:
        raise _wrong(f"selectionCriteria {criteria!r}")
    return matched[1]


def describe_account_policies(call: Call) -> dict[str, Any]:
    name = call.params.get("policyName")
    found = [
        one.wire(call.account)
        for one in _policies(call)
        if one.kind == call.params["policyType"] and name in (None, one.name)
    ]
    if name and not found:
        raise Refusal("ResourceNotFoundException", "The specified policy does not exist.", 400)
    return page(call, found, "accountPolicies", limit="", token="nextToken", default=50)  # noqa: S106


def delete_account_policy(call: Call) -> dict[str, Any]:
    known = call.world.remembered(Policies).of.get((call.account, call.region), {})
    if known.pop((call.params["policyType"], call.params["policyName"]), None) is None:
        raise Refusal("ResourceNotFoundException", "The specified policy does not exist.", 400)
    return {}


def effective_retention(call: Call, group: str, created: float) -> Policy | None:
    """The account-level policy that holds for a group: the longest; of equal ones the oldest."""
    in_force = [
        one
        for policy in _policies(call)
        if policy.kind == "RETENTION_POLICY" and (one := _in_force(call, policy)) and one.covers(group, created)
    ]
    return max(in_force, key=lambda one: (one.days or math.inf, -one.created), default=None)


def _in_force(call: Call, policy: Policy) -> Policy | None:
    """24 hours after it was put; until then what was there before."""
    found: Policy | None = policy
    while found is not None and call.world.now() < found.updated + call.world.settings.policy_delay_seconds:
        found = found.previous
    return found


def inherited(call: Call) -> list[str]:
    """What every group of the account has from above."""
    return ["ACCOUNT_DATA_PROTECTION"] if any(one.kind == "DATA_PROTECTION_POLICY" for one in _policies(call)) else []


def _policies(call: Call) -> list[Policy]:
    known = call.world.remembered(Policies).of.get((call.account, call.region), {})
    return list(known.values())


def _wrong(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message, 400)


ACTIONS = {
    "logs:DeleteAccountPolicy": delete_account_policy,
    "logs:DescribeAccountPolicies": describe_account_policies,
    "logs:PutAccountPolicy": put_account_policy,
}
