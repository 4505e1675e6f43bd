"""Filebeat's configuration and unit, rendered so that no record is lost or altered. Pure.

Why each setting is as it is: docs/shippers/filebeat.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.filebeat.destinations import EVENTS_IN_MEMORY, Store, store
from kubewitness.shippers.shipment import FileLog, JournalLog, Log, Rendered, RenderedFile, Unsafe
from kubewitness.shippers.unit import Service, folders, unit
from kubewitness.shippers.yamltext import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.shipment import Shipment

EXECUTABLE: Final = "/usr/local/bin/filebeat"
CONFIGURATION: Final = "/etc/filebeat/filebeat.yml"
USER: Final = "filebeat"
UNIT: Final = "filebeat"
_CHECKED_IN: Final = "/run/kubewitness-filebeat"
"""The check writes into its data folder, as root: not into that of the service."""
_LINE_BYTES: Final = 10 * 1024 * 1024
"""The program's own default; below the largest event it would cut."""


def render(shipment: Shipment) -> Rendered | Unsafe:
    """All that Filebeat needs, or why it cannot be made safe for this destination."""
    found = store(shipment)
    if isinstance(found, Unsafe):
        return found
    inputs = [line for log in shipment.logs for line in _inputs(shipment, log, found)]
    if not inputs:
        return Unsafe("there is no log to ship")
    lines = [
        f"# Written by kubewitness; the next deploy writes it anew. For Filebeat {found.version}.",
        "filebeat.inputs:",
        *inputs,
        "filebeat.registry.flush: 0s",
        "filebeat.shutdown_timeout: 5s",
        f"path.data: {quoted(f'{shipment.state_dir}/filebeat')}",
        "queue.mem:",
        f"  events: {EVENTS_IN_MEMORY}",
        "  flush.min_events: 32",
        "  flush.timeout: 1s",
        *found.lines,
        "setup.template.enabled: false",
        "setup.ilm.enabled: false",
        "# The unit has a filter of system calls already, and ends who sets another.",
        "seccomp.enabled: false",
        "logging:",
        "  level: warning",
        "  to_files: false",
        "  to_stderr: true",
    ]
    text = "\n".join(lines) + "\n"
    return Rendered(
        files=(unit(_service(shipment)), RenderedFile(CONFIGURATION, text, 0o640, group=USER)),
        validate=(EXECUTABLE, "test", "config", "--strict.perms=false", "--path.data", _CHECKED_IN, "-c", "{}"),
        unit=f"{UNIT}.service",
        notes=(*found.notes, *_notes(shipment)),
        user=USER,
    )


def _inputs(shipment: Shipment, log: FileLog | JournalLog, found: Store) -> Iterator[str]:
    if isinstance(log, FileLog):
        yield f"  - type: {found.input_type}"
        yield f"    id: {log.log}"
        yield f"    paths: {listed(log.globs)}"
        yield from _files(shipment, log, found)
        yield from _fields(shipment, log.log)
        return
    # each is an input of its own: an entry has to match every field that is named
    for key, field, values in (
        ("units", "_SYSTEMD_UNIT", log.units),
        ("identifiers", "SYSLOG_IDENTIFIER", log.identifiers),
    ):
        if values:
            yield "  - type: journald"
            yield f"    id: journal-{key}"
            yield f"    include_matches: {listed(tuple(f'{field}={value}' for value in values))}"
            yield "    seek: cursor"
            yield "    cursor_seek_fallback: head"
            yield from _fields(shipment, Log.JOURNAL)


def _files(shipment: Shipment, log: FileLog, found: Store) -> Iterator[str]:
    """A rotated file is read to its end, also when it is removed before; one that nobody has open is met again."""
    longest = max(_LINE_BYTES, shipment.largest_event_bytes)
    expressions = listed(tuple(_expression(glob) for glob in log.excluded))
    if found.input_type == "filestream":
        yield f"    message_max_bytes: {longest}"
        yield "    prospector.scanner.check_interval: 1s"
        if log.excluded:
            yield f"    prospector.scanner.exclude_files: {expressions}"
        yield "    close.on_state_change.renamed: false"
        yield "    close.on_state_change.removed: false"
        return
    yield f"    max_bytes: {longest}"
    yield "    scan_frequency: 1s"
    if log.excluded:
        yield f"    exclude_files: {expressions}"
    yield "    close_renamed: false"
    yield "    close_removed: false"


def _expression(glob: str) -> str:
    """The regular expression of a glob's name: Filebeat compares the whole path."""
    name = glob.rsplit("/", 1)[-1]
    body = "".join({"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char)) for char in name)
    return f"/{body}$" if not name.startswith("*") else f"{body.removeprefix('[^/]*')}$"


def _fields(shipment: Shipment, log: Log) -> Iterator[str]:
    yield "    fields:"
    for key, value in {**shipment.fields, "log": log.value}.items():
        yield f"      {quoted(key)}: {quoted(value)}"


def _notes(shipment: Shipment) -> Iterator[str]:
    yield (
        "Filebeat keeps no copy of its own: the log files are its queue, and what they hold when they are removed must"
        " cover the longest outage (--audit-log-maxsize times --audit-log-maxbackup)"
    )
    if any(isinstance(log, JournalLog) for log in shipment.logs):
        yield "the journal needs the vendor's package: a build without cgo has no journald input, and does not start"


def _service(shipment: Shipment) -> Service:
    """Memory: each event of the queue can be of the largest size, and is held once more while it is sent."""
    files = [log for log in shipment.logs if isinstance(log, FileLog)]
    return Service(
        name=UNIT,
        title="Filebeat: the logs of this node",
        documentation="https://www.elastic.co/guide/en/beats/filebeat/7.17/index.html",
        user=USER,
        command=(
            *(EXECUTABLE, "--environment", "systemd", "-c", CONFIGURATION),
            *("--path.home", shipment.state_dir, "--path.logs", f"{shipment.state_dir}/filebeat/logs"),
        ),
        state_dir=shipment.state_dir,
        reads=tuple(folder for log in files for folder in folders(log.globs)),
        memory_max="3G",
        environment=("GOMEMLIMIT=1GiB",),
        reads_all=any(log.log is Log.CONTAINERS for log in files),
        journal=any(isinstance(log, JournalLog) for log in shipment.logs),
    )
