"""Where the audit log lies on the node: is there room for it, and who can get at it?"""

from math import ceil

from kubewitness.apiserver import capacity_mib, is_unbounded, unknown_rotation
from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, log_file, not_read
from kubewitness.model import Reason, Rung, Severity, Unread
from kubewitness.nodelogs.amounts import in_words
from kubewitness.nodelogs.lasting import audit_retention
from kubewitness.nodelogs.retention import hours_in_words
from kubewitness.observed import ApiServer
from kubewitness.probe.reading import Shape
from kubewitness.standard import Standard

_FLAGS = "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"
_AUDITING = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"


@check(
    "audit-log-room",
    "the node has room for what the rotation keeps",
    severity=Severity.MEDIUM,
    rung=Rung.EFFECTIVE,
    source=_FLAGS,
    controls=("NIST-800-53r5:AU-4",),
)
def audit_log_room(server: ApiServer, standard: Standard) -> Result:
    """A full disk loses events in silence: in mode blocking the requests go on, and /readyz stays ok."""
    found = log_file(server)
    if not isinstance(found, tuple):
        return found
    settings, log = found
    need = capacity_mib(settings)
    if need is None and unknown_rotation(settings):
        return Unknown(Reason.UNSUPPORTED, "the server's version is not known, and the defaults depend on it")
    if need is None:
        never = is_unbounded(settings)
        why = "nothing of the log is ever taken away" if never else "an age alone is no bound to the room"
        return Fail(why, "set --audit-log-maxbackup and --audit-log-maxsize", "a bound", "none")
    if log.free_kib is None or log.used_kib is None:
        return Unknown(Reason.NOT_OBSERVED, "the free room was not read")
    free, used = log.free_kib // 1024, log.used_kib // 1024
    evidence = (server.saw(log.directory.path, f"{free} MiB free, {used} MiB used by the audit log"),)
    if free + used < need:
        remedy = "make room, or lower --audit-log-maxbackup and --audit-log-maxsize"
        return Fail(f"the rotation can take {need} MiB", remedy, f"{need} MiB", f"{free + used} MiB", evidence)
    return Pass(f"the rotation takes at most {need} MiB, {free + used} MiB are there for it", evidence)


@check(
    "audit-log-access",
    "the audit log belongs to root and is closed to others",
    severity=Severity.MEDIUM,
    rung=Rung.EFFECTIVE,
    source=_AUDITING,
    controls=("NIST-800-53r5:AU-9", "PCI-DSS-4.0:10.3.1"),
)
def audit_log_access(server: ApiServer, standard: Standard) -> Result:
    """Audit events name users, objects and commands; whoever can write the log can unmake them.

    What counts is the way to the file: a closed folder closes what lies in it.
    """
    found = log_file(server)
    if not isinstance(found, tuple):
        return found
    _, log = found
    shape, folder = log.file.shape, log.directory.shape
    if not isinstance(shape, Shape) or not isinstance(folder, Shape):
        return Unknown(Reason.NOT_OBSERVED, f"{log.file.path} is not there or was not read")
    actual = f"file {shape.permissions:04o} uid {shape.uid}, folder {folder.permissions:04o} uid {folder.uid}"
    evidence = (server.saw(log.file.path, actual),)
    open_to_others = shape.permissions & 0o007 and folder.permissions & 0o001
    writable = (shape.permissions | folder.permissions) & 0o022
    if shape.uid or folder.uid or open_to_others or writable:
        remedy = f"chown root {log.file.path} and its folder; chmod 600 the file, 750 the folder"
        return Fail("others than root can get at the audit log", remedy, "root, nothing for others", actual, evidence)
    return Pass(actual, evidence)


@check(
    "audit-retention-hours",
    "the audit log on the node holds as many hours as the standard asks",
    severity=Severity.MEDIUM,
    rung=Rung.EFFECTIVE,
    source=_AUDITING,
    controls=("NIST-800-53r5:AU-4", "NIST-800-53r5:AU-11", "PCI-DSS-4.0:10.5.1"),
)
def audit_retention_hours(server: ApiServer, standard: Standard) -> Result:
    """What rotation and disk hold, divided by how fast it is written. An age of 30 days can be two hours."""
    found = log_file(server)
    if not isinstance(found, tuple):
        return found
    settings, log = found
    wanted = standard.shipping.node_hours
    if not wanted:
        return NotApplicable("the standard asks for no hours")
    lasts = audit_retention(server.reading, log, settings)
    if isinstance(lasts, Unread):
        return not_read(lasts)
    evidence = (server.saw(log.directory.path, str(lasts)),)
    if lasts.hours >= wanted:
        return Pass(f"it holds {hours_in_words(lasts.hours)}", evidence)
    need = lasts.rate.bytes_per_second * 3600 * wanted
    files = ceil(need / ((settings.maxsize_mib or 100) << 20))
    remedy = f"ship it, and keep {in_words(need)}: --audit-log-maxbackup={files}, room on the disk, no shorter age"
    return Fail(f"it holds {hours_in_words(lasts.hours)}", remedy, f"{wanted} hours", str(lasts), evidence)
