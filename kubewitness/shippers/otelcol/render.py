"""A collector's configuration and unit, rendered so that no record is lost or altered. Pure.

Why each setting is as it is: docs/shippers/otelcol.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.shippers.otelcol.components import GATE, GATES_OPTION, LINES_AT_ONCE
from kubewitness.shippers.otelcol.destinations import Store, store
from kubewitness.shippers.shipment import FileLog, JournalLog, Log, Rendered, RenderedFile, Unsafe
from kubewitness.shippers.unit import Service, folders, unit
from kubewitness.shippers.yamltext import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.shipment import Shipment

EXECUTABLE: Final = "/usr/local/bin/otelcol"
CONFIGURATION: Final = "/etc/otelcol/config.yaml"
USER: Final = "otelcol"
UNIT: Final = "otelcol"
_SHORT_LINE_BYTES: Final = 256 * 1024
_ONE_SHARE: Final = 16
_CURSOR: Final = (
    "# kubewitness: ignore SH006 an entry's cursor is saved before the entry is in the queue: a kill can lose one"
)


def render(shipment: Shipment) -> Rendered | Unsafe:
    """All that the collector needs, or why it cannot be made safe for this destination."""
    found = store(shipment)
    if isinstance(found, Unsafe):
        return found
    logs = [log for log in shipment.logs if not isinstance(log, JournalLog) or log.units or log.identifiers]
    if not logs:
        return Unsafe("there is no log to ship")
    shares = _shares(shipment, [_name(log) for log in logs])
    if isinstance(shares, Unsafe):
        return shares
    lines = [
        "# Written by kubewitness; the next deploy writes it anew. For OpenTelemetry Collector 0.158 and later.",
        f"# Started with {GATES_OPTION}={GATE}: without it a kill loses {LINES_AT_ONCE} lines.",
        *_extensions(shipment, found),
        "receivers:",
        *(line for log in logs for line in _receivers(shipment, log)),
        "exporters:",
        *(line for name, share in shares.items() for line in found.exporter(name, share)),
        "service:",
        f"  extensions: [{', '.join(('file_storage/positions', 'file_storage/queue', *found.extensions))}]",
        "  pipelines:",
        *(line for log in logs for line in _pipeline(log, found)),
        "  telemetry:",
        "    metrics:",
        "      level: none",
    ]
    text = "\n".join(lines) + "\n"
    return Rendered(
        files=(unit(_service(shipment)), RenderedFile(CONFIGURATION, text, 0o640, group=USER)),
        validate=(EXECUTABLE, "validate", "--config", "{}"),
        unit=f"{UNIT}.service",
        notes=(*found.notes, _room(shipment)),
        user=USER,
        room_bytes=2 * shipment.queue_bytes,
    )


def _room(shipment: Shipment) -> str:
    """A queue that cannot be written, because the disk is full, drops records: also those that it has already.

    Source: https://github.com/open-telemetry/opentelemetry-collector/blob/v0.158.0/exporter/exporterhelper/internal/queue/persistent_queue.go
    """
    return (
        f"the disk of {shipment.state_dir} must have room for {2 * shipment.queue_bytes >> 20} MiB, twice queue_mib:"
        " the collector drops what its queue cannot write, and a compaction at its start takes as much again"
    )


def _name(log: FileLog | JournalLog) -> str:
    return Log.JOURNAL.value if isinstance(log, JournalLog) else log.log.value


def _shares(shipment: Shipment, names: list[str]) -> dict[str, int] | Unsafe:
    """What of the disk each log's queue may have: container logs must not take the audit log's place."""
    small = [name for name in names if name != Log.AUDIT]
    shares = {name: shipment.queue_bytes // (_ONE_SHARE if len(small) < len(names) else len(small)) for name in small}
    if len(small) < len(names):
        shares = {Log.AUDIT.value: shipment.queue_bytes - sum(shares.values())} | shares
    for name, share in shares.items():
        longest = shipment.largest_event_bytes if name == Log.AUDIT else _SHORT_LINE_BYTES
        if share < LINES_AT_ONCE * longest:
            least = _least_mib(shipment, len(small), audit=len(small) < len(names))
            return Unsafe(
                f"the collector hands on {LINES_AT_ONCE} lines at once, and a queue that cannot hold them stands still"
                f" for good: with events of up to {shipment.largest_event_bytes >> 20} MiB queue_mib must be at least"
                f" {least}; or use rsyslog"
            )
    return shares


def _least_mib(shipment: Shipment, small: int, *, audit: bool) -> int:
    """The smallest queue_mib that is enough for every share."""
    short = LINES_AT_ONCE * _SHORT_LINE_BYTES
    if not audit:
        return -(-small * short >> 20)
    large = LINES_AT_ONCE * shipment.largest_event_bytes * _ONE_SHARE / (_ONE_SHARE - small)
    return int(max(large, short * _ONE_SHARE) / 2**20) + 1


def _extensions(shipment: Shipment, found: Store) -> Iterator[str]:
    yield "extensions:"
    for name in ("positions", "queue"):
        folder = quoted(f"{shipment.state_dir}/{name}")
        yield f"  file_storage/{name}:"
        yield f"    directory: {folder}"
        yield "    create_directory: true"
        yield "    fsync: true"
        yield "    compaction:"
        yield "      on_start: true"
        yield "      cleanup_on_start: true"
        yield f"      directory: {folder}"
    yield from found.extension_lines


def _receivers(shipment: Shipment, log: FileLog | JournalLog) -> Iterator[str]:
    if isinstance(log, FileLog):
        yield f"  file_log/{log.log}:"
        yield f"    include: {listed(log.globs)}"
        if log.excluded:
            yield f"    exclude: {listed(log.excluded)}"
        longest = shipment.largest_event_bytes if log.log is Log.AUDIT else _SHORT_LINE_BYTES
        yield f"    max_log_size: {longest}"
        yield "    force_flush_period: 0s"
        yield "    include_file_path: true"
        yield from _kept(shipment, log.log)
        return
    # journalctl wants both when it is given units and identifiers: so each is a receiver of its own
    for key, values in (("units", log.units), ("identifiers", log.identifiers)):
        if values:
            yield f"  {_CURSOR}"
            yield f"  journald/{key}:"
            yield f"    {key}: {listed(values)}"
            yield "    priority: debug"
            yield "    all: true"
            yield from _kept(shipment, Log.JOURNAL)


def _kept(shipment: Shipment, log: Log) -> Iterator[str]:
    """What every receiver has: it begins at the beginning, keeps its position on disk and never gives up."""
    yield "    start_at: beginning"
    yield "    storage: file_storage/positions"
    yield "    retry_on_failure:"
    yield "      enabled: true"
    yield "      max_elapsed_time: 0"
    yield "    resource:"
    named = {"service.name": f"kubernetes-{log}", "service.instance.id": shipment.fields.get("node", "")}
    for key, value in {**named, **shipment.fields, "log": log.value}.items():
        if value:
            yield f"      {quoted(key)}: {quoted(value)}"


def _pipeline(log: FileLog | JournalLog, found: Store) -> Iterator[str]:
    name = _name(log)
    if isinstance(log, FileLog):
        receivers = [f"file_log/{name}"]
    else:
        receivers = [f"journald/{key}" for key in ("units", "identifiers") if getattr(log, key)]
    yield f"    logs/{name}:"
    yield f"      receivers: [{', '.join(receivers)}]"
    yield f"      exporters: [{found.kind}/{name}]"


def _service(shipment: Shipment) -> Service:
    """Memory: a hundred lines of the largest size are held up to three times on their way; usual is 0.15 GB.

    The collector frees memory from 1 GiB on, and is killed at 2: what it had is in its queue or still in the log.
    """
    files = [log for log in shipment.logs if isinstance(log, FileLog)]
    return Service(
        name=UNIT,
        title="OpenTelemetry Collector: the logs of this node",
        documentation="https://opentelemetry.io/docs/collector/",
        user=USER,
        command=(EXECUTABLE, f"{GATES_OPTION}={GATE}", f"--config={CONFIGURATION}"),
        state_dir=shipment.state_dir,
        reads=tuple(folder for log in files for folder in folders(log.globs)),
        memory_max="2G",
        environment=("GOMEMLIMIT=1GiB",),
        reads_all=any(log.log is Log.CONTAINERS for log in files),
        journal=any(isinstance(log, JournalLog) for log in shipment.logs),
    )
