"""Small damage to the text of a file: what editing, merging and copying do, and what no editor would."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

_FRAGMENTS: Final = (
    " ", "  ", "\t", "\n", ":", ": ", "?", "? ", "- ", "-", ",", "[", "]", "{", "}", "#", " #", "&a ", "*a", "!",
    "!!str ", "!!int ", "|", ">", "|\n", "%", "@", "`", '"', "'", "\\", "~", "null", "y", "no", "on", "5", "0x1",
    "1e3", ".nan", "2001-01-01", "<<: ", "<<: *a\n", "---\n", "...\n", "\r", "\x00", "\x7f", "\u00e9", "\u2028",
    "\x85", "\ufeff", "\U0001f600", "level", "rules:", "\\u0041", "\\x", "&", "*", "//", "=", "none", ">-\n  ", "|+2\n",
    "%YAML 1.1\n", "foo: 1\n", ":,", ":]", "?}", " :", " ?", "- - ", "\ufffe", "\ud800", "\udcff", "\\ud800", "\u00a0",
    "!<x>", "!a,b ", "''", '""', "'\n'", "\x1b[31m", "<<", "{}", "[]", "\\\n", "\\/", "\\\t",
)  # fmt: skip
_SOUP: Final = (
    *_FRAGMENTS, "a", "b", "c d", "a", "b", "\n  ", "\n  ", "\n- ", "\n", " ", " ", "a: b", "[a]", "{a: b}", ", ",
    "[", "]", "{", "}", "[]", "{}", ": ", ":", "? ", "- ", "*a", "&a ", "'a'", '"a"', '"a\\\n b"', "'a\n b'",
    "|\n   a\n", ">\n   a\n\n   b\n", "\n    ", "#", " # c", "!!str ", "!<tag:yaml.org,2002:int> 5", "<<: {a: b}",
    "<<: [{a: b}]", "5", "null", "\t", "\n\t",
)  # fmt: skip
_BEHIND_KEYS: Final = (": &a ", ": *a ", ":", " : ", ": !!str ", ": |\n ", ": ? ", ": - ", ":\t", ": \n  ")
_BEHIND_DASHES: Final = ("- &a ", "- *a ", "-", "- - ", "-\t", "- ? ", "- !!map ", "- \n")


def mutate(random: Random, text: str, others: Sequence[str]) -> str:
    """``text`` changed in one place or a few; ``others`` lend lines."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        if len(text) < 2:
            break
        kind = random.random()
        if kind < 0.45:
            text = _characters(random, text)
        elif kind < 0.8:
            text = _lines(random, text, others)
        else:
            text = _words(random, text)
    return text


def soup(random: Random) -> str:
    """A policy with a key too many, whose value is a handful of what YAML is made of."""
    parts = [random.choice(_SOUP) for _ in range(random.randint(1, 9))]
    rest = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n"
    lead = random.choice(("x: ", "x:\n  ", "", "? ", "x: [", "x: {", "- ", "x:\n- "))
    text = lead + "".join(parts)
    return rest + text if random.random() < 0.7 else f"{text}\n{rest}"


def smear(random: Random, data: bytes) -> bytes:
    """Other bytes in a place or two: invalid UTF-8, half a character, a cut."""
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(data) + 1)
        if random.random() < 0.7:
            data = data[:at] + random.randbytes(random.choice((1, 1, 2, 3))) + data[at + random.choice((0, 1)) :]
        else:
            data = data[:at]
    return data


def _characters(random: Random, text: str) -> str:
    start = random.randrange(len(text) + 1)
    kind = random.random()
    if kind < 0.6:
        return text[:start] + random.choice(_FRAGMENTS) + text[start:]
    if kind < 0.8:
        return text[:start] + text[start + random.choice((1, 1, 2, 5, 20)) :]
    end = start + random.randint(1, 30)
    return text[:end] + text[start:end] + text[end:]


def _lines(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.split("\n")
    at = random.randrange(len(lines))
    match random.randrange(8):
        case 0:
            lines.insert(random.randrange(len(lines) + 1), lines[at])
        case 1:
            del lines[at]
        case 2:
            lines[at] = " " * random.randint(0, 3) + lines[at]
        case 3:
            lines[at] = lines[at][random.randint(1, 2) :]
        case 4:
            lines[at] = lines[at].replace(": ", random.choice(_BEHIND_KEYS), 1)
        case 5:
            lines[at] = lines[at].replace("- ", random.choice(_BEHIND_DASHES), 1)
        case 6:
            other = random.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lent = random.choice(others).split("\n") if others else lines
            lines.insert(at, random.choice(lent))
    return "\n".join(lines)


def _words(random: Random, text: str) -> str:
    start, end = sorted((random.randrange(len(text) + 1), random.randrange(len(text) + 1)))
    words = text[start:end].split()
    if len(words) < 2:
        return text
    old, new = random.sample(words, 2)
    return text.replace(old, new, 1)
