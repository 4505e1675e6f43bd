"""From what was observed of a node and what a standard demands to the drop-ins that end the difference. Pure.

What our own drop-ins say is not asked: the plan is what the others leave to be wanted, so a second run changes nothing,
a stronger value that a team sets elsewhere stays in force, and a drop-in of ours that nothing needs any more goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread, View
from kubewitness.nodelogs.demand import (
    UNLIMITED,
    Shortfall,
    burst_shortfalls,
    forwarding_shortfalls,
    limit_shortfalls,
    limited_units,
    storage_shortfalls,
)
from kubewitness.nodelogs.journald import DROP_IN, PERSISTENT_DIR, JournalSettings, journal_settings
from kubewitness.nodelogs.units import unit_limits
from kubewitness.probe.nodelogs import RunningJournal
from kubewitness.probe.reading import File, Shape
from kubewitness.rollout.outcome import FileChange, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kubewitness.observednode import Node
    from kubewitness.standard import Standard

_HEAD: Final = "# Written by kubewitness, deploys/journald.py: what fell short of the standard {name}.\n"


@dataclass(frozen=True, slots=True)
class JournalPlan:
    """What has to change on a node.

    ``files``: those that change. ``restart``: journald has to start anew; ``flush``: and to move to the disk.
    ``units``: services to start anew, because their rate limit is handed to journald when they start. ``reasons``: what
    falls short; ``left``: what will still fall short afterwards, and why, as another drop-in has the last word.
    """

    files: tuple[FileChange, ...]
    restart: bool
    flush: bool
    units: tuple[str, ...]
    reasons: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def changes(self) -> bool:
        return bool(self.files or self.restart or self.units)


def unit_drop_in(unit: str) -> str:
    """The path of our drop-in of a service."""
    return f"/etc/systemd/system/{unit}.d/90-kubewitness.conf"


def plan_journal(node: Node, standard: Standard) -> JournalPlan | Refusal:
    """What has to change for the journal of ``node`` to meet ``standard``, or why nothing may."""
    settings = node.settings
    if node.changed_by is not None:
        return Refusal((f"{node.name}: being changed by {node.changed_by}: wait for it to end",))
    if isinstance(settings, Unread):
        return Refusal((f"{node.name}: {settings.detail}: nothing to set here",))
    if node.view is View.LIVE and not isinstance(node.journal, RunningJournal):
        why = node.journal.detail if isinstance(node.journal, Unread) else "journald is not running: start it first"
        return Refusal((f"{node.name}: {why}",))
    alone = journal_settings(_without(node.logs.journal_files, (DROP_IN,)))
    wanted = None if isinstance(alone, Unread) else _shortfalls(node, alone, standard)
    units = _units_to_free(node, settings if isinstance(alone, Unread) else alone, standard)
    if isinstance(alone, Unread) or isinstance(wanted, Unread) or wanted is None or isinstance(units, Unread):
        unread = next(item for item in (alone, wanted, units) if isinstance(item, Unread))
        return Refusal((f"{node.name}: {unread.detail}",))
    change = _change(node.logs.journal_files, DROP_IN, _journal_text(wanted, standard))
    changed = tuple(item for item in (change, *_unit_changes(node, units, standard)) if item.changes)
    links = {file.path for file in (*node.logs.journal_files, *node.logs.unit_files) if file.real != file.path}
    if linked := [item.path for item in changed if item.path in links]:
        return Refusal((f"{node.name}:{linked[0]}: is a link, and would be written through: remove it first",))
    stale, flush = _is_stale(node, settings), _is_in_memory(node, standard)
    due = tuple(unit for unit in units if node.view is View.LIVE and not _is_free(node, unit))
    now, left = _shortfalls(node, settings, standard), _left(node, change, standard)
    return JournalPlan(
        files=changed,
        restart=node.view is View.LIVE and (change.changes or stale or flush),
        flush=flush or (standard.journal.persistent and change.changes),
        units=due,
        reasons=(
            *(() if isinstance(now, Unread) else _told(now)),
            *(f"rate limit of {unit}: journald's own, should be none that drops" for unit in due),
            *(("journald is older than its configuration",) if stale and not change.changes else ()),
            *((f"journald does not write to {PERSISTENT_DIR}",) if flush else ()),
        ),
        left=left,
    )


def _is_stale(node: Node, settings: JournalSettings) -> bool:
    return isinstance(node.journal, RunningJournal) and settings.newest_change > node.journal.started


def _is_in_memory(node: Node, standard: Standard) -> bool:
    running = node.journal
    return standard.journal.persistent and isinstance(running, RunningJournal) and PERSISTENT_DIR not in running.stores


def _left(node: Node, change: FileChange, standard: Standard) -> tuple[str, ...]:
    """What falls short even with our drop-in: another one, later by name, has the last word."""
    after = journal_settings(_with(node.logs.journal_files, change))
    found = () if isinstance(after, Unread) else _shortfalls(node, after, standard)
    return () if isinstance(found, Unread) else tuple(f"{line}: that file has the last word" for line in _told(found))


def _shortfalls(node: Node, settings: JournalSettings, standard: Standard) -> tuple[Shortfall, ...] | Unread:
    wanted, disk = standard.journal, node.logs.disks.get(PERSISTENT_DIR)
    limits = limit_shortfalls(settings, wanted, disk.size_kib * 1024 if disk else None)
    if isinstance(limits, Unread):
        return limits
    return (
        *storage_shortfalls(settings, wanted, folder_is_there=not node.logs.journal_store.absent),
        *limits,
        *burst_shortfalls(settings, wanted),
        *forwarding_shortfalls(settings, wanted),
    )


def _units_to_free(node: Node, settings: JournalSettings, standard: Standard) -> tuple[str, ...] | Unread:
    """The services that need a drop-in of ours, whether it is there already or not."""
    ours = [unit_drop_in(unit) for unit in node.limits]
    alone = unit_limits(_without(node.logs.unit_files, ours), node.limits)
    found = limited_units(alone, settings, standard.journal)
    return found if isinstance(found, Unread) else tuple(limit.unit for limit in found)


def _is_free(node: Node, unit: str) -> bool:
    """Whether journald was told so: a limit counts from the start of its service on."""
    limit = node.limits.get(unit)
    return limit is not None and not isinstance(limit, Unread) and limit.drops_nothing


def _unit_changes(node: Node, units: Sequence[str], standard: Standard) -> Iterator[FileChange]:
    text = _HEAD.format(name=standard.name) + "[Service]\n" + _lines(UNLIMITED.items())
    for unit in node.limits:
        yield _change(node.logs.unit_files, unit_drop_in(unit), text if unit in units else None)


def _journal_text(wanted: Sequence[Shortfall], standard: Standard) -> str | None:
    if not wanted:
        return None
    pairs = dict(pair for item in wanted for pair in item.set_to)
    return _HEAD.format(name=standard.name) + "[Journal]\n" + _lines(pairs.items())


def _lines(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{key}={value}\n" for key, value in pairs)


def _change(files: Sequence[File], path: str, after: str | None) -> FileChange:
    present = next((file for file in files if file.path == path), None)
    before = present.text if present is not None and isinstance(present.text, str) else None
    return FileChange(path, before, after)


def _without(files: Sequence[File], paths: Sequence[str]) -> list[File]:
    return [file for file in files if file.path not in paths]


def _with(files: Sequence[File], change: FileChange) -> list[File]:
    others = _without(files, (change.path,))
    if change.after is None:
        return others
    shape = Shape(0o100644, 0, 0, len(change.after), 0, 0, 0, 0)
    return [*others, File(change.path, shape, change.after, change.path)]


def _told(found: Sequence[Shortfall]) -> tuple[str, ...]:
    return tuple(f"{item.field}: {item.actual}, should be {item.expected}" for item in found)


def plan_removal(node: Node) -> JournalPlan | Refusal:
    """The way back: without any drop-in of ours."""
    if node.changed_by is not None:
        return Refusal((f"{node.name}: being changed by {node.changed_by}: wait for it to end",))
    paths = {DROP_IN, *map(unit_drop_in, node.limits)}
    found = [file for file in (*node.logs.journal_files, *node.logs.unit_files) if file.path in paths]
    changes = tuple(FileChange(file.path, file.text if isinstance(file.text, str) else "", None) for file in found)
    live = isinstance(node.journal, RunningJournal)
    return JournalPlan(
        files=changes,
        restart=live and any(change.path == DROP_IN for change in changes),
        flush=False,
        units=tuple(unit for unit in node.limits if live and any(c.path == unit_drop_in(unit) for c in changes)),
        reasons=(),
        left=(),
    )
