"""Is the logging of a managed cluster on, does it arrive, is it kept: what the provider's API shows."""

from collections.abc import Sequence
from datetime import datetime

from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, from_differences
from kubewitness.managed import Destination, ManagedCluster
from kubewitness.manageddemand import (
    protection_differences,
    retention_differences,
    type_differences,
    unread_types,
    unrecorded_differences,
)
from kubewitness.managedverdict import of_each_part, of_what_exists, unknown
from kubewitness.model import Evidence, Kind, Reason, Rung, Severity, Unread
from kubewitness.standard import Standard

_OWASP = "OWASP-K8s:K10:2025"
_FEW = 5
"""As many logs that are off are named one by one."""
_EKS_LOGS = "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"


@check(
    "audit-backend",
    "audit logging is switched on",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    climbs=True,
    source=_EKS_LOGS,
    controls=("CIS-EKS-1.7.0:2.1.1", "NIST-800-53r5:AU-12", "ISO-27001:A.8.15", _OWASP),
)
def managed_audit_backend(cluster: ManagedCluster, standard: Standard) -> Result:
    """A provider logs nothing of the control plane until it is told to, and what was not logged cannot be had later.

    Any setting that has the audit log on counts; other logs of the control plane, metrics and agents do not.
    """
    if isinstance(cluster.audit_on, Unread):
        return unknown(cluster.audit_on)
    evidence = (_logs(cluster),)
    if not cluster.audit_on:
        names = " or ".join(sorted(cluster.audit_types))
        remedy, also = "run the managed deploy: it switches it on", ""
        if cluster.beside:
            also = f"; {', '.join(cluster.beside)}: on, and no audit log"
        if isinstance(cluster.update, str):
            remedy, also = "check again when it has ended", f"; being changed: {cluster.update}"
        return Fail(f"{names} is off{also}", remedy, f"{names}: on", f"{names}: off", evidence)
    return Pass(f"{', '.join(sorted(cluster.audit_types & cluster.types_on))} is on", evidence)


@check(
    "audit-log-types",
    "the logs of the control plane that the standard names are on",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_EKS_LOGS,
    controls=("CIS-EKS-1.7.0:2.1.1", "NIST-800-53r5:AU-2", _OWASP),
)
def managed_log_types(cluster: ManagedCluster, standard: Standard) -> Result:
    """Which identity a user of the cloud became, and what the API server itself said, are logs of their own."""
    if isinstance(cluster.log_types, Unread):
        return unknown(cluster.log_types)
    wanted = standard.managed.log_types.get(cluster.provider, ())
    good = f"{', '.join(wanted)}: on" if wanted else "the standard names none"
    off = type_differences(cluster, standard.managed)
    for _, why in () if off else unread_types(cluster, standard.managed):
        return unknown(why)
    return from_differences(off, good, (_logs(cluster),), noun="logs are off")


@check(
    "audit-log-destination",
    "the audit log's destination is there, and no change of the logging is under way",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    climbs=True,
    source=_EKS_LOGS,
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

    Where the logging was changed within the same minutes, no event may have come yet.
    """
    return of_what_exists(cluster, lambda item: _fresh(cluster, item, standard.managed.fresh_minutes))


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


@check(
    "audit-policy-records",
    "the settings of the cluster record what the standard demands",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    source="https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy",
    controls=("NIST-800-53r5:AU-2", "PCI-DSS-4.0:10.2.1", _OWASP),
)
def managed_policy_records(cluster: ManagedCluster, standard: Standard) -> Result:
    """An audit log that is on may still leave out who read a secret: some providers record reads only when told to.

    Each kind of request that the standard names and that a setting of this cluster leaves out. What no setting could
    record is a question of its own: audit-policy-limits.
    """
    if isinstance(cluster.audit_on, Unread):
        return unknown(cluster.audit_on)
    if not cluster.audit_on:
        return NotApplicable("audit logging is off: see audit-backend")
    if isinstance(cluster.unrecorded, Unread):
        return unknown(cluster.unrecorded)
    missing = unrecorded_differences(cluster, standard.audit)
    count = len(standard.audit.at_least)
    noun = f"of {count} kinds of request are not recorded"
    return from_differences(missing, "no setting leaves out what the standard names", (_logs(cluster),), noun=noun)


@check(
    "audit-policy-exemptions",
    "nobody named by a setting escapes what must be recorded",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source="https://cloud.google.com/logging/docs/audit/configure-data-access#config-exempt",
    controls=("NIST-800-53r5:AU-2", "PCI-DSS-4.0:10.2.2"),
)
def managed_exemptions(cluster: ManagedCluster, standard: Standard) -> Result:
    """A setting may record the requests of everybody but a few. Whoever has their credentials is not seen.

    A team may decide so: the deploy leaves exemptions alone, and says them each time.
    """
    if isinstance(cluster.exempted, Unread):
        return unknown(cluster.exempted)
    if not cluster.exempted:
        return Pass("nobody is exempted", (_logs(cluster),))
    listed = "\n".join(cluster.exempted)
    remedy = "take the exemption out where it is set, or say in the team why it stays"
    return Fail(f"{len(cluster.exempted)} exempted: {'; '.join(cluster.exempted)}", remedy, "nobody", listed)


@check(
    "audit-policy-limits",
    "the provider can record what the standard demands",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.INFO,
    rung=Rung.DECLARED,
    source="https://docs.aws.amazon.com/eks/latest/best-practices/auditing-and-logging.html",
    controls=("NIST-800-53r5:AU-2", "PCI-DSS-4.0:10.2.1"),
)
def managed_policy_limits(cluster: ManagedCluster, standard: Standard) -> Result:
    """The provider sets the audit policy and nobody can change it: what it leaves out, no detection can see.

    From the policy as the provider publishes it: its API does not show it.
    """
    if isinstance(cluster.audit_on, Unread):
        return unknown(cluster.audit_on)
    if not cluster.audit_on:
        return NotApplicable("audit logging is off: see audit-backend")
    blind = [spot for spot in cluster.blind_spots if spot.probe in standard.audit.at_least]
    if not blind:
        return Pass(f"by the policy that {cluster.provider.upper()} publishes, all that the standard names is recorded")
    return Fail(
        message="; ".join(f"{spot.probe} is not recorded: {spot.why}" for spot in blind),
        remedy="; ".join(dict.fromkeys(spot.instead for spot in blind)),
        expected="\n".join(f"{spot.probe}: {standard.audit.at_least[spot.probe]}" for spot in blind),
        actual="\n".join(f"{spot.probe}: None" for spot in blind),
    )


@check(
    "audit-log-once",
    "no audit event is stored twice in one place",
    kind=Kind.MANAGED_CLUSTER,
    severity=Severity.LOW,
    rung=Rung.DECLARED,
    source="https://learn.microsoft.com/azure/aks/monitor-aks-reference",
    controls=("NIST-800-53r5:AU-4",),
)
def managed_log_once(cluster: ManagedCluster, standard: Standard) -> Result:
    """The audit log is most of what logging costs, and what is paid for twice is soon switched off.

    A copy in another place is no such thing: it may be the one that nobody here can delete.
    """
    if isinstance(cluster.audit_on, Unread):
        return unknown(cluster.audit_on)
    if not cluster.audit_on:
        return NotApplicable("audit logging is off: see audit-backend")
    if isinstance(cluster.doubles, Unread):
        return unknown(cluster.doubles)
    if not cluster.doubles:
        return Pass("each audit event is stored once in each place", (_logs(cluster),))
    remedy = "switch one of the two off where it is double: the one that holds less"
    return Fail("; ".join(cluster.doubles), remedy, "once in each place", "; ".join(cluster.doubles), (_logs(cluster),))


def _fresh(cluster: ManagedCluster, item: Destination, minutes: int) -> Result:
    if isinstance(item.last_event, Unread):
        return unknown(item.last_event)
    last = item.last_event or "none"
    evidence = (cluster.saw(item.id, f"newest audit event: {last}"),)
    if item.last_event is not None and _minutes(item.last_event, cluster.read_at) <= minutes:
        return Pass(f"the newest event is of {last}", evidence)
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


def _logs(cluster: ManagedCluster) -> Evidence:
    types = {} if isinstance(cluster.log_types, Unread) else cluster.log_types
    told = {name: on for name, on in sorted(types.items()) if on is not False or name in cluster.audit_types}
    off = len(types) - len(told)
    if off <= _FEW:
        told, off = dict(sorted(types.items())), 0
    words = {True: "on", False: "off"}
    listed = [f"{name} {'not read' if isinstance(on, Unread) else words[on]}" for name, on in told.items()]
    listed += [f"{off} others off"] if off else []
    beside = f"; no audit log: {', '.join(cluster.beside)}" if cluster.beside else ""
    return cluster.saw(cluster.id, f"logging: {', '.join(listed) or 'none'}{beside}")


def _seen(cluster: ManagedCluster, item: Destination) -> Evidence:
    exists = "not read" if isinstance(item.exists, Unread) else "exists" if item.exists else "does not exist"
    copies = "" if isinstance(item.readers, Unread) or not item.readers else f"; copied to {', '.join(item.readers)}"
    return cluster.saw(item.id, "; ".join((f"{item.kind}: {exists}{copies}", *item.details)))


def _minutes(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds() / 60
