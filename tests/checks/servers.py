"""API servers for tests: a good one, fully audited as our deploy leaves a kubeadm node, and what a test changes of it.

The manifest is kubeadm's own text with lines put in; what a ``Reading`` holds goes through ``observe`` like a real one.
Times are seconds after the start of the kube-apiserver process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kubewitness.apiserver import read_static_pod
from kubewitness.canary import CANARY_PATH
from kubewitness.filesize import MAX_BYTES
from kubewitness.model import Reason, Unread, View
from kubewitness.observed import ApiServer, observe
from kubewitness.probe.reading import Answer, AuditLog, Canary, File, OpenFile, Process, Reading, RotatedFile, Shape
from tests.checks.shippers import delivery, shippers
from tests.unit.apiserver.manifests import KUBEADM

STARTED: Final = 1_795_266_000.0
"""2026-11-21T13:00:00Z: the process started. The node is read an hour later."""
PID: Final = 4711
TICKS: Final = 360_000
FOLDER: Final = "/etc/kubernetes/manifests"
MANIFEST: Final = f"{FOLDER}/kube-apiserver.yaml"
POLICY: Final = "/etc/kubernetes/audit/policy.yaml"
LOG: Final = "/var/log/kubernetes/audit/audit.log"
KUBEADM_NODE: Final = ("/etc/kubernetes/manifests/kube-apiserver.yaml", "/var/lib/kubelet/kubeadm-flags.env")
STATE: Final = "/var/lib/kubewitness"
METADATA: Final = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
"""

_BUILT: Final = "as the other fields say"
_FLAGS: Final = {
    "audit-policy-file": POLICY,
    "audit-log-path": LOG,
    "audit-log-maxage": "30",
    "audit-log-maxbackup": "10",
    "audit-log-maxsize": "100",
}
_MOUNTS: Final[dict[str, dict[str, Any]]] = {
    "policy": {"host": "/etc/kubernetes/audit", "type": "Directory", "read_only": True},
    "log": {"host": "/var/log/kubernetes/audit", "type": "DirectoryOrCreate"},
}
_LOG: Final = {
    "mode": "600", "uid": 0, "gid": 0, "folder_mode": "700", "folder_uid": 0, "inode": 100, "last_event": 3500,
    "free_mib": 50_000, "used_mib": 10, "size": 10, "first_event": -86_400, "rotated": (),
}  # fmt: skip
_DENIED: Final = Unread(Reason.DENIED, "may not be read: run as root, or set _sudo in the inventory")
_Changes = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Given:
    """What differs from the good server. ``None`` for a part means that it is not there.

    ``flags`` replaces, adds and (``None``) takes out flags; ``args`` are items behind them; ``running`` is what the
    process has instead. A mount has ``host``, ``at`` (the same without it), ``type``, ``read_only``, ``sub_path``,
    ``empty_dir``. ``files``: other names in the manifest folder, each with a text, ``copy`` (of the manifest),
    ``large`` (a copy beyond our limit), ``denied`` or ``directory``. ``policy_leads_to``, the log's
    ``leads_to``: where it is a link to.
    ``policy_modes``, ``policy_uids``: of the file and of its folder. ``unread``: manifests, manifest, policy, policy
    folder, log, events, room, descriptors, record. ``last_run``: ``before`` (fields of this class, as that run left
    them), ``proved``, ``record`` (its text). ``age``: of the process, in seconds. ``held``: what it holds open in the
    log's folder: ``inode``, ``path``, ``deleted``. ``shippers``, ``shipping_pods``, ``delivery``: see shippers.py.
    """

    view: str = "live"
    version: str | None = "1.37.1"
    flags: _Changes = field(default_factory=dict)
    args: Sequence[str] = ()
    running: _Changes = field(default_factory=dict)
    processes: int = 1
    age: float = 3600
    answers: _Changes = field(default_factory=dict)
    mounts: _Changes = field(default_factory=dict)
    manifest: str | None = _BUILT
    files: _Changes = field(default_factory=dict)
    policy: str | None = METADATA
    policy_at: str = POLICY
    policy_leads_to: str = ""
    policy_modes: tuple[str, str] = ("600", "700")
    policy_uids: tuple[int, int] = (0, 0)
    policy_modified: float = -60
    policy_changed: float = -60
    log: _Changes | None = field(default_factory=dict)
    log_at: str = LOG
    held: _Changes | None = field(default_factory=dict)
    canary: _Changes | None = None
    last_run: _Changes | None = None
    saved: _Changes = field(default_factory=dict)
    unread: Sequence[str] = ()
    markers: Sequence[str] = KUBEADM_NODE
    host_processes: Sequence[str] = ()
    kubelet: str = "active"
    tools: Sequence[str] = ("curl", "openssl", "flock", "sha256sum")
    shippers: Sequence[_Changes] = ()
    shipping_pods: Sequence[str] = ()
    delivery: _Changes | None = None

    def manifest_text(self) -> str:
        """The manifest: kubeadm's, with our flags and mounts."""
        if self.manifest is not None and self.manifest != _BUILT:
            return self.manifest
        mounts = {name: {**_MOUNTS[name], **(self.mounts.get(name) or {})} for name in _MOUNTS}
        wanted = {name: mount for name, mount in mounts.items() if self.mounts.get(name, True) is not None}
        tag = f":v{self.version}" if self.version else ""
        args = "    args:\n" + "".join(f"    - {json.dumps(item)}\n" for item in self.args) if self.args else ""
        return (
            KUBEADM.replace("    - --authorization-mode", f"{self._flag_lines()}    - --authorization-mode")
            .replace("kube-apiserver:v1.37.1\n", f"kube-apiserver{tag}\n{args}")
            .replace("    volumeMounts:\n", "    volumeMounts:\n" + "".join(map(_mount, wanted, wanted.values())))
            .replace("  volumes:\n", "  volumes:\n" + "".join(map(_volume, wanted, wanted.values())))
        )

    def _flag_lines(self) -> str:
        flags = {**_FLAGS, **self.flags}
        return "".join(f"    - --{name}={value}\n" for name, value in flags.items() if value is not None)

    def reading(self) -> Reading:
        """What the probe brings from the node."""
        live = self.view == "live"
        return Reading(
            view=View(self.view),
            now=STARTED + self.age,
            markers=frozenset(self.markers),
            tools=frozenset(self.tools),
            processes=frozenset(["kube-apiserver"][: self.processes] if live else []) | {*self.host_processes},
            kubelet_active=self.kubelet if live else "unknown",
            manifest_dir=FOLDER,
            manifests=_DENIED if "manifests" in self.unread else tuple(self._manifests()),
            servers=tuple(self._process(PID + number) for number in range(self.processes if live else 0)),
            policies={self.policy_at: self._policy(self.policy_at)},
            logs={self.log_at: self._log(live=live)},
            state=self._state(),
            saved={name: _file(f"{STATE}/runs/r1/{name}", text) for name, text in self.saved.items()},
            lock=None,
            policy_folders=self._policy_folders(),
            shippers=shippers(self.shippers, self.shipping_pods, self.log_at),
        )

    def _manifests(self) -> list[File]:
        folder = Shape(0o040755, 0, 0, 4096, 2, 1, STARTED, STARTED)
        found = [] if self.manifest is None else [_file(MANIFEST, self.manifest_text())]
        if "manifest" in self.unread:
            found = [replace(found[0], text=_DENIED)]
        for name, text in self.files.items():
            large = f"{self.manifest_text()}#{'x' * MAX_BYTES}"
            file = _file(f"{FOLDER}/{name}", {"copy": self.manifest_text(), "large": large}.get(text, text))
            if text == "directory":
                file = File(file.path, folder, Unread(Reason.PARSE, "not a regular file"))
            found.append(replace(file, text=_DENIED) if text == "denied" else file)
        return found

    def _policy(self, path: str) -> File:
        file = _file(path, self.policy, modified=self.policy_modified, changed=self.policy_changed)
        if isinstance(file.shape, Shape):
            mode = 0o100000 | int(self.policy_modes[0], 8)
            file = replace(file, shape=replace(file.shape, mode=mode, uid=self.policy_uids[0]))
        file = replace(file, real=self.policy_leads_to or path)
        return replace(file, text=_DENIED) if "policy" in self.unread else file

    def _policy_folders(self) -> dict[str, File]:
        path = self.policy_at.rpartition("/")[0]
        mode = 0o040000 | int(self.policy_modes[1], 8)
        shape = _DENIED if "policy folder" in self.unread else Shape(mode, self.policy_uids[1], 0, 10, 2, 1, 0, 0)
        return {path: File(path, shape)}

    def _log(self, *, live: bool) -> AuditLog:
        folder = self.log_at.rpartition("/")[0]
        if self.log is None:
            return AuditLog(File(self.log_at, None), File(folder, None), None, None, None)
        log = {**_LOG, **self.log}
        of_file = Shape(
            (0o040000 if log.get("folder") else 0o100000) | int(log["mode"], 8),
            log["uid"],
            log["gid"],
            log["size"],
            log["inode"],
            1,
            STARTED,
            STARTED,
        )
        of_folder = Shape(
            0o040000 | int(log["folder_mode"], 8), log["folder_uid"], log["gid"], 10, 1, 1, STARTED, STARTED
        )
        shape = None if log["inode"] is None else _DENIED if "log" in self.unread else of_file
        event = None if log["last_event"] is None else STARTED + log["last_event"]
        seen = live and "room" not in self.unread
        room = [log[name] * 1024 if seen and log[name] is not None else None for name in ("free_mib", "used_mib")]
        last = _DENIED if "events" in self.unread else event
        return AuditLog(
            File(self.log_at, shape, real=log.get("leads_to", "")),
            File(folder, of_folder),
            last,
            free_kib=room[0],
            used_kib=room[1],
            first_event=None if log["first_event"] is None or not live else STARTED + log["first_event"],
            rotated=tuple(RotatedFile(size << 20, STARTED + at) for size, at in log["rotated"]),
        )

    def _process(self, pid: int) -> Process:
        argv = replace(self, manifest=_BUILT, flags={**self.flags, **self.running}).argv()
        held = {"inode": 100, "path": LOG, "deleted": False, **(self.held or {})}
        shape = Shape(0o100600, 0, 0, 10, held["inode"], 1, STARTED, STARTED)
        listed = "descriptors" not in self.unread
        version = {"/version": (200, json.dumps({"gitVersion": f"v{self.version}"}))} if self.version else {}
        answers = {"/readyz": (200, "ok"), "/livez": (200, "ok"), **version, **self.answers}
        return Process(
            pid=pid,
            started=STARTED,
            started_ticks=TICKS,
            argv=argv,
            policy=self._policy(self.running.get("audit-policy-file") or POLICY),
            open_logs=(OpenFile(held["path"], held["deleted"], shape),) if self.held is not None and listed else (),
            descriptors_listed=listed,
            answers={path: Answer(*answer) for path, answer in answers.items() if answer is not None},
            canary=None if self.canary is None else _canary(**self.canary),
        )

    def argv(self) -> tuple[str, ...]:
        """The arguments of a process that the kubelet started from the manifest."""
        return read_static_pod(self.manifest_text(), MANIFEST).argv

    def _state(self) -> dict[str, File]:
        names = ("last.json", "last-manifest.yaml", "last-policy.yaml")
        if self.last_run is None:
            return {name: _file(f"{STATE}/{name}", None) for name in names}
        left = replace(self, last_run=None, **self.last_run.get("before", {}))
        proved = {"pid": str(PID), "started": str(TICKS)} if self.last_run.get("proved", True) else {}
        record = self.last_run.get("record", json.dumps({"run": "r1", "policy": POLICY, **proved}))
        texts = (record, left.manifest_text(), left.policy)
        files = {name: _file(f"{STATE}/{name}", text) for name, text in zip(names, texts, strict=True)}
        if "record" in self.unread:
            files["last.json"] = replace(files["last.json"], text=_DENIED)
        return files


def server(**changes: Any) -> ApiServer:
    """The good server with ``changes`` (fields of ``Given``), observed."""
    given = Given(**changes)
    found = observe(given.reading(), "cp-1", "lab")
    canary = found.process.canary if found.process else None
    return replace(found, delivery=delivery(given.delivery, canary.lines if canary else (), STARTED))


def _file(path: str, text: str | None, *, modified: float = -60, changed: float = -60) -> File:
    if text is None:
        return File(path, None)
    return File(path, Shape(0o100600, 0, 0, len(text), 7, 1, STARTED + modified, STARTED + changed), text)


def _mount(name: str, mount: _Changes) -> str:
    lines = [f"    - mountPath: {mount.get('at', mount['host'])}", f"      name: audit-{name}"]
    lines += ["      readOnly: true"] if mount.get("read_only") else []
    lines += [f"      subPath: {mount['sub_path']}"] if "sub_path" in mount else []
    return "".join(f"{line}\n" for line in lines)


def _volume(name: str, mount: _Changes) -> str:
    source = "emptyDir: {}" if mount.get("empty_dir") else f"hostPath: {{path: {mount['host']}, type: {mount['type']}}}"
    return f"  - name: audit-{name}\n    {source}\n"


def _canary(code: int = 403, events: Sequence[_Changes] = ({},), waited: int = 1, problem: str | None = None) -> Canary:
    ours = {"level": "Metadata", "auditID": "kubewitness-r1", "verb": "get", "requestURI": CANARY_PATH}
    lines = tuple(json.dumps({**ours, **event}, separators=(",", ":")) for event in events)
    return Canary("kubewitness-r1", code, lines, waited, problem)
