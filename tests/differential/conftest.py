"""The oracle for a test, and in the last lines of the run how many tests had none."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.oracle.building import VERSIONS
from tests.oracle.required import SIGN, oracle


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """Every version of Kubernetes that there is an oracle for."""
    name = str(request.param)
    oracle(name)
    return name


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.getreports("skipped") if isinstance(report.longrepr, tuple)]
    reasons = [str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped if report.longrepr]
    for reason, count in sorted(Counter(reason for reason in reasons if reason.startswith(SIGN)).items()):
        tests = "1 test" if count == 1 else f"{count} tests"
        terminalreporter.write_line(f"{tests} did not run: {reason}", yellow=True)
