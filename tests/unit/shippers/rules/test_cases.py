"""Every rule against its cases: a file each, ``cases/<id>/<raises|near_miss>_<program>_<what is special>.yaml``.

A case is a safe configuration of ``bases/<program>`` with ``replace`` (old text -> new text; empty: at the end), or
files of its own. ``finds`` is what the finding says: ``message`` is a part of it, ``count`` how many there are,
``alone`` that nothing else is found. A near miss finds nothing of the id. All of them are made up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from kubewitness.shippers import read
from kubewitness.shippers.model import Program
from kubewitness.shippers.rules import SHIPPER_RULES, LintedShipper, ShipperRule, lint_configuration

HERE: Final = Path(__file__).parent
CASES: Final = sorted((HERE / "cases").glob("*/*.yaml"))
KEYS: Final = {"program", "replace", "files", "finds"}
FINDS: Final = {"severity", "line", "message", "count", "alone", "unknown", "setting", "suggestion"}


def base(program: str) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted((HERE / "bases" / program).iterdir())}


def files_of(case: dict[str, Any]) -> dict[str, str]:
    if "files" in case:
        return dict(case["files"])
    files = base(case["program"])
    main = next(iter(files))
    for old, new in case["replace"].items():
        name = next((name for name, text in files.items() if old and old in text), main)
        assert not old or old in files[name], f"{old!r} is not in the base"
        files[name] = files[name].replace(old, new) if old else files[name] + new
    return files


def linted(program: str, files: dict[str, str]) -> LintedShipper:
    return lint_configuration(read(Program(program), files), files)


def case_of(path: Path) -> dict[str, Any]:
    case = yaml.safe_load(path.read_text("utf-8"))
    assert set(case) <= KEYS
    assert set(case.get("finds", {})) <= FINDS
    return dict(case)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    case = case_of(path)

    findings = linted(case["program"], files_of(case)).findings

    found = [finding for finding in findings if finding.id == path.parent.name]
    wanted = dict(case.get("finds", {}))
    assert len(found) == wanted.pop("count", 1 if wanted else 0), findings
    if wanted.pop("alone", False):
        assert [finding.id for finding in findings] == [path.parent.name]
    assert wanted.pop("message", "") in (found[0].message if found else "")
    assert ("line" not in wanted) or found[0].place.line == wanted.pop("line")
    assert {key: getattr(found[0], key) for key in wanted} == wanted


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_belongs_to_a_rule_and_its_name_says_what_it_shows(path: Path) -> None:
    case = case_of(path)

    assert path.parent.name in {rule.id for rule in SHIPPER_RULES}
    assert path.stem.startswith("raises_" if "finds" in case else "near_miss_")
    assert Program(case["program"])


@pytest.mark.parametrize("program", Program)
def test_a_safe_configuration_has_no_finding(program: Program) -> None:
    assert linted(program, base(program)).findings == ()


@pytest.mark.parametrize("rule", SHIPPER_RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_case_that_raises_it_and_a_near_miss(rule: ShipperRule[Any]) -> None:
    names = {path.stem.partition("_")[0] for path in CASES if path.parent.name == rule.id}

    assert names == {"raises", "near"}
