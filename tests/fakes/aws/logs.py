"""CloudWatch Logs in front of moto: what it has not (keys, protection), and what it lets pass."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.eks.models import eks_backends
from moto.logs.models import LogGroup, logs_backends

from tests.fakes.aws import upstream
from tests.fakes.aws.accountpolicies import effective_retention, inherited
from tests.fakes.aws.ekslogging import keep_writing, start_logging
from tests.fakes.aws.paging import page
from tests.fakes.aws.refusals import Refusal

if TYPE_CHECKING:
    from tests.fakes.aws.world import Call

RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""


@dataclass(slots=True)
class More:
    """What we know of a log group beside moto."""

    created: float
    """World time."""
    protected: bool = False
    group_class: str = "STANDARD"
    data_policy: tuple[str, int] | None = None
    """Document, and when it came, in milliseconds."""
    had_data_policy: bool = False


@dataclass
class Groups:
    more: dict[tuple[str, str, str], More] = field(default_factory=dict)


def create_log_group(call: Call) -> dict[str, Any]:
    name = str(call.params["logGroupName"])
    if name.startswith("aws/"):
        raise _wrong("Log group names can't start with the string aws/")
    _check_key(call, call.params.get("kmsKeyId"))
    upstream.ask(call)
    more = _more(call, _group(call, name))
    more.protected = bool(call.params.get("deletionProtectionEnabled"))
    more.group_class = call.params.get("logGroupClass", "STANDARD")
    return {}


def delete_log_group(call: Call) -> dict[str, Any]:
    """Protection holds; and EKS writes on, into a new group that never expires."""
    name = str(call.params["logGroupName"])
    group = _group(call, name)
    if _more(call, group).protected:
        raise Refusal("ValidationException", f"Deletion protection is enabled for log group {name}", 400)
    upstream.ask(call)
    call.world.remembered(Groups).more.pop((call.account, call.region, name), None)
    if cluster := _cluster(call, name):
        start_logging(call.world, (call.account, call.region, cluster.name), cluster.logging)
    return {}


def put_retention_policy(call: Call) -> dict[str, Any]:
    """moto takes any number. Where an account-level policy holds, this succeeds and changes nothing that counts."""
    days = call.params["retentionInDays"]
    if days not in RETENTIONS:
        raise _wrong(f"retentionInDays {days} is none of {', '.join(map(str, RETENTIONS))}")
    return upstream.ask(call)


def associate_kms_key(call: Call) -> dict[str, Any]:
    if ("logGroupName" in call.params) == ("resourceIdentifier" in call.params):
        raise _wrong("Specify either logGroupName or resourceIdentifier")
    _check_key(call, call.params["kmsKeyId"])
    group = _group(call, call.params.get("logGroupName") or call.params["resourceIdentifier"])
    group.kms_key_id = call.params["kmsKeyId"]
    return {}


def disassociate_kms_key(call: Call) -> dict[str, Any]:
    _group(call, call.params.get("logGroupName") or call.params["resourceIdentifier"]).kms_key_id = None
    return {}


def put_log_group_deletion_protection(call: Call) -> dict[str, Any]:
    group = _group(call, str(call.params["logGroupIdentifier"]))
    _more(call, group).protected = bool(call.params["deletionProtectionEnabled"])
    return {}


def put_data_protection_policy(call: Call) -> dict[str, Any]:
    more = _more(call, _group(call, str(call.params["logGroupIdentifier"])))
    more.data_policy = (str(call.params["policyDocument"]), int(call.world.now() * 1000))
    more.had_data_policy = True
    return get_data_protection_policy(call)


def get_data_protection_policy(call: Call) -> dict[str, Any]:
    """A group without a policy is no error: only its identifier comes back."""
    more = _more(call, _group(call, str(call.params["logGroupIdentifier"])))
    answer: dict[str, Any] = {"logGroupIdentifier": call.params["logGroupIdentifier"]}
    if more.data_policy:
        answer["policyDocument"], answer["lastUpdatedTime"] = more.data_policy
    return answer


def delete_data_protection_policy(call: Call) -> dict[str, Any]:
    _more(call, _group(call, str(call.params["logGroupIdentifier"]))).data_policy = None
    return {}


def put_subscription_filter(call: Call) -> dict[str, Any]:
    """Two a group; moto refuses to change one of two."""
    group = _group(call, str(call.params["logGroupName"]))
    name = str(call.params["filterName"])
    known = group.subscription_filters
    if name not in known:
        return upstream.ask(call)
    old = known.pop(name)
    try:
        return upstream.ask(call)
    except Refusal:
        known[name] = old
        raise


def describe_log_groups(call: Call) -> dict[str, Any]:
    """Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html"""
    prefix, pattern = call.params.get("logGroupNamePrefix"), call.params.get("logGroupNamePattern")
    if prefix and pattern:
        raise _wrong("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    wanted = [_name(one) for one in call.params.get("logGroupIdentifiers", [])]
    wanted_class = call.params.get("logGroupClass")
    groups = logs_backends[call.account][call.region].groups
    shown = [
        _described(call, groups[name])
        for name in sorted(groups)
        if name.startswith(prefix or "") and (pattern or "") in name and (not wanted or name in wanted)
    ]
    shown = [one for one in shown if wanted_class in (None, one["logGroupClass"])]
    if pattern:
        shown = [{key: one[key] for key in ("arn", "creationTime", "logGroupName")} for one in shown]
    return page(call, shown, "logGroups", limit="limit", token="nextToken", default=50)  # noqa: S106


def _described(call: Call, group: LogGroup) -> dict[str, Any]:
    more = _more(call, group)
    told = {**group.to_describe_dict(), "logGroupClass": more.group_class, "deletionProtectionEnabled": more.protected}
    if more.had_data_policy:
        told["dataProtectionStatus"] = "ACTIVATED" if more.data_policy else "DELETED"
    if properties := inherited(call):
        told["inheritedProperties"] = properties
    policy = effective_retention(call, group.name, more.created)
    if policy is not None:
        told.pop("retentionInDays", None)
        told["retentionPolicyName"] = policy.name
        if policy.days is not None:
            told["retentionInDays"] = policy.days
    return told


def describe_log_streams(call: Call) -> dict[str, Any]:
    """storedBytes of a stream is always 0, and lastEventTimestamp comes late.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html
    """
    name = _name(call.params.get("logGroupName") or call.params.get("logGroupIdentifier") or "")
    by_time = call.params.get("orderBy") == "LastEventTime"
    prefix = call.params.get("logStreamNamePrefix", "")
    if by_time and prefix:
        raise _wrong("Cannot order by LastEventTime with a logStreamNamePrefix.")
    group = _group(call, name)
    _write_on(call, name)
    seen_until = (call.world.now() - call.world.settings.stream_lag_seconds) * 1000
    streams = [_stream(one, seen_until) for one in group.streams.values() if one.log_stream_name.startswith(prefix)]
    streams.sort(
        key=lambda one: (one.get("lastEventTimestamp", 0) if by_time else 0, one["logStreamName"]),
        reverse=bool(call.params.get("descending")),
    )
    return page(call, streams, "logStreams", limit="limit", token="nextToken", default=50)  # noqa: S106


def _stream(stream: Any, seen_until: float) -> dict[str, Any]:
    told: dict[str, Any] = {**stream.to_describe_dict(), "storedBytes": 0}
    seen = [event for event in stream.events if event.timestamp <= seen_until]
    for member in ("firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime"):
        told.pop(member, None)
    if seen:
        told["firstEventTimestamp"] = min(event.timestamp for event in seen)
        told["lastEventTimestamp"] = max(event.timestamp for event in seen)
        told["lastIngestionTime"] = max(event.ingestion_time for event in seen)
    return told


def events(call: Call) -> dict[str, Any]:
    """GetLogEvents and FilterLogEvents: moto's, of a cluster that goes on writing."""
    _write_on(call, _name(call.params.get("logGroupName") or call.params.get("logGroupIdentifier") or ""))
    return upstream.ask(call)


def _write_on(call: Call, name: str) -> None:
    if cluster := _cluster(call, name):
        keep_writing(call.world, (call.account, call.region, cluster.name), cluster.logging)


def _cluster(call: Call, group: str) -> Any:
    """The cluster whose log group this is, if there is one."""
    matched = re.fullmatch(r"/aws/eks/([^/]+)/cluster", group)
    return eks_backends[call.account][call.region].clusters.get(matched[1]) if matched else None


def _group(call: Call, identifier: str) -> LogGroup:
    group = logs_backends[call.account][call.region].groups.get(_name(identifier))
    if group is None:
        raise Refusal("ResourceNotFoundException", "The specified log group does not exist.", 400)
    return group


def _name(identifier: str) -> str:
    """A name, or an ARN with or without ``:*``."""
    return identifier.partition(":log-group:")[2].removesuffix(":*") or identifier


def _more(call: Call, group: LogGroup) -> More:
    """Groups that EKS or moto made have no entry until they are first looked at."""
    known = call.world.remembered(Groups).more
    more: More = known.setdefault((call.account, call.region, group.name), More(call.world.now()))
    return more


def _check_key(call: Call, key: str | None) -> None:
    """The key must exist, and be named by its ARN. Of other accounts we know nothing."""
    if key is None:
        return
    from moto.kms.models import kms_backends  # noqa: PLC0415  a third of a second, for those who use keys

    matched = re.fullmatch(r"arn:[\w-]+:kms:([\w-]+):(\d{12}):key/([\w-]+)", key)
    if not matched:
        raise _wrong(f"{key} is not the ARN of a KMS key")
    region, account, key_id = matched.groups()
    if account == call.account and key_id not in kms_backends[account][region].keys:
        raise _wrong("The specified KMS Key Id could not be found.")


def _wrong(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message, 400)


ACTIONS = {
    "logs:AssociateKmsKey": associate_kms_key,
    "logs:CreateLogGroup": create_log_group,
    "logs:DeleteDataProtectionPolicy": delete_data_protection_policy,
    "logs:DeleteLogGroup": delete_log_group,
    "logs:DescribeLogGroups": describe_log_groups,
    "logs:DescribeLogStreams": describe_log_streams,
    "logs:DisassociateKmsKey": disassociate_kms_key,
    "logs:FilterLogEvents": events,
    "logs:GetDataProtectionPolicy": get_data_protection_policy,
    "logs:GetLogEvents": events,
    "logs:PutDataProtectionPolicy": put_data_protection_policy,
    "logs:PutLogGroupDeletionProtection": put_log_group_deletion_protection,
    "logs:PutRetentionPolicy": put_retention_policy,
    "logs:PutSubscriptionFilter": put_subscription_filter,
}
