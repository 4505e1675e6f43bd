"""Kubernetes events: how long the API server keeps them."""

from kubewitness.check import Result, Unknown, check, declared, from_differences, not_read
from kubewitness.eventttl import event_ttl, event_ttl_differences
from kubewitness.model import Reason, Rung, Severity, Unread
from kubewitness.observed import ApiServer
from kubewitness.standard import Standard


@check(
    "event-ttl",
    "the API server keeps Kubernetes events as long as the standard asks",
    severity=Severity.LOW,
    rung=Rung.DECLARED,
    source="https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/",
    controls=("NIST-800-53r5:AU-11",),
)
def event_ttl_hours(server: ApiServer, standard: Standard) -> Result:
    """An hour by default: whoever comes after the weekend finds no event of the crash. A store is better than etcd."""
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    if server.declared is None:
        return Unknown(Reason.NOT_OBSERVED, "the flags were not read")
    flags = server.declared.flags
    written = event_ttl(flags)
    if isinstance(written, Unread):
        return not_read(written)
    evidence = (server.saw(server.manifest_path, f"--event-ttl={written}"),)
    return from_differences(event_ttl_differences(flags, standard.event_ttl_hours), f"kept {written}", evidence)
