"""The changes that a plan can name, on EKS and CloudWatch Logs. Each may be done twice; every refusal has its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from kubewitness.enabling import Busy, patiently, refusal
from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import CreateDestination, LengthenRetention, Protect, SetKey, Step, SwitchOn
from kubewitness.model import Reason
from kubewitness.providers.eks.errors import code_of, message_of, unread
from kubewitness.providers.eks.parse import LogGroup, Update, parse_update
from kubewitness.providers.eks.permissions import ACTIONS, WRITES

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.enabling import Deadline
    from kubewitness.model import Unread

_NO_CHANGES: Final = "No changes needed"
_WRITING: Final = frozenset(ACTIONS[method] for method in WRITES)
_WAIT: Final = frozenset({"ResourceInUseException", "OperationAbortedException"})
_HINTS_BY_CODE: Final = {
    "LimitExceededException": "a quota of the account is used up: raise it in Service Quotas",
    "InvalidRequestException": "see the cluster's status",
}


@dataclass(frozen=True, slots=True)
class Aws:
    """One cluster and its log group. ``call(service, method, **arguments)`` raises what the SDK raises.

    ``read``: the log group as it is now, ``None``: there is none; raises likewise. ``tell`` hears what is waited for,
    until ``deadline``.
    """

    cluster: str
    group: str
    call: Callable[..., Any]
    read: Callable[[], LogGroup | None]
    deadline: Deadline
    tell: Callable[[str], None]


def carry_out(step: Step, aws: Aws) -> None:
    """One step, to its end. Raises KubewitnessError: AWS's own name of what is wrong, and what to do."""
    try:
        if isinstance(step, SwitchOn):
            _switch_on(step, aws)
        else:
            patiently(lambda: _change_group(step, aws), _busy, aws.deadline, aws.tell)
    except (BotoCoreError, ClientError) as error:
        raise refusal(_why(error), "aws", _HINTS_BY_CODE.get(code_of(error), "")) from error


def _change_group(step: Step, aws: Aws) -> None:
    match step:
        case CreateDestination():
            _create(step, aws)
        case LengthenRetention(days=days):
            _lengthen(days, aws)
        case SetKey(key=key):
            _set_key(key, aws)
        case Protect():
            on = {"logGroupIdentifier": aws.group, "deletionProtectionEnabled": True}
            aws.call("logs", "put_log_group_deletion_protection", **on)


def _lengthen(days: int, aws: Aws) -> None:
    """Read anew before each attempt: whoever was changing the group meanwhile may have made it longer than we would."""
    now = aws.read()
    if now is None or (now.retention_days is not None and now.retention_days < days):
        aws.call("logs", "put_retention_policy", logGroupName=aws.group, retentionInDays=days)


def _set_key(key: str, aws: Aws) -> None:
    """A key that came meanwhile stays, likewise."""
    now = aws.read()
    if now is None or not now.key:
        aws.call("logs", "associate_kms_key", logGroupName=aws.group, kmsKeyId=key)


def _create(step: CreateDestination, aws: Aws) -> None:
    """EKS may have made the group since it was looked for: then it is read again, and changed where it falls short."""
    extra: dict[str, Any] = {"kmsKeyId": step.key} if step.key else {}
    if step.undeletable:
        extra["deletionProtectionEnabled"] = True
    try:
        aws.call("logs", "create_log_group", logGroupName=aws.group, **extra)
    except ClientError as error:
        if code_of(error) != "ResourceAlreadyExistsException":
            raise
        return
    aws.call("logs", "put_retention_policy", logGroupName=aws.group, retentionInDays=step.retention_days)


def _switch_on(step: SwitchOn, aws: Aws) -> None:
    """Types that are not named keep their state.

    "No changes needed": they are on, and DescribeCluster does not say so yet.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_LogSetup.html
    """
    setup = {"clusterLogging": [{"types": list(step.types), "enabled": True}]}
    try:
        told = patiently(
            lambda: aws.call("eks", "update_cluster_config", name=aws.cluster, logging=setup),
            _busy,
            aws.deadline,
            aws.tell,
        )
    except ClientError as error:
        if _NO_CHANGES in message_of(error):
            return
        raise
    update = parse_update(told["update"])
    aws.tell(f"waiting for update {update.id}: a minute or more")
    _wait_for(update, aws)


def _wait_for(update: Update, aws: Aws) -> None:
    """There is no waiter for updates. Right after its start an update may not be known yet."""
    for _ in aws.deadline.pauses():
        try:
            told = aws.call("eks", "describe_update", name=aws.cluster, updateId=update.id)
            update = parse_update(told["update"])
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
        if update.status == "Successful":
            return
        if update.status != "InProgress":
            raise KubewitnessError(f"update {update.id} ended as {update.status}: {update.error or 'without a reason'}")
    after = f"after {aws.deadline.seconds:g} s"
    raise KubewitnessError(f"update {update.id} is still InProgress {after}: it goes on by itself; check again later")


def _busy(error: Exception) -> Busy | None:
    """EKS takes one change at a time, and may say ACTIVE meanwhile; an account so many calls. A write whose answer was
    lost is made again: it says then that it was done.
    """  # noqa: D205  one sentence
    if not isinstance(error, (BotoCoreError, ClientError)):
        return None
    why = _why(error)
    lost = why.reason in (Reason.UNREACHABLE, Reason.TIMEOUT) and getattr(error, "action", "") in _WRITING
    return Busy(why.detail) if lost or why.reason is Reason.THROTTLED or code_of(error) in _WAIT else None


def _why(error: Exception) -> Unread:
    return unread(error, str(getattr(error, "action", "AWS")))
