"""The journal of a node: is it kept, is it whole, and for how long."""

from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, from_differences, not_read
from kubewitness.model import Evidence, Kind, Reason, Rung, Severity, Unread, stamp
from kubewitness.nodelogs.amounts import in_words
from kubewitness.nodelogs.demand import (
    burst_shortfalls,
    forwarding_shortfalls,
    limit_shortfalls,
    limited_units,
    storage_shortfalls,
    unit_difference,
)
from kubewitness.nodelogs.journald import PERSISTENT_DIR, JournalSettings
from kubewitness.nodelogs.lasting import journal_retention
from kubewitness.nodelogs.retention import hours_in_words
from kubewitness.observednode import Node
from kubewitness.probe.nodelogs import RunningJournal
from kubewitness.standard import Standard

_CONF = "https://www.freedesktop.org/software/systemd/man/latest/journald.conf.html"
_SERVICE = "https://www.freedesktop.org/software/systemd/man/latest/systemd-journald.service.html"
_DEPLOY = "run the journald deploy"


@check(
    "journal-persistent",
    "the journal is kept on disk",
    kind=Kind.NODE,
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    climbs=True,
    source=_CONF,
    controls=("NIST-800-53r5:AU-11", "NIST-800-53r5:AU-9", "OWASP-K8s:K10:2025"),
)
def journal_persistent(node: Node, standard: Standard) -> Result:
    """A journal in memory ends with the node: the reboot that hides an attack takes its traces along."""
    settings = node.settings
    if isinstance(settings, Unread):
        return not_read(settings)
    there = not node.logs.journal_store.absent
    evidence = (node.saw(settings.storage.where or "journald.conf", f"Storage={settings.storage.written}"),)
    found = storage_shortfalls(settings, standard.journal, folder_is_there=there)
    good = f"Storage={settings.storage.written}, {PERSISTENT_DIR} is {'' if there else 'not '}there"
    return from_differences([item.difference for item in found], good, evidence)


@check(
    "journal-limits",
    "journald may keep as much and as long as the standard asks",
    kind=Kind.NODE,
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_CONF,
    controls=("NIST-800-53r5:AU-4", "NIST-800-53r5:AU-11"),
)
def journal_limits(node: Node, standard: Standard) -> Result:
    """Room, number of files and age each take entries away; the first that is reached decides."""
    settings = node.settings
    if isinstance(settings, Unread):
        return not_read(settings)
    disk = node.logs.disks.get(PERSISTENT_DIR)
    found = limit_shortfalls(settings, standard.journal, disk.size_kib * 1024 if disk else None)
    if isinstance(found, Unread):
        return Unknown(found.reason, found.detail, "set SystemMaxUse, or check the live node")
    return from_differences([item.difference for item in found], _limits(settings), _files(node, settings))


@check(
    "journal-forwarding",
    "a syslog daemon gets the journal's messages where the standard asks for it",
    kind=Kind.NODE,
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_CONF,
    controls=("NIST-800-53r5:AU-4.1",),
)
def journal_forwarding(node: Node, standard: Standard) -> Result:
    """A shipper that listens on the syslog socket gets nothing without it. The default differs by distribution."""
    settings = node.settings
    if isinstance(settings, Unread):
        return not_read(settings)
    if not standard.journal.forward_to_syslog:
        return NotApplicable("the standard does not ask for it")
    if settings.forward_to_syslog.value is None:
        message = "ForwardToSyslog is not set, and the default is compiled in"
        return Unknown(Reason.NOT_OBSERVED, message, f"set ForwardToSyslog=yes: {_DEPLOY}")
    found = forwarding_shortfalls(settings, standard.journal)
    return from_differences([item.difference for item in found], str(settings.forward_to_syslog))


@check(
    "journal-rate-limit",
    "no limit drops messages of the kubelet, of sshd or of the runtime",
    kind=Kind.NODE,
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source="https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html",
    controls=("NIST-800-53r5:AU-5", "PCI-DSS-4.0:10.7.2"),
)
def journal_rate_limit(node: Node, standard: Standard) -> Result:
    """journald drops what a unit writes too fast: a flood of failed logins hides the one that succeeded."""
    settings = node.settings
    if isinstance(settings, Unread):
        return not_read(settings)
    units = limited_units(node.limits, settings, standard.journal)
    if isinstance(units, Unread):
        return not_read(units)
    found = [item.difference for item in burst_shortfalls(settings, standard.journal)]
    found += [unit_difference(limit) for limit in units]
    told = f"{settings.rate_limit_burst.written} messages in {settings.rate_limit_interval.written} for other units"
    return from_differences(found, told, _files(node, settings), noun="limits are too low")


@check(
    "journal-restart-due",
    "journald is younger than its configuration",
    kind=Kind.NODE,
    severity=Severity.MEDIUM,
    rung=Rung.EFFECTIVE,
    climbs=True,
    source=_SERVICE,
    controls=("NIST-800-53r5:CM-6",),
)
def journal_restart_due(node: Node, standard: Standard) -> Result:
    """journald reads its configuration when it starts, and never again."""
    running, settings = node.journal, node.settings
    if isinstance(settings, Unread):
        return not_read(settings)
    if not isinstance(running, RunningJournal):
        return _not_running(running)
    changed, started = stamp(settings.newest_change), stamp(running.started)
    evidence = (
        node.saw(f"/proc/{running.pid}", f"started {started}"),
        node.saw(", ".join(settings.files) or "journald.conf", f"changed {changed}"),
    )
    if settings.newest_change > running.started:
        remedy = f"{_DEPLOY}, or systemctl restart systemd-journald, once"
        return Fail(
            "the configuration is newer than the process", remedy, f"started after {changed}", started, evidence
        )
    return Pass(f"journald started {started}", evidence)


@check(
    "journal-stored",
    "journald writes to the disk",
    kind=Kind.NODE,
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    climbs=True,
    source=_SERVICE,
    controls=("NIST-800-53r5:AU-9", "NIST-800-53r5:AU-11"),
)
def journal_stored(node: Node, standard: Standard) -> Result:
    """It goes on in memory where the disk was not there when it started, or nobody told it to flush."""
    running = node.journal
    if not isinstance(running, RunningJournal):
        return _not_running(running)
    where = ", ".join(sorted(running.stores)) or "no file"
    evidence = (node.saw(f"/proc/{running.pid}/fd", where),)
    if PERSISTENT_DIR in running.stores or (running.stores and not standard.journal.persistent):
        return Pass(f"it writes to {where}", evidence)
    return Fail(f"it writes to {where}", f"{_DEPLOY}, or journalctl --flush", PERSISTENT_DIR, where, evidence)


@check(
    "journal-dropped",
    "journald has dropped no message since it started",
    kind=Kind.NODE,
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    source=_CONF,
    controls=("NIST-800-53r5:AU-5", "PCI-DSS-4.0:10.7.2"),
)
def journal_dropped(node: Node, standard: Standard) -> Result:
    """journald says itself how many messages of which unit its rate limit cost: "Suppressed 612 messages from …"."""
    running = node.journal
    if not isinstance(running, RunningJournal):
        return _not_running(running)
    if not running.suppressed:
        return Pass(f"none since {stamp(running.started)}")
    worst = sorted(running.suppressed.items(), key=lambda item: -item[1])
    total = sum(running.suppressed.values())
    evidence = tuple(node.saw("journal", f"Suppressed {count} messages from {unit}") for unit, count in worst[:5])
    remedy = f"{_DEPLOY} for the units of the standard; give others a LogRateLimitBurst, or make them quiet"
    return Fail(f"{total} messages of {len(worst)} units were dropped", remedy, "0", str(total), evidence)


@check(
    "journal-written",
    "messages arrive in the journal",
    kind=Kind.NODE,
    severity=Severity.HIGH,
    rung=Rung.EMITTING,
    climbs=True,
    source=_SERVICE,
    controls=("NIST-800-53r5:AU-12", "NIST-800-53r5:AU-5"),
)
def journal_written(node: Node, standard: Standard) -> Result:
    """An entry newer than the process: journald runs on with a full disk, and writes nothing."""
    running = node.journal
    if not isinstance(running, RunningJournal):
        return _not_running(running)
    if running.newest is None:
        return Fail("the journal holds no entry", "look at the disk, and at journalctl --verify", "an entry", "none")
    newest, started = stamp(running.newest), stamp(running.started)
    evidence = (node.saw("journal", f"newest entry {newest}"),)
    if running.newest < running.started:
        remedy = "look at the disk, and at journalctl --verify"
        return Fail("nothing was written since journald started", remedy, f"after {started}", newest, evidence)
    return Pass(f"newest entry {newest}", evidence)


@check(
    "journal-retention-hours",
    "the journal holds as many hours as the standard asks",
    kind=Kind.NODE,
    severity=Severity.MEDIUM,
    rung=Rung.EFFECTIVE,
    source=_CONF,
    controls=("NIST-800-53r5:AU-4", "NIST-800-53r5:AU-11"),
)
def journal_retention_hours(node: Node, standard: Standard) -> Result:
    """What it may take, with what is free on its disk, divided by how fast it was written so far."""
    if isinstance(node.settings, Unread):
        return not_read(node.settings)
    running, wanted = node.journal, standard.shipping.node_hours
    if not wanted:
        return NotApplicable("the standard asks for no hours")
    if isinstance(running, RunningJournal) and PERSISTENT_DIR not in running.stores:
        return Fail("it is in memory, until the next reboot", "see journal-stored", f"{wanted} hours", "none")
    lasts = journal_retention(node.reading, node.settings)
    if isinstance(lasts, Unread):
        return not_read(lasts)
    evidence = (node.saw(PERSISTENT_DIR, str(lasts)),)
    if lasts.hours < wanted:
        need = in_words(lasts.rate.bytes_per_second * 3600 * wanted)
        remedy = f"give it {need}: SystemMaxUse, and room on its disk; or find out who writes so much"
        return Fail(f"it holds {hours_in_words(lasts.hours)}", remedy, f"{wanted} hours", str(lasts), evidence)
    return Pass(f"it holds {hours_in_words(lasts.hours)}", evidence)


@check(
    "node-log-disk",
    "the node's logs lie on a disk that outlives a reboot",
    kind=Kind.NODE,
    severity=Severity.MEDIUM,
    rung=Rung.EFFECTIVE,
    source="https://www.kernel.org/doc/html/latest/filesystems/tmpfs.html",
    controls=("NIST-800-53r5:AU-9",),
)
def node_log_disk(node: Node, standard: Standard) -> Result:
    """Images that run from memory have /var/log there too, whatever is configured on top."""
    disk = node.logs.disks.get("/var/log")
    if disk is None:
        return Unknown(Reason.NOT_OBSERVED, "the file system of /var/log was not read")
    evidence = (node.saw("/var/log", f"{disk.type}, {in_words(disk.free_kib * 1024)} free"),)
    if disk.type in {"tmpfs", "ramfs"}:
        return Fail(f"/var/log is on {disk.type}", "mount a disk at /var/log", "a disk", disk.type, evidence)
    if disk.type == "overlayfs":
        message = "/var/log is on an overlay: whether its upper layer outlives a reboot is not seen here"
        return Unknown(Reason.NOT_OBSERVED, message, "mount a disk at /var/log, or look at the overlay's upperdir")
    return Pass(f"/var/log is on {disk.type}", evidence)


def _not_running(running: Unread | None) -> Result:
    if isinstance(running, Unread):
        return not_read(running)
    remedy = "systemctl reset-failed systemd-journald && systemctl start systemd-journald"
    return Fail("journald is not running: every message is lost", remedy, "a process", "none")


def _limits(settings: JournalSettings) -> str:
    shown = (settings.max_use, settings.max_retention, settings.compress)
    return ", ".join(f"{item.name} {item.written or 'by default'}" for item in shown)


def _files(node: Node, settings: JournalSettings) -> tuple[Evidence, ...]:
    return tuple(node.saw(path, "is read") for path in settings.files)
