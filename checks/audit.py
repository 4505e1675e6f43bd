"""Is audit logging declared: the flags, the mounts and the rotation that the manifest asks for."""

from kubewitness.apiserver import unknown_rotation
from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, declared, from_differences
from kubewitness.demand import (
    backend_differences,
    log_link_differences,
    log_mount_differences,
    policy_flag_differences,
    policy_link_differences,
    policy_mount_differences,
    rotation_differences,
    webhook_mount_differences,
)
from kubewitness.model import Evidence, Reason, Rung, Severity
from kubewitness.observed import ApiServer, Broken
from kubewitness.shell import STATE_DIR
from kubewitness.standard import Standard

_FLAGS = "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"
_AUDITING = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"
_OWASP = "OWASP-K8s:K10:2025"


@check(
    "apiserver-manifest",
    "kubelet and kube-apiserver accept the manifest",
    severity=Severity.CRITICAL,
    rung=Rung.DECLARED,
    climbs=True,
    source="https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/",
    controls=("NIST-800-53r5:CM-6", _OWASP),
    code="AF005",
)
def apiserver_manifest(server: ApiServer, standard: Standard) -> Result:
    """A manifest that does not parse is dropped at the kubelet's next look, and the API server with it.

    A flag that this version does not know, or a value that it refuses, lets kube-apiserver exit at its next start.
    """
    if isinstance(server.pod, Broken):
        error = server.pod.error
        return Fail(error, f"mend the manifest; our last backup is in {STATE_DIR}/runs", actual=error)
    if server.declared and isinstance(server.declared.settings, Broken):
        error = server.declared.settings.error
        return Fail(error, "mend the flag: kube-apiserver exits with it", actual=error)
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    return Pass(f"{server.manifest_path} is a kube-apiserver pod", (server.saw(server.manifest_path, "parsed"),))


@check(
    "audit-backend",
    "audit events have a backend",
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    climbs=True,
    source=_FLAGS,
    controls=("CIS-Kubernetes-2.0.1:1.2.16", "STIG:CNTR-K8-003320", "NIST-800-53r5:AU-12", "ISO-27001:A.8.15", _OWASP),
    code="AF001",
)
def audit_backend(server: ApiServer, standard: Standard) -> Result:
    """Without --audit-log-path and --audit-webhook-config-file kube-apiserver has nowhere to send an event to.

    With a webhook's configuration that it cannot see in its container it does not start.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    pod, settings = found
    missing = backend_differences(settings) + webhook_mount_differences(pod, settings)
    place = settings.log_path or settings.webhook_config_file
    evidence = (_flag(server, "audit-log-path"), _flag(server, "audit-webhook-config-file"))
    return from_differences(missing, f"events go to {place}", evidence)


@check(
    "audit-policy-file",
    "an audit policy is set",
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    climbs=True,
    source=_AUDITING,
    controls=("CIS-Kubernetes-2.0.1:3.2.1", "STIG:CNTR-K8-003280", "NIST-800-53r5:AU-2", "ISO-27001:A.8.15", _OWASP),
    code="AF001",
)
def audit_policy_file(server: ApiServer, standard: Standard) -> Result:
    """Without --audit-policy-file nothing is recorded, whatever the backends: kube-apiserver says so at -v=2 only."""
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    evidence = (_flag(server, "audit-policy-file"),)
    return from_differences(policy_flag_differences(found[1]), f"the policy is {found[1].policy_file}", evidence)


@check(
    "audit-policy-mounted",
    "kube-apiserver sees the audit policy, and little else of the node",
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    climbs=True,
    source=_AUDITING,
    controls=("CIS-Kubernetes-2.0.1:3.2.1", "NIST-800-53r5:AU-12"),
    code="AF002",
)
def audit_policy_mounted(server: ApiServer, standard: Standard) -> Result:
    """With a policy under no mount, a link out of it, or a mount of type FileOrCreate the next start fails."""
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    pod, settings = found
    if not settings.policy_file:
        return NotApplicable("no policy file is set")
    host = pod.locate(settings.policy_file)
    place = host.host_path if host else "no mount"
    return from_differences(
        policy_mount_differences(pod, settings) + policy_link_differences(server, pod, settings),
        f"it is {place} on the node",
        (server.saw(server.manifest_path, place),),
    )


@check(
    "audit-log-mounted",
    "the audit log outlives its container and can be rotated",
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    climbs=True,
    source="https://github.com/kubernetes/website/issues/30661",
    controls=("CIS-Kubernetes-2.0.1:1.2.16", "NIST-800-53r5:AU-4", "NIST-800-53r5:AU-9"),
    code="AF002",
)
def audit_log_mounted(server: ApiServer, standard: Standard) -> Result:
    """A log under no mount dies with its container, and one that is a link out of it keeps the server from starting.

    A mount of the log file itself forbids the rename of a rotation, and from the first rotation on events are
    lost without a word.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    pod, settings = found
    if not settings.log_path or settings.log_path == "-":
        return NotApplicable("no log file is set")
    place = server.log_path.host_path if server.log_path else "no mount"
    return from_differences(
        log_mount_differences(pod, settings) + log_link_differences(server, pod, settings),
        f"it is {place} on the node",
        (server.saw(server.manifest_path, place),),
    )


@check(
    "audit-log-rotation",
    "rotated audit logs are kept as long as the standard asks",
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_FLAGS,
    controls=(
        "CIS-Kubernetes-2.0.1:1.2.17",
        "CIS-Kubernetes-2.0.1:1.2.18",
        "CIS-Kubernetes-2.0.1:1.2.19",
        "STIG:CNTR-K8-003310",
        "NIST-800-53r5:AU-11",
        "PCI-DSS-4.0:10.5.1",
    ),
    code="AF003",
)
def audit_log_rotation(server: ApiServer, standard: Standard) -> Result:
    """The values in force: what is not set has a default, which changed in 1.36.

    Zero keeps for ever, except that from 1.36 on --audit-log-maxsize=0 does not rotate at all.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    _, settings = found
    if not settings.log_path or settings.log_path == "-":
        return NotApplicable("no log file is set")
    gaps = rotation_differences(settings, standard.audit)
    if not gaps and unknown_rotation(settings):
        return Unknown(Reason.UNSUPPORTED, "the server's version is not known, and the defaults depend on it")
    good = f"maxage {settings.maxage_days}, maxbackup {settings.maxbackup}, maxsize {settings.maxsize_mib} in force"
    evidence = (server.saw(server.manifest_path, good),)
    return from_differences(gaps, good, evidence)


def _flag(server: ApiServer, name: str) -> Evidence:
    value = server.declared.flags.get(name) if server.declared else None
    return server.saw(server.manifest_path, f"--{name}={value}" if value is not None else f"--{name} is not set")
