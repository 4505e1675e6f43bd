"""Every rule against its cases: a file each, ``cases/<id>/<raises|near_miss>_<what is special>.yaml``.

A case holds ``policy`` or ``rules`` (put under the usual three lines), ``version``, ``flags`` (fields of the audit
settings), and in ``finds`` what the finding says: ``message`` is a part of it, ``count`` how many there are, ``alone``
that nothing else is found. A near miss finds nothing of the id.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from kubewitness.apiserver import AuditSettings
from kubewitness.auditpolicy.lint import LINT_RULES, Linted, LintRule
from kubewitness.model import ServerVersion
from tests.unit.auditpolicy.lint.linting import HEADER, NEWEST, linted, pasted

FOLDER: Final = Path(__file__).parent / "cases"
CASES: Final = sorted(FOLDER.glob("*/*.yaml"))
KEYS: Final = {"policy", "rules", "version", "flags", "finds"}
FINDS: Final = {"severity", "line", "column", "rule", "probe", "others", "message", "count", "alone"}
RULES: Final = {rule.id: rule for rule in LINT_RULES}


def read(path: Path) -> dict[str, Any]:
    case = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(case, dict)
    assert set(case) <= KEYS
    assert set(case.get("finds", {})) <= FINDS
    return case


def policy_of(case: dict[str, Any]) -> str:
    return str(case["policy"]) if "policy" in case else HEADER + case["rules"]


def found_in(case: dict[str, Any]) -> Linted:
    version = ServerVersion.parse(case["version"]) if "version" in case else NEWEST
    assert version is not None
    return linted(policy_of(case), version, AuditSettings(**case["flags"]) if "flags" in case else "not given")


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    case = read(path)

    result = found_in(case)

    found = [finding for finding in result.findings if finding.id == path.parent.name]
    wanted = dict(case.get("finds", {}))
    assert len(found) == wanted.pop("count", 1 if wanted else 0), result.findings
    if wanted.pop("alone", False):
        assert len(result.findings) == 1
    assert wanted.pop("message", "") in (found[0].message if found else "")
    assert {key: getattr(found[0], key) for key in wanted} == {
        key: tuple(value) if isinstance(value, list) else value for key, value in wanted.items()
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_belongs_to_a_rule_and_its_name_says_what_it_shows(path: Path) -> None:
    case = read(path)

    assert path.parent.name in RULES
    assert path.stem.startswith("raises_" if "finds" in case else "near_miss_")


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_suggested_ends_the_finding_and_brings_no_other_that_is_as_bad(path: Path) -> None:
    case = read(path)
    result = found_in(case)
    policy = policy_of(case)
    known = {finding.id for finding in result.findings}

    for finding in result.findings:
        if finding.suggestion is None:
            continue
        after = found_in({**case, "policy": pasted(policy, finding)})

        assert after.rules is not None
        assert finding.rule is not None
        added = after.rules - (result.rules or 0)
        same = (finding.id, finding.probe, finding.rule if finding.rule < 0 else finding.rule + added)
        assert added > 0
        assert same not in {(item.id, item.probe, item.rule) for item in after.findings}
        new = {item.id for item in after.findings if item.severity.rank >= 2} - known
        assert new <= ({"AP012"} if finding.replaces else set()), finding


@pytest.mark.parametrize("rule", LINT_RULES, ids=lambda rule: rule.id)
class TestEveryRule:
    def test_has_a_case_that_raises_it_and_a_near_miss(self, rule: LintRule[Any]) -> None:
        names = {path.stem.partition("_")[0] for path in CASES if path.parent.name == rule.id}

        assert names == {"raises", "near"}

    def test_says_what_why_and_from_where(self, rule: LintRule[Any]) -> None:
        assert re.fullmatch(r"AP\d{3}", rule.id)
        assert len(rule.why) > 60
        assert rule.source.startswith("https://")
        assert not rule.title.endswith(".")


def test_the_catalogue_is_whole() -> None:
    numbers = [*range(1, 9), *range(10, 16), *range(20, 26), *range(30, 36), *range(40, 46), *range(50, 58)]
    numbers += [*range(60, 65), 70, 71]

    assert [rule.id for rule in LINT_RULES] == [f"AP{number:03}" for number in numbers]
