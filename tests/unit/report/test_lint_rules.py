"""The catalogue of the linter as text."""

from __future__ import annotations

import json
from pathlib import Path

from kubewitness.auditpolicy.lint import LINT_RULES
from kubewitness.auditpolicy.probes import PROBES
from kubewitness.catalogue import load_catalogue
from kubewitness.report.lint.rules import RULE_FORMATS, policy_catalogue

DOCS = Path(__file__).resolve().parents[3] / "docs" / "policy"


def test_the_page_of_rules_is_the_catalogue() -> None:
    page = (DOCS / "lint-rules.md").read_text("utf-8")

    written = RULE_FORMATS["markdown"](policy_catalogue(LINT_RULES, load_catalogue()))
    assert page == written, "kubewitness policy lint --rules -o markdown > docs/policy/lint-rules.md"


def test_the_page_about_lint_counts_the_probes() -> None:
    assert f"\n{len(PROBES)} requests that matter" in (DOCS / "lint.md").read_text("utf-8")


def test_each_rule_and_each_check_with_a_code_has_a_heading() -> None:
    page = RULE_FORMATS["markdown"](policy_catalogue(LINT_RULES, load_catalogue()))

    headings = [line[3:8] for line in page.splitlines() if line.startswith("## ")]
    assert len(headings) == len(LINT_RULES) + sum(bool(item.code) for item in load_catalogue())
    assert headings == sorted(headings, key=lambda name: (name.startswith("AF"), name))


def test_the_list_for_programs_has_the_same_keys_for_each() -> None:
    listed = json.loads(RULE_FORMATS["json"](policy_catalogue(LINT_RULES, load_catalogue())))

    assert {tuple(item) for item in listed} == {
        ("id", "title", "severity", "why", "source", "needsFlags", "check"),
    }
