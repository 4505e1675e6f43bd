"""SH001 to SH007 and SH023: what an input passes over, cuts, or forgets."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from kubewitness.model import Reason, Severity, Unread
from kubewitness.shippers.model import Checkpoint, InputKind, QueueKind, Setting, Start
from kubewitness.shippers.rules.globs import is_glob, rotated, sample, takes, widened
from kubewitness.shippers.rules.rule import Found, ShipperRule, shipper_rule
from kubewitness.shippers.rules.subject import Fed, Reads, inputs, outputs, said
from kubewitness.shippers.shipment import LARGEST_EVENT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.model import Configuration

COMMON_EVENT_BYTES: Final = 2 * 1024 * 1024
"""An event with an object of etcd's largest size, 1.5 MiB, fits in; below this a limit is met sooner or later."""
CONTAINER_PIECE_BYTES: Final = 32_000
"""Container runtimes write pieces of 16 KiB, with a prefix; in Docker's JSON they may take twice that."""
JOURNAL_ENTRY_BYTES: Final = 64 * 1024
"""journald cuts the lines of a service at 48 KiB (LineMax)."""
MOST_BETWEEN_CHECKPOINTS: Final = 1000
_GONE: Final = re.compile(r"/(?:tmp|run|var/run|dev/shm)(?:/|$)")
_VARIABLE: Final = re.compile(r"\$|%\{|\{\{")
_AUDITING: Final = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#log-backend"
_SHIPPING: Final = "https://opentelemetry.io/docs/collector/resiliency/"


@shipper_rule("SH001", "rotated audit logs are not read", Severity.HIGH, source=_AUDITING)
def passes_over_rotated(configuration: Configuration) -> Iterator[Found]:
    """kube-apiserver renames a full ``audit.log`` to ``audit-2026-11-21T23-50-00.000.log``.

    An input that names one file, or ``audit.log*``, never sees what was not read yet when that happens: during a stop,
    an outage or a burst.
    """
    program = configuration.program
    globs = [path.value for fed in inputs(configuration) for path in fed.input.paths]
    for fed in inputs(configuration):
        if fed.input.kind is not InputKind.FILES or fed.reads is not Reads.AUDIT:
            continue
        for path in fed.input.paths:
            if "audit" not in path.value.lower():
                continue
            if _VARIABLE.search(posixpath.basename(path.value)):
                yield _unknown_name(fed, path)
                continue
            live = sample(path.value, program)
            full = rotated(live)
            out = [item for item in fed.input.excluded if takes(item.value, full, program)]
            if out:
                yield fed.found(out[0], f"{said(out[0])} leaves out rotated files: {_name(full)}", Severity.HIGH)
            elif not any(takes(glob, full, program) for glob in globs):
                what = f"once {_name(live)} is full it is called {_name(full)}, which is not read"
                text = f"{said(path)}{'' if is_glob(path.value, program) else ' is one file'}: {what}"
                yield fed.found(path, text, Severity.HIGH, path=widened(live))


def _name(path: str) -> str:
    return posixpath.basename(path)


def _unknown_name(fed: Fed, path: Setting[str]) -> Found:
    why = Unread(Reason.NOT_OBSERVED, "its name has a variable, which is set elsewhere")
    return fed.unknown(f"whether {said(path)} takes rotated files", why)


@shipper_rule("SH002", "an input begins at the end of what is there", Severity.HIGH, source=_SHIPPING)
def begins_at_the_end(configuration: Configuration) -> Iterator[Found]:
    """What a file holds when the shipper first meets it is never read.

    That is all that was written before the shipper was installed, and each rotated or new file that it finds after a
    stop without a checkpoint.
    """
    for fed in inputs(configuration):
        match fed.input.start:
            case Unread() as why:
                yield fed.unknown("where it begins in a file that it does not know yet", why)
            case Setting(value=Start.END) as setting:
                text = f"{said(setting)}: what is there when it first meets a file is never read"
                yield fed.found(setting, text, Severity.HIGH)


@shipper_rule("SH003", "an input forgets how far it has read", Severity.HIGH, source=_SHIPPING)
def forgets_its_position(configuration: Configuration) -> Iterator[Found]:
    """Without a checkpoint on disk each restart begins anew.

    At the end, what was written meanwhile is lost; at the beginning, everything is sent again.
    """
    for fed in inputs(configuration):
        match fed.input.checkpoint:
            case Unread() as why:
                yield fed.unknown("whether its position is kept on disk", why)
            case Setting(value=Checkpoint.MEMORY) as setting:
                again = isinstance(fed.input.start, Setting) and fed.input.start.value is Start.BEGINNING
                after = "everything is sent again" if again else "what was written meanwhile is lost"
                text = f"{said(setting)}: its position is in memory only, and after a restart {after}"
                yield fed.found(setting, text, Severity.MEDIUM if again else Severity.HIGH)


@shipper_rule("SH004", "a position is saved too rarely", Severity.LOW, source=_SHIPPING)
def saves_rarely(configuration: Configuration) -> Iterator[Found]:
    """After a kill everything since the last saved position is sent again; nothing is lost by it.

    Saving only at the end means that a kill sends whole files again.
    """
    for fed in inputs(configuration):
        match fed.input.checkpoint_every:
            case Unread() as why:
                yield fed.unknown("how often its position is saved", why)
            case Setting(value=0) as setting:
                text = f"{said(setting)}: its position is saved when it stops; a kill sends all since the start again"
                yield fed.found(setting, text, Severity.LOW)
            case Setting(value=int(every)) as setting if every > MOST_BETWEEN_CHECKPOINTS:
                text = f"{said(setting)}: a kill sends up to {every} records again"
                yield fed.found(setting, text, Severity.LOW)


@shipper_rule("SH005", "a line can be too long for the input", Severity.HIGH, source=_AUDITING)
def cuts_long_lines(configuration: Configuration) -> Iterator[Found]:
    """An audit event holds the request and the answer.

    One with an object of 1.5 MB is nothing unusual, and 8 MiB is the most there can be. A longer line than the limit is
    cut into pieces that are no JSON, left out, or stops the file.
    """
    for fed in inputs(configuration):
        match fed.input.line_limit:
            case Unread() as why:
                yield fed.unknown("how long a line may be", why)
            case Setting(value=int(limit)) as setting:
                severity = _of_limit(limit, fed)
                if severity is not None:
                    text = f"{said(setting)}: a longer line does not come through whole"
                    yield fed.found(setting, text, severity, mild=False)


def _of_limit(limit: int, fed: Fed) -> Severity | None:
    match fed.reads:
        case Reads.AUDIT:
            return of_event_limit(limit)
        case Reads.CONTAINERS:
            return Severity.MEDIUM if limit < CONTAINER_PIECE_BYTES else None
        case Reads.JOURNAL:
            return Severity.LOW if limit < JOURNAL_ENTRY_BYTES else None
        case Reads.OTHER:
            brings_any = fed.input.kind is InputKind.NETWORK
            return (Severity.MEDIUM if brings_any else Severity.LOW) if limit < COMMON_EVENT_BYTES else None


def of_event_limit(limit: int) -> Severity | None:
    """How bad it is that audit events of more than ``limit`` bytes do not pass; ``None``: there are none."""
    if limit < COMMON_EVENT_BYTES:
        return Severity.HIGH
    return Severity.LOW if limit < LARGEST_EVENT_BYTES else None


@shipper_rule("SH006", "a position is saved before the record is safe", Severity.MEDIUM, source=_SHIPPING)
def saves_ahead(configuration: Configuration) -> Iterator[Found]:
    """Between reading and the queue a record is in memory only.

    When the position is saved before, a kill (the kernel's out-of-memory killer, an eviction) loses what lies between,
    whatever the queue is.
    """
    for fed in inputs(configuration):
        match fed.input.saves_ahead:
            case Unread() as why:
                yield fed.unknown("whether its position is saved only when the record is safe", why)
            case Setting(value=True) as setting:
                text = (
                    f"{said(setting)}: its position is saved before the record is safe; a kill loses what lies between"
                )
                yield fed.found(setting, text, Severity.MEDIUM)


@shipper_rule("SH007", "a refused batch is not offered again", Severity.MEDIUM, source=_SHIPPING)
def drops_what_is_refused(configuration: Configuration) -> Iterator[Found]:
    """What a full queue, a memory limit or the output refuses comes back to the input.

    One that does not try again drops it, and has saved its position behind it.
    """
    for fed in inputs(configuration):
        match fed.input.offers_again:
            case Unread() as why:
                yield fed.unknown("whether a refused batch is offered again", why)
            case Setting(value=False) as setting:
                text = f"{said(setting)}: what a queue or an output refuses is dropped"
                yield fed.found(setting, text, Severity.MEDIUM)


@shipper_rule(
    "SH023",
    "state lies where a reboot removes it",
    Severity.HIGH,
    source="https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html",
)
def forgets_at_reboot(configuration: Configuration) -> Iterator[Found]:
    """``/tmp``, ``/run`` and ``/dev/shm`` are emptied when the machine starts.

    A position there is forgotten, and what a queue held is lost.
    """
    for fed in inputs(configuration):
        kept = fed.input.state_dir
        on_disk = getattr(fed.input.checkpoint, "value", None) is Checkpoint.DISK
        if kept is not None and on_disk and _GONE.match(kept.value):
            yield fed.found(kept, f"{said(kept)}: its position is gone after a reboot", Severity.HIGH)
    for served in outputs(configuration):
        for queue in served.queues():
            where = queue.state_dir
            if queue.kind.value is QueueKind.DISK and where is not None and _GONE.match(where.value):
                text = f"{said(where)}: what its queue holds is gone after a reboot"
                yield served.found(where, text, Severity.HIGH)


RULES: Final[tuple[ShipperRule[Configuration], ...]] = (
    passes_over_rotated,
    begins_at_the_end,
    forgets_its_position,
    saves_rarely,
    cuts_long_lines,
    saves_ahead,
    drops_what_is_refused,
    forgets_at_reboot,
)
