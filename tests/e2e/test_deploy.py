"""The main job on a real control plane, in the order in which a user does it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.controlplane import LOG, MANIFEST, POLICY, ROOT, ControlPlane

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.lab

STRICTER = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: ["/livez", "/readyz"]
- level: Metadata
"""

ABOUT_WHAT_IS_NOT_THERE = (  # a shipper, a store, and hours that the standard of these tests does not ask for
    *("audit-retention-hours", "shipper-configuration", "shipper-running"),
    *("audit-readable-by-shipper", "audit-delivered"),
)


def test_before_anything_the_checker_says_off(fresh: ControlPlane) -> None:
    report = fresh.report()

    audit = report["targets"][0]["sources"]["audit"]
    assert (audit["rung"], audit["required"], audit["ceiling"], audit["status"]) == (0, 3, 3, "FAIL")
    assert fresh.check().returncode == 1


def test_a_dry_run_shows_the_diff_and_the_outage_and_changes_nothing(fresh: ControlPlane) -> None:
    before = fresh.state()

    done = fresh.deploy("--dry")

    assert done.returncode == 0
    assert "+    - --audit-policy-file=/etc/kubernetes/audit/policy.yaml" in done.stderr
    assert "+kind: Policy" in done.stderr
    assert "away for about 45 s" in done.stderr
    assert fresh.state() == before
    assert fresh.node("ls -d /var/lib/kubewitness 2>/dev/null || echo none").strip() == "none"


def test_the_deploy_switches_audit_logging_on_and_proves_it(fresh: ControlPlane) -> None:
    manifest = fresh.node(f"cat {MANIFEST}")

    done = fresh.deploy()

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"canary kubewitness-\S+: answered 403, found in {LOG} at level Metadata", done.stderr)
    assert re.search(
        r"to undo: pyinfra inventories/lab.py kubewitness.deploys.undo_audit run=\S+ --limit cp-1 -y", done.stderr
    )
    after = fresh.node(f"cat {MANIFEST}").splitlines()
    kept = iter(after)
    assert all(line in kept for line in manifest.splitlines()), "every old line is there, in its order"
    assert fresh.node(f"stat -c '%a %u:%g' {MANIFEST} {POLICY}").splitlines() == ["600 0:0", "600 0:0"]


def test_what_it_wrote_runs_and_the_checker_sees_it(fresh: ControlPlane) -> None:
    done = fresh.check("--prove", "-o", "json")

    assert done.returncode == 0, done.stdout
    report = fresh.report("--prove")
    audit = report["targets"][0]["sources"]["audit"]
    assert (audit["rung"], audit["status"]) == (3, "PASS")
    found = {item["check"]: item["status"] for item in report["findings"] if item["status"] != "PASS"}
    assert found == dict.fromkeys(ABOUT_WHAT_IS_NOT_THERE, "NOT_APPLICABLE")


def test_the_second_run_changes_nothing_and_restarts_nothing(fresh: ControlPlane) -> None:
    before = fresh.state()

    done = fresh.deploy()

    assert done.returncode == 0
    assert "No changes" in done.stderr
    assert fresh.state() == before


def test_a_policy_alone_replaces_the_process_and_leaves_the_manifest(fresh: ControlPlane, policy_file: Path) -> None:
    policy_file.write_text(STRICTER)
    manifest, process = fresh.node(f"stat -c '%Y %i' {MANIFEST}"), fresh.server()

    done = fresh.deploy(policy=policy_file)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "away for about 5 s" in done.stderr
    assert "found in" in done.stderr
    assert fresh.node(f"stat -c '%Y %i' {MANIFEST}") == manifest
    assert fresh.server() != process
    assert fresh.node(f"cat {POLICY}") == STRICTER


def test_the_same_policy_written_differently_is_left_alone(fresh: ControlPlane, policy_file: Path) -> None:
    policy_file.write_text(STRICTER.replace('["/livez", "/readyz"]', "\n  - /livez # the kubelet's\n  - /readyz"))
    before = fresh.state()

    done = fresh.deploy(policy=policy_file)

    assert "No changes" in done.stderr
    assert fresh.state() == before


def test_a_run_is_undone_by_the_command_that_it_printed(fresh: ControlPlane) -> None:
    run = fresh.node("basename $(ls -td /var/lib/kubewitness/runs/* | head -n 1)").strip()

    undone = fresh.pyinfra(fresh.inventory, "kubewitness.deploys.undo_audit", f"run={run}", "--limit", "cp-1", "-y")

    assert undone.returncode == 0, undone.stdout + undone.stderr
    assert fresh.node(f"cat {POLICY}") == (ROOT / "policies/audit/standard.yaml").read_text()


def test_undoing_without_a_run_lists_what_can_be_undone(fresh: ControlPlane) -> None:
    before = fresh.state()

    listed = fresh.pyinfra(fresh.inventory, "kubewitness.deploys.undo_audit", "-y")

    assert "changed policy and manifest" in listed.stderr
    assert ", undone since" in listed.stderr
    assert fresh.state() == before


def test_a_run_that_stopped_half_way_is_finished_by_the_next(fresh: ControlPlane, policy_file: Path) -> None:
    policy_file.write_text(STRICTER.replace('"/livez", ', ""))
    fresh.node(f"cat > {POLICY} <<'E'\n{policy_file.read_text()}E")  # written, and then the run died
    process = fresh.server()

    done = fresh.deploy(policy=policy_file)

    assert done.returncode == 0, done.stdout + done.stderr
    assert fresh.server() != process
    assert fresh.check().returncode == 0


def test_a_manifest_that_complies_by_other_means_is_left_alone(fresh: ControlPlane) -> None:
    rewritten = (
        fresh.node(f"cat {MANIFEST}")
        .replace("    - --audit-log-maxage=30\n", "")
        .replace(
            "  - command:\n    - kube-apiserver\n",
            "  - command:\n    - kube-apiserver\n    args:\n    - --audit-log-maxage\n    - '90'\n",
        )
    )
    fresh.write_manifest(rewritten)
    before = fresh.state()

    done = fresh.deploy()
    again = fresh.deploy()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing is changed: what is there is proved and recorded" in done.stderr
    assert "No changes" in again.stderr
    assert fresh.state() == before
    assert set(fresh.verdicts().values()) == {"PASS", "NOT_APPLICABLE"}
