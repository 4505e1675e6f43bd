"""Is audit logging in force, and does it write: what the running process shows."""

from collections.abc import Iterable
from dataclasses import replace

from kubewitness.apiserver import AuditSettings, Flags
from kubewitness.auditpolicy import Level, Loaded
from kubewitness.canary import predict, recorded_level
from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, declared, log_file
from kubewitness.drift import look_first
from kubewitness.model import Evidence, Reason, Rung, Severity, Source, Unread
from kubewitness.observed import ApiServer
from kubewitness.probe.reading import AuditLog, Canary, Process, Shape
from kubewitness.staleness import differing_flags, is_stale
from kubewitness.standard import Standard

_AUDITING = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"
_OWASP = "OWASP-K8s:K10:2025"
_EARLY_SECONDS = 120
"""A server that has just started may have had nothing to record yet."""


@check(
    "audit-flags-running",
    "kube-apiserver runs with the flags of its manifest",
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    climbs=True,
    source="https://github.com/kubernetes/kubernetes/issues/136962",
    controls=("NIST-800-53r5:CM-6", "NIST-800-53r5:AU-12", _OWASP),
    code="AF008",
)
def audit_flags_running(server: ApiServer, standard: Standard) -> Result:
    """The kubelet may run another manifest than the one that is looked at, or may not have acted on it yet."""
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    process = _process(server)
    if not isinstance(process, Process):
        return process
    if server.declared is None or server.running is None:
        return Unknown(Reason.NOT_OBSERVED, "the arguments were not read")
    ours, theirs = server.declared.flags, server.running.flags
    audit = [name for name in theirs.names if name.startswith("audit-")]
    evidence = (server.saw(f"/proc/{process.pid}/cmdline", _listed(theirs, audit)),)
    differing = differing_flags(server)
    if differing:
        remedy = (
            "find out why the kubelet has not acted: journalctl -u kubelet; is there another file for the same pod?"
        )
        listed = ", ".join(f"--{name}" for name in differing)
        return Fail(f"differ: {listed}", remedy, _listed(ours, differing), _listed(theirs, differing), evidence)
    return Pass(f"process {process.pid} has all {len(ours.names)} flags of the manifest", evidence)


@check(
    "audit-policy-loaded",
    "kube-apiserver has read the policy that is on disk",
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    climbs=True,
    source=_AUDITING,
    controls=("NIST-800-53r5:CM-6", "NIST-800-53r5:AU-12"),
    code="AF008",
)
def audit_policy_loaded(server: ApiServer, standard: Standard) -> Result:
    """kube-apiserver reads its policy once, at its start. A process older than the file runs with an older policy."""
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    if not found[1].policy_file:
        return NotApplicable("no policy file is set")
    process = _process(server)
    if not isinstance(process, Process):
        return process
    file = server.policy.file if server.policy else None
    if file is None or isinstance(file, Unread) or not isinstance(file.shape, Shape):
        return Unknown(Reason.NOT_OBSERVED, "the policy file was not read")
    changed, started = server.time(max(file.shape.mtime, file.shape.ctime)), server.time(process.started)
    evidence = (
        server.saw(file.path, f"changed {changed}"),
        server.saw(f"/proc/{process.pid}", f"started {started}"),
    )
    if is_stale(server):
        remedy = look_first(server) or "run the audit deploy: it replaces the process and proves the policy"
        return Fail("the policy is newer than the process", remedy, f"started after {changed}", started, evidence)
    return Pass(f"the process started {started}, the policy changed {changed}", evidence)


@check(
    "audit-log-written",
    "events are written into the log that the process holds open",
    severity=Severity.HIGH,
    rung=Rung.EMITTING,
    climbs=True,
    source="https://github.com/kubernetes/kubernetes/issues/111208",
    controls=("NIST-800-53r5:AU-12", "NIST-800-53r5:AU-5", "PCI-DSS-4.0:10.7.2", _OWASP),
)
def audit_log_written(server: ApiServer, standard: Standard) -> Result:
    """A log removed or renamed under the running server goes on being written: to a file that has no name."""
    found = log_file(server)
    if not isinstance(found, tuple):
        return _elsewhere(server, standard) or found
    process = _process(server)
    if not isinstance(process, Process):
        return process
    log, shape = found[1], found[1].file.shape
    if isinstance(shape, Unread):
        return Unknown(shape.reason, f"{log.file.path}: {shape.detail}")
    evidence = tuple(
        server.saw(f"/proc/{process.pid}/fd", f"{item.path}{' (deleted)' if item.deleted else ''}")
        for item in process.open_logs
    )
    lost = _lost(process, log.file.path, shape, evidence)
    return lost or _legacy(server) or _written(server, process, log, evidence)


@check(
    "audit-canary",
    "our own request is found in the audit log",
    severity=Severity.HIGH,
    rung=Rung.EMITTING,
    climbs=True,
    opt_in="--prove",
    source=_AUDITING,
    controls=("NIST-800-53r5:AU-5", "NIST-800-53r5:CA-7", "PCI-DSS-4.0:10.7.2"),
)
def audit_canary(server: ApiServer, standard: Standard) -> Result:
    """With --prove: what we asked must be in the log, at the level that the policy gives it.

    It is an anonymous GET of an object that does not exist, sent from the node itself to its own API server.
    """
    process = _process(server)
    if not isinstance(process, Process):
        return process
    canary = process.canary
    if canary is None:
        return NotApplicable("not asked for: --prove")
    if canary.problem:
        return _elsewhere(server, standard) or Unknown(Reason.NOT_OBSERVED, "there is no log file to look into")
    loaded = server.policy.loaded if server.policy else None
    if not isinstance(loaded, Loaded):
        return Unknown(Reason.PARSE, "the policy cannot be read, so nothing can be predicted")
    wanted = predict(loaded.policy, server.known_version).level(canary.code)
    if wanted is None:
        return _no_canary(server, process, canary)
    return _recorded(server, canary, wanted)


def _no_canary(server: ApiServer, process: Process, canary: Canary) -> Unknown:
    """An answer that tells nothing, or none: from a server that does not answer, or for want of a client."""
    if canary.code:
        message = f"the canary was answered with {canary.code}, not with 403 or 401"
        return Unknown(Reason.NOT_OBSERVED, message, "ask again: an anonymous request gets one of these two")
    clients = {"curl", "openssl", "python3"}
    if not clients & server.reading.tools:
        remedy = f"none of {', '.join(sorted(clients))} is on the node: install one"
        return Unknown(Reason.NOT_OBSERVED, "the canary had no answer", remedy)
    ready = process.answers.get("/readyz")
    if ready is None or ready.code == 0:
        remedy = "find out why kube-apiserver does not answer: journalctl -u kubelet, and its own log"
        return Unknown(Reason.NOT_OBSERVED, "the canary had no answer: /readyz does not answer either", remedy)
    return Unknown(Reason.NOT_OBSERVED, "the canary had no answer", f"ask again: /readyz answers {ready.code}")


def _recorded(server: ApiServer, canary: Canary, wanted: Level) -> Result:
    if legacy := _legacy(server):
        return legacy
    got = recorded_level(canary.lines, canary.id) or Level.NONE
    found = "not found in the log" if got == Level.NONE else f"recorded at {got}"
    evidence = (server.saw(f"canary {canary.id}", f"answered {canary.code}, {found}"),)
    if wanted == got == Level.NONE:
        return NotApplicable("the policy does not record it, so that it is not in the log proves nothing")
    if got == Level.NONE and (waits := _buffered_seconds(server)) > canary.waited_seconds:
        message = f"not in the log after {canary.waited_seconds} s, but an event may wait {waits:g} s in a buffer"
        return Unknown(
            Reason.NOT_OBSERVED, message, "lower --audit-log-batch-max-wait, or set --audit-log-mode=blocking"
        )
    if got != wanted:
        remedy = "find out where it went: is the log path right, is the disk full, was the policy loaded?"
        return Fail(found, remedy, str(wanted), str(got), evidence)
    return Pass(f"answered {canary.code}, recorded at {got} as the policy says", evidence)


def _elsewhere(server: ApiServer, standard: Standard) -> Unknown | None:
    """The events go where we cannot look."""
    settings = server.settings
    if (
        settings is None
        or settings.log_path not in {"", "-"}
        or not (settings.log_path or settings.webhook_config_file)
    ):
        return None
    if standard.required[Source.AUDIT] < Rung.EMITTING:
        return None
    place = "standard output" if settings.log_path else "a webhook"
    remedy = "set --audit-log-path to a file, or ask for less: --require effective"
    return Unknown(Reason.NOT_OBSERVED, f"the events go to {place}: whether any arrives is not seen here", remedy)


def _lost(process: Process, path: str, shape: Shape | None, evidence: tuple[Evidence, ...]) -> Fail | None:
    """What is at ``path`` now is not what the process writes to."""
    remedy = "run the audit deploy: it saves what the process has open, then starts it again; by hand, copy that first"
    if shape is None:
        return Fail(f"{path} is not there", remedy, "the file that the process holds open", "no file", evidence)
    held = [(item.shape.inode, item.shape.device) for item in process.open_logs]
    if held and (shape.inode, shape.device) not in held:
        message = f"the process writes to another file than {path}"
        return Fail(message, remedy, f"inode {shape.inode}", f"inode {held[0][0]}", evidence)
    return None


def _written(server: ApiServer, process: Process, log: AuditLog, evidence: tuple[Evidence, ...]) -> Result:
    """Of a log that is not lost as far as it was seen."""
    started = server.time(process.started)
    if process.canary and recorded_level(process.canary.lines, process.canary.id):
        return Pass("our own request is in it", evidence)
    if isinstance(log.last_event, Unread):
        return Unknown(log.last_event.reason, f"{log.file.path}: {log.last_event.detail}")
    last = server.time(log.last_event) if log.last_event else "none"
    if log.last_event is None or log.last_event < process.started:
        if server.reading.now - process.started < _EARLY_SECONDS:
            message = f"no event yet: the process started {started}"
            return Unknown(Reason.NOT_OBSERVED, message, "ask again in two minutes, or --prove")
        remedy = "look at the policy, and at apiserver_audit_error_total: nothing that happened was recorded"
        return Fail("no event since the process started", remedy, f"after {started}", last, evidence)
    if not process.open_logs:
        remedy = "--prove" if process.descriptors_listed else "run as root, or set _sudo in the inventory"
        seen = "holds no file open there" if process.descriptors_listed else "has descriptors that could not be listed"
        return Unknown(Reason.NOT_OBSERVED, f"{log.file.path} has events, but the process {seen}", remedy)
    return Pass(f"last event {last}, the process started {started}", evidence)


def _in_force(server: ApiServer) -> AuditSettings | None:
    """The settings of the running process; those of the manifest where it shows none."""
    running = server.running.settings if server.running else None
    return running if isinstance(running, AuditSettings) else server.settings


def _legacy(server: ApiServer) -> Unknown | None:
    """Lines of text, in which an event cannot be told from a forged one, and no time be found."""
    settings = _in_force(server)
    if settings is None or settings.format != "legacy":
        return None
    return Unknown(Reason.UNSUPPORTED, "events in the format legacy are not read", "set --audit-log-format=json")


def _buffered_seconds(server: ApiServer) -> float:
    """How long an event may wait before it is in the log; what the webhook does with it does not matter."""
    settings = _in_force(server)
    return (replace(settings, webhook_config_file="").buffered_seconds if settings else None) or 0


def _process(server: ApiServer) -> Process | Unknown:
    if server.process is None:
        count = len(server.reading.servers)
        detail = "kube-apiserver does not run" if count == 0 else f"{count} kube-apiserver processes on one node"
        return Unknown(Reason.NOT_OBSERVED, detail, "journalctl -u kubelet says why")
    return server.process


def _listed(flags: Flags, names: Iterable[str]) -> str:
    return " ".join(_shown(name, flags.get(name)) for name in names)


def _shown(name: str, value: str | None) -> str:
    """The value of an audit flag; of any other one it may be a secret."""
    if value is None:
        return f"--{name} is not set"
    return f"--{name}={value}" if name.startswith("audit-") else f"--{name}=(not shown)"
