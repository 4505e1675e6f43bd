"""From what was observed and what a standard demands to a plan, or to the reasons why nothing may be changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kubewitness import demand
from kubewitness.apiserver import (
    AddedVolume,
    AuditSettings,
    ManifestEdit,
    StaticPod,
    audit_settings,
    capacity_mib,
    parse_flags,
    patch,
    read_static_pod,
)
from kubewitness.auditpolicy import Loaded, load
from kubewitness.canary import Prediction, predict
from kubewitness.errors import KubewitnessError
from kubewitness.model import Unread
from kubewitness.rollout.preflight import refusals
from kubewitness.rollout.staleness import is_stale

if TYPE_CHECKING:
    from kubewitness.observed import ApiServer
    from kubewitness.standard import Standard


class Restart(StrEnum):
    """How the new configuration comes into force."""

    NONE = "none"
    PROCESS = "process"
    DRAIN = "drain"
    MANIFEST = "manifest"

    @property
    def outage(self) -> str:
        """What it costs on a single control plane, in words (measured on real control planes)."""
        return {
            Restart.NONE: "no restart: the API stays as it is",
            Restart.PROCESS: "the API of a single control plane will be away for about 5 s, more if restarted lately",
            Restart.DRAIN: "the API of a single control plane will be away for about 45 s: a backend has a buffer",
            Restart.MANIFEST: "the API of a single control plane will be away for about 45 s",
        }[self]


@dataclass(frozen=True, slots=True)
class WantedPolicy:
    """The audit policy to write. ``exact``: the user named it, so anything that differs from it is replaced.

    Otherwise it is written only where the present policy falls short of the standard.
    """

    text: str
    where: str
    exact: bool


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of the node. ``before`` is ``None`` where there was none; ``after`` is ``None`` to remove it."""

    path: str
    before: str | None
    after: str | None

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the node-side script is told.

    ``expect``, ``expect_before``: audit flags that the process has to have, and had; "" means not set.
    ``prediction``: at which level the new policy records the canary; ``None`` where there is no log file to look into.
    ``need_mib``: room that the rotation takes, where this plan is the one that sets it. ``buffered_seconds``: how long
    an event may lie in a buffer before it is written.
    """

    manifest: FileChange
    policy: FileChange | None
    log_path: str | None
    restart: Restart
    expect: dict[str, str]
    expect_before: dict[str, str]
    prediction: Prediction | None
    need_mib: int | None
    buffered_seconds: float
    reasons: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.restart is not Restart.NONE or bool(self.written)

    @property
    def written(self) -> tuple[FileChange, ...]:
        """The files that differ."""
        return tuple(file for file in (self.policy, self.manifest) if file is not None and file.changes)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing may be changed. Each reason is one line: what - where - what to do."""

    reasons: tuple[str, ...]


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
        rotation = standard.audit.rotation
        flags["audit-log-maxage"] = str(rotation.maxage_days)
        flags["audit-log-maxbackup"] = str(rotation.maxbackup)
        flags["audit-log-maxsize"] = str(rotation.maxsize_mib)
        folder = _folder(demand.LOG_PATH)
        present = pod.locate(demand.LOG_PATH)
        if present is None or present.mount.read_only:
            volumes.append(AddedVolume("audit-log", folder, folder, "DirectoryOrCreate", read_only=False))
    else:
        for gap in demand.rotation_differences(settings, standard.audit):
            flags[gap.field.removeprefix("--")] = gap.remedy.rpartition("=")[2]
    return patch(server.manifest_text, ManifestEdit(set_flags=flags, volumes=tuple(volumes)), server.manifest_path)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _plan(server: ApiServer, wanted: WantedPolicy, standard: Standard, manifest: FileChange) -> Plan | Refusal:
    pod = read_static_pod(manifest.after or "", manifest.path)
    settings = audit_settings(parse_flags(pod.argv), server.version)
    host, wrong = pod.locate(settings.policy_file), demand.policy_mount_differences(pod, settings)
    if host is None or wrong:
        place = f"{server.name}:{manifest.path}: --audit-policy-file={settings.policy_file}"
        return Refusal(tuple(f"{place}: {d.actual}; should be {d.expected}: {d.remedy}" for d in wrong))
    text = _present_text(server, host.host_path)
    if isinstance(text, Unread):
        return Refusal((f"{server.name}:{host.host_path}: {text.detail}",))
    keep = text is not None and _suffices(server, standard, text, wanted)
    return _finish(server, manifest, FileChange(host.host_path, text, text if keep else wanted.text), standard)


def _present_text(server: ApiServer, path: str) -> str | Unread | None:
    """What the node's policy file at ``path`` holds; ``None`` where it is known that there is none."""
    known = server.policy is not None and server.policy.host is not None and server.policy.host.host_path == path
    if server.policy and known and isinstance(server.policy.loaded, Unread):
        return server.policy.loaded  # unread, or beyond what we judge: then it is not replaced either
    file = server.policy.file if server.policy and known else server.reading.policies.get(path)
    if file is None or isinstance(file, Unread):
        return file
    return file.shape if isinstance(file.shape, Unread) else file.text


def _suffices(server: ApiServer, standard: Standard, text: str, wanted: WantedPolicy) -> bool:
    loaded = load(text, server.known_version)
    if demand.policy_differences(loaded, standard.audit, server.known_version):
        return False
    if not wanted.exact:
        return True
    ours = load(wanted.text, server.known_version)
    return isinstance(loaded, Loaded) and isinstance(ours, Loaded) and loaded.policy == ours.policy


def _finish(
    server: ApiServer, manifest: FileChange, policy: FileChange | None, standard: Standard | None
) -> Plan | Refusal:
    pod = read_static_pod(manifest.after or "", manifest.path)
    settings = audit_settings(parse_flags(pod.argv), server.version)
    host = pod.locate(settings.log_path) if settings.log_path else None
    rotation_set = standard is not None and manifest.changes
    restart = _restart(server, settings, manifest, policy)
    return Plan(
        manifest=manifest,
        policy=policy,
        log_path=host.host_path if host else None,
        restart=restart,
        expect=_audit_flags(pod, server),
        expect_before=_audit_flags(server.pod, server, pod),
        prediction=_prediction(server, settings, policy) if host else None,
        need_mib=capacity_mib(settings) if rotation_set and host else None,
        buffered_seconds=settings.buffered_seconds or 0,
        reasons=_reasons(server, standard),
    )


def _restart(server: ApiServer, settings: AuditSettings, manifest: FileChange, policy: FileChange | None) -> Restart:
    """A process that is killed loses what its backends still hold in a buffer: mode batch, the webhook's default."""
    if manifest.changes:
        return Restart.MANIFEST
    if not (policy is not None and policy.changes) and not is_stale(server):
        return Restart.NONE
    return Restart.PROCESS if settings.buffered_seconds is None else Restart.DRAIN


def _audit_flags(pod: object, server: ApiServer, other: StaticPod | None = None) -> dict[str, str]:
    """The audit flags of ``pod``, and as "" those that only the other of the two configurations sets."""
    present = server.pod if other is None else other
    flags = parse_flags(pod.argv) if isinstance(pod, StaticPod) else parse_flags(())
    names = {*flags.names, *(parse_flags(present.argv).names if isinstance(present, StaticPod) else ())}
    return {name: flags.get(name) or "" for name in sorted(names) if name.startswith("audit-")}


def _prediction(server: ApiServer, settings: AuditSettings, policy: FileChange | None) -> Prediction | None:
    if policy is None or policy.after is None or not settings.policy_file:
        return None
    loaded = load(policy.after, server.known_version)
    return predict(loaded.policy, server.known_version) if isinstance(loaded, Loaded) else None


def _reasons(server: ApiServer, standard: Standard | None) -> tuple[str, ...]:
    """What falls short now, for the one who reads the plan."""
    if standard is None or server.settings is None or not isinstance(server.pod, StaticPod):
        return ()
    found = demand.told(demand.differences(server, standard.audit))
    return (*found, *(("the process is older than its policy file",) if is_stale(server) else ()))
