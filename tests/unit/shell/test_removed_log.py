"""An audit log that was removed under kube-apiserver: what only the process still has is saved before it ends."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from tests.checks.servers import LOG
from tests.unit.shell.live_node import LOST, STATE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.shell.live_node import LiveNode

SAVED = LOG.replace("audit.log", "audit-saved-r1.log")
OPEN = 'removed_log() { echo "$world/open"; }\n'
WRITES_TO_THE_END = (
    'kill() { echo "event 2" >>"$world/open"; echo "$*" >>"$world/killed"; gone "$2"; }\n'
    'appears() { echo "event 2" >>"$world/open"; serves "$((5000 + k_start))" "$world/argv/$k_sha"; }\n'
)


@pytest.fixture(params=["node", "audited"], ids=["the manifest too", "the policy alone"])
def without_log(request: pytest.FixtureRequest) -> LiveNode:
    found: LiveNode = request.getfixturevalue(request.param)
    (found.world / "open").write_text("event 1\n")
    found.at(LOG).parent.mkdir(parents=True, exist_ok=True)
    return found


def test_its_events_are_saved_to_the_last(without_log: LiveNode) -> None:
    done = without_log.run(OPEN + WRITES_TO_THE_END)

    assert done.code == 0, done
    assert without_log.text(SAVED).startswith("event 1\nevent 2\n")
    assert f"its events are saved in {SAVED}" in done.stdout


def test_so_they_are_where_everything_is_put_back(without_log: LiveNode) -> None:
    done = without_log.run(OPEN + LOST)

    assert done.code == 20, done
    assert without_log.text(SAVED) == "event 1\n"


def test_without_room_for_them_nothing_is_touched(without_log: LiveNode) -> None:
    before = without_log.files()

    done = without_log.run(OPEN + 'cat() { case $# in 0) return 1 ;; *) command cat "$@" ;; esac; }\n')

    assert done.code == 10
    assert f"{LOG}: was removed while kube-apiserver writes to it, and its events could not be saved" in done.stderr
    assert done.killed == []
    assert without_log.files() == before


def test_where_nothing_is_replaced_after_all_no_copy_stays(without_log: LiveNode) -> None:
    done = without_log.run(OPEN + "stage() { return 1; }\n")

    assert done.code == 10, done
    assert not without_log.at(SAVED).exists()


def test_a_log_whose_folder_is_gone_too_is_saved_with_the_run(without_log: LiveNode) -> None:
    without_log.at(LOG).parent.rmdir()

    done = without_log.run(OPEN + 'folder() { mkdir -p "$1"; }\n')

    assert done.code == 0, done
    assert without_log.text(f"{STATE}/runs/r1/removed-audit.log") == "event 1\n"


@pytest.mark.parametrize(
    ("what", "found"),
    [("import os; os.unlink(path)", True), ("", False), ("import os; os.rename(path, path + '.1')", False)],
    ids=["removed", "there", "renamed"],
)
def test_only_a_file_that_has_no_name_any_more_is_one(tmp_path: Path, what: str, found: bool) -> None:
    log = tmp_path / "audit.log"
    opened = f"import sys; path = {str(log)!r}; held = open(path, 'a')"
    holder = f"{opened}; {what or 'pass'}; print(flush=True); sys.stdin.read()"
    text = files("kubewitness.shell").joinpath("removedlog.sh").read_text("utf-8")
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        script = f"flag_of() {{ echo {log}; }}\n{text}\nremoved_log {process.pid}"

        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)

        process.communicate()
    assert done.stdout.startswith(f"/proc/{process.pid}/fd/") == found
