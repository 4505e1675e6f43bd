"""From what was observed and what a standard demands to a plan, or to the reasons why nothing may be changed. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness import demand
from kubewitness.apiserver import (
    AddedVolume,
    AuditSettings,
    HostFile,
    ManifestEdit,
    StaticPod,
    audit_settings,
    capacity_mib,
    parse_flags,
    patch,
    read_static_pod,
    rotation_gaps,
    rotation_values,
)
from kubewitness.auditpolicy import Level, Loaded, Refused, load
from kubewitness.canary import Prediction, predict
from kubewitness.drift import since_last_run
from kubewitness.errors import KubewitnessError
from kubewitness.eventttl import FLAG as EVENT_TTL
from kubewitness.eventttl import event_ttl_differences
from kubewitness.model import Unread
from kubewitness.observed import LastRun
from kubewitness.probe.reading import Shape
from kubewitness.rollout.outcome import FileChange, Plan, Refusal, Restart, WantedPolicy
from kubewitness.rollout.preflight import refusals
from kubewitness.staleness import needs_new_process
from kubewitness.wording import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.observed import ApiServer
    from kubewitness.standard import Standard


def plan_audit(server: ApiServer, standard: Standard, wanted: WantedPolicy) -> Plan | Refusal:
    """What has to change on ``server`` for its audit logging to meet ``standard``."""
    reasons = refusals(server, standard, wanted.text, wanted.where)
    pod, settings = server.pod, server.settings
    if reasons or not isinstance(pod, StaticPod) or settings is None:
        return Refusal(reasons or (f"{server.name}: kube-apiserver's manifest could not be read",))
    try:
        after = _manifest_after(server, standard, pod, settings)
    except KubewitnessError as error:
        return Refusal((f"{server.name}:{error}",))
    return _plan(server, wanted, standard, FileChange(server.manifest_path, server.manifest_text, after))


def plan_return(server: ApiServer, manifest: str, policy: str | None, policy_path: str) -> Plan | Refusal:
    """The way back to what a run of ours replaced: its saved manifest and policy (``None``: there was none)."""
    reasons = refusals(server, None, None, "")
    if reasons:
        return Refusal(reasons)
    change = FileChange(server.manifest_path, server.manifest_text, manifest)
    here = server.reading.policies.get(policy_path)
    text = here.text if here and isinstance(here.text, str) else None
    try:
        return _finish(server, change, FileChange(policy_path, text, policy) if policy_path else None, None)
    except KubewitnessError as error:
        return Refusal((f"{server.name}: the saved manifest: {error}",))


def _manifest_after(server: ApiServer, standard: Standard, pod: StaticPod, settings: AuditSettings) -> str:
    flags: dict[str, str] = {}
    volumes: list[AddedVolume] = []
    if demand.policy_flag_differences(settings):
        flags["audit-policy-file"] = demand.POLICY_PATH
    policy_path = flags.get("audit-policy-file") or settings.policy_file
    if pod.locate(policy_path) is None:
        folder = _folder(policy_path)
        volumes.append(AddedVolume("audit-policy", folder, folder, "Directory", read_only=True))
    if demand.backend_differences(settings):
        flags["audit-log-path"] = demand.LOG_PATH
        given = parse_flags(pod.argv)
        for flag, value, minimum in rotation_values(settings, standard.audit.rotation):
            if given.get(flag) is None or (value is not None and 0 < value < minimum):
                flags[flag] = str(minimum)  # a value of theirs that is no less stays, 0 keeps for ever
        folder = _folder(demand.LOG_PATH)
        present = pod.locate(demand.LOG_PATH)
        if present is None or present.mount.read_only:
            volumes.append(AddedVolume("audit-log", folder, folder, "DirectoryOrCreate", read_only=False))
    else:
        flags |= {gap.flag: str(gap.set_to) for gap in rotation_gaps(settings, standard.audit.rotation)}
    if event_ttl_differences(parse_flags(pod.argv), standard.event_ttl_hours):
        flags[EVENT_TTL] = f"{standard.event_ttl_hours}h"
    return patch(server.manifest_text, ManifestEdit(set_flags=flags, volumes=tuple(volumes)), server.manifest_path)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _plan(server: ApiServer, wanted: WantedPolicy, standard: Standard, manifest: FileChange) -> Plan | Refusal:
    pod = read_static_pod(manifest.after or "", manifest.path)
    settings = audit_settings(parse_flags(pod.argv), server.version)
    host, wrong = pod.locate(settings.policy_file), tuple(_unseen(server, pod, settings))
    if host is None or wrong:
        return Refusal(tuple(f"{server.name}:{manifest.path}: {reason}" for reason in wrong))
    text = _present_text(server, host.host_path)
    if isinstance(text, Unread):
        return Refusal((f"{server.name}:{host.host_path}: {text.detail}",))
    keep = text is not None and _suffices(server, standard, text, wanted)
    if text is not None and not keep and not wanted.may_replace and not _expendable(server, text):
        return Refusal((_what_is_missing(server, standard, text, host.host_path),))
    return _finish(server, manifest, FileChange(host.host_path, text, text if keep else wanted.text), standard)


def _unseen(server: ApiServer, pod: StaticPod, settings: AuditSettings) -> Iterator[str]:
    """Why the container of the planned ``pod`` would not see the policy, or more than it, or not reach the log."""
    policy = (
        *demand.policy_mount_differences(pod, settings),
        *demand.policy_link_differences(server, pod, settings),
    )
    for d in policy:
        yield f"--audit-policy-file={settings.policy_file}: {d.actual}; should be {d.expected}: {d.remedy}"
    for d in demand.log_link_differences(server, pod, settings):
        yield f"--audit-log-path={settings.log_path}: {d.actual}; should be {d.expected}: {d.remedy}"


def _present_text(server: ApiServer, path: str) -> str | Unread | None:
    """What the node's policy file at ``path`` holds; ``None`` where it is known that there is none."""
    known = server.policy is not None and server.policy.host is not None and server.policy.host.host_path == path
    if server.policy and known and isinstance(server.policy.loaded, Unread):
        return server.policy.loaded  # unread, or beyond what we judge: then it is not replaced either
    file = server.policy.file if server.policy and known else server.reading.policies.get(path)
    if file is None or isinstance(file, Unread):
        return file
    return file.shape if isinstance(file.shape, Unread) else file.text


def _expendable(server: ApiServer, text: str) -> bool:
    """Whether nothing is lost with this policy: it is what our last run left, does not load, or records nothing."""
    if isinstance(server.last_run, LastRun) and server.last_run.policy == text:
        return True
    loaded = load(text, server.known_version)
    if isinstance(loaded, Refused) and loaded.beyond_limits:  # kube-apiserver may well read on, where we do not
        return False
    return not isinstance(loaded, Loaded) or all(rule.level is Level.NONE for rule in loaded.policy.rules)


def _what_is_missing(server: ApiServer, standard: Standard, text: str, path: str) -> str:
    """In one line; `kubewitness check -o json` lists all of it."""
    found = demand.policy_differences(load(text, server.known_version), standard.audit, server.known_version)
    first = next(iter(told(found[:1])))
    more = f", and {len(found) - 1} more (kubewitness check -o json lists all)" if len(found) > 1 else ""
    last = server.last_run
    whose = f"edited since our run {last.run}" if isinstance(last, LastRun) and last.policy else "not ours"
    how = "mend it and name it as audit_policy, or lose it with audit_policy_replace"
    return f"{server.name}:{path}: {whose}, and falls short: {first}{more}: {how}"


def _suffices(server: ApiServer, standard: Standard, text: str, wanted: WantedPolicy) -> bool:
    loaded = load(text, server.known_version)
    if demand.policy_differences(loaded, standard.audit, server.known_version):
        return False
    if not wanted.exact:
        return True
    ours = load(wanted.text, server.known_version)
    return isinstance(loaded, Loaded) and isinstance(ours, Loaded) and loaded.policy == ours.policy


def _loses_its_policy(manifest: FileChange, policy: FileChange | None, policy_path: str) -> bool:
    """The manifest would name a policy that this very plan removes: kube-apiserver would not start again."""
    if policy is None or policy.after is not None:
        return False
    host = read_static_pod(manifest.after or "", manifest.path).locate(policy_path)
    return host is not None and host.host_path == policy.path


def _finish(
    server: ApiServer, manifest: FileChange, policy: FileChange | None, standard: Standard | None
) -> Plan | Refusal:
    pod = read_static_pod(manifest.after or "", manifest.path)
    settings = audit_settings(parse_flags(pod.argv), server.version)
    host = pod.locate(settings.log_path) if settings.log_path else None
    if _loses_its_policy(manifest, policy, settings.policy_file):
        return Refusal((f"{server.name}:{manifest.path}: names {settings.policy_file}, which would be removed",))
    if host and (wrong := _no_file(server, host.host_path)):
        return Refusal((wrong,))
    need = _room_needed_mib(server, settings, host) if standard is not None and manifest.changes and host else None
    if isinstance(need, Refusal):
        return need
    restart = _restart(server, settings, manifest, policy)
    drift = tuple(_drift(server)) if standard is not None else ()
    return Plan(
        manifest=manifest,
        policy=policy,
        log_path=host.host_path if host else None,
        restart=restart,
        expect=_our_flags(pod, server),
        expect_before=_our_flags(server.pod, server, pod),
        prediction=_prediction(server, settings, policy) if host else None,
        need_mib=need,
        accepts_drift=standard is not None and bool(drift),
        buffered_seconds=settings.buffered_seconds or 0,
        reasons=(
            *_reasons(server, standard),
            *drift,
            *_exemptions(server, standard, policy),
            *(_boundless(server, settings, host) if manifest.changes and standard is not None and host else ()),
        ),
        unproved="" if host else _where_events_go(settings),
    )


def _where_events_go(settings: AuditSettings) -> str:
    """Where the events can be, if in no file on the node."""
    if settings.log_path == "-":
        return "the events go to standard output"
    if settings.webhook_config_file:
        return "the events go to a webhook alone"
    return "the events go to no file on this node"


def _no_file(server: ApiServer, path: str) -> str | None:
    """Why kube-apiserver could not write its log to ``path``; ``None`` where nothing speaks against it."""
    log = server.reading.logs.get(path)
    if log is None or not isinstance(log.file.shape, Shape) or not log.file.shape.is_directory:
        return None
    return f"{server.name}:{path}: is a folder, and --audit-log-path names a file: give it a file's name in there"


def _room_needed_mib(server: ApiServer, settings: AuditSettings, host: HostFile) -> int | Refusal | None:
    """What the rotation in force will still take beside what the log takes already.

    ``None`` in a tree, and where the rotation has no bound: see ``_boundless``.
    """
    most, log = capacity_mib(settings), server.reading.logs.get(host.host_path)
    place = f"{server.name}:{host.host_path}"
    if server.is_tree or most is None:
        return None
    if log is None or log.free_kib is None or log.used_kib is None:
        return Refusal((f"{place}: what is free there could not be read: look at its folder and its disk",))
    need, free = max(0, most - log.used_kib // 1024), log.free_kib // 1024
    if free < need:
        how = "make room, or lower maxbackup and maxsize_mib in the standard"
        return Refusal((f"{place}: the rotation asked for needs {need} MiB more and {free} MiB are free: {how}",))
    return need


def _boundless(server: ApiServer, settings: AuditSettings, host: HostFile) -> Iterator[str]:
    """The team's own setting, which this plan leaves: no amount of room can be asked for, so it is said each time."""
    if capacity_mib(settings) is None and not server.is_tree:
        flag = "audit-log-maxbackup" if settings.maxsize_mib else "audit-log-maxsize"
        yield f"{server.name}:{host.host_path}: no bound is set to the room that the log takes: set --{flag}"


def _restart(server: ApiServer, settings: AuditSettings, manifest: FileChange, policy: FileChange | None) -> Restart:
    """A process that is killed loses what its backends still hold in a buffer: mode batch, the webhook's default."""
    if manifest.changes:
        return Restart.MANIFEST
    if not (policy is not None and policy.changes) and needs_new_process(server) is None:
        return Restart.NONE
    return Restart.PROCESS if settings.buffered_seconds is None else Restart.DRAIN


def _our_flags(pod: object, server: ApiServer, other: StaticPod | None = None) -> dict[str, str]:
    """The flags of ``pod`` that we may set, and as "" those that only the other of the two configurations sets."""
    present = server.pod if other is None else other
    flags = parse_flags(pod.argv) if isinstance(pod, StaticPod) else parse_flags(())
    others = parse_flags(present.argv if isinstance(present, StaticPod) else ())
    names = {name for name in (*flags.names, *others.names) if name.startswith("audit-")}
    if flags.get(EVENT_TTL) != others.get(EVENT_TTL):  # else it is none of our business, whatever it says
        names.add(EVENT_TTL)
    return {name: flags.get(name) or "" for name in sorted(names)}


def _prediction(server: ApiServer, settings: AuditSettings, policy: FileChange | None) -> Prediction | None:
    if policy is None or policy.after is None or not settings.policy_file:
        return None
    loaded = load(policy.after, server.known_version)
    return predict(loaded.policy, server.known_version) if isinstance(loaded, Loaded) else None


def _drift(server: ApiServer) -> Iterator[str]:
    """What somebody changed since our last run: where it meets the standard it is proved, and recorded as it is now."""
    if isinstance(server.last_run, LastRun):
        for item in since_last_run(server, server.last_run):
            yield f"changed since run {server.last_run.run}: {item.field}: {item.expected} -> {item.actual}"


def _reasons(server: ApiServer, standard: Standard | None) -> tuple[str, ...]:
    """What falls short now, for the one who reads the plan."""
    if standard is None or server.settings is None or not isinstance(server.pod, StaticPod):
        return ()
    flags = server.declared.flags if server.declared else parse_flags(())
    kept = event_ttl_differences(flags, standard.event_ttl_hours)
    found = told((*demand.differences(server, standard.audit), *kept))
    why = needs_new_process(server)
    return (*found, *((why,) if why else ()))


def _exemptions(server: ApiServer, standard: Standard | None, policy: FileChange | None) -> tuple[str, ...]:
    """Who will not be recorded because the policy names him: the team's own decision, and said each time."""
    if standard is None or policy is None or policy.after is None:
        return ()
    found = demand.exemption_differences(load(policy.after, server.known_version), standard.audit, server.known_version)
    return tuple(f"the policy exempts {line}" for line in told(found or ()))
