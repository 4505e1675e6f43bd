"""Which line is it? Only asked when there is one that gave no event: the scan itself counts no lines."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy import RecordError, attributes_of
from kubewitness.simulation.logfiles import Compression, LogSource
from kubewitness.simulation.model import Place, Why
from kubewitness.simulation.scan import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FURTHEST: Final = 1 << 30
"""Bytes of a file in which the line is looked for: some ten seconds."""


def first_bad_line(source: LogSource, why: Why) -> Place:
    """The first line of the file that gives no event, and why. ``line`` is ``None`` where it cannot be looked for.

    ``why``: what the scan said of one of them.
    """
    try:
        with _lines(source) as lines:
            return next(_bad(source.name, lines), Place(source.name, None, why))
    except (OSError, EOFError):
        return Place(source.name, None, why)


def _lines(source: LogSource) -> Any:
    if source.size is None or source.compression is Compression.ZSTD:
        raise EOFError
    return gzip.open(source.path) if source.compression is Compression.GZIP else source.path.open("rb")


def _bad(name: str, lines: Iterable[bytes]) -> Iterator[Place]:
    read = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            why = _verdict(line)
            if why is not None:
                yield Place(name, number, why)
        read += len(line)
        if read > _FURTHEST:
            return


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
        return Why.NO_REQUEST if event.get("kind") == "Event" else Why.NOT_AN_EVENT
    return None
