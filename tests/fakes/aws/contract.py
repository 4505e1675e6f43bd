"""AWS's own models of its requests and answers, as botocore ships them: what they do not allow, neither do we."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "character": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str, datetime),
    "blob": (str, bytes),
}


def breaches(value: Any, shape: Any, path: str = "", *, wire_names: bool = True) -> Iterator[str]:
    """What ``value`` has that ``shape``, a botocore shape, does not allow. ``None`` counts as absent, as AWS sends it.

    Args:
        wire_names: members go by the names of the body, not by those of the SDK.
    """
    kind = shape.type_name
    if kind == "structure":
        yield from _structure(value, shape, path, wire_names)
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {type(value).__name__}, not a list"
            return
        yield from _bounds(len(value), shape, path, "length")
        for index, item in enumerate(value):
            yield from breaches(item, shape.member, f"{path}[{index}]", wire_names=wire_names)
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__}, not a map"
            return
        yield from _bounds(len(value), shape, path, "length")
        for key, item in value.items():
            yield from breaches(key, shape.key, f"{path} key", wire_names=wire_names)
            yield from breaches(item, shape.value, f"{path}.{key}", wire_names=wire_names)
    else:
        yield from _scalar(value, shape, path)


def _structure(value: Any, shape: Any, path: str, wire_names: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {type(value).__name__}, not a structure"
        return
    named = {_wire_name(name, member) if wire_names else name: member for name, member in shape.members.items()}
    for name, item in value.items():
        if name not in named:
            yield f"{path}.{name}: not a member of {shape.name}"
        elif item is not None:
            yield from breaches(item, named[name], f"{path}.{name}", wire_names=wire_names)
    for required in shape.required_members:
        name = _wire_name(required, shape.members[required]) if wire_names else required
        if value.get(name) is None:
            yield f"{path}.{name}: required by {shape.name}"


def _scalar(value: Any, shape: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    if not isinstance(value, _SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path}: {type(value).__name__}, not a {kind}"
        return
    if kind == "string":
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is none of {', '.join(shape.enum)}"
        pattern = _pattern(shape.metadata.get("pattern", ""))
        if pattern is not None and not pattern.fullmatch(value):
            yield f"{path}: {value!r} does not match {pattern.pattern}"
        yield from _bounds(len(value), shape, path, "length")
    elif kind in ("integer", "long"):
        yield from _bounds(value, shape, path, "value")


def _bounds(number: int, shape: Any, path: str, what: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and number < low:
        yield f"{path}: {what} {number}, must be at least {low}"
    if high is not None and number > high:
        yield f"{path}: {what} {number}, must be at most {high}"


def _wire_name(name: str, member: Any) -> str:
    return str(member.serialization.get("name", name))


@cache
def _pattern(source: str) -> re.Pattern[str] | None:
    """The models' patterns are Java's: those that Python cannot read (``\\p{L}``) are left out."""
    try:
        return re.compile(source) if source else None
    except re.error:
        return None
