"""Where the audit log of a managed cluster goes: is it there, does it fill, is it kept and protected."""

from collections.abc import Sequence
from datetime import datetime

from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, from_differences
from kubewitness.managed import Destination, FormatLimit, ManagedCluster
from kubewitness.manageddemand import protection_differences, retention_differences
from kubewitness.managedverdict import of_each_part, of_what_exists, parts, unknown
from kubewitness.model import Evidence, Kind, Reason, Rung, Severity, Unread
from kubewitness.standard import Standard

_OWASP = "OWASP-K8s:K10:2025"


@check(
    "audit-log-destination",
    "the audit log's destination is there, and no change of the logging is under way",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    climbs=True,
    source="https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
    controls=("NIST-800-53r5:AU-12", "NIST-800-53r5:AU-4", _OWASP),
)
def managed_destination(cluster: ManagedCluster, standard: Standard) -> Result:
    """What the API says is on may still be on its way, or may write to something that somebody has deleted."""
    if isinstance(cluster.update, str) and cluster.audit_on is not False:
        return Unknown(Reason.NOT_OBSERVED, f"being changed: {cluster.update}", "check again when it has ended")

    def look(items: Sequence[Destination]) -> Result:
        evidence = tuple(_seen(cluster, item) for item in items)
        states = [item.exists for item in items]
        if True in states:
            return Pass(f"writes to {next(item.id for item in items if item.exists is True)}", evidence)
        for state in states:
            if isinstance(state, Unread):
                return unknown(state)
        names = ", ".join(item.id for item in items)
        make = "run the managed deploy: it makes it, with retention and protection; and find out who deleted it"
        remedy = "; ".join(dict.fromkeys(item.leave.get("existence", make) for item in items))
        return Fail(f"{names} does not exist", remedy, "it exists", "it does not", evidence)

    found = of_each_part(cluster, look)
    return unknown(cluster.update) if isinstance(found, Pass) and isinstance(cluster.update, Unread) else found


@check(
    "audit-log-written",
    "audit events arrive at the destination",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.HIGH,
    rung=Rung.EMITTING,
    climbs=True,
    source="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html",
    controls=("NIST-800-53r5:AU-12", "NIST-800-53r5:AU-5", "PCI-DSS-4.0:10.7.2", _OWASP),
)
def managed_log_written(cluster: ManagedCluster, standard: Standard) -> Result:
    """The newest event of the audit log itself, not of another log beside it. A control plane is never silent.

    Where none is fresh, and it is not known when the logging was changed last, it is not known either whether one
    ought to have come.

    Where the logging was changed within the same minutes, no event may have come yet.
    """
    return of_what_exists(cluster, lambda item: _fresh(cluster, item, standard.managed.fresh_minutes))


@check(
    "audit-log-format",
    "an audit event lies in the log as kube-apiserver made it",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.INFO,
    rung=Rung.EMITTING,
    source="https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Event",
    controls=("NIST-800-53r5:AU-3", "PCI-DSS-4.0:10.2.2"),
)
def managed_log_format(cluster: ManagedCluster, standard: Standard) -> Result:
    """Providers cut, split and rewrite what kube-apiserver makes: a detection written for Kubernetes may find nothing.

    What the provider itself says of the place that the log goes to; nobody can change it.
    """
    found = parts(cluster)
    if isinstance(found, (Unknown, NotApplicable)):
        return found
    items = [item for part in found.values() for item in part if item.exists is not False]
    there = [item for item in items if item.exists is True]
    places: dict[FormatLimit, list[str]] = {}
    for item in there or items:
        if isinstance(item.exists, Unread):
            return unknown(item.exists)
        if isinstance(item.limits, Unread):
            return unknown(item.limits)
        for limit in item.limits:
            places.setdefault(limit, []).append(item.id)
    if not items:
        return NotApplicable("there is no destination: see audit-log-destination")
    if not places:
        return Pass("nothing is known to be lost or rewritten")
    return Fail(
        message="; ".join(limit.lost for limit in places),
        remedy="; ".join(dict.fromkeys(limit.instead for limit in places)),
        evidence=tuple(cluster.saw(", ".join(ids), limit.source) for limit, ids in places.items()),
    )


@check(
    "audit-retention",
    "the audit log is kept as long as the standard asks",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.MEDIUM,
    rung=Rung.KEPT,
    source="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html",
    controls=("NIST-800-53r5:AU-11", "PCI-DSS-4.0:10.5.1"),
)
def managed_retention(cluster: ManagedCluster, standard: Standard) -> Result:
    """The retention in force: a policy of the whole account can override what the destination itself is told.

    A shorter one then succeeds, and changes nothing.
    """

    def look(item: Destination) -> Result:
        if isinstance(item.retention_days, Unread):
            return unknown(item.retention_days)
        kept = "for ever" if item.retention_days is None else f"{item.retention_days} days"
        owner = f", by the account-level policy {item.retention_owner}" if item.retention_owner else ""
        evidence = (cluster.saw(item.id, "; ".join((f"retention: {kept}{owner}", *item.details))),)
        return from_differences(retention_differences(item, standard.managed), f"kept {kept}{owner}", evidence)

    return of_what_exists(cluster, look)


@check(
    "audit-log-protected",
    "the audit log has the key and the protection from deletion that the standard asks for",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.MEDIUM,
    rung=Rung.KEPT,
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html",
    controls=("NIST-800-53r5:AU-9", "PCI-DSS-4.0:10.3.2"),
)
def managed_protection(cluster: ManagedCluster, standard: Standard) -> Result:
    """Whoever can delete the log group can unmake the evidence; EKS makes a new, empty one without a word."""
    asked = standard.managed
    if not asked.customer_key and not asked.undeletable:
        return NotApplicable("the standard leaves key and protection to the team")

    def look(item: Destination) -> Result:
        for value, wanted in ((item.key, asked.customer_key), (item.undeletable, asked.undeletable)):
            if wanted and isinstance(value, Unread):
                return unknown(value)
        key, protection = item.key or "the provider's", "on" if item.undeletable else "off"
        said = f"key: {key}; deletion protection: {protection}"
        return from_differences(protection_differences(item, asked), said, (cluster.saw(item.id, said),))

    return of_what_exists(cluster, look)


def _fresh(cluster: ManagedCluster, item: Destination, minutes: int) -> Result:
    seen = item.noted if isinstance(item.last_event, Unread) else item.last_event
    last = seen or "none"
    evidence = (cluster.saw(item.id, f"newest audit event: {last}"),)
    if seen is not None and _minutes(seen, cluster.read_at) <= minutes:
        return Pass(f"the newest event is of {last}", evidence)
    if isinstance(item.last_event, Unread):
        return unknown(item.last_event)
    if isinstance(cluster.changed, Unread):
        return unknown(cluster.changed)
    if cluster.changed is not None and _minutes(cluster.changed, cluster.read_at) <= minutes:
        message = f"newest event: {last}; the logging was changed at {cluster.changed}"
        return Unknown(Reason.NOT_OBSERVED, message, f"ask again: an event may take up to {minutes} minutes")
    remedy = "look at the account's limits and at who may write there: the control plane is on, and nothing arrives"
    return Fail(
        f"the newest event is of {last}" if item.last_event else "no event at all",
        remedy,
        f"within {minutes} minutes of {cluster.read_at}",
        last,
        evidence,
    )


def _seen(cluster: ManagedCluster, item: Destination) -> Evidence:
    exists = "not read" if isinstance(item.exists, Unread) else "exists" if item.exists else "does not exist"
    copies = "" if isinstance(item.readers, Unread) or not item.readers else f"; copied to {', '.join(item.readers)}"
    return cluster.saw(item.id, "; ".join((f"{item.kind}: {exists}{copies}", *item.details)))


def _minutes(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds() / 60
