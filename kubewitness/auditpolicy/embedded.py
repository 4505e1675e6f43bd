"""Audit policies inside something else: a ConfigMap, a machine configuration, a cluster's manifest, a script, a page.

Each comes with the text that kube-apiserver would be given, and with the way from a place in that text to the place in
the file around it.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import Final

from kubewitness.auditpolicy.policytext import FoundLines, begins_with_one, policies_in_text
from kubewitness.auditpolicy.yamlfinds import BASE64, FoundMapping, FoundText, finds, says_policy
from kubewitness.errors import KubewitnessError
from kubewitness.filesize import MAX_BYTES
from kubewitness.godecode.yamlbytes import codec_of

_MOST_POLICIES: Final = 100
_MOST_TEXTS: Final = 1000
_DEEPEST: Final = 10
"""Texts in texts. Each level doubles the backslashes of the next: no file of a megabyte gets that far."""
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Embedded:
    """A policy inside a file. ``line`` and ``column``: where it starts there, from 1.

    ``path`` names where it hangs, as ``data.policy.yaml``; empty for a document or a piece of a text. ``mapped``: its
    lines are lines of the file; else (in quotes, in base64) only its start is known.
    """

    data: bytes
    path: str
    line: int
    column: int
    mapped: bool
    above: int
    indent: int

    def place(self, line: int, column: int) -> tuple[int, int]:
        """The place in the file of a place in ``data``; both from 1."""
        return (line + self.above, column + self.indent) if self.mapped else (self.line, self.column)


def embedded_policies(data: bytes) -> tuple[Embedded, ...]:
    """The policies inside a file, in their order; empty where the file is meant to be a policy itself, or holds none.

    Meant to be one: its first document says so, or is empty, or is a Policy without apiVersion. Whether such a file is
    one is a matter for ``load_bytes``. Nothing is looked for in what is no text, or larger than that reads.
    Raises KubewitnessError for more than 100 policies, or more than 1000 texts that look as if they held one.
    """
    text = _text(data)
    return tuple(_Search().inside(text, 0) or ()) if text is not None else ()


def _text(data: bytes) -> str | None:
    if len(data) > MAX_BYTES:
        return None
    try:
        return data.decode(codec_of(data))
    except UnicodeDecodeError:
        return None


class _Search:
    """One file. What is counted bounds the work that a file can ask for."""

    def __init__(self) -> None:
        self.texts = 0

    def inside(self, text: str, depth: int) -> list[Embedded] | None:
        """``None`` where the text is meant to be a policy itself."""
        self._count(texts=1)
        if depth > _DEEPEST:
            return []
        found = finds(text)
        if found.is_policy:
            return None
        lines = _BREAK.split(text)
        pieces = policies_in_text(lines, found.broken) if found.broken is not None else []
        if pieces and begins_with_one(lines, pieces[0]):
            return None
        inside: list[Embedded] = []
        for item in found.found:
            inside += [_of_mapping(text, item)] if isinstance(item, FoundMapping) else self._text(lines, item, depth)
            self._count(policies=len(inside))
        self._count(policies=len(inside) + len(pieces))
        return inside + [_of_lines(lines, piece) for piece in pieces]

    def _text(self, lines: list[str], item: FoundText, depth: int) -> list[Embedded]:
        """What is inside a text value: the text itself, what hangs in it, or what it says in base64."""
        text, around = item.text, _around(lines, item)
        encoded = BASE64.match(text)
        if encoded is not None:
            text, around = _decoded(encoded["digits"]), replace(around, mapped=False)
        if not says_policy(text):
            return []
        inside = self.inside(text, depth + 1)
        if inside is None:
            return [replace(around, data=text.encode("utf-8", "surrogatepass"))]
        return [_inside(around, child) for child in inside]

    def _count(self, *, texts: int = 0, policies: int = 0) -> None:
        self.texts += texts
        if policies > _MOST_POLICIES or self.texts > _MOST_TEXTS:
            raise KubewitnessError(f"more than {_MOST_POLICIES} policies inside it, or so it looks: split the file")


def _of_mapping(text: str, item: FoundMapping) -> Embedded:
    """A mapping in the text of its file: its first line is padded, so that every place stays where it was.

    Whoever takes it out writes it as a block. One in braces gets a line before it: as the first character of a file a
    brace would mean JSON.
    """
    padded = " " * item.column + text[item.start : item.end]
    data = f"---\n{padded}" if item.flow else padded
    above = item.line - 1 if item.flow else item.line
    return Embedded(data.encode(), item.path, item.line + 1, item.column + 1, mapped=True, above=above, indent=0)


def _of_lines(lines: list[str], piece: FoundLines) -> Embedded:
    indent = len(piece.indent)
    first = lines[piece.line][indent:]
    rest = (line.removeprefix(piece.indent) for line in lines[piece.line + 1 : piece.end])
    data = "\n".join((first, *rest, ""))
    return Embedded(data.encode(), "", piece.line + 1, indent + 1, mapped=True, above=piece.line, indent=indent)


def _around(lines: list[str], item: FoundText) -> Embedded:
    """The place of a text value. That of a literal block is its first line that is not blank."""
    start = Embedded(b"", item.path, item.line + 1, item.column + 1, mapped=False, above=0, indent=0)
    if not item.literal:
        return start
    for number, line in enumerate(_BREAK.split(item.text), item.line + 1):
        if line.strip():
            if number >= len(lines) or not lines[number].endswith(line):
                break
            indent = len(lines[number]) - len(line)
            column = len(lines[number]) - len(lines[number].lstrip()) + 1
            return replace(start, line=number + 1, column=column, mapped=True, above=item.line + 1, indent=indent)
    return start


def _decoded(digits: str) -> str:
    """Empty where it is no base64 of a text."""
    try:
        return base64.b64decode("".join(digits.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _inside(around: Embedded, child: Embedded) -> Embedded:
    """A policy in a text that is itself inside something."""
    line, column = around.place(child.line, child.column)
    return Embedded(
        child.data,
        f"{around.path}: {child.path}" if child.path else around.path,
        line,
        column,
        mapped=around.mapped and child.mapped,
        above=around.above + child.above,
        indent=around.indent + child.indent,
    )
