"""The core is pure: text in, values out. Whoever wants a file, a clock or a host asks a module of the outer layer.

A new module is pure unless it, or its package, is named in EFFECTS.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "kubewitness"
CHECKS = ROOT / "checks"

EFFECTS = {
    "kubewitness.__main__",
    "kubewitness.assessment",
    "kubewitness.catalogue",
    "kubewitness.cli",
    "kubewitness.collect",
    "kubewitness.connectors",
    "kubewitness.content",
    "kubewitness.deploys",
    "kubewitness.discovery.fanout",
    "kubewitness.discovery.search",
    "kubewitness.enabling",
    "kubewitness.facts",
    "kubewitness.operations",
    "kubewitness.providers.aks.cluster",
    "kubewitness.providers.aks.connections",
    "kubewitness.providers.aks.destinations",
    "kubewitness.providers.aks.discovery",
    "kubewitness.providers.aks.enable",
    "kubewitness.providers.aks.errors",
    "kubewitness.providers.eks.accounts",
    "kubewitness.providers.eks.cluster",
    "kubewitness.providers.eks.discovery",
    "kubewitness.providers.eks.enable",
    "kubewitness.providers.eks.errors",
    "kubewitness.providers.gke.cluster",
    "kubewitness.providers.gke.connections",
    "kubewitness.providers.gke.discovery",
    "kubewitness.providers.gke.enable",
    "kubewitness.providers.gke.errors",
    "kubewitness.providers.gke.grpcready",
    "kubewitness.providers.gke.hierarchy",
    "kubewitness.simulation.engine",
    "kubewitness.simulation.firstbad",
    "kubewitness.simulation.logfiles",
    "kubewitness.simulation.overlooked",
    "kubewitness.simulation.pipes",
    "kubewitness.simulation.textsize",
    "kubewitness.simulation.unread",
    "kubewitness.simulation.reading",
    "kubewitness.simulation.replay",
    "kubewitness.stores.chosen",
    "kubewitness.stores.http",
    "kubewitness.stores.inventory",
    "kubewitness.stores.looking",
}
PURE_IMPORTS = {
    "__future__", "base64", "binascii", "bisect", "calendar", "codecs", "collections", "dataclasses", "datetime",
    "decimal", "difflib", "enum", "functools", "hashlib", "io", "itertools", "json", "math", "operator",
    "posixpath", "re", "shlex", "string", "struct", "textwrap", "tomllib", "types", "typing", "typing_extensions",
    "unicodedata", "yaml",
}  # fmt: skip
"""What a pure module may import: nothing in here reads a file, the clock, the environment or the network."""

ALSO = {
    "kubewitness.providers": {"importlib"},  # a provider's module is imported when a host of it is met
    "kubewitness.providers.gke.logfilter": {"urllib"},  # urllib.parse: text in, text out
    "kubewitness.providers.gke.routing": {"urllib"},  # likewise
    "kubewitness.shippers.rsyslog.gather": {"fnmatch"},  # fnmatchcase: text in, text out
    "kubewitness.report.discovery": {"importlib"},  # likewise
    "kubewitness.report.formats": {"importlib"},  # a format's module is imported when it is asked for
    "kubewitness.report.policy.page": {"rich"},  # as the table below
    "kubewitness.report.table": {"rich"},  # draws into a StringIO, told the width and the colours
    "kubewitness.shell": {"importlib"},  # its own scripts, which are as much a part of it as its code
    "kubewitness.shipping.destination": {"urllib"},  # urllib.parse: text in, text out
    "kubewitness.shippers": {"importlib"},  # a program's module is imported when a configuration of it is met
    "kubewitness.shippers.fluentbit.read": {"fnmatch"},  # fnmatchcase: text in, text out
    "kubewitness.shippers.vector.forms": {"tomllib"},  # text in, values out
    "kubewitness.shippers.vector.read": {"fnmatch"},  # as above
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}
IMPURE_METHODS = {"now", "today", "utcnow", "exists", "isdir", "isfile", "realpath", "expanduser", "expandvars"}
NOT_FOR_HELP = {
    "pyinfra",
    "pyinfra_cli",
    "gevent",
    "paramiko",
    "pydantic",
    "boto3",
    "botocore",
    "azure",
    "google",
    "duckdb",
}


def modules() -> dict[str, Path]:
    """Dotted name -> file, for every module of the package, and every check."""
    found = {}
    for path in sorted([*PACKAGE.rglob("*.py"), *CHECKS.glob("*.py")]):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if "_content" not in parts:
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def has_effects(module: str) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:length]) in EFFECTS for length in range(1, len(parts) + 1))


@pytest.mark.parametrize("module", [name for name in modules() if not has_effects(name)])
def test_a_pure_module_stays_pure(module: str) -> None:
    source = modules()[module].read_text(encoding="utf-8")

    assert list(impurities(source, ALSO.get(module, set()))) == []


@pytest.mark.parametrize("module", [name for name in modules() if name.startswith("checks")])
def test_a_check_knows_nothing_of_the_deploy(module: str) -> None:
    assert "kubewitness.rollout" not in modules()[module].read_text(encoding="utf-8")


def test_every_named_module_is_there() -> None:
    assert set(ALSO) <= set(modules())
    assert set(modules()) >= EFFECTS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os", "line 1: imports os"),
        ("import os.path as p", "line 1: imports os"),
        ("from pathlib import Path", "line 1: imports pathlib"),
        ("def f():\n    import subprocess", "line 2: imports subprocess"),
        ("from kubewitness.facts import NodeReading", "line 1: imports kubewitness.facts"),
        ("from kubewitness import facts", "line 1: imports kubewitness.facts"),
        ("import kubewitness.collect", "line 1: imports kubewitness.collect"),
        ("open('x')", "line 1: calls open"),
        ("import datetime\ndatetime.datetime.now()", "line 2: calls now"),
        ("import posixpath\nposixpath.exists('/etc')", "line 2: calls exists"),
    ],
)
def test_the_walk_sees(source: str, found: str) -> None:
    assert list(impurities(source, set())) == [found]


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.fromisoformat('2026-11-21')",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pathlib import Path",
        "from kubewitness.model import Finding",
        "from kubewitness import model",
        "self.open()",
    ],
)
def test_the_walk_lets_pass(source: str) -> None:
    assert list(impurities(source, set())) == []


def test_help_imports_neither_pyinfra_nor_a_cloud_sdk() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "kubewitness", "--help"]

    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=True)

    imported = set(re.findall(r"\| +([a-z_0-9]+)[\w.]*$", done.stderr, re.MULTILINE))
    assert "click" in imported
    assert imported & NOT_FOR_HELP == set()


def impurities(source: str, also: set[str]) -> Iterator[str]:
    """Where ``source`` leaves the core. What is imported for type checkers only does not count."""
    tree = ast.parse(source)
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        for name in _imported(node):
            if not _allowed(name, also):
                yield f"line {_line(node)}: imports {name}"
        if isinstance(node, ast.Call) and (called := _impure_call(node)):
            yield f"line {node.lineno}: calls {called}"


def _imported(node: ast.AST) -> list[str]:
    """Top-level names, and ours in full."""
    match node:
        case ast.Import(names=names):
            return [_short(alias.name) for alias in names]
        case ast.ImportFrom(module="kubewitness", names=names):
            return [f"kubewitness.{alias.name}" for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [_short(module)]
    return []


def _short(name: str) -> str:
    return name if name.startswith("kubewitness.") else name.partition(".")[0]


def _allowed(name: str, also: set[str]) -> bool:
    if name.startswith("kubewitness."):
        return not has_effects(name)
    return name in PURE_IMPORTS | also


def _impure_call(node: ast.Call) -> str | None:
    match node.func:
        case ast.Name(id=name) if name in IMPURE_CALLS:
            return name
        case ast.Attribute(attr=name) if name in IMPURE_METHODS:
            return name
    return None


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))
