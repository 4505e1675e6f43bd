"""Is the logging of a managed cluster on, and what does it record: what the provider's API shows."""

from kubewitness.check import Fail, NotApplicable, Pass, Result, check, from_differences
from kubewitness.managed import ManagedCluster, NotOffered
from kubewitness.manageddemand import (
    switching_on,
    type_differences,
    unread_types,
    unrecorded_differences,
)
from kubewitness.managedverdict import unknown, unless_on
from kubewitness.model import Evidence, Kind, Rung, Severity, Unread
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
    controls=("NIST-800-53r5:AU-12", "ISO-27001:A.8.15", _OWASP),
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
        remedy, also = switching_on(cluster), ""
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
    controls=("NIST-800-53r5:AU-2", _OWASP),
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
    if idle := unless_on(cluster):
        return idle
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
    if idle := unless_on(cluster):
        return idle
    if isinstance(cluster.exempted, Unread):
        return unknown(cluster.exempted)
    if isinstance(cluster.exempted, NotOffered):
        return NotApplicable(cluster.exempted.why)
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

    From the policy as the provider publishes it: its API does not show it. Where none is published, nobody can tell,
    whatever they do: not applicable.
    """
    if idle := unless_on(cluster):
        return idle
    if isinstance(cluster.blind_spots, Unread):
        return NotApplicable(f"{cluster.blind_spots.detail}: what it leaves out is not known")
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
    if idle := unless_on(cluster):
        return idle
    if isinstance(cluster.doubles, Unread):
        return unknown(cluster.doubles)
    if isinstance(cluster.doubles, NotOffered):
        return NotApplicable(cluster.doubles.why)
    if not cluster.doubles:
        return Pass("each audit event is stored once in each place", (_logs(cluster),))
    remedy = "switch one of the two off where it is double: the one that holds less"
    return Fail("; ".join(cluster.doubles), remedy, "once in each place", "; ".join(cluster.doubles), (_logs(cluster),))


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
