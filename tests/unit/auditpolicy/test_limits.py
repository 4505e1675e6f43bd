"""Hostile files: refused, or read, in little memory and in seconds; each in a process that is ended otherwise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GOOD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n"
MIB = 1 << 20

# Python and our modules need some 60 MiB; the worst of these files, 160 MiB and 4 s.
JUDGE = f"""
import resource, sys
from kubewitness.auditpolicy import Refused, load_bytes
from kubewitness.model import ServerVersion
resource.setrlimit(resource.RLIMIT_AS, ({320 * MIB}, {320 * MIB}))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
result = load_bytes(sys.stdin.buffer.read(), ServerVersion(1, 37))
print(result.error[:200].encode("ascii", "replace").decode() if isinstance(result, Refused) else "loaded")
"""


def judged(data: bytes) -> str:
    """``loaded`` or the error."""
    done = subprocess.run([sys.executable, "-c", JUDGE], input=data, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout.decode().strip()


def alias_bomb(levels: int, merge: str = "[{}]") -> str:
    lines = ["x0: &a0 {k: v}"]
    for level in range(1, levels):
        inner = merge.format(", ".join([f"*a{level - 1}"] * 9))
        lines.append(f"x{level}: &a{level} {inner}")
    return "\n".join(lines) + "\n" + GOOD


ALIASES = "failed decoding: yaml: document contains excessive aliasing"
DEPTH = "failed decoding: yaml: exceeded max depth of 10000"
VALUES = "not judged by kubewitness: more than 100000 values"

REFUSED = {
    "alias bomb": (alias_bomb(9), ALIASES),
    "long alias bomb": (alias_bomb(1000), ALIASES),
    "merge bomb": (alias_bomb(9, "{{<<: [{}]}}"), ALIASES),
    "alias bomb as a key": ("? " + alias_bomb(9), "failed decoding: yaml: invalid map key: map[interface {}]"),
    "nested lists": ("[" * 100_000, DEPTH),
    "nested maps": ("x: " + "{a: " * 100_000, DEPTH),
    "nested blocks": ("- " * 100_000, DEPTH),
    "nested json": (
        '{"a":' * 100_000,
        "failed decoding: couldn't get version/kind; json parse error: invalid character",
    ),
    "yaml deeper than json": (GOOD + "x: " + "[" * 10_000 + "]" * 10_000, "failed decoding: couldn't get version/kind"),
    "many values": (GOOD + "x: [" + "a," * 110_000 + "]", VALUES),
    "many json values": ('{"a":[' + "1," * 110_000 + "1]}", VALUES),
    "too large": (GOOD + "#" * MIB, "not judged by kubewitness: larger than 1048576 bytes"),
    "binary": ("k8s\x00" + GOOD, "not judged by kubewitness: a binary (protobuf) policy"),
    "nul": ("\x00" * 100_000, "failed decoding: yaml: control characters are not allowed"),
}
LOADED = {
    "one long line": GOOD + "#" * 900_000,
    "one long scalar": GOOD + "x: " + "a" * 900_000,
    "one long number": GOOD + "x: " + "9" * 900_000,
    "one long quoted scalar": GOOD + 'x: "' + "\\u0041" * 150_000 + '"',
    "many empty lines": GOOD + "x: |\n" + "\n" * 300_000,
    "many blanks": GOOD + "x: a" + " \n" * 100_000 + "  b",
    "many keys": GOOD + "x:\n" + "".join(f" k{number}: v\n" for number in range(10_000)),
    "one key many times": GOOD + "x:\n" + " k: v\n" * 10_000,
    "many anchors": GOOD + "x:\n" + "".join(f" - &a{number} {{}}\n" for number in range(20_000)),
    "many aliases of a rule": "apiVersion: audit.k8s.io/v1\nx: &a {level: None}\nrules: [" + "*a," * 20_000 + "]",
    "many tags": GOOD + "x: [" + "!a,b c," * 1000 + "]",
    "deep yaml": GOOD + "x: " + "[" * 9000 + "]" * 9000,
    "deep json": '{"apiVersion":"audit.k8s.io/v1","rules":[{"level":"None"}],"x":' + "[" * 9000 + "]" * 9000 + "}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_soon(name: str) -> None:
    text, start = REFUSED[name]

    error = judged(text.encode())

    assert error.startswith(start)


@pytest.mark.parametrize("name", LOADED)
def test_it_is_read_soon(name: str) -> None:
    assert judged(LOADED[name].encode()) == "loaded"


@pytest.mark.parametrize(
    "data", [b"\xff\xfe" + b"a\xd8" * 1000, b"\xff" * 100_000, b"\xef\xbb\xbf" * 1000, b"\xc3" * 600]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    assert judged(data) != "loaded"
