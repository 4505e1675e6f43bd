"""Hostile files: refused, or read, quickly and in little memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from kubewitness.auditpolicy import Loaded, Refused, load
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
GOOD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n"
MIB = 1 << 20


def alias_bomb(levels: int, merge: str = "[{}]") -> str:
    lines = ["x0: &a0 {k: v}"]
    for level in range(1, levels):
        inner = merge.format(", ".join([f"*a{level - 1}"] * 9))
        lines.append(f"x{level}: &a{level} {inner}")
    return "\n".join(lines) + "\n" + GOOD


REFUSED = {
    "alias bomb": (alias_bomb(9), False),
    "long alias bomb": (alias_bomb(1000), False),
    "merge bomb": (alias_bomb(9, "{{<<: [{}]}}"), False),
    "alias bomb as a key": ("? " + alias_bomb(9), False),
    "nested lists": ("[" * 100_000, True),
    "nested blocks": ("- " * 100_000, True),
    "nested json": ('{"a":' * 100_000, False),
    "many values": (GOOD + "x: [" + "a," * 110_000 + "]", True),
    "many json values": ('{"a":[' + "1," * 110_000 + "1]}", True),
    "too large": (GOOD + "#" * MIB, True),
    "binary": ("k8s\x00" + GOOD, True),
    "two byte order marks": ("\ufeff\ufeff" + GOOD, True),
    "tag of bytes": (GOOD + "x: !a%ED%A0%80 b", True),
    "tag with a nul": (GOOD + "x: !!int%00 b", True),
    "nul": ("\x00" * 100_000, False),
    "many tags": (GOOD + "x: [" + "!a,b c," * 1000 + "]", True),
}
LOADED = {
    "one long line": GOOD + "#" * 900_000,
    "one long scalar": GOOD + "x: " + "a" * 900_000,
    "one long number": GOOD + "x: " + "9" * 900_000,
    "many keys": GOOD + "x:\n" + "".join(f" k{number}: v\n" for number in range(10_000)),
    "one key many times": GOOD + "x:\n" + " k: v\n" * 10_000,
    "deep json": '{"apiVersion":"audit.k8s.io/v1","rules":[{"level":"None"}],"x":' + "[" * 9000 + "]" * 9000 + "}",
}


def measured(text: str) -> tuple[Loaded | Refused, float, float]:
    """The result, seconds, MiB at most."""
    tracemalloc.start()
    start = time.process_time()
    result = load(text, NEWEST)
    seconds = time.process_time() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return result, seconds, peak / MIB


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_soon(name: str) -> None:
    text, ours = REFUSED[name]

    result, seconds, mib = measured(text)

    assert isinstance(result, Refused)
    assert result.beyond_limits is ours
    assert seconds < 10
    assert mib < 150


@pytest.mark.parametrize("name", LOADED)
def test_it_is_read_soon(name: str) -> None:
    result, seconds, mib = measured(LOADED[name])

    assert isinstance(result, Loaded)
    assert seconds < 10
    assert mib < 150


def test_a_refusal_of_ours_says_so() -> None:
    result = load(GOOD + "x: " + "[" * 5000 + "]" * 5000, NEWEST)

    assert isinstance(result, Refused)
    assert result.error.startswith("not judged by kubewitness: more than ")
