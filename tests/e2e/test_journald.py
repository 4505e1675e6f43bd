"""The journal of the lab's control plane: weak, kept as the standard asks by the deploy, and as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.controlplane import ControlPlane

pytestmark = pytest.mark.lab

WEAK = r"[Journal]\nStorage=volatile\nSystemMaxUse=16M\nRateLimitBurst=5\n"
FOLDER = "/etc/systemd/journald.conf.d"
JOURNALD = "systemctl show -p MainPID --value systemd-journald"


def deploy(plane: ControlPlane, what: str = "deploys/journald.py") -> str:
    done = plane.pyinfra(plane.inventory, what, "-y")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


def journal(plane: ControlPlane) -> dict[str, str]:
    """Check -> status, of those that a deploy can mend."""
    found = plane.verdicts("--standard", "standard")
    names = ("journal-persistent", "journal-stored", "journal-limits", "journal-rate-limit", "journal-restart-due")
    return {name: found[name] for name in names}


@pytest.fixture(scope="module")
def weak(lab: ControlPlane) -> Iterator[ControlPlane]:
    """journald keeps little, and in memory."""
    file = f"{FOLDER}/50-weak.conf"
    lab.node(f"mkdir -p {FOLDER}; printf '{WEAK}' > {file}; systemctl restart systemd-journald")
    yield lab
    lab.node(f"rm -f {file} {FOLDER}/90-kubewitness.conf /etc/systemd/system/*.service.d/90-kubewitness.conf")
    lab.node("systemctl daemon-reload; systemctl restart systemd-journald; journalctl --flush")


def test_what_falls_short_is_seen_and_then_mended(weak: ControlPlane) -> None:
    before = journal(weak)

    said = deploy(weak)

    assert set(before.values()) == {"FAIL", "PASS"}
    assert before["journal-restart-due"] == "PASS"
    assert "a message of ours was found in /var/log/journal" in said
    assert set(journal(weak).values()) == {"PASS"}


def test_systemd_reads_the_files_as_we_do(weak: ControlPlane) -> None:
    merged = weak.node("systemd-analyze cat-config systemd/journald.conf")

    last = {line.partition("=")[0]: line.partition("=")[2] for line in merged.splitlines() if "=" in line}
    assert (last["Storage"], last["SystemMaxUse"], last["RateLimitBurst"]) == ("persistent", "1024M", "10000")


def test_the_second_run_changes_nothing_and_restarts_nothing(weak: ControlPlane) -> None:
    before = weak.node(JOURNALD)

    said = deploy(weak)

    assert "No changes" in said
    assert weak.node(JOURNALD) == before


def test_it_is_undone(weak: ControlPlane) -> None:
    deploy(weak, "kubewitness.deploys.undo_journald")

    assert weak.node(f"ls {FOLDER}").split() == ["50-weak.conf"]
    assert journal(weak)["journal-persistent"] == "FAIL"
