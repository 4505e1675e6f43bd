"""What lies between an input of rsyslog and its output. Pure.

Sources: https://www.rsyslog.com/doc/v8-stable/rainerscript/queue_parameters.html and, for the marks at which an input
has to wait, https://github.com/rsyslog/rsyslog/blob/v8.2302.0/runtime/queue.c
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.shippers.model import Queue, QueueKind, Setting, WhenFull
from kubewitness.shippers.rsyslog.parameters import Parameters, number, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.shippers.rsyslog.gather import Gathered

#: 8: no severity is that low, so nothing is discarded for it.
_NEVER: Final = 8


def waits_for_output(parameters: Parameters) -> bool:
    """Whether a queue of an action is none: the default of actions."""
    return parameters.text("queue.type").lower() in {"", "direct"}


def action_queue(parameters: Parameters, found: Gathered) -> Queue | None:
    """The queue of an action; ``None``: it has none. A full one drops after a while, whatever the input is.

    Rsyslog marks what goes from a ruleset to an action's queue as not to be delayed.
    Source: https://github.com/rsyslog/rsyslog/blob/v8.2302.0/action.c (doSubmitToActionQ)
    """
    if waits_for_output(parameters):
        return None
    told = binary_on(parameters, "queue.takeflowctlfrommsg")
    return _queue(parameters, found, 1000, blocks=told)


def main_queue(found: Gathered, submits: Sequence[Setting[int]], *, files: bool) -> Queue:
    """The queue of each ruleset that has none of its own. ``files``, ``submits``: see ``ruleset_queue``."""
    return ruleset_queue(Parameters(tuple(found.main_queue)), found, submits, files=files)


def ruleset_queue(parameters: Parameters, found: Gathered, submits: Sequence[Setting[int]], *, files: bool) -> Queue:
    """The queue of a ruleset.

    Args:
        parameters: of ruleset() or main_queue().
        found: what else was said.
        submits: how many records each imfile that feeds it hands over at once.
        files: whether imfile alone feeds it: it waits as long as the queue is full, all others do so for a while.
    """
    kind = parameters.setting("queue.type", _kind, QueueKind.MEMORY, "FixedArray")
    if isinstance(kind, Setting) and kind.value is QueueKind.NONE:
        return Queue(kind)
    return _queue(parameters, found, 50_000, blocks=files, submits=submits)


def has_own(parameters: Parameters) -> bool:
    """Whether a ruleset has a queue of its own."""
    return any(parameter.name.startswith("queue.") for parameter in parameters.all)


def binary_on(parameters: Parameters, name: str) -> bool:
    """Whether this is written, and on."""
    return parameters.text(name) == "on"


def _queue(
    parameters: Parameters, found: Gathered, default: int, *, blocks: bool, submits: Sequence[Setting[int]] = ()
) -> Queue:
    entries = parameters.setting("queue.size", size, default, str(default))
    kind = _where(parameters)
    space = parameters.setting("queue.maxDiskSpace", size, 0, "0")
    on_disk = kind.value is QueueKind.DISK
    bounded = on_disk and isinstance(space, Setting) and space.value > 0
    shown = space if bounded else entries
    return Queue(
        kind,
        _when_full(parameters, blocks=blocks),
        Setting(shown.name, shown.written, shown.written, shown.place) if isinstance(shown, Setting) else None,
        space.value if bounded and isinstance(space, Setting) else None,
        _stalls(parameters, entries, submits),
        _folder(parameters, found) if on_disk else None,
    )


def _kind(text: str) -> QueueKind | None:
    return {
        "direct": QueueKind.NONE,
        "disk": QueueKind.DISK,
        "fixedarray": QueueKind.MEMORY,
        "linkedlist": QueueKind.MEMORY,
    }.get(text.lower())


def _where(parameters: Parameters) -> Setting[QueueKind]:
    """A queue in memory that has a file's name is written to disk when rsyslog stops: that counts as disk.

    Not so where ``queue.saveOnShutdown`` is off. A kill loses what of it is in memory, whatever is set.
    """
    written = parameters.setting("queue.type", _kind, QueueKind.MEMORY, "FixedArray")
    if isinstance(written, Unread):
        found = parameters.find("queue.type")
        return Setting("queue.type", QueueKind.MEMORY, found.values[0] if found else "", found.place if found else None)
    if written.value is QueueKind.MEMORY and parameters.find("queue.filename"):
        if parameters.text("queue.saveonshutdown") != "off":
            return Setting(written.name, QueueKind.DISK, written.written, written.place)
        off = parameters.find("queue.saveonshutdown")
        return Setting("queue.saveOnShutdown", QueueKind.MEMORY, "off", off.place if off else None)
    return written


def _when_full(parameters: Parameters, *, blocks: bool) -> Setting[WhenFull] | Unread:
    severity = parameters.setting("queue.discardSeverity", number, _NEVER, str(_NEVER))
    if isinstance(severity, Setting) and severity.value < _NEVER:
        return Setting(severity.name, WhenFull.DROP, severity.written, severity.place)
    wait = parameters.setting("queue.timeoutEnqueue", number, 2000, "2000")
    if isinstance(wait, Unread):
        return wait
    return Setting(wait.name, WhenFull.BLOCK if blocks else WhenFull.DROP, wait.written, wait.place)


def _stalls(
    parameters: Parameters, entries: Setting[int] | Unread, submits: Sequence[Setting[int]]
) -> Setting[str] | None:
    """Whether imfile waits at the mark for a worker that starts only once it has handed over its whole batch.

    The mark is 97 % of the size; with a file's name it is half of the 90 % at which the disk begins.
    """
    if isinstance(entries, Unread) or parameters.text("queue.type").lower() == "disk":
        return None
    hundredth = entries.value // 100
    high = hundredth * 90
    default = high - high // 100 * 50 if parameters.find("queue.filename") else hundredth * 97
    mark = parameters.setting("queue.fullDelayMark", number, default, str(default))
    level = min(mark.value, default) if isinstance(mark, Setting) and mark.value > 0 else default
    largest = max((at_once.value for at_once in submits), default=0)
    if level >= largest:
        return None
    text = f"imfile hands over {largest} records at once, and has to wait from {level} records in the queue on"
    return Setting(entries.name, text, entries.written, entries.place)


def _folder(parameters: Parameters, found: Gathered) -> Setting[str] | None:
    held = parameters if parameters.find("queue.spooldirectory") else found.everywhere
    name = "queue.spoolDirectory" if held is parameters else "workDirectory"
    folder = held.setting(name, str, "/", "")
    return folder if isinstance(folder, Setting) else None
