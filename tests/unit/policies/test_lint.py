"""Our policies under our own linter."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy.lint import lint
from kubewitness.model import ServerVersion, Severity
from tests.unit.policies.shipped import NAMES, text

VERSIONS = [ServerVersion(1, minor) for minor in (24, 35, 37)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_nothing_is_found_in_it_and_all_of_it_is_judged(name: str, version: ServerVersion) -> None:
    (linted,) = lint(f"{name}.yaml", text(name).encode(), version)

    assert [finding for finding in linted.findings if finding.severity is not Severity.INFO] == []
    assert linted.accepted == ()
    assert linted.unjudged is None
    assert {rule.id for rule in linted.not_looked_at} == {"AP062", "AP063"}
