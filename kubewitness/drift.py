"""The difference between what our last run left on a node and what is there now, field by field. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.apiserver import StaticPod, parse_flags, read_static_pod
from kubewitness.auditpolicy import Loaded, Refused, load
from kubewitness.demand import Difference
from kubewitness.errors import KubewitnessError
from kubewitness.model import Unread
from kubewitness.observed import LastRun
from kubewitness.ruledrift import rule_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.observed import ApiServer

_STATE: Final = "/var/lib/kubewitness"


def since_last_run(server: ApiServer, last: LastRun) -> tuple[Difference, ...]:
    """Audit flags, the mounts that carry policy and log, and the rules of the policy. Nothing else of the manifest.

    Rules are left out where the policy could not be read: that is no difference.
    """
    try:
        before = read_static_pod(last.manifest, f"run {last.run}")
    except KubewitnessError as error:
        return (Difference("manifest", "the one of the last run", str(error), "run the audit deploy"),)
    if not isinstance(server.pod, StaticPod):
        return ()
    fields = [*_compare(_flags(before), _flags(server.pod)), *_compare(_mounts(before), _mounts(server.pod))]
    remedy = look_first(server) or (
        f"put it back if nobody of yours changed it ({_STATE}/last-manifest.yaml is what our run left);"
        " if it is meant, the audit deploy records it"
    )
    return tuple(Difference(name, old, new, remedy) for name, old, new in (*fields, *_policy(server, last)))


def look_first(server: ApiServer) -> str | None:
    """What to do before the deploy, which would load it, where the policy is not as our last run left it.

    ``None``: it is, as far as it was read, or no run of ours is known.
    """
    last = server.last_run
    if not isinstance(last, LastRun) or not any(_policy(server, last)):
        return None
    left = "our run left none" if last.policy is None else f"what our run left is in {_STATE}/last-policy.yaml"
    return (
        f"look at the difference first (drift-from-last-run lists it; {left}), put it back if nobody of yours"
        " changed it; only then run the audit deploy"
    )


def _compare(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, "not set"), after.get(name, "not set")
        if old != new:
            yield name, old, new


def _flags(pod: StaticPod) -> dict[str, str]:
    flags = parse_flags(pod.argv)
    return {f"--{name}": flags.get(name) or "" for name in sorted(flags.names) if name.startswith("audit-")}


def _mounts(pod: StaticPod) -> dict[str, str]:
    flags, found = parse_flags(pod.argv), {}
    for name in ("audit-policy-file", "audit-log-path"):
        host = pod.locate(flags.get(name) or "")
        if host is not None:
            access = "read-only" if host.mount.read_only else "writable"
            found[f"mount for --{name}"] = f"{host.volume.host_path} at {host.mount.mount_path}, {access}"
    return found


def _policy_now(server: ApiServer) -> str | Unread | None:
    """The policy that the node has now; ``None`` where there is none, or the manifest names none."""
    file = server.policy.file if server.policy else None
    return file if file is None or isinstance(file, Unread) else file.text


def _policy(server: ApiServer, last: LastRun) -> Iterator[tuple[str, str, str]]:
    """What of the policy differs; one that does not load is one field. Nothing where it could not be read."""
    now = _policy_now(server)
    if isinstance(now, Unread):
        return
    before, after = (None if text is None else load(text, server.known_version) for text in (last.policy, now))
    yield from _compare(_beside_the_rules(before), _beside_the_rules(after))
    rules = (found.policy.rules if isinstance(found, Loaded) else () for found in (before, after))
    yield from ((change.field, change.before, change.after) for change in rule_changes(*rules))


def _beside_the_rules(found: Loaded | Refused | None) -> dict[str, str]:
    match found:
        case None:
            return {}
        case Refused(error=error):
            return {"policy": f"does not load: {error}"}
        case Loaded(policy=policy):
            managed_fields = str(policy.omit_managed_fields).lower()
            return {"omitStages": ", ".join(policy.omit_stages), "omitManagedFields": managed_fields}
