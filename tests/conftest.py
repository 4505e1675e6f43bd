"""Which tests run: those that need the lab run with ``--lab``, or skip and say so in the last lines of the run.

Whoever asked for the lab (``--lab``, or ``CI=true``) gets it or a failure: a skip there would look like a pass.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests import beside

if TYPE_CHECKING:
    from collections.abc import Generator

# Two busy cores: how long an example takes says nothing about the code.
settings.register_profile("kubewitness", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") == "true" else "kubewitness")

_NOT_ASKED_FOR = "the lab was not asked for"
_CONTROL_PLANE = "lab"  # the fixture of tests/e2e; tests on plain nodes have a lab of their own
_skipped = pytest.StashKey[dict[str, int]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lab", action="store_true", help="run the tests that need the lab too (root, Go, some minutes)")
    parser.addoption(beside.OPTION, type=Path, metavar="FILE", help="write their reports there, for tests/beside.py")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_skipped] = {}
    reports: Path | None = config.getoption(beside.OPTION)
    if reports is not None:
        stream = reports.open("a", encoding="utf-8")
        config.add_cleanup(stream.close)
        config.pluginmanager.register(beside.Teller(config, stream))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """The tests on the lab's control plane run beside the others, where there are both."""
    config = session.config
    lab = [item for item in session.items if item.get_closest_marker("lab") and _CONTROL_PLANE in _fixtures(item)]
    others = [item for item in session.items if item not in set(lab)]
    asked = config.getoption("--lab") and not config.getoption("--collect-only") and lab_obstacle() is None
    if not asked or not lab or not others:
        return (yield)
    session.items[:] = others
    with beside.running(lab) as tests:
        done = yield
        tests.report(config)
    return done


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("lab") is None:
        return
    obstacle = lab_obstacle()
    if item.config.getoption("--lab") or os.environ.get("CI") == "true":
        if obstacle is not None:
            pytest.fail(f"the lab cannot run here: {obstacle}", pytrace=False)
        return
    reason = obstacle or _NOT_ASKED_FOR
    counts = item.config.stash[_skipped]
    counts[reason] = counts.get(reason, 0) + 1
    pytest.skip(reason)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for reason, count in sorted(config.stash[_skipped].items()):
        tests = "1 test" if count == 1 else f"{count} tests"
        terminalreporter.write_line(f"lab: {tests} did not run: {reason}. As root: make lab", yellow=True)


@cache
def lab_obstacle() -> str | None:
    """Why the lab cannot run on this machine; ``None`` where it can."""
    from tests import lab  # noqa: PLC0415  only where a test asks for it

    return lab.available()
