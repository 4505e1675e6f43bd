"""The changes that a plan can name, on GKE, IAM and Cloud Logging. Each may be done twice; each refusal is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.iam.v1.policy_pb2 import Policy  # type: ignore[import-untyped]
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]

from kubewitness.enabling import Busy, patiently, refusal
from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import LengthenRetention, Step, SwitchOn
from kubewitness.model import Reason, Unread
from kubewitness.providers.gke.auditconfig import DATA_ACCESS, merged
from kubewitness.providers.gke.errors import ERRORS, code_of, message_of, unread
from kubewitness.providers.gke.parse import COMPONENTS, ClusterName, parse_cluster, parse_operation
from kubewitness.providers.gke.permissions import ENFORCING
from kubewitness.providers.gke.routing import parse_bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.enabling import Deadline


@dataclass(frozen=True, slots=True)
class Gcp:
    """One cluster and its project. ``call(client, method, **request)`` answers JSON and raises what the SDK raises.

    ``tell`` hears what is waited for, until ``deadline``.
    """

    cluster: ClusterName
    call: Callable[..., dict[str, Any]]
    deadline: Deadline
    tell: Callable[[str], None]


def carry_out(step: Step, gcp: Gcp) -> None:
    """One step, to its end. Raises KubewitnessError: Google's own name of what is wrong, and what to do."""
    try:
        match step:
            case SwitchOn(types=types):
                data_access = [name for name in types if name in DATA_ACCESS]
                components = [name for name in types if name in COMPONENTS]
                if data_access:
                    patiently(lambda: _record_reads(data_access, gcp), _busy, gcp.deadline, gcp.tell)
                if components:
                    operation = patiently(lambda: _switch_on(components, gcp), _busy, gcp.deadline, gcp.tell)
                    _wait_for(operation, gcp)
            case LengthenRetention(destination=bucket, days=days):
                patiently(lambda: _lengthen(bucket, days, gcp), _busy, gcp.deadline, gcp.tell)
            case _:
                raise KubewitnessError(f"GKE: cannot {step}")
    except ERRORS as error:
        raise refusal(_why(error), "gcp", _hint(error)) from error


def _record_reads(types: list[str], gcp: Gcp) -> None:
    """Read, merged and written with its etag: whoever changed the policy in between makes it ABORTED, and it is read
    again. The mask has to name the audit configs: without one Google takes bindings only, and says nothing.

    Source: https://cloud.google.com/logging/docs/audit/configure-data-access#config-api
    """  # noqa: D205  one paragraph
    project = f"projects/{gcp.cluster.project}"
    policy = gcp.call("projects", "get_iam_policy", resource=project, options={"requested_policy_version": 3})
    configs = merged(policy, types)
    if configs == policy.get("auditConfigs"):
        return
    wanted = ParseDict({**policy, "auditConfigs": configs}, Policy())
    mask = {"paths": ["audit_configs", "etag"]}
    gcp.call("projects", "set_iam_policy", resource=project, policy=wanted, update_mask=mask)


def _switch_on(components: list[str], gcp: Gcp) -> str:
    """The operation that was begun; empty: they are on. GKE replaces its list, so it gets all that is on, as numbers:
    also those that no name of ours stands for. The etag refuses it where somebody changed the cluster in between.

    Source: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ClusterUpdate
    """  # noqa: D205  one paragraph
    now = parse_cluster(gcp.call("container", "get_cluster", name=str(gcp.cluster)))
    for state in now.components.values():
        if isinstance(state, Unread):  # a list of ours would switch off what the legacy setting logs
            raise KubewitnessError(f"{state.detail}: not changed: move the cluster to a list of components first")
    wanted = [*now.numbers, *(COMPONENTS[name] for name in components if now.components.get(name) is not True)]
    wanted = list(dict.fromkeys(wanted))
    if all(now.components.get(name) is True for name in components):
        return ""
    update: dict[str, Any] = {"desired_logging_config": {"component_config": {"enable_components": wanted}}}
    if now.etag:
        update["etag"] = now.etag
    told = gcp.call("container", "update_cluster", name=str(gcp.cluster), update=update)
    return parse_operation(told).name


def _wait_for(operation: str, gcp: Gcp) -> None:
    if not operation:
        return
    gcp.tell(f"waiting for {operation}: some minutes")
    for _ in gcp.deadline.pauses():
        told = gcp.call("container", "get_operation", name=f"{gcp.cluster.parent}/operations/{operation}")
        found = parse_operation(told)
        if found.error:
            raise KubewitnessError(f"{operation} failed: {found.error}")
        if found.done:
            return
    after = f"after {gcp.deadline.seconds:g} s"
    raise KubewitnessError(f"{operation} is still running {after}: it goes on by itself; check again later")


def _lengthen(bucket: str, days: int, gcp: Gcp) -> None:
    """Never shorter than what is there by now."""
    if parse_bucket(gcp.call("config", "get_bucket", name=bucket)).retention_days >= days:
        return
    mask = {"paths": ["retention_days"]}
    gcp.call("config", "update_bucket", name=bucket, bucket={"retention_days": days}, update_mask=mask)


def _busy(error: Exception) -> Busy | None:
    """GKE runs one operation a cluster, IAM refuses an old etag, a project so many calls; a lost answer is read."""
    if not isinstance(error, ERRORS):
        return None
    code, why = code_of(error), _why(error)
    running = code == "FAILED_PRECONDITION" and "operation" in message_of(error).lower()
    lost = why.reason in (Reason.UNREACHABLE, Reason.TIMEOUT) and getattr(error, "action", "") in ENFORCING
    again = running or lost or code == "ABORTED" or why.reason is Reason.THROTTLED
    return Busy(why.detail) if again else None


def _why(error: Exception) -> Unread:
    return unread(error, str(getattr(error, "action", "Google Cloud")))


def _hint(error: Exception) -> str:
    locked = code_of(error) == "FAILED_PRECONDITION" and "lock" in message_of(error).lower()
    return "a locked bucket stays as it is: route a copy by a sink to a bucket of your own" if locked else ""
