"""What each input of rsyslog does, in the words of all shippers. Pure.

Sources, of the defaults too: https://github.com/rsyslog/rsyslog/blob/v8.2302.0/plugins/imfile/imfile.c and
https://www.rsyslog.com/doc/v8-stable/configuration/modules/idx_input.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.shippers.model import Checkpoint, Filter, Input, InputKind, Setting, Start
from kubewitness.shippers.rsyslog.parameters import Parameters, binary, either, number, size

if TYPE_CHECKING:
    from kubewitness.shippers.model import Place
    from kubewitness.shippers.rsyslog.gather import Gathered
    from kubewitness.shippers.rsyslog.syntax import Object

#: They read as soon as they are loaded, without an input().
READS_BY_ITSELF: Final = frozenset({"imjournal", "imuxsock", "imklog", "imkmsg"})
_NETWORK: Final = frozenset({"imtcp", "imptcp", "imudp", "imrelp", "imgssapi", "imhttp", "imkafka"})
_SUBMITTED_AT_ONCE: Final = 1024


def line_limit(found: Gathered) -> Setting[int] | Unread:
    """The longest record that any part of rsyslog handles whole, in bytes."""
    return found.everywhere.setting("maxMessageSize", size, 8096, "8k")


def input_of(statement: Object, found: Gathered) -> Input:
    """One input() or what a legacy directive made."""
    parameters = Parameters(statement.parameters)
    kind = parameters.text("type")
    match kind:
        case "imfile":
            return _files(parameters, found, statement.place)
        case "imjournal":
            return journal(found, statement.place)
        case _ if kind in _NETWORK:
            return _network(kind, parameters, found, statement.place)
        case _:
            return Input(kind or "input", InputKind.OTHER, statement.place, line_limit=any_size(line_limit(found)))


def by_itself(module: str, found: Gathered, place: Place) -> Input:
    """A module that reads as soon as it is loaded."""
    if module == "imjournal":
        return journal(found, place)
    return Input(module, InputKind.OTHER, place, line_limit=any_size(line_limit(found)))


def _files(parameters: Parameters, found: Gathered, place: Place) -> Input:
    """Imfile: its position is a file in the working directory, named after the inode."""
    path = parameters.find("file")
    shown = Setting(
        "File", path.values[0] if path else "", path.values[0] if path else "", path.place if path else None
    )
    name, held = either(("stateFile.directory", found.module("imfile")), ("workDirectory", found.everywhere))
    folder = held.setting(name, str, "/", "")
    kept = folder if isinstance(folder, Setting) else None
    return Input(
        parameters.text("tag").rstrip(":") or shown.value,
        InputKind.FILES,
        place,
        paths=(shown,),
        start=_start(parameters, "freshStartTail"),
        checkpoint=Setting(name, Checkpoint.DISK, kept.written if kept else "", kept.place if kept else None),
        checkpoint_every=parameters.setting("persistStateInterval", number, 0, "0"),
        line_limit=_line(parameters, found),
        saves_ahead=_saves_ahead(parameters),
        state_dir=kept,
    )


def _saves_ahead(parameters: Parameters) -> Setting[bool] | Unread:
    """Imfile saves its position in the middle of a batch that no queue has yet.

    ``persistStateAfterSubmission`` adds one more saving at the end of it, and takes none away. Not so where each
    batch is one record, or where it saves only when it stops.
    """
    at_once = parameters.setting("maxSubmitAtOnce", number, _SUBMITTED_AT_ONCE, str(_SUBMITTED_AT_ONCE))
    every = parameters.setting("persistStateInterval", number, 0, "0")
    if isinstance(at_once, Unread):
        return at_once
    if isinstance(every, Unread):
        return every
    ahead = every.value > 0 and at_once.value > 1
    return Setting(at_once.name, ahead, at_once.written, at_once.place)


def _line(parameters: Parameters, found: Gathered) -> Setting[int | None] | Unread:
    trimmed = parameters.setting("trimLineOverBytes", number, 0, "0")
    limit = line_limit(found)
    if (
        isinstance(trimmed, Setting)
        and trimmed.value
        and not (isinstance(limit, Setting) and limit.value < trimmed.value)
    ):
        return any_size(trimmed)
    return any_size(limit)


def _start(parameters: Parameters, name: str) -> Setting[Start] | Unread:
    tail = parameters.setting(name, binary, False, "off")
    if isinstance(tail, Unread):
        return tail
    return Setting(name, Start.END if tail.value else Start.BEGINNING, tail.written, tail.place)


def journal(found: Gathered, place: Place) -> Input:
    """Imjournal: all of its settings are the module's."""
    parameters = found.module("imjournal")
    state = parameters.find("statefile")
    checkpoint = Setting(
        "StateFile", Checkpoint.DISK if state else Checkpoint.MEMORY, "", state.place if state else None
    )
    return Input(
        "imjournal",
        InputKind.JOURNAL,
        place,
        start=_start(parameters, "IgnorePreviousMessages"),
        checkpoint=checkpoint,
        checkpoint_every=parameters.setting("PersistStateInterval", number, 10, "10"),
        line_limit=any_size(line_limit(found)),
        state_dir=_state_folder(parameters, found),
    )


def _state_folder(parameters: Parameters, found: Gathered) -> Setting[str] | None:
    """A relative name is one in the working directory."""
    state = parameters.find("statefile")
    if state is None or not state.told:
        return None
    if state.values[0].startswith("/"):
        return Setting("StateFile", state.values[0], state.values[0], state.place)
    folder = found.everywhere.setting("workDirectory", str, "/", "")
    return folder if isinstance(folder, Setting) else None


def _network(kind: str, parameters: Parameters, found: Gathered, place: Place) -> Input:
    limit = line_limit(found)
    module = found.module(kind)
    if kind == "imtcp":
        name, held = either(("maxFrameSize", parameters), ("maxFrameSize", module))
        frame = held.setting(name, number, 200_000, "200000")
        limit = min(
            (one for one in (limit, frame) if isinstance(one, Setting)), key=lambda one: one.value, default=limit
        )
    elif kind == "imrelp" and parameters.find("maxdatasize"):
        limit = parameters.setting("maxDataSize", size, 0, "")
    return Input(f"{kind} {parameters.text('port')}".strip(), InputKind.NETWORK, place, line_limit=any_size(limit))


def filters_of(reader: Input, statement: Object | None, found: Gathered) -> tuple[Filter, ...]:
    """What an input leaves out by itself: by rate."""
    if reader.kind is InputKind.JOURNAL:
        return _journal_rate(reader, found)
    if reader.kind is not InputKind.FILES or statement is None:
        return ()
    filters = []
    parameters = Parameters(statement.parameters)
    for name in ("maxBytesPerMinute", "maxLinesPerMinute"):
        limit = parameters.setting(name, number, 0, "0")
        if isinstance(limit, Setting) and limit.value > 0:
            what = Setting(name, "what comes faster", limit.written, limit.place)
            filters.append(Filter(f"{reader.name} rate limit", limit.place or reader.place, what))
    return tuple(filters)


def _journal_rate(reader: Input, found: Gathered) -> tuple[Filter, ...]:
    parameters = found.module("imjournal")
    seconds = parameters.setting("Ratelimit.Interval", number, 600, "600")
    burst = parameters.setting("Ratelimit.Burst", number, 20_000, "20000")
    if isinstance(seconds, Unread) or isinstance(burst, Unread) or seconds.value == 0:
        return ()
    text = f"what comes after {burst.value} records in {seconds.value} seconds"
    what = Setting(seconds.name, text, seconds.written, seconds.place)
    return (Filter("imjournal rate limit", seconds.place or reader.place, what),)


def any_size(limit: Setting[int] | Unread) -> Setting[int | None] | Unread:
    """A limit as the model has it, where there may be none."""
    if isinstance(limit, Unread):
        return limit
    return Setting(limit.name, limit.value, limit.written, limit.place)
