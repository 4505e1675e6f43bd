"""What else on the node decides whether kube-apiserver logs."""

from kubewitness.check import Fail, Pass, Result, Unknown, check, declared
from kubewitness.model import Rung, Severity
from kubewitness.observed import ApiServer
from kubewitness.standard import Standard


@check(
    "static-pod-files",
    "one file, and one only, defines kube-apiserver",
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    source="https://github.com/kubernetes/kubernetes/issues/136962",
    controls=("NIST-800-53r5:CM-6", "OWASP-K8s:K10:2025"),
    code="AF007",
)
def static_pod_files(server: ApiServer, standard: Standard) -> Result:
    """The kubelet runs every file of the folder whose name has no leading dot, whatever its ending.

    A backup beside the manifest is the same pod: it restarts the API server, and may win with what it holds.
    """
    found = declared(server)
    if isinstance(found, Unknown) and not server.others:
        return found
    evidence = tuple(server.saw(file.path, "defines kube-system/kube-apiserver") for file in server.others)
    if not server.others and server.unread_manifests:
        why = server.unread_manifests[0]
        return Unknown(why.reason, f"{why.detail}: it may define the same pod")
    if not server.others:
        return Pass(f"{server.manifest_path} alone")
    names = ", ".join(sorted({server.manifest_path, *(file.path for file in server.others)}))
    remedy = f"move all but one out of {server.reading.manifest_dir}, the one that should not run first"
    return Fail("several files define the same pod", remedy, "one file", names, evidence)
