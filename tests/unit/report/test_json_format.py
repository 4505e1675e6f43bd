from __future__ import annotations

import json
from typing import Any

import pytest

from kubewitness.report import Options
from kubewitness.report.json_format import render
from tests.unit.report import reports


def test_the_keys_are_those_of_the_schema() -> None:
    document = _read(render(reports.fleet(), Options()))

    assert document["schema"] == "kubewitness/report/v1"
    assert list(document) == ["schema", "run", "targets", "findings", "summary"]
    assert list(document["targets"][0]) == ["name", "cluster", "kind", "sources"]
    assert list(document["targets"][0]["sources"]["audit"]) == [
        "rung", "required", "ceiling", "status", "reason", "hint",
    ]  # fmt: skip
    assert list(document["findings"][0]) == [
        "check", "target", "cluster", "kind", "log", "status", "severity", "reason", "message", "rung", "required",
        "expected", "actual", "differences", "evidence", "remediation", "controls", "code",
    ]  # fmt: skip


def test_what_is_not_known_is_null_and_not_nought() -> None:
    document = _read(render(reports.fleet(), Options()))

    unread = document["targets"][3]["sources"]["audit"]
    assert (unread["rung"], unread["reason"]) == (None, "unreachable")


def test_the_summary_counts_every_status_and_severity() -> None:
    summary = _read(render(reports.fleet(), Options()))["summary"]

    assert summary == {
        "targets": 4,
        "findings": {"PASS": 1, "FAIL": 2, "UNKNOWN": 1, "NOT_APPLICABLE": 1},
        "failed": {"critical": 1, "high": 0, "medium": 1, "low": 0, "info": 0},
        "sources": {"audit": {"PASS": 1, "FAIL": 1, "UNKNOWN": 2, "NOT_APPLICABLE": 0}},
    }


@pytest.mark.parametrize("name", reports.HOSTILE_NAMES)
def test_a_hostile_name_comes_back_as_it_was(name: str) -> None:
    document = _read(render(reports.hostile(), Options()))

    assert name in {target["name"] for target in document["targets"]}
    assert name in {finding["evidence"][0]["value"] for finding in document["findings"]}


def test_the_json_itself_is_printable_ascii() -> None:
    shown = render(reports.hostile(), Options())

    assert shown.isascii()
    assert all(line.isprintable() for line in shown.splitlines())


def _read(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document
