"""Which transforms of Vector leave records out or change them. Pure.

Source: https://vector.dev/docs/reference/configuration/transforms/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Filter, Problem, Setting
from kubewitness.shippers.settings import switch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.shippers.settings import Section

_DROPPING: Final[Mapping[str, tuple[str, str]]] = {
    "filter": ("condition", "only records that meet the condition go on"),
    "sample": ("rate", "a share of the records goes on"),
    "throttle": ("threshold", "what comes faster than the threshold is left out"),
    "dedupe": ("fields", "records that look like an earlier one are left out"),
    "reduce": ("group_by", "records are merged into one"),
}
_ABORTS: Final = re.compile(r"(?<![.\w])abort(?![\w(])")
_REMOVES: Final = re.compile(r"(?<![.\w])(?:del|redact|truncate|remove)!?\(")
_COMMENT: Final = re.compile(r"#[^\n]*")


def drops(name: str, section: Section) -> Filter | None:
    """What it leaves out; ``None``: nothing."""
    type_ = section.text("type")
    if type_ in _DROPPING:
        key, what = _DROPPING[type_]
        written = section.scalar(key)
        place = section.place(key) or section.table.place
        return Filter(name, section.table.place, Setting(key, what, _short(written.text if written else type_), place))
    if type_ != "remap":
        return None
    source = section.scalar("source")
    keeps = section.scalar("drop_on_abort")
    if source is not None and _ABORTS.search(_code(source.text)) and (keeps is None or switch(keeps.text) is not False):
        text = "a record for which its program says abort is left out"
        return Filter(name, section.table.place, Setting("source", text, "abort", source.place))
    failing = section.scalar("drop_on_error")
    if failing is not None and switch(failing.text):
        text = "a record for which its program fails is left out"
        return Filter(name, section.table.place, Setting("drop_on_error", text, "true", failing.place))
    return None


def alters(section: Section) -> Setting[str] | None:
    """What its program removes; ``None``: nothing, as far as a look at it tells."""
    source = section.scalar("source") if section.text("type") == "remap" else None
    found = _REMOVES.search(_code(source.text)) if source is not None else None
    if source is None or found is None:
        return None
    return Setting("source", "its program removes or cuts fields of the record", found[0].rstrip("("), source.place)


def unread(name: str, section: Section) -> Problem | None:
    """A program that is not looked at; ``None``: it is none."""
    if section.text("type") != "lua":
        return None
    message = f"transform {name}: what its script leaves out or changes could not be told: read it"
    return Problem(message, section.table.place, refused=False)


def _code(program: str) -> str:
    """Without comments."""
    return _COMMENT.sub("", program)


def _short(text: str) -> str:
    return " ".join(text.split())[:60]
