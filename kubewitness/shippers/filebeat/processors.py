"""What Filebeat's processors drop or alter. Pure.

Source: https://www.elastic.co/guide/en/beats/filebeat/7.17/filtering-and-enhancing-data.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Filter, Setting
from kubewitness.shippers.yamltree import Items, Scalar, Table, scalars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.settings import Section
    from kubewitness.shippers.yamltree import Entry, Value

_MESSAGE: Final = "message"
_UNKNOWN: Final = frozenset({"script"})
_DROPS: Final = {"drop_event": "what matches", "rate_limit": "what comes faster than"}


@dataclass(frozen=True, slots=True)
class Processed:
    """What they do to records. ``alters``: the first that changes the message; ``None``: none does."""

    filters: tuple[Filter, ...] = ()
    alters: Setting[str] | None = None


def processors(section: Section) -> Processed:
    """Those of an input, or of the whole program."""
    steps = list(_steps(section.value("processors")))
    for step in steps:
        if step.key in _UNKNOWN:
            section.wonder(f"processor {step.key}: whether it drops or alters is not known", step.place)
    dropping = tuple(_filter(step) for step in steps if step.key in _DROPS)
    return Processed(dropping, next((how for step in steps if (how := _alters(step)) is not None), None))


def _steps(value: Value | None) -> Iterator[Entry]:
    """Each processor with its settings, those of ``then`` and ``else`` too."""
    items = value.values if isinstance(value, Items) else (value,)
    for item in items:
        for entry in item.entries if isinstance(item, Table) else ():
            if entry.key in {"then", "else"}:
                yield from _steps(entry.value)
            elif entry.key != "if":
                yield entry


def _filter(step: Entry) -> Filter:
    condition = step.value.at("when") if isinstance(step.value, Table) else None
    limit = step.value.at("limit") if isinstance(step.value, Table) else None
    told = _text(condition) or _text(limit) or ("everything" if step.key == "drop_event" else "its limit")
    drops = (
        f"{_DROPS[step.key]} {told}"[:200] if told != "everything" else "everything, or what an if around it matches"
    )
    return Filter(step.key, step.place, Setting("processors", drops, step.key, step.place))


def _text(value: Value | None) -> str:
    """A condition in one line."""
    match value:
        case Scalar():
            return value.text
        case Items():
            return " or ".join(_text(item) for item in value.values)
        case Table():
            return " and ".join(f"{entry.key} {_text(entry.value)}" for entry in value.entries)
        case None:
            return ""


def _alters(step: Entry) -> Setting[str] | None:
    fields = _fields(step)
    match step.key:
        case "drop_fields" | "truncate_fields" | "replace" if _MESSAGE in fields:
            how = {"drop_fields": "drops", "truncate_fields": "cuts", "replace": "rewrites"}[step.key]
            return Setting("processors", f"{step.key} {how} the message", step.key, step.place)
        case "include_fields" if _MESSAGE not in fields:
            return Setting("processors", "include_fields keeps other fields only", step.key, step.place)
        case _:
            return None


def _fields(step: Entry) -> set[str]:
    """The fields that it is for; of ``replace`` they are one table deeper."""
    listed = step.value.at("fields") if isinstance(step.value, Table) else None
    names = {item.text for item in scalars(listed)}
    for item in listed.values if isinstance(listed, Items) else ():
        names |= {value.text for value in scalars(item.at("field") if isinstance(item, Table) else None)}
    return names
