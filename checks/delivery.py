"""How the audit log leaves the node: its shipper, and what is in the central store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, not_read
from kubewitness.model import Reason, Rung, Severity, Source, Unread
from kubewitness.shipping.existing import judge

if TYPE_CHECKING:
    from kubewitness.delivered import Delivery
    from kubewitness.observed import ApiServer
    from kubewitness.probe.reading import AuditLog, Shape
    from kubewitness.probe.shippers import InstalledShipper, LogShippers, ShipperProcess
    from kubewitness.standard import Standard

_NIST: Final = "https://csrc.nist.gov/pubs/sp/800/92/final"
_LOGGING: Final = "https://kubernetes.io/docs/concepts/cluster-administration/logging/"
_CAPABILITIES: Final = "https://man7.org/linux/man-pages/man7/capabilities.7.html"
_READS_ALL: Final = (1 << 1) | (1 << 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


@check(
    "shipper-configuration",
    "the shipper of the audit log loses, cuts and alters nothing",
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_NIST,
    controls=("NIST-800-53r5:AU-4.1", "NIST-800-53r5:AU-5"),
)
def shipper_configuration(server: ApiServer, standard: Standard) -> Result:
    """What the linter says of each shipper on the node that reads the audit log.

    Each program's own check accepts settings that lose events: a file name without a glob misses what was rotated, a
    queue in memory is gone with the process, a limit of length cuts. `kubewitness shipper lint` says all of them.
    """
    found = _shippers(server, standard)
    if not isinstance(found, list):
        return found
    log = server.log.file.path if server.log else ""
    judged = [judge(item, log) for item in found]
    findings = [finding for item in judged for finding in item.findings]
    files = ", ".join(path for item in judged for path in item.reads)
    if not findings:
        evidence = tuple(server.saw(path, "judged") for item in judged for path in item.reads)
        return Pass(f"nothing found in {files}", evidence)
    first = findings[0]
    more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
    place = f"{first.place.file}:{first.place.line}"
    return Fail(
        f"{first.id} {place}: {first.message}{more}",
        remedy=first.suggestion or f"kubewitness shipper lint {first.place.file}",
        expected="no finding of medium severity or above",
        actual="\n".join(f"{item.id} {item.place.file}:{item.place.line}: {item.message}" for item in findings),
        evidence=(server.saw(place, first.written),),
    )


@check(
    "shipper-running",
    "the shipper of the audit log runs",
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    source=_LOGGING,
    controls=("NIST-800-53r5:AU-5", "PCI-DSS-4.0:10.7.2"),
)
def shipper_running(server: ApiServer, standard: Standard) -> Result:
    """A shipper that does not run delivers nothing, however good its configuration is."""
    found = _shippers(server, standard)
    if not isinstance(found, list):
        return found
    running = [item for item in found if item.active == "active" and item.process is not None]
    if running:
        first = running[0]
        pid = first.process.pid if first.process else 0
        return Pass(f"{first.unit} runs (pid {pid})", (server.saw(first.unit, first.active),))
    first = found[0]
    return Fail(
        f"{first.unit or first.program} is {first.active or 'not running'}",
        remedy=f"systemctl enable --now {first.unit}; journalctl -u {first.unit} says why it ended",
        evidence=(server.saw(first.unit or first.program, first.active),),
    )


@check(
    "audit-readable-by-shipper",
    "the shipper may read the audit log",
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    source=_CAPABILITIES,
    controls=("NIST-800-53r5:AU-4.1", "NIST-800-53r5:AU-9"),
)
def audit_readable_by_shipper(server: ApiServer, standard: Standard) -> Result:
    """A shipper that is not root needs the log's group, or a capability: kube-apiserver makes the log root's alone."""
    found = _shippers(server, standard)
    if not isinstance(found, list):
        return found
    running = [(item, item.process) for item in found if item.process is not None]
    if not running:
        return Unknown(Reason.NOT_OBSERVED, "its shipper does not run, so nobody knows as whom", "see shipper-running")
    if server.log is None:
        return Unknown(Reason.NOT_OBSERVED, "the audit log was not looked at")
    item, process = running[0]
    why = _shut(process, server.log)
    if isinstance(why, Unread):
        return not_read(why)
    if not why:
        return Pass(f"{item.unit} (user {process.uid}) may read {server.log.file.path}")
    return Fail(
        f"{item.unit} (user {process.uid}) may not read {why}",
        remedy="run deploys/shipper.py, or give the folder mode 0750, its files 0640, and the shipper's group",
        evidence=(server.saw(why, "not readable for it"),),
    )


@check(
    "audit-delivered",
    "the audit log arrives in the central store",
    severity=Severity.HIGH,
    rung=Rung.DELIVERED,
    climbs=True,
    source=_NIST,
    controls=("NIST-800-53r5:AU-4.1", "NIST-800-53r5:AU-9.2", "PCI-DSS-4.0:10.3.3", "OWASP-K8s:K10:2025"),
)
def audit_delivered(server: ApiServer, standard: Standard) -> Result:
    """With `--prove`: the event of our own request is in the store, byte for byte as the API server wrote it.

    Without: the newest event of this node in the store is hardly older than the newest one in its log
    (`shipping.fresh_minutes`).
    """
    delivery = server.delivery
    if delivery is None:
        return Unknown(Reason.NOT_OBSERVED, "no store is named", "set log_store in the inventory")
    if isinstance(delivery, Unread):
        return not_read(delivery)
    if delivery.canary is not None:
        return _canary(server, delivery)
    if isinstance(delivery.newest, Unread):
        return not_read(delivery.newest)
    return _newest(server, delivery.store, delivery.newest.newest, standard.shipping.fresh_minutes)


def _newest(server: ApiServer, store: str, newest: float | None, minutes: int) -> Result:
    if newest is None:
        return Fail(
            f"no event of this node is in {store}",
            remedy="see shipper-running and shipper-configuration; does it ship as this cluster and this node?",
            expected=f"an event of the last {minutes} minutes",
            actual="none of the last 24 hours",
        )
    last = server.log.last_event if server.log and isinstance(server.log.last_event, float) else server.reading.now
    behind = max((min(last, server.reading.now) - newest) / 60, 0)
    told = f"the newest event in {store} is of {server.time(newest)}, {behind:.0f} minutes behind the log"
    evidence = (server.saw(store, server.time(newest)),)
    if behind <= minutes:
        return Pass(told, evidence)
    return Fail(
        told,
        remedy="see shipper-running and shipper-configuration; is the store full, or the link cut?",
        expected=f"at most {minutes} minutes",
        actual=f"{behind:.0f} minutes",
        evidence=evidence,
    )


def _canary(server: ApiServer, delivery: Delivery) -> Result:
    canary = server.process.canary if server.process else None
    if canary is None or delivery.canary is None:
        return Unknown(Reason.NOT_OBSERVED, "no request of ours is in the node's log", "see audit-canary")
    if isinstance(delivery.canary, Unread):
        return not_read(delivery.canary)
    stored = {line.strip() for line in delivery.canary.lines}
    written = [line.strip() for line in canary.lines]
    evidence = (server.saw(delivery.store, f"{len(delivery.canary.lines)} of {len(written)} events of {canary.id}"),)
    if all(line in stored for line in written):
        waited = f"within {delivery.waited_seconds + 1} s"
        return Pass(f"the event of our request {canary.id} is in {delivery.store}, unaltered, {waited}", evidence)
    if stored:
        return Fail(
            f"the event of our request {canary.id} is in {delivery.store}, and not as it was written",
            remedy="see shipper-configuration: what cuts, filters or rewrites records",
            expected=written[0],
            actual=sorted(stored)[0],
            evidence=evidence,
        )
    return Fail(
        f"the event of our request {canary.id} is not in {delivery.store} after {delivery.waited_seconds} s",
        remedy="see shipper-running and shipper-configuration; is the store full, or the link cut?",
        evidence=evidence,
    )


def _shippers(server: ApiServer, standard: Standard) -> list[InstalledShipper] | Result:
    """The services on the node that read the audit log and send it on, or what is to be said in their place."""
    shippers = server.reading.shippers
    if shippers is None:
        return Unknown(Reason.NOT_OBSERVED, "shippers were not looked at")
    if server.log is None:
        return NotApplicable("the API server writes no log file that could be shipped")
    log = server.log.file.path
    found = [item for item in shippers.installed if item.texts and (seen := judge(item, log)).reads and seen.ships]
    if found:
        return found
    return _nothing_ships(server, shippers, log, asked=standard.required[Source.AUDIT] >= Rung.DELIVERED)


def _nothing_ships(server: ApiServer, shippers: LogShippers, log: str, *, asked: bool) -> Result:
    unread = [file.path for item in shippers.installed for file in item.unread]
    if unread:
        told = f"{unread[0]}: could not be read"
        return Unknown(Reason.DENIED, told, "run as root, or set _sudo in the inventory")
    pods = sorted({item.name for item in shippers.readers if item.in_pod and item.log == log})
    if pods:
        told = f"{pods[0]} in a pod reads {log}: its configuration is not on the node"
        return NotApplicable(f"{told}: kubewitness shipper lint judges it")
    if not asked:
        return NotApplicable("nothing on the node ships the audit log, and the standard does not ask for it")
    evidence = (server.saw(log, "read by no service that is known"),)
    return Fail(
        f"nothing on the node ships {log}", "run deploys/shipper.py: docs/shippers/README.md", evidence=evidence
    )


def _shut(process: ShipperProcess, log: AuditLog) -> str | Unread:
    """The path that ``process`` may not read; empty: it may read all."""
    if process.uid == 0 or process.capabilities & _READS_ALL:
        return ""
    for file, bits in ((log.directory, 0o5), (log.file, 0o4)):
        if isinstance(file.shape, Unread):
            return file.shape
        if file.shape is not None and not _may(process, file.shape, bits):
            return file.path
    return ""


def _may(process: ShipperProcess, shape: Shape, bits: int) -> bool:
    if shape.uid == process.uid:
        return shape.permissions >> 6 & bits == bits
    if shape.gid in process.gids:
        return shape.permissions >> 3 & bits == bits
    return shape.permissions & bits == bits
