"""The tests on the lab's control plane in a process of their own: they wait for a kubelet while the others compute.

Their reports become this run's, so that there is one count, one exit code and one closing line.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

OPTION: Final = "--lab-reports"
_LAST_LINES: Final = 20


class Teller:
    """In the process beside: writes each report, a line each, as it comes."""

    def __init__(self, config: pytest.Config, reports: TextIO) -> None:
        self._config = config
        self._reports = reports

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._reports.write(f"{json.dumps(data)}\n")
        self._reports.flush()


@contextmanager
def running(items: Sequence[pytest.Item]) -> Iterator[Beside]:
    """Runs these tests beside what happens meanwhile. When that fails they end as by Ctrl-C: the lab goes down."""
    with tempfile.TemporaryDirectory(prefix="kubewitness-beside-") as folder:
        names, reports, output = (Path(folder, name) for name in ("tests", "reports", "output"))
        names.write_text("".join(f"{item.nodeid}\n" for item in items), encoding="utf-8")
        reports.touch()
        command = [sys.executable, "-m", "pytest", "--lab", "-p", "no:cacheprovider", OPTION, str(reports), f"@{names}"]
        # A run in the background ignores SIGINT, and would hand that down.
        former = signal.signal(signal.SIGINT, signal.default_int_handler)
        with output.open("wb") as stream:
            child = subprocess.Popen(
                command, cwd=items[0].config.rootpath, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
            )
        signal.signal(signal.SIGINT, former)
        try:
            yield Beside(items, child, reports, output)
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
            child.wait()


class Beside:
    """Tests that run in another process."""

    def __init__(
        self, items: Sequence[pytest.Item], child: subprocess.Popen[bytes], reports: Path, output: Path
    ) -> None:
        self._items = items
        self._child = child
        self._reports = reports
        self._output = output

    def report(self, config: pytest.Config) -> None:
        """Waits for all of them, and reports each as if it had run here. One that did not run has failed."""
        code = self._child.wait()
        ended: set[str] = set()
        for line in self._reports.read_text(encoding="utf-8").splitlines():
            report = config.hook.pytest_report_from_serializable(config=config, data=json.loads(line))
            _tell(config, report)
            if report.when == "teardown":
                ended.add(report.nodeid)
        said = "\n".join(self._output.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:])
        why = (
            f"not run to its end: the process of the lab's tests ended with code {code}, and these last lines:\n{said}"
        )
        for item in self._items:
            if item.nodeid not in ended:
                _tell(config, pytest.TestReport(item.nodeid, item.location, {}, "failed", why, "call"))


def _tell(config: pytest.Config, report: pytest.TestReport) -> None:
    config.hook.pytest_runtest_logstart(nodeid=report.nodeid, location=report.location)
    config.hook.pytest_runtest_logreport(report=report)
    config.hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
