"""EKS and CloudWatch Logs as their APIs tell it, understood. Pure: the SDK's own JSON in, what was observed out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from kubewitness.errors import KubewitnessError
from kubewitness.managed import BlindSpot, FormatLimit, NotOffered
from kubewitness.moments import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOG_TYPES: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""Source: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"""

AUDIT_TYPES: Final = frozenset({"audit"})

AUDIT_STREAMS: Final = "kube-apiserver-audit-"
"""How the names of the audit log's streams begin; the API server's own begin with ``kube-apiserver-``. Same source."""

RETENTIONS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days that a log group can keep.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

_POLICY: Final = "AWS sets the audit policy of EKS, and nobody can change it; it leaves out"
_INSTEAD: Final = (
    "collect the Event objects; a failed login on any other path is recorded; what the log does hold can be picked out "
    "and copied by a subscription filter"
)
BLIND_SPOTS: Final = (
    BlindSpot("events-delete", f"{_POLICY} Event objects", _INSTEAD),
    BlindSpot("failed-login-discovery", f"{_POLICY} /version, /healthz and /swagger", _INSTEAD),
)
"""Source: https://docs.aws.amazon.com/eks/latest/best-practices/auditing-and-logging.html"""

NO_EXEMPTIONS: Final = NotOffered("EKS has no setting that leaves somebody's requests out")
NO_DOUBLES: Final = NotOffered("EKS writes to one log group, once")
"""Source: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"""

_CERTAIN: Final = "do not take an event that is absent for a request that was not made"
LIMITS: Final = (
    FormatLimit(
        "an event of more than 1 MB is more than CloudWatch Logs takes, and what comes of it is not said",
        _CERTAIN,
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
    ),
    FormatLimit(
        "events are delivered by best effort",
        _CERTAIN,
        "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
    ),
)

_ARN: Final = re.compile(r"arn:[\w-]+:eks:([\w-]+):(\d{12}):cluster/([0-9A-Za-z][\w-]{0,99})")
_KEY: Final = re.compile(r"arn:[\w-]+:kms:([\w-]+):\d{12}:key/[\w-]{1,128}")
_NAME: Final = re.compile(r"[0-9A-Za-z][\w-]{0,99}")


@dataclass(frozen=True, slots=True)
class ClusterName:
    """Which cluster: ``account`` is empty where an ARN did not say it."""

    name: str
    region: str
    account: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """What DescribeCluster says. ``made``: RFC 3339, ``None`` where it does not say."""

    arn: str
    status: str
    log_types: dict[str, bool]
    not_loggable: str
    made: str | None


@dataclass(frozen=True, slots=True)
class LogGroup:
    """What DescribeLogGroups says of one. ``retention_days`` ``None``: kept for ever. ``key`` "": CloudWatch's own."""

    arn: str
    retention_days: int | None
    retention_owner: str
    key: str
    undeletable: bool


@dataclass(frozen=True, slots=True)
class Stream:
    """A log stream. Milliseconds since 1970; ``last`` ``None``: CloudWatch has not noted an event yet."""

    name: str
    made: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Update:
    """An EKS update. ``started``: RFC 3339."""

    id: str
    type: str
    status: str
    started: str
    error: str

    @property
    def of_logging(self) -> bool:
        return self.type == "LoggingUpdate"


def cluster_name(given: str, region: str, where: str) -> ClusterName:
    """A cluster's ARN, or its name beside a region. Raises KubewitnessError."""
    if match := _ARN.fullmatch(given):
        if region and region != match[1]:
            raise KubewitnessError(f"{where}: region {region!r}, and the ARN says {match[1]}: take one of them out")
        return ClusterName(match[3], match[1], match[2])
    if not _NAME.fullmatch(given):
        raise KubewitnessError(f"{where}: id {given[:120]!r} is neither a cluster's name nor its ARN")
    return ClusterName(given, region, "")


def group_name(cluster: str) -> str:
    """The log group that EKS writes to. It takes no other.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    """
    return f"/aws/eks/{cluster}/cluster"


def parse_cluster(raw: Mapping[str, Any]) -> Cluster:
    """``cluster`` of DescribeCluster.

    EKS sends several entries, those that are on and those that are off, in no promised order; and none at all for some
    old clusters. A type that no entry names is off.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_Logging.html
    """
    setups = (raw.get("logging") or {}).get("clusterLogging") or []
    types = dict.fromkeys(LOG_TYPES, False)
    for setup in setups:
        for name in setup.get("types") or ():
            types[name] = types.get(name, False) or bool(setup.get("enabled"))
    status = str(raw.get("status", ""))
    return Cluster(str(raw.get("arn", "")), status, types, _not_loggable(raw, status), _time(raw.get("createdAt")))


def _not_loggable(raw: Mapping[str, Any], status: str) -> str:
    """A connected cluster is shown by AWS, and run elsewhere: AWS has no logs of it.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/eks-connector.html
    """
    connector = raw.get("connectorConfig")
    if connector:
        return f"connected, runs elsewhere ({connector.get('provider', 'OTHER')})"
    return "being deleted" if status == "DELETING" else ""


def parse_group(groups: Iterable[Mapping[str, Any]], name: str) -> LogGroup | None:
    """The group of exactly that name among those that begin with it; ``None``: there is none.

    ``retentionPolicyName``: an account-level policy sets the retention, and PutRetentionPolicy changes nothing.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
    """
    for raw in groups:
        if raw.get("logGroupName") == name:
            days = raw.get("retentionInDays")
            return LogGroup(
                arn=str(raw.get("logGroupArn") or raw.get("arn") or name).removesuffix(":*"),
                retention_days=None if days is None else int(days),
                retention_owner=str(raw.get("retentionPolicyName") or ""),
                key=str(raw.get("kmsKeyId") or ""),
                undeletable=bool(raw.get("deletionProtectionEnabled")),
            )
    return None


def parse_stream(raw: Mapping[str, Any]) -> Stream:
    """One of DescribeLogStreams.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html
    """
    last = raw.get("lastEventTimestamp")
    return Stream(str(raw["logStreamName"]), int(raw.get("creationTime", 0)), None if last is None else int(last))


def newest_streams(streams: Iterable[Stream], number: int) -> list[Stream]:
    """Those that most likely hold the newest event: of the last event that was noted, and of the youngest.

    A control plane whose servers were replaced writes into new streams, of which nothing is noted for up to an hour.
    """
    return sorted(streams, key=lambda one: max(one.made, one.last or 0), reverse=True)[:number]


def newest_noted(streams: Iterable[Stream]) -> int:
    """When the newest event was of which CloudWatch has taken note, in milliseconds since 1970; 0: of none."""
    return max((stream.last for stream in streams if stream.last is not None), default=0)


def parse_filter(raw: Mapping[str, Any]) -> str:
    """A subscription filter as ``name -> destination``, with its pattern where it does not copy everything."""
    pattern = raw.get("filterPattern")
    limited = f" (only {pattern!r})" if pattern else ""
    return f"{raw.get('filterName')} -> {raw.get('destinationArn')}{limited}"


def parse_update(raw: Mapping[str, Any]) -> Update:
    """``update`` of DescribeUpdate and UpdateClusterConfig."""
    errors = [f"{one.get('errorCode')}: {one.get('errorMessage')}" for one in raw.get("errors") or ()]
    made = _time(raw.get("createdAt")) or ""
    return Update(str(raw.get("id")), str(raw.get("type")), str(raw.get("status")), made, "; ".join(errors))


def retention_at_least(days: int) -> int:
    """The shortest retention that CloudWatch Logs offers and that is no less. Raises KubewitnessError: none is."""
    for offered in RETENTIONS:
        if offered >= days:
            return offered
    raise KubewitnessError(f"retention_days: {days} is more than CloudWatch Logs can be told ({RETENTIONS[-1]})")


def kms_key(given: str, region: str) -> str:
    """The ARN of a KMS key, which is all that CloudWatch Logs takes: no alias, and of its own region; "" stays "".

    Raises KubewitnessError.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
    """
    match = _KEY.fullmatch(given)
    if given and not match:
        said = "give a key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID: CloudWatch Logs takes no alias and no bare id"
        raise KubewitnessError(f"kms_key {given[:120]!r}: {said}")
    if match and match[1] != region:
        raise KubewitnessError(f"kms_key {given}: is in {match[1]}, the cluster in {region}: name a key of its region")
    return given


def at(milliseconds: int) -> str:
    """Milliseconds since 1970 as RFC 3339, in seconds."""
    return rfc3339(datetime.fromtimestamp(milliseconds / 1000, UTC))


def _time(value: object) -> str | None:
    return rfc3339(value) if isinstance(value, datetime) else None
