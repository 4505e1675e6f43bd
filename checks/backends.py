"""What else the flags and the mounts of the audit backends can be wrong in."""

from kubewitness.apiserver import AuditSettings, Batching, is_unbounded
from kubewitness.apiserver.govalues import duration_seconds
from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, declared
from kubewitness.model import Reason, Rung, Severity
from kubewitness.observed import ApiServer
from kubewitness.standard import Standard

_FLAGS = "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"

_DEVICES = ("/dev/", "/proc/")


@check(
    "audit-log-bounded",
    "the audit log does not grow without end",
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_FLAGS,
    controls=("NIST-800-53r5:AU-4", "CIS-Kubernetes-2.0.1:1.2.18"),
    code="AF003",
)
def audit_log_bounded(server: ApiServer, standard: Standard) -> Result:
    """Without a bound on the age or the number of rotated files the log fills the disk in the end, and is lost then.

    Until 1.35 that is the default; from 1.36 on it takes --audit-log-maxsize=0, which switches the rotation off.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    settings = found[1]
    if settings.log_path in {"", "-"}:
        return NotApplicable("no log file is set")
    seen = f"maxage {settings.maxage_days}, maxbackup {settings.maxbackup}, maxsize {settings.maxsize_mib}"
    unbounded = is_unbounded(settings)
    if unbounded is None:
        return Unknown(Reason.UNSUPPORTED, "the server's version is not known, and the defaults depend on it")
    evidence = (server.saw(server.manifest_path, seen),)
    if unbounded:
        least = standard.audit.rotation
        remedy = f"set --audit-log-maxbackup={least.maxbackup} and --audit-log-maxsize={least.maxsize_mib}, or more"
        return Fail("nothing of the log is ever taken away", remedy, "a bound", seen, evidence)
    return Pass(f"{seen} in force", evidence)


@check(
    "audit-log-device",
    "the audit log is no device that a rotation would rename",
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source="https://github.com/kubernetes-retired/kube-aws/issues/419",
    controls=("NIST-800-53r5:AU-4", "NIST-800-53r5:AU-5"),
    code="AF004",
)
def audit_log_device(server: ApiServer, standard: Standard) -> Result:
    """A path such as /dev/stdout is rotated like a file: it is renamed, and the events go into a file nobody reads.

    Standard output is written as ``-``.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    path = found[1].log_path
    if not path:
        return NotApplicable("no log is set")
    if path.startswith(_DEVICES):
        evidence = (server.saw(server.manifest_path, f"--audit-log-path={path}"),)
        return Fail(f"the log is {path}", "set --audit-log-path=- or a file", "a file, or -", path, evidence)
    return Pass(f"the log is {'standard output' if path == '-' else path}")


@check(
    "audit-log-kept",
    "the audit log is kept by kube-apiserver, or sent to a webhook",
    severity=Severity.LOW,
    rung=Rung.DECLARED,
    source="https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-rotation",
    controls=("NIST-800-53r5:AU-11", "CIS-Kubernetes-2.0.1:1.2.17"),
    code="AF004",
)
def audit_log_kept(server: ApiServer, standard: Standard) -> Result:
    """On standard output the events are a container's log: the kubelet keeps five files of 10 MiB of it by default.

    That is minutes of a busy cluster, between other messages of the server, and it goes with the container.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    settings = found[1]
    if not settings.log_path and not settings.webhook_config_file:
        return NotApplicable("no backend is set")
    if settings.log_path == "-" and not settings.webhook_config_file:
        evidence = (server.saw(server.manifest_path, "--audit-log-path=-"),)
        remedy = "set --audit-log-path to a file in a mounted folder, with a rotation, or add a webhook"
        return Fail("the events go to standard output alone", remedy, "a file or a webhook", "-", evidence)
    return Pass(f"events go to {settings.webhook_config_file or settings.log_path}")


@check(
    "audit-batching",
    "a batching audit backend waits for its batches",
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source="https://github.com/kubernetes/apiserver/blob/v0.37.1/plugin/pkg/audit/buffered/buffered.go",
    controls=("NIST-800-53r5:AU-5",),
    code="AF006",
)
def audit_batching(server: ApiServer, standard: Standard) -> Result:
    """With a batch size above 1 and a wait of 0 the timer is always due: the backend spins, and takes a processor.

    In mode batch, what the buffer cannot hold is dropped, and only apiserver_audit_error_total says so: watch it.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    settings = found[1]
    spinning = [name for name, batching in _batching(settings) if _spins(batching)]
    if spinning:
        flag = f"--audit-{spinning[0]}-batch-max-wait"
        evidence = (server.saw(server.manifest_path, f"{flag}=0"),)
        return Fail(f"{flag} is 0 with batches of more than one", f"set {flag}=1s", "above 0", "0", evidence)
    modes = ", ".join(f"{name} in mode {mode}" for name, mode in _modes(settings)) or "no backend"
    return Pass(modes)


@check(
    "audit-policy-mount-type",
    "the mount of the audit policy takes nothing but a file",
    severity=Severity.LOW,
    rung=Rung.DECLARED,
    source="https://kubernetes.io/docs/concepts/storage/volumes/#hostpath-volume-types",
    controls=("NIST-800-53r5:CM-6",),
    code="AF002",
)
def audit_policy_mount_type(server: ApiServer, standard: Standard) -> Result:
    """A hostPath without a type becomes a directory where the file is missing, and kube-apiserver exits with it.

    With ``type: File`` the pod waits, and says what for.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    pod, settings = found
    host = pod.locate(settings.policy_file) if settings.policy_file else None
    if host is None:
        return NotApplicable("no policy file is set, or it is not mounted")
    evidence = (server.saw(server.manifest_path, f"{host.host_path}, type {host.volume.type or 'not set'}"),)
    if host.is_file_mount and not host.volume.type:
        return Fail(f"the mount of {host.host_path} has no type", "set type: File", "type File", "no type", evidence)
    return Pass(f"type {host.volume.type or 'not set'}", evidence)


def _modes(settings: AuditSettings) -> list[tuple[str, str]]:
    """The backends that are set, with their modes."""
    found = [("log", settings.log_mode)] if settings.log_path else []
    return [*found, ("webhook", settings.webhook_mode)] if settings.webhook_config_file else found


def _batching(settings: AuditSettings) -> list[tuple[str, Batching]]:
    batching = {"log": settings.batch, "webhook": settings.webhook_batch}
    return [(name, batching[name]) for name, mode in _modes(settings) if mode == "batch"]


def _spins(batching: Batching) -> bool:
    return batching.max_size > 1 and duration_seconds(batching.max_wait) <= 0
