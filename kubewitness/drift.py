"""The difference between what our last run left on a node and what is there now, field by field. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.apiserver import StaticPod, parse_flags, read_static_pod
from kubewitness.auditpolicy import Loaded, load
from kubewitness.demand import Difference
from kubewitness.errors import KubewitnessError
from kubewitness.model import Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.auditpolicy import GroupResources, Policy, Rule
    from kubewitness.observed import ApiServer, LastRun


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
    remedy = "if it is meant: the audit deploy records it; else put it back: /var/lib/kubewitness holds what was left"
    fields = [*_compare(_flags(before), _flags(server.pod)), *_compare(_mounts(before), _mounts(server.pod))]
    now = _policy_now(server)
    if not isinstance(now, Unread):
        fields += _compare(_rules(server, last.policy), _rules(server, now))
    return tuple(Difference(name, old, new, remedy) for name, old, new in fields)


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


def _rules(server: ApiServer, text: str | None) -> dict[str, str]:
    """Each rule as one line; a policy that does not load is one field."""
    if text is None:
        return {}
    loaded = load(text, server.known_version)
    if not isinstance(loaded, Loaded):
        return {"policy": f"does not load: {loaded.error}"}
    policy = loaded.policy
    managed_fields = str(policy.omit_managed_fields).lower()
    return {"omitStages": ", ".join(policy.omit_stages), "omitManagedFields": managed_fields, **_lines(policy)}


def _lines(policy: Policy) -> dict[str, str]:
    return {f"rules[{index}]": _summary(rule) for index, rule in enumerate(policy.rules)}


def _summary(rule: Rule) -> str:
    """``Metadata verbs=get,list resources=/secrets``: what a rule says, in one line, without what it leaves open."""
    resources = (f"{item.group}/{'+'.join(item.resources) or '*'}{_named(item)}" for item in rule.resources)
    parts = {
        "users": rule.users,
        "userGroups": rule.user_groups,
        "verbs": rule.verbs,
        "resources": tuple(resources),
        "namespaces": rule.namespaces,
        "nonResourceURLs": rule.non_resource_urls,
        "omitStages": rule.omit_stages,
        "omitManagedFields": () if rule.omit_managed_fields is None else (str(rule.omit_managed_fields).lower(),),
    }
    return " ".join([rule.level, *(f"{name}={','.join(values)}" for name, values in parts.items() if values)])


def _named(item: GroupResources) -> str:
    return f":{'+'.join(item.resource_names)}" if item.resource_names else ""
