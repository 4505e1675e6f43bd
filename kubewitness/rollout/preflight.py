"""Why an API server must not be touched now: what - where - what to do, one line each. Pure.

Everything here is decided before a byte changes. What can change between reading and writing (a file, the free room,
readiness) the node-side script looks at once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness import demand
from kubewitness.apiserver import DISTRIBUTIONS, StaticPod
from kubewitness.auditpolicy import Loaded, Refused, load
from kubewitness.model import Reason, Unread
from kubewitness.observed import Broken
from kubewitness.staleness import differing_flags
from kubewitness.wording import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.observed import ApiServer
    from kubewitness.probe.reading import Process
    from kubewitness.standard import Standard

#: What can ask kube-apiserver something from the node itself, also when the connection to the node has dropped.
HTTPS_CLIENTS: Final = frozenset({"curl", "openssl", "python3"})
_NEEDED: Final = frozenset({"flock", "sha256sum"})


def refusals(server: ApiServer, standard: Standard | None, policy: str | None, where: str) -> tuple[str, ...]:
    """All that speaks against a change; empty when nothing does. ``standard`` is ``None`` on the way back."""
    if server.reading.lock is not None:  # anything else that is odd now is that run's doing
        return (f"{server.name}: is being changed by {server.reading.lock}: wait for it to end",)
    if isinstance(server.pod, Unread) and server.pod.reason is Reason.DENIED:  # so is much of what tells the rest
        return tuple(dict.fromkeys(_manifest(server)))
    found = [*_host(server), *_manifest(server)]
    if standard is not None and policy is not None:
        found += _policy(server, standard, policy, where)
        found += _mounts(server)
    if not server.is_tree:
        found += _live(server)
    return tuple(dict.fromkeys(found))


def _host(server: ApiServer) -> Iterator[str]:
    known = {distribution.id: distribution for distribution in DISTRIBUTIONS}
    found = [known[name] for name in server.distributions if name in known]
    if not found:
        yield f"{server.name}: no known Kubernetes distribution on this node: is it a control plane?"
    elif len(found) > 1:
        names = " and ".join(distribution.title for distribution in found)
        yield f"{server.name}: traces of {names}: take those of the one that no longer runs away, then start again"
    elif not found[0].can_enable:
        yield f"{server.name}: {found[0].title}: not changed by this tool yet: {found[0].instead}"


def _manifest(server: ApiServer) -> Iterator[str]:
    place = f"{server.name}:{server.manifest_path}"
    match server.pod:
        case Unread() as unread:
            named = unread.detail.startswith(server.manifest_path)
            yield f"{server.name}:{unread.detail}" if named else f"{place}: {unread.detail}"
        case Broken(error=error):
            yield f"{server.name}:{error}: the kubelet takes the API server down for it: mend the manifest first"
        case None:
            yield f"{place}: no kube-apiserver static pod there: is this a control plane?"
    for other in server.others:
        yield (
            f"{server.name}:{other.path}: defines the same pod as {server.manifest_path}, and the kubelet runs"
            " whichever it read last (kubernetes/kubernetes#136962): move the one that should not run out of the folder"
        )
    for unread in server.unread_manifests:
        yield f"{server.name}:{unread.detail}: it may define the same pod"
    if server.settings and server.settings.format == "legacy":
        yield f"{place}: --audit-log-format=legacy: nothing could be proved in such a log: set it to json"
    match server.declared.settings if server.declared else None:
        case Broken(error=problem) | Unread(detail=problem):
            yield f"{place}: {problem}"
    if isinstance(server.pod, StaticPod) and server.version is None:
        how = "name it by both, registry.k8s.io/kube-apiserver:v1.37.1@sha256:…"
        yield f"{place}: the server's version is not known: its image has no version tag: {how}"


def _policy(server: ApiServer, standard: Standard, policy: str, where: str) -> Iterator[str]:
    loaded = load(policy, server.known_version)
    for difference in demand.load_differences(loaded):
        match loaded:
            case Refused(error=error, line=int(line), column=column):
                yield f"{where}:{line}:{column}: {error}: {difference.remedy}"
            case _:
                yield f"{where}: {difference.actual}: {difference.remedy}"
    if not isinstance(loaded, Loaded) or loaded.strict_error:
        return
    found = demand.policy_differences(loaded, standard.audit, server.known_version)
    for short in told(item for item in found if not demand.matches_no_rule(item)):
        yield f"{where}: {short}: change that rule, or put one before it"
    for short in told(item for item in found if demand.matches_no_rule(item)):
        yield f"{where}: {short}: write a rule for it"


def _mounts(server: ApiServer) -> Iterator[str]:
    if not isinstance(server.pod, StaticPod) or server.settings is None:
        return
    for difference in demand.webhook_mount_differences(server.pod, server.settings):
        yield f"{server.name}:{server.manifest_path}: {difference.field}: {difference.actual}: {difference.remedy}"
    for difference in demand.log_mount_differences(server.pod, server.settings):
        yield (
            f"{server.name}:{server.manifest_path}: --audit-log-path={server.settings.log_path}: {difference.actual};"
            f" should be {difference.expected}: {difference.remedy}"
        )


def _live(server: ApiServer) -> Iterator[str]:
    if server.reading.kubelet_active not in {"active", "unknown"}:
        yield f"{server.name}: the kubelet is {server.reading.kubelet_active}: it would not act: start it first"
    if not server.reading.tools & HTTPS_CLIENTS:
        clients = ", ".join(sorted(HTTPS_CLIENTS))
        yield f"{server.name}: none of {clients} on the node: nothing could be proved: install one"
    for tool in sorted(_NEEDED - server.reading.tools):
        yield f"{server.name}: {tool} is not on the node: nothing could be changed safely: install it"
    if len(server.reading.servers) > 1:
        yield f"{server.name}: {len(server.reading.servers)} kube-apiserver processes on one node: not supported yet"
    elif server.process is None:
        yield f"{server.name}: kube-apiserver does not run: mend that first: journalctl -u kubelet says why"
    else:
        yield from _process(server, server.process)


def _process(server: ApiServer, process: Process) -> Iterator[str]:
    for path in ("/readyz", "/livez"):
        answer = process.answers.get(path)
        if answer is not None and answer.code == 401:
            yield (
                f"{server.name}: {path} answers 401: without a credential readiness cannot be seen: allow anonymous"
                " requests for /readyz and /livez (AuthenticationConfiguration, anonymous.conditions)"
            )
        elif answer is None or answer.code == 0:
            yield f"{server.name}: {path} does not answer: mend that first: journalctl -u kubelet says why"
        elif answer.code != 200:
            yield f"{server.name}: {path} answers {answer.code} before any change: mend that first"
    for name in differing_flags(server):
        yield (
            f"{server.name}:{server.manifest_path}: --{name} differs from the running process: the kubelet has not"
            " acted on the manifest: journalctl -u kubelet says why"
        )
