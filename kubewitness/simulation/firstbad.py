"""Which line is it? Only asked when there is one that gave no event: the scan itself counts no lines."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from kubewitness.auditpolicy import RecordError, attributes_of
from kubewitness.simulation.events import LONGEST_LINE
from kubewitness.simulation.model import Place, Why
from kubewitness.simulation.overlooked import open_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.simulation.logfiles import LogSource

_FURTHEST: Final = 1 << 30
"""Bytes of a file in which the line is looked for: some ten seconds."""


def first_bad_line(source: LogSource, why: Why) -> Place:
    """The first line of the file that gives no event, and why. ``line`` is ``None`` where it cannot be looked for.

    ``why``: what the scan said of one of them.
    """
    try:
        with open_text(source) as stream:
            return next(_bad(source.name, stream), Place(source.name, None, why))
    except (OSError, EOFError, zlib.error):
        return Place(source.name, None, why)


def _bad(name: str, stream: BinaryIO) -> Iterator[Place]:
    for number, line in enumerate(_lines(stream), 1):
        why = _verdict(line) if line.strip() else None
        if why is not None:
            yield Place(name, number, why)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Each line, of a too long one its beginning."""
    read = 0
    while read < _FURTHEST and (line := stream.readline(LONGEST_LINE + 1)):
        yield line
        read += len(line)
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE + 1)
            read += len(line)


def _verdict(line: bytes) -> Why | None:
    if len(line) > LONGEST_LINE:
        return Why.TOO_LONG
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return Why.NOT_UTF8
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return Why.LEGACY_FORMAT if ' AUDIT: id="' in text else Why.NOT_JSON
    return _verdict_of(event)


def _verdict_of(event: Any) -> Why | None:
    if not isinstance(event, dict) or not (event.get("requestURI") or event.get("objectRef")):
        is_list = isinstance(event, dict) and event.get("kind") == "EventList"
        return Why.EVENT_LIST if is_list else Why.NOT_AN_EVENT
    try:
        attributes_of(event)
    except RecordError:
        is_event = event.get("kind") == "Event" and str(event.get("apiVersion", "")).startswith("audit.k8s.io/")
        return Why.NO_REQUEST if is_event else Why.NOT_AN_EVENT
    return None
