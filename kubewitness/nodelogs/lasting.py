"""How long each log of a node lasts, from what was read of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.apiserver import audit_settings, capacity_mib, parse_flags, unknown_rotation
from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread
from kubewitness.nodelogs.amounts import in_words
from kubewitness.nodelogs.journald import PERSISTENT_DIR, JournalSettings, journal_settings
from kubewitness.nodelogs.kubelet import KubeletSettings, kubelet_settings
from kubewitness.nodelogs.retention import (
    LEAST_SECONDS,
    Bound,
    Other,
    journal_bounds,
    rate_of_files,
    rate_since,
    retention,
    room,
)
from kubewitness.probe.nodelogs import RunningJournal

if TYPE_CHECKING:
    from kubewitness.apiserver import AuditSettings
    from kubewitness.nodelogs.retention import Rate, Retention
    from kubewitness.probe.nodelogs import ContainerLog, Disk, NodeLogs
    from kubewitness.probe.reading import AuditLog, Reading

_MIB: Final = 1 << 20
_ENDLESS: Final = float("inf")
_NEARLY_FULL: Final = 0.8
_PODS: Final = "/var/log/pods"
_YOUNG: Final = Unread(
    Reason.NOT_OBSERVED, f"it has not been written for {LEAST_SECONDS // 60} minutes yet, so its rate is not known"
)


def audit_retention(reading: Reading, log: AuditLog, settings: AuditSettings) -> Retention | Unread:
    """Of the audit log. ``Unread`` where its rate or its bounds are not known."""
    if unknown_rotation(settings):
        return Unread(Reason.UNSUPPORTED, "the server's version is not known, and the defaults depend on it")
    rate = audit_rate(log, settings, reading.now)
    if rate is None:
        return _YOUNG
    most = capacity_mib(settings)
    rotation = None
    if most is not None and settings.maxbackup is not None:
        words = f"{settings.maxbackup + 1} files of {settings.maxsize_mib} MiB"
        rotation = Bound(most * _MIB, words)
    disk = None
    if log.free_kib is not None and log.used_kib is not None:
        others = _others(reading, _device(reading, log.directory.path), log)
        disk = room(log.used_kib * 1024, log.free_kib * 1024, rate, others)
    found = retention((rotation, disk), rate, (settings.maxage_days or 0) * 24)
    return found or Unread(Reason.NOT_OBSERVED, "neither the rotation nor what was read of its disk bounds it")


def audit_rate(log: AuditLog, settings: AuditSettings | None, now: float) -> Rate | None:
    """How fast the audit log is written. ``settings``: ``None``: of a log whose rotation is not known."""
    whole = (settings.maxsize_mib or 0) * _MIB if settings else 0
    is_full = bool(settings and settings.maxbackup and len(log.rotated) >= settings.maxbackup)
    size = getattr(log.file.shape, "size", 0)
    return rate_of_files(size, log.first_event, log.rotated, now, whole=whole, is_full=is_full)


def journal_retention(reading: Reading, settings: JournalSettings) -> Retention | Unread:
    """Of the journal on disk."""
    logs = reading.node
    running, disk = (logs.journal, logs.disks.get(PERSISTENT_DIR)) if logs else (None, None)
    if not isinstance(running, RunningJournal):
        return running or Unread(Reason.NOT_OBSERVED, "journald is not running")
    if disk is None:
        return Unread(Reason.NOT_OBSERVED, "its disk was not read")
    used = running.sizes_kib.get(PERSISTENT_DIR, 0) * 1024
    bounds = journal_bounds(
        max_use=settings.max_use.value,
        keep_free=settings.keep_free.value,
        max_file_size=settings.max_file_size.value,
        max_files=settings.max_files.value,
        used=used,
        free=disk.free_kib * 1024,
        disk=disk.size_kib * 1024,
    )
    rate = _journal_rate(running, min(bound.size for bound in bounds), reading.now)
    if rate is None:
        return _YOUNG
    shared = room(used, disk.free_kib * 1024, rate, _others(reading, disk.device, running))
    found = retention((*bounds, shared), rate, settings.max_retention.value / 3600)
    return found or _YOUNG


def _journal_rate(running: RunningJournal, capacity: float, now: float) -> Rate | None:
    used = running.sizes_kib.get(PERSISTENT_DIR, 0) * 1024
    return rate_since(used, running.oldest, now, is_full=used >= capacity * _NEARLY_FULL)


def container_retentions(reading: Reading, settings: KubeletSettings) -> dict[str, Retention] | Unread:
    """Of each container's log whose rate is known, by its name."""
    logs = reading.node
    containers = logs.containers if logs else None
    if isinstance(containers, Unread):
        return containers
    if logs is None or containers is None:
        return Unread(Reason.NOT_OBSERVED, f"{_PODS} is not there")
    kept = Bound(
        settings.max_size.value * settings.max_files.value,
        f"{settings.max_files.value} files of {in_words(settings.max_size.value)}",
    )
    disk, found = logs.disks.get(_PODS), {}
    rates = {item.name: container_rate(item, settings, reading.now) for item in containers}
    for item in containers:
        rate = rates[item.name]
        if rate is None:
            continue
        bounds = [kept, _container_room(reading, disk, item, rate) if disk else None]
        if (lasts := retention(bounds, rate)) is not None:
            found[item.name] = lasts
    return found or _YOUNG


def _container_room(reading: Reading, disk: Disk, item: ContainerLog, rate: Rate) -> Bound:
    used = item.size + sum(file.size for file in item.rotated)
    return room(used, disk.free_kib * 1024, rate, _others(reading, disk.device, item))


def container_rate(item: ContainerLog, settings: KubeletSettings | None, now: float) -> Rate | None:
    """How fast one container writes."""
    most = settings.max_files.value - 1 if settings else 0
    is_full = bool(most and len(item.rotated) >= most)
    whole = settings.max_size.value if settings else 0
    return rate_of_files(item.size, item.first, item.rotated, now, whole=whole, is_full=is_full)


def _device(reading: Reading, folder: str) -> int | None:
    disk = reading.node.disks.get(folder) if reading.node else None
    return disk.device if disk else None


def _others(reading: Reading, device: int | None, own: AuditLog | RunningJournal | ContainerLog) -> list[Other]:
    """The other logs on the same disk: how fast each is written, and what it may still take."""
    logs = reading.node
    if logs is None or device is None:
        return []
    found = [
        _other(audit_rate(log, None, reading.now), _audit_most(reading), (log.used_kib or 0) * 1024)
        for path, log in reading.logs.items()
        if log is not own and not log.file.absent and _device(reading, path.rpartition("/")[0]) == device
    ]
    journal = logs.journal if _device(reading, PERSISTENT_DIR) == device else None
    if isinstance(journal, RunningJournal) and journal is not own:
        used = journal.sizes_kib.get(PERSISTENT_DIR, 0) * 1024
        found.append(_other(_journal_rate(journal, _ENDLESS, reading.now), _journal_most(logs), used))
    if _device(reading, _PODS) == device and isinstance(logs.containers, tuple):
        most = _container_most(logs)
        for item in logs.containers:
            if item is not own:
                used = item.size + sum(file.size for file in item.rotated)
                found.append(_other(container_rate(item, None, reading.now), most, used))
    return found


def _other(rate: Rate | None, most: float, used: int) -> Other:
    return Other(rate.bytes_per_second if rate else 0, max(0, most - used))


def _audit_most(reading: Reading) -> float:
    """As the running API server was told."""
    for process in reading.servers:
        try:
            most = capacity_mib(audit_settings(parse_flags(process.argv), None))
        except KubewitnessError:
            continue
        if most is not None:
            return most * _MIB
    return _ENDLESS


def _journal_most(logs: NodeLogs) -> float:
    settings, disk = journal_settings(logs.journal_files), logs.disks.get(PERSISTENT_DIR)
    if isinstance(settings, Unread) or disk is None:
        return _ENDLESS
    use, _, _ = journal_bounds(
        max_use=settings.max_use.value,
        keep_free=settings.keep_free.value,
        max_file_size=settings.max_file_size.value,
        max_files=settings.max_files.value,
        used=0,
        free=0,
        disk=disk.size_kib * 1024,
    )
    return use.size


def _container_most(logs: NodeLogs) -> float:
    flags = logs.kubelet.flags if logs.kubelet else {}
    settings = kubelet_settings(logs.kubelet_configs, logs.kubelet_drop_ins, flags)
    return _ENDLESS if isinstance(settings, Unread) else settings.max_size.value * settings.max_files.value
