"""JSON, SARIF and workflow commands."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kubewitness.errors import KubewitnessError
from kubewitness.model import Severity
from kubewitness.report import Options
from kubewitness.report.lint import FORMATS, LintReport, lint_renderer
from tests.unit.report import lintreports

FINDING = [
    "id", "severity", "message", "file", "line", "column", "probe", "others", "rule", "ruleLine", "ruleColumn",
    "suggestion", "replaces", "check",
]  # fmt: skip


def rendered(name: str, report: LintReport | None = None) -> str:
    return lint_renderer(name)(report or lintreports.some(), Options())


class TestJson:
    def document(self) -> dict[str, Any]:
        document = json.loads(rendered("json"))
        assert isinstance(document, dict)
        return document

    def test_the_keys_are_those_of_the_schema(self) -> None:
        document = self.document()

        assert document["schema"] == "kubewitness/policy-lint/v1"
        assert list(document) == ["schema", "tool", "files", "findings", "accepted", "notLookedAt", "summary"]
        assert list(document["files"][0]) == ["file", "path", "kind", "version", "rules", "unjudged"]
        assert all(list(finding) == FINDING for finding in document["findings"])
        assert list(document["accepted"][0]) == [*FINDING, "reason"]

    def test_a_finding_says_what_where_and_what_instead(self) -> None:
        finding = self.document()["findings"][0]

        assert (finding["id"], finding["severity"], finding["file"]) == ("AP023", "high", "policies/a.yaml")
        assert (finding["line"], finding["column"], finding["rule"], finding["probe"]) == (7, 5, 1, "nodes-proxy-get")
        assert finding["suggestion"].startswith("  - level: Metadata\n    resources:\n")

    def test_the_summary_counts_every_severity(self) -> None:
        assert self.document()["summary"] == {
            "files": 3,
            "findings": {"critical": 0, "high": 3, "medium": 2, "low": 0, "info": 0},
            "accepted": 1,
            "unjudged": 1,
        }

    def test_what_is_not_known_is_null(self) -> None:
        files = self.document()["files"]

        assert [item["unjudged"] is None for item in files] == [True, True, False]
        assert [item["path"] for item in files] == [None, None, None]

    def test_it_is_printable_ascii(self) -> None:
        shown = rendered("json", lintreports.hostile())

        assert shown.isascii()
        assert all(line.isprintable() for line in shown.splitlines())


class TestSarif:
    def run(self, report: LintReport | None = None) -> dict[str, Any]:
        document = json.loads(rendered("sarif", report))
        assert document["version"] == "2.1.0"
        (run,) = document["runs"]
        assert isinstance(run, dict)
        return run

    def test_each_result_has_a_rule_with_a_description_and_a_source(self) -> None:
        run = self.run()

        rules = run["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in run["results"]})
        for result in run["results"]:
            rule = rules[result["ruleIndex"]]
            assert rule["id"] == result["ruleId"]
            assert rule["shortDescription"]["text"]
            assert rule["helpUri"].startswith("https://")

    def test_a_result_stands_in_its_file(self) -> None:
        result = self.run()["results"][0]

        (location,) = result["locations"]
        assert location["physicalLocation"] == {
            "artifactLocation": {"uri": "policies/a.yaml"},
            "region": {"startLine": 7, "startColumn": 5},
        }
        assert result["level"] == "error"
        assert "\nWrite before rules[1]:\n  - level: Metadata\n" in result["message"]["text"]

    def test_a_suggestion_is_a_fix_that_an_editor_can_apply(self) -> None:
        result = self.run()["results"][0]

        (fix,) = result["fixes"]
        (change,) = fix["artifactChanges"]
        (written,) = change["replacements"]
        assert fix["description"]["text"] == "Write a rule before rules[1]"
        assert change["artifactLocation"] == {"uri": "policies/a.yaml"}
        assert written["deletedRegion"] == {"startLine": 7, "startColumn": 1, "endLine": 7, "endColumn": 1}
        assert written["insertedContent"]["text"].startswith("  - level: Metadata\n")

    def test_what_a_comment_accepts_is_suppressed_with_its_reason(self) -> None:
        (accepted,) = [result for result in self.run()["results"] if "suppressions" in result]

        assert accepted["ruleId"] == "AP042"
        assert accepted["suppressions"] == [{"kind": "inSource", "justification": "it talks to itself"}]

    def test_what_was_not_judged_is_told_to_the_tool(self) -> None:
        (invocation,) = self.run()["invocations"]

        assert invocation["executionSuccessful"] is False
        assert "large.yaml" in invocation["toolExecutionNotifications"][0]["message"]["text"]

    def test_a_path_becomes_a_uri(self) -> None:
        run = self.run(lintreports.hostile())

        uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
        assert all(re.fullmatch(r"[A-Za-z0-9._~/:%-]*", uri) for uri in uris)

    def test_it_is_ascii(self) -> None:
        assert rendered("sarif", lintreports.hostile()).isascii()


class TestGithub:
    def test_a_finding_is_an_annotation_of_its_line(self) -> None:
        first = rendered("github").splitlines()[0]

        assert first.startswith("::error file=policies/a.yaml,line=7,col=5,title=AP023 high::Reaching a kubelet")
        assert "%0AWrite before rules[1]:%0A  - level: Metadata%0A" in first

    def test_the_severity_is_the_kind_of_annotation(self) -> None:
        kinds = [line.partition(" ")[0] for line in rendered("github").splitlines() if line.startswith("::")]

        assert kinds == ["::error", "::error", "::error", "::warning", "::warning", "::warning"]

    def test_a_hostile_text_starts_no_command_of_its_own(self) -> None:
        lines = rendered("github", lintreports.hostile()).splitlines()

        assert all(line.isprintable() for line in lines)
        commands = [line for line in lines if line.startswith("::")]
        assert all(line.split("::")[1].startswith("error file=") for line in commands)
        assert all(":" not in line.split("::")[1] for line in commands)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_with_a_newline(name: str) -> None:
    assert rendered(name).endswith("\n")


def test_a_format_that_there_is_not_is_named() -> None:
    with pytest.raises(KubewitnessError, match="-o html: no such format; there are table, json, sarif, github"):
        lint_renderer("html")


@pytest.mark.parametrize(("fail_on", "code"), [(Severity.CRITICAL, 3), (Severity.HIGH, 1), (Severity.INFO, 1)])
def test_the_exit_code_is_1_over_3(fail_on: Severity, code: int) -> None:
    assert lintreports.some().exit_code(fail_on) == code


def test_the_exit_code_of_a_clean_report_is_0() -> None:
    assert lintreports.report().exit_code(Severity.INFO) == 0
