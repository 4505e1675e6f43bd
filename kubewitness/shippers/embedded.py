"""Configurations inside a Kubernetes manifest: the texts of a ConfigMap, or of an OpenTelemetryCollector. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from kubewitness.yamldoc import YamlError, compose

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_DOCUMENTS: Final = 200
_KINDS: Final = re.compile(r"^kind:[ \t]*[\"']?(?:ConfigMap|OpenTelemetryCollector)\b", re.MULTILINE)
_BREAK: Final = re.compile(r"^---(?:[ \t][^\n]*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Embedded:
    """One text inside a manifest. ``within``: the number of its document.

    ``text`` begins with as many empty lines as stand above it, so that its lines are those of the manifest.
    """

    within: int
    key: str
    text: str


def embedded(text: str) -> tuple[Embedded, ...]:
    """The texts written as blocks (``|``) in ``text``; empty: it is no such manifest."""
    if not _KINDS.search(text):
        return ()
    return tuple(
        found for at, (above, document) in enumerate(_documents(text)) for found in _texts(at, above, document)
    )


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """The lines above each document, and its text."""
    begin = 0
    for found in list(_BREAK.finditer(text))[:MOST_DOCUMENTS]:
        yield text.count("\n", 0, begin), text[begin : found.start()]
        begin = found.end()
    yield text.count("\n", 0, begin), text[begin:]


def _texts(within: int, above: int, document: str) -> Iterator[Embedded]:
    if not _KINDS.search(document):
        return
    try:
        root = compose(document, "")
    except YamlError:
        return
    for parent in ("data", "spec"):
        for key, value in _entries(_entry(root, parent)):
            if isinstance(value, yaml.ScalarNode) and value.style == "|" and (parent == "data" or key == "config"):
                yield Embedded(within, key, "\n" * (above + value.start_mark.line + 1) + str(value.value))


def _entry(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _entries(node) if name == key), None)


def _entries(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [(str(key.value), value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
