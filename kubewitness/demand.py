"""What a standard demands of an API server, and what it finds missing: the one place that both verbs ask. Pure.

A check turns a difference into a finding; a deploy plans the edit that ends it. A standard states minimums: more than
it asks, other paths and other ways of writing are no difference.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.apiserver import StaticPod, rotation_gaps
from kubewitness.auditpolicy import Loaded, Refused, excesses, load, shortfalls
from kubewitness.auditpolicy.exemption import exemptions
from kubewitness.auditpolicy.exemptionwords import recording, those_of, what_of
from kubewitness.model import Unread

if TYPE_CHECKING:
    from kubewitness.apiserver import AuditSettings, HostFile
    from kubewitness.godecode.tree import Mark
    from kubewitness.model import ServerVersion
    from kubewitness.observed import ApiServer
    from kubewitness.probe.reading import File
    from kubewitness.standard import AuditStandard

#: Where the deploy puts what is not there at all. A folder each, so that each mount is as narrow as it can be.
POLICY_PATH: Final = "/etc/kubernetes/audit/policy.yaml"
LOG_PATH: Final = "/var/log/kubernetes/audit/audit.log"

#: Folders that hold more than audit files: a mount of one of them gives the API server far too much.
_NO_RULE: Final = "no rule"
_TOO_WIDE: Final = frozenset({"/", "/etc", "/etc/kubernetes", "/var", "/var/log", "/var/lib"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that falls short of the standard. ``remedy`` can be pasted or acted on."""

    field: str
    expected: str
    actual: str
    remedy: str


def backend_differences(settings: AuditSettings) -> tuple[Difference, ...]:
    """No log and no webhook backend: events go nowhere."""
    if settings.log_path or settings.webhook_config_file:
        return ()
    return (
        Difference(
            "--audit-log-path",
            "a path",
            "not set",
            f"set --audit-log-path={LOG_PATH} and mount its folder, writable: the audit deploy does both",
        ),
    )


def policy_flag_differences(settings: AuditSettings) -> tuple[Difference, ...]:
    """No policy file: kube-apiserver records nothing, and says so only at verbosity 2."""
    if settings.policy_file:
        return ()
    return (
        Difference(
            "--audit-policy-file",
            "a path",
            "not set",
            f"set --audit-policy-file={POLICY_PATH}, mount its folder, read-only: the audit deploy does, with a policy",
        ),
    )


def rotation_differences(settings: AuditSettings, standard: AuditStandard) -> tuple[Difference, ...]:
    """The rotation in force falls short. A log on standard output is rotated by the container runtime, not here."""
    if not settings.log_path or settings.log_path == "-":
        return ()
    return tuple(
        Difference(f"--{gap.flag}", str(gap.expected), str(gap.actual), f"set --{gap.flag}={gap.set_to}")
        for gap in rotation_gaps(settings, standard.rotation)
    )


def policy_mount_differences(pod: StaticPod, settings: AuditSettings) -> tuple[Difference, ...]:
    """The policy is not to be seen in the container, or through a mount that gives far more than the policy."""
    path = settings.policy_file
    if not path:
        return ()
    host = pod.locate(path)
    if host is None:
        remedy = f"mount the folder of {path} from the node, read-only"
        return (Difference("mount of the audit policy", "a hostPath mount", f"{path} lies under no mount", remedy),)
    return _wide(host, "mount of the audit policy") + _optional(host)


def policy_link_differences(server: ApiServer, pod: StaticPod, settings: AuditSettings) -> tuple[Difference, ...]:
    """The policy on the node is a symbolic link to where the container of ``pod`` sees nothing."""
    host = pod.locate(settings.policy_file) if settings.policy_file else None
    if host is None:
        return ()
    file, folder = (
        server.reading.policies.get(host.host_path),
        server.reading.policy_folders.get(posixpath.dirname(host.host_path)),
    )
    return _leads_out(pod, "audit policy", file, folder, "kube-apiserver exits at its next start")


def log_link_differences(server: ApiServer, pod: StaticPod, settings: AuditSettings) -> tuple[Difference, ...]:
    """The same of the log: kube-apiserver makes no folder there, and what it could write stays in its container."""
    host = pod.locate(settings.log_path) if settings.log_path else None
    log = server.reading.logs.get(host.host_path) if host else None
    if log is None:
        return ()
    return _leads_out(pod, "audit log", log.file, log.directory, "kube-apiserver exits, or loses it with its container")


def _leads_out(pod: StaticPod, field: str, file: File | None, folder: File | None, then: str) -> tuple[Difference, ...]:
    if file is None or not file.real:
        return ()
    own = folder.real if folder and folder.real else posixpath.dirname(file.path)
    seen = {own, *(volume.host_path for volume in pod.volumes if volume.host_path)}
    if any(f"{file.real}/".startswith(f"{place.rstrip('/')}/") for place in seen):
        return ()
    remedy = f"put the file itself at {file.path}, or take the link away: {then}"
    return (Difference(field, "a file below a mount", f"a link to {file.real}, which lies under no mount", remedy),)


def webhook_mount_differences(pod: StaticPod, settings: AuditSettings) -> tuple[Difference, ...]:
    """The webhook's kubeconfig is not to be seen in the container. Whether it is a good one is not looked at."""
    path = settings.webhook_config_file
    if not path or pod.covering(path) is not None:
        return ()
    remedy = f"mount the folder of {path} from the node, read-only: kube-apiserver exits without it"
    return (
        Difference("mount of the webhook's configuration", "a hostPath mount", f"{path} lies under no mount", remedy),
    )


def log_mount_differences(pod: StaticPod, settings: AuditSettings) -> tuple[Difference, ...]:
    """The log would be lost with its container, could not be written, or could not be rotated."""
    path, field = settings.log_path, "mount of the audit log"
    if not path or path == "-":
        return ()
    host = pod.locate(path)
    if host is None:
        remedy = f"mount the folder of {path} from the node, writable, as a directory"
        return (Difference(field, "a writable hostPath mount", f"{path} lies under no mount of the node", remedy),)
    if host.mount.read_only:
        return (Difference(field, "writable", f"{host.mount.mount_path} is mounted read-only", "set readOnly: false"),)
    if host.is_file_mount:
        remedy = "mount the folder: rotation renames the file, which a mount of the file forbids"
        return (Difference(field, "a directory", f"{path} itself is mounted", remedy),)
    return _wide(host, field)


def policy_differences(
    loaded: Loaded | Refused | None, standard: AuditStandard, version: ServerVersion
) -> tuple[Difference, ...]:
    """The policy would not load, was not meant as it is read, misses what must be recorded, or records secrets."""
    return load_differences(loaded) or (
        record_differences(loaded, standard, version)
        + leak_differences(loaded, standard, version)
        + own_policy_differences(loaded, standard, version)
    )


def load_differences(loaded: Loaded | Refused | None) -> tuple[Difference, ...]:
    """What keeps kube-apiserver from starting with the policy, or makes it drop a part of it without a word."""
    match loaded:
        case None:
            return (Difference("audit policy", "a policy", "no file", "write the policy"),)
        case Refused(error=error, line=line):
            at = f"line {line}: " if line else ""
            return (
                Difference("audit policy", "loads", f"{at}{error}", "mend the policy: kube-apiserver exits with it"),
            )
        case Loaded(strict_error=error, rest=rest):
            return (*_dropped(error), *_not_read(rest))


def record_differences(
    loaded: Loaded | Refused | None, standard: AuditStandard, version: ServerVersion
) -> tuple[Difference, ...]:
    """Requests that must be recorded and are not, or at too low a level; found by evaluation, never by text."""
    if not isinstance(loaded, Loaded):
        return ()
    return tuple(
        Difference(
            short.probe.title,
            f"recorded at {short.wanted} or above",
            f"level {short.got}, by {_rule(loaded, short.rule)}",
            f"a rule with level: {short.wanted} for it, before any that matches it now",
        )
        for short in shortfalls(loaded.policy, standard.at_least, version)
    )


def exemption_differences(
    loaded: Loaded | Refused | None, standard: AuditStandard, version: ServerVersion
) -> tuple[Difference, ...] | None:
    """Whoever escapes because a rule names him, a difference for each rule: the team's decision, so none refuses it.

    ``None``: none was found, and the policy names too many to ask about all.
    """
    if not isinstance(loaded, Loaded):
        return ()
    asked, rules = exemptions(loaded.policy, standard.at_least, version), loaded.policy.rules
    found = tuple(
        Difference(
            those_of(item),
            f"recorded at {' or '.join(dict.fromkeys(level for _, level in item.missed))} at least",
            f"level {item.got}, by {_rule(loaded, item.rule)}: {what_of(item)}",
            f"take them out of {_rule(loaded, item.rule)}, or write before it:\n{recording(rules[item.rule], item)}",
        )
        for item in asked.found
    )
    return found if found or asked.is_complete else None


def leak_differences(
    loaded: Loaded | Refused | None, standard: AuditStandard, version: ServerVersion
) -> tuple[Difference, ...]:
    """Requests whose recorded body would put a secret into the log."""
    if not isinstance(loaded, Loaded):
        return ()
    return tuple(
        Difference(
            excess.probe.title,
            f"recorded at {excess.wanted} at most: the body holds a secret",
            f"level {excess.got}, by {_rule(loaded, excess.rule)}",
            f"a rule with level: {excess.wanted} for it, before any that matches it now",
        )
        for excess in excesses(loaded.policy, standard.at_most, version)
    )


def differences(server: ApiServer, standard: AuditStandard) -> tuple[Difference, ...]:
    """Everything that a deploy would change, or refuse to go on with. Empty where the configuration cannot be read."""
    settings, pod = server.settings, server.pod
    if settings is None or not isinstance(pod, StaticPod):
        return ()
    loaded = server.policy.loaded if server.policy else None
    policy: tuple[Difference, ...] = ()
    if settings.policy_file and not isinstance(loaded, Unread) and pod.locate(settings.policy_file) is not None:
        policy = policy_differences(loaded, standard, server.known_version)
    return (
        *backend_differences(settings),
        *policy_flag_differences(settings),
        *policy_mount_differences(pod, settings),
        *policy_link_differences(server, pod, settings),
        *webhook_mount_differences(pod, settings),
        *log_mount_differences(pod, settings),
        *log_link_differences(server, pod, settings),
        *rotation_differences(settings, standard),
        *policy,
    )


def own_policy_differences(
    loaded: Loaded | Refused | None, standard: AuditStandard, version: ServerVersion
) -> tuple[Difference, ...]:
    """The inventory names a policy of the team's own, and another is there. Written differently is no difference."""
    if standard.own_policy is None or not isinstance(loaded, Loaded):
        return ()
    wanted = load(standard.own_policy, version)
    if isinstance(wanted, Loaded) and wanted.policy == loaded.policy:
        return ()
    return (Difference("audit policy", "the one named as audit_policy", "another one", "run the audit deploy"),)


def matches_no_rule(found: Difference) -> bool:
    """Whether it is about a request that no rule of the policy matches, so that there is none to change."""
    return found.actual.endswith(f", by {_NO_RULE}")


def _rule(loaded: Loaded, index: int) -> str:
    return _NO_RULE if index < 0 else f"rules[{index}] (line {loaded.policy.rules[index].line})"


def _dropped(strict_error: str | None) -> tuple[Difference, ...]:
    if strict_error is None:
        return ()
    remedy = "mend the policy: kube-apiserver drops what it does not know and goes on with the rest"
    return (Difference("audit policy", "decodes strictly", strict_error, remedy),)


def _not_read(rest: Mark | None) -> tuple[Difference, ...]:
    if rest is None:
        return ()
    actual = f"line {rest.line}: a second YAML document, which kube-apiserver does not read"
    remedy = "put its rules into the first document, or remove it"
    return (Difference("audit policy", "one YAML document", actual, remedy),)


def _wide(host: HostFile, field: str) -> tuple[Difference, ...]:
    path = posixpath.normpath(posixpath.join(host.volume.host_path or "/", host.mount.sub_path))
    if path not in _TOO_WIDE:
        return ()
    return (Difference(field, "as narrow as possible", f"all of {path} is mounted", "mount the audit folder alone"),)


def _optional(host: HostFile) -> tuple[Difference, ...]:
    if host.volume.type != "FileOrCreate":
        return ()
    remedy = "set type: File: a missing policy becomes an empty one, with which kube-apiserver does not start"
    return (Difference("mount of the audit policy", "type File or Directory", "type FileOrCreate", remedy),)
