"""What was observed of one node's API server: the reading, understood. Pure.

Here the raw files and processes of a ``Reading`` become the nouns that checks and plans speak of. Nothing is judged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.apiserver import (
    AuditSettings,
    HostFile,
    StaticPod,
    UnsupportedManifestError,
    VariableError,
    audit_settings,
    detect,
    parse_flags,
    read_static_pod,
)
from kubewitness.apiserver.flags import variable_in
from kubewitness.auditpolicy import Loaded, Refused, load
from kubewitness.errors import KubewitnessError
from kubewitness.knownversions import NEWEST, OLDEST
from kubewitness.model import Evidence, Kind, Reason, Rung, ServerVersion, Source, Unread, View, stamp
from kubewitness.probe.reading import File
from kubewitness.staticpods import not_read, server_files

if TYPE_CHECKING:
    from kubewitness.apiserver import Flags
    from kubewitness.delivered import Delivery
    from kubewitness.probe.reading import AuditLog, Process, Reading


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that was read and that kubelet or kube-apiserver would refuse."""

    error: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """An API server's arguments, and what they mean for audit logging."""

    flags: Flags
    settings: AuditSettings | Broken | Unread


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The audit policy that the manifest names. ``host`` is ``None`` when its path lies under no mount of the node."""

    path: str
    host: HostFile | None
    file: File | Unread | None
    loaded: Loaded | Refused | Unread | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """What our last run on this node left. ``pid`` and ``started`` name the process that it proved (``None``: none)."""

    run: str
    manifest: str
    policy: str | None
    pid: int | None
    started: int | None


@dataclass(frozen=True, slots=True)
class ApiServer:
    """One API server as its node shows it. ``None`` means known to be absent, ``Unread`` not known, ``Broken`` refused.

    ``process`` is ``None`` in a file tree, where none can be seen, and on a live node where none runs. ``others``
    define the same pod as ``manifest``; ``unread_manifests``: why it is not known of one more, with its path.
    ``delivery``: ``None``: no central store is named.
    """

    name: str
    cluster: str
    view: View
    read_at: str
    reading: Reading
    distributions: tuple[str, ...]
    version: ServerVersion | None
    manifest: File | Unread | None
    pod: StaticPod | Broken | Unread | None
    others: tuple[File, ...]
    unread_manifests: tuple[Unread, ...]
    declared: Configuration | None
    process: Process | None
    running: Configuration | None
    policy: PolicyFile | None
    log_path: HostFile | None
    log: AuditLog | None
    last_run: LastRun | Unread | None
    delivery: Delivery | Unread | None = None

    @property
    def kind(self) -> Kind:
        return Kind.API_SERVER

    def not_applicable(self, source: Source) -> str:
        """Every API server can audit."""
        return ""

    @property
    def changed_by(self) -> str | None:
        """The run of ours that is changing this node right now."""
        return self.reading.lock

    @property
    def ceiling(self) -> Rung:
        """The highest rung that this way of looking can see."""
        if self.view is not View.LIVE:
            return Rung.DECLARED
        return Rung.EMITTING if self.delivery is None else Rung.DELIVERED

    @property
    def known_version(self) -> ServerVersion:
        """The version whose rules are applied: the server's own, else the newest known.

        Then ``policy`` is one that all versions read alike.
        """
        return self.version or NEWEST

    @property
    def settings(self) -> AuditSettings | None:
        """The declared audit settings, where they are readable and valid."""
        settings = self.declared.settings if self.declared else None
        return settings if isinstance(settings, AuditSettings) else None

    def saw(self, where: str, value: str) -> Evidence:
        """``value``, as it was read at ``where`` on this node."""
        return Evidence(f"{self.name}:{where}", value, self.read_at)

    def time(self, seconds: float) -> str:
        """Seconds since the epoch as RFC 3339 in UTC."""
        return stamp(seconds)

    @property
    def is_tree(self) -> bool:
        return self.view is View.TREE

    @property
    def manifest_path(self) -> str:
        """The manifest's path on the node; the folder where none was found."""
        return self.manifest.path if isinstance(self.manifest, File) else self.reading.manifest_dir

    @property
    def manifest_text(self) -> str:
        """The manifest as it is; empty where it was not read."""
        text = self.manifest.text if isinstance(self.manifest, File) else None
        return text if isinstance(text, str) else ""


def observe(reading: Reading, name: str, cluster: str) -> ApiServer:
    """The API server of the node that ``reading`` saw. Raises nothing: what is odd is in the result."""
    files = server_files(reading.manifests)
    pod = pod_of(files.manifest)
    process = reading.servers[0] if len(reading.servers) == 1 else None
    version = _version(process, pod)
    declared = configuration_of(pod.argv, version) if isinstance(pod, StaticPod) else None
    running = configuration_of(process.argv, version) if process else None
    settings = declared.settings if declared else None
    usable = settings if isinstance(settings, AuditSettings) and isinstance(pod, StaticPod) else None
    log_path = pod.locate(usable.log_path) if usable and usable.log_path and isinstance(pod, StaticPod) else None
    return ApiServer(
        name=name,
        cluster=cluster,
        view=reading.view,
        read_at=stamp(reading.now),
        reading=reading,
        distributions=detect(reading.markers, reading.processes),
        version=version,
        manifest=files.manifest,
        pod=pod,
        others=files.others,
        unread_manifests=files.unread,
        declared=declared,
        process=process,
        running=running,
        policy=_policy(reading, pod, usable, process, version) if isinstance(pod, StaticPod) else None,
        log_path=log_path,
        log=reading.logs.get(log_path.host_path) if log_path else None,
        last_run=_last_run(reading),
    )


def pod_of(manifest: File | Unread | None) -> StaticPod | Broken | Unread | None:
    """What the kubelet makes of the manifest; ``None`` where there is none."""
    if manifest is None or isinstance(manifest, Unread):
        return manifest
    if not isinstance(manifest.text, str):
        return not_read(manifest)
    try:
        return read_static_pod(manifest.text, manifest.path)
    except UnsupportedManifestError as error:
        return Unread(Reason.UNSUPPORTED, str(error))
    except KubewitnessError as error:
        return Broken(str(error))


def _version(process: Process | None, pod: StaticPod | Broken | Unread | None) -> ServerVersion | None:
    """What the running server says of itself, else its image's tag."""
    answer = process.answers.get("/version") if process else None
    if answer and answer.code == 200:
        try:
            said = json.loads(answer.body)
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict) and isinstance(said.get("gitVersion"), str):
            return ServerVersion.parse(said["gitVersion"])
    return pod.image_version if isinstance(pod, StaticPod) else None


def configuration_of(argv: tuple[str, ...], version: ServerVersion | None) -> Configuration:
    """What a kube-apiserver of this version makes of its arguments."""
    flags = parse_flags(argv)
    paths = {name: flags.get(name) or "" for name in ("audit-policy-file", "audit-log-path")}
    unknown = [VariableError(name, path) for name, path in paths.items() if variable_in(path)]
    if unknown:  # not wrong: not known here
        return Configuration(flags, Unread(Reason.PARSE, str(unknown[0])))
    try:
        return Configuration(flags, audit_settings(flags, version))
    except VariableError as error:
        return Configuration(flags, Unread(Reason.PARSE, str(error)))
    except KubewitnessError as error:
        return Configuration(flags, Broken(str(error)))


def _policy(
    reading: Reading,
    pod: StaticPod,
    settings: AuditSettings | None,
    process: Process | None,
    version: ServerVersion | None,
) -> PolicyFile | None:
    if settings is None or not settings.policy_file:
        return None
    host = pod.locate(settings.policy_file)
    file = reading.policies.get(host.host_path) if host else None
    if file is None and process and process.policy and process.policy.path == settings.policy_file:
        file = process.policy  # the manifest is written in a way that the probe's shell cannot follow
    if file is None and host:
        missing = Unread(Reason.NOT_OBSERVED, f"{host.host_path}: the probe did not bring it along")
        return PolicyFile(settings.policy_file, host, missing, missing)
    return PolicyFile(settings.policy_file, host, file, _load(file, version))


def _load(file: File | None, version: ServerVersion | None) -> Loaded | Refused | Unread | None:
    if file is None or file.absent:
        return None
    if isinstance(file.shape, Unread):
        return file.shape
    if not isinstance(file.text, str):
        return file.text or Unread(Reason.NOT_OBSERVED, f"{file.path}: not read")
    loaded = load(file.text, version or NEWEST)
    if version is None and not _is_read_alike(loaded, load(file.text, OLDEST)):
        versions = f"{OLDEST.major}.{OLDEST.minor} and {NEWEST.major}.{NEWEST.minor}"
        why = f"the server's version is not known, and {versions} read this policy differently"
        return Unread(Reason.UNSUPPORTED, f"{file.path}: {why}")
    if isinstance(loaded, Refused) and loaded.beyond_limits:  # we do not judge it; the server may well start with it
        return Unread(Reason.PARSE, f"{file.path}: {loaded.error}")
    return loaded


def _is_read_alike(one: Loaded | Refused, other: Loaded | Refused) -> bool:
    if isinstance(one, Loaded) and isinstance(other, Loaded):
        return one.policy == other.policy
    return type(one) is type(other)


def _last_run(reading: Reading) -> LastRun | Unread | None:
    record = reading.state.get("last.json")
    if record is None or record.absent:
        return None
    manifest, policy = (reading.state.get(f"last-{name}.yaml") for name in ("manifest", "policy"))
    if not isinstance(record.text, str) or manifest is None or not isinstance(manifest.text, str):
        return Unread(Reason.PARSE, f"{record.path}: what the last run left could not be read")
    try:
        said = json.loads(record.text)
        return LastRun(
            run=str(said["run"]),
            manifest=manifest.text,
            policy=policy.text if policy and isinstance(policy.text, str) else None,
            pid=int(said["pid"]) if said.get("pid") else None,
            started=int(said["started"]) if said.get("started") else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Unread(Reason.PARSE, f"{record.path}: {type(error).__name__}")
