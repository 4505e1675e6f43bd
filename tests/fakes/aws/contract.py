"""AWS's own models of its requests and answers, as botocore ships them: what they do not allow, neither do we."""

from __future__ import annotations

import re
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Reading:
    """How a value is held against a shape."""

    wire_names: bool = True
    """Members go by the names of the body, not by those of the SDK."""
    limits: bool = True
    """Lengths, ranges and patterns count: of requests. In its answers AWS itself does not keep them (``tags: {}``)."""


def breaches(value: Any, shape: Any, path: str = "", reading: Reading = Reading()) -> Iterator[str]:
    """What ``value`` has that ``shape``, of botocore, does not allow. ``None`` counts as absent, as AWS sends it."""
    kind = shape.type_name
    if kind == "structure":
        yield from _structure(value, shape, path, reading)
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {type(value).__name__}, not a list"
            return
        yield from _bounds(len(value), shape, path, reading)
        for index, item in enumerate(value):
            yield from breaches(item, shape.member, f"{path}[{index}]", reading)
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__}, not a map"
            return
        yield from _bounds(len(value), shape, path, reading)
        for key, item in value.items():
            yield from breaches(key, shape.key, f"{path} key", reading)
            yield from breaches(item, shape.value, f"{path}.{key}", reading)
    else:
        yield from _scalar(value, shape, path, reading)


def _structure(value: Any, shape: Any, path: str, reading: Reading) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {type(value).__name__}, not a structure"
        return
    names = {name: _wire_name(name, member) if reading.wire_names else name for name, member in shape.members.items()}
    members = {names[name]: member for name, member in shape.members.items()}
    for name, item in value.items():
        if name not in members:
            yield f"{path}.{name}: not a member of {shape.name}"
        elif item is not None:
            yield from breaches(item, members[name], f"{path}.{name}", reading)
    for required in shape.required_members:
        if value.get(names[required]) is None:
            yield f"{path}.{names[required]}: required by {shape.name}"


def _scalar(value: Any, shape: Any, path: str, reading: Reading) -> Iterator[str]:
    kind = shape.type_name
    fits = isinstance(value, _SCALARS[kind]) and (kind == "boolean" or not isinstance(value, bool))
    if not fits:
        yield f"{path}: {type(value).__name__}, not a {kind}"
    elif kind == "string":
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is none of {', '.join(shape.enum)}"
        pattern = _pattern(shape.metadata.get("pattern", ""))
        if reading.limits and pattern is not None and not pattern.fullmatch(value):
            yield f"{path}: {value!r} does not match {pattern.pattern}"
        yield from _bounds(len(value), shape, path, reading)
    elif kind in ("integer", "long"):
        yield from _bounds(value, shape, path, reading)


def _bounds(number: int, shape: Any, path: str, reading: Reading) -> Iterator[str]:
    """The number, or the length, is within what the model says."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if reading.limits and low is not None and number < low:
        yield f"{path}: {number}, must be at least {low}"
    if reading.limits and high is not None and number > high:
        yield f"{path}: {number}, must be at most {high}"


def _wire_name(name: str, member: Any) -> str:
    return str(member.serialization.get("name", name))


@cache
def _pattern(source: str) -> re.Pattern[str] | None:
    """The models' patterns are Java's: those that Python cannot read (``\\p{L}``) are left out."""
    try:
        return re.compile(source) if source else None
    except re.error:
        return None
