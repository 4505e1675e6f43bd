"""What the operators of a receiver drop or alter, before a record is one of the collector's own. Pure.

Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.158.0/pkg/stanza/docs/operators
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Filter, Setting
from kubewitness.shippers.settings import Section
from kubewitness.shippers.yamltree import Items, Table

if TYPE_CHECKING:
    from kubewitness.shippers.yamltree import Value

_WRITES_BODY: Final = frozenset({"body", "$body"})
_TARGETS: Final = {
    "add": "field",
    "regex_replace": "field",
    "unquote": "field",
    "flatten": "field",
    "remove": "field",
    "sanitize_utf8": "field",
    "move": "to",
    "copy": "to",
    "assign_keys": "field",
    "json_parser": "parse_to",
    "regex_parser": "parse_to",
    "csv_parser": "parse_to",
    "key_value_parser": "parse_to",
    "syslog_parser": "parse_to",
    "uri_parser": "parse_to",
    "json_array_parser": "parse_to",
}
"""The operators that write somewhere, and the key that says where; the default of each is not the body, but for
``flatten`` and ``sanitize_utf8``."""
_BODY_BY_DEFAULT: Final = frozenset({"sanitize_utf8", "unquote", "regex_replace"})


@dataclass(frozen=True, slots=True)
class Work:
    """What they do to records. ``alters``: the first that changes a body; ``None``: none does."""

    filters: tuple[Filter, ...] = ()
    alters: Setting[str] | None = None


def operators(section: Section) -> Work:
    """All operators of one receiver."""
    listed = section.value("operators")
    if not isinstance(listed, Items):
        return Work()
    told = [Section(item, section.problems) for item in listed.values if isinstance(item, Table)]
    drops = tuple(found for one in told if (found := _drops(one)) is not None)
    return Work(drops, next((how for one in told if (how := _alters(one)) is not None), None))


def _drops(one: Section) -> Filter | None:
    kind, place = one.text("type"), one.table.place
    if kind == "filter":
        what = f"what matches {one.text('expr')[:200]}"
        return Filter("operators: filter", place, Setting("operators", what, kind, place))
    if kind == "router" and not one.text("default"):
        return Filter("operators: router", place, Setting("operators", "what no route takes", kind, place))
    if one.text("on_error").startswith("drop"):
        what = f"what {kind} cannot parse"
        return Filter(
            f"operators: {kind}", place, Setting("on_error", what, one.text("on_error"), one.place("on_error"))
        )
    return None


def _alters(one: Section) -> Setting[str] | None:
    kind, place = one.text("type"), one.table.place
    if kind in {"container", "recombine"}:
        how = "takes the message out of the line" if kind == "container" else "joins lines, and cuts what gets too long"
        return Setting("operators", how, kind, place)
    if kind == "retain":
        return None if _names_body(one.value("fields")) else Setting("operators", "keeps only some fields", kind, place)
    target = _TARGETS.get(kind)
    written = one.text(target) if target else ""
    moved = kind == "move" and _is_body(one.text("from"))
    if moved or _is_body(written) or (kind in _BODY_BY_DEFAULT and not written):
        return Setting("operators", f"{kind} writes the body anew", kind, place)
    return None


def _is_body(text: str) -> bool:
    return text in _WRITES_BODY or text.startswith(("body.", "body[", "$body."))


def _names_body(value: Value | None) -> bool:
    return isinstance(value, Items) and any(getattr(item, "text", "") in _WRITES_BODY for item in value.values)
