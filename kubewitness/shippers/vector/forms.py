"""A Vector configuration as one tree, whether it was written as TOML, YAML or JSON. Pure.

Source: https://vector.dev/docs/reference/configuration/
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from kubewitness.shippers.model import Place, Problem
from kubewitness.shippers.yamltree import Entry, Items, Scalar, Table, parse
from kubewitness.yamldoc import YamlError

if TYPE_CHECKING:
    from kubewitness.shippers.yamltree import Value

MOST_BYTES: Final = 1 << 20
MOST_DEPTH: Final = 60
_HEADER: Final = re.compile(r"\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}")
_KEY: Final = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART: Final = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_TOML: Final = re.compile(r"^[ \t]*(?:\[{1,2}[\w.\"' -]+\]{1,2}[ \t]*(?:#.*)?$|[\w.\"-]+[ \t]*=)", re.MULTILINE)
_TABS: Final = re.compile(r"^\t+", re.MULTILINE)


def tree(file: str, text: str) -> Table | Problem | None:
    """The tree of one file; ``None``: nothing is in it. A Problem: it is neither form, or beyond the limits."""
    if len(text) > MOST_BYTES:
        return Problem(f"larger than {MOST_BYTES} characters: not read", Place(file), refused=False)
    if not file.endswith((".yaml", ".yml", ".json")) and (file.endswith(".toml") or _TOML.search(text)):
        return _toml(file, text)
    try:
        root = parse(_TABS.sub(lambda tabs: " " * len(tabs[0]), text), file)
    except YamlError as error:
        return Problem(f"not YAML: {error.problem}", Place(file, error.line, error.column), refused=True)
    if root is None or isinstance(root, Table):
        return root
    return Problem("no map of sources, transforms and sinks", root.place, refused=True)


def _toml(file: str, text: str) -> Table | Problem:
    try:
        root = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        place = Place(file, int(found[1]), int(found[2])) if found else Place(file)
        return Problem(f"not TOML: {str(error).partition(' (at')[0][:200]}", place, refused=True)
    value = _value(root, (), _places(file, text), Place(file), 0)
    return value if isinstance(value, Table) else Table((), Place(file))


def _places(file: str, text: str) -> dict[tuple[str, ...], Place]:
    """Where each table and key begins; what is inside an inline table has the place of that."""
    found: dict[tuple[str, ...], Place] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        place = Place(file, number, len(line) - len(line.lstrip()) + 1)
        if header := _HEADER.match(line):
            table = _parts(header[1])
            found.setdefault(table, place)
        elif key := _KEY.match(line):
            whole = (*table, *_parts(key[1]))
            for length in range(len(table) + 1, len(whole) + 1):
                found.setdefault(whole[:length], place)
    return found


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def _value(value: Any, path: tuple[str, ...], places: dict[tuple[str, ...], Place], above: Place, depth: int) -> Value:
    place = places.get(path, above)
    if depth > MOST_DEPTH:
        return Scalar("", place)
    if isinstance(value, dict):
        entries = []
        for key, inner in value.items():
            here = places.get((*path, key), place)
            entries.append(Entry(key, here, _value(inner, (*path, key), places, here, depth + 1)))
        return Table(tuple(entries), place)
    if isinstance(value, list):
        return Items(tuple(_value(item, (*path, ""), places, place, depth + 1) for item in value), place)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Scalar(text, place, plain=not isinstance(value, str))
