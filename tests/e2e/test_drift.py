"""Drift on a real control plane: each change, and the exact set of findings that it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.controlplane import LOG, MANIFEST, POLICY, ControlPlane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.lab


@pytest.fixture
def drifted(audited: ControlPlane) -> Iterator[Callable[[str], dict[str, str]]]:
    """Runs a change on the node and says which findings differ from those before it; then puts everything back."""
    audited.node(f"rm -rf /root/kept && mkdir /root/kept && cp -p {MANIFEST} {POLICY} /root/kept")
    before = audited.verdicts()
    assert set(before.values()) == {"PASS", "NOT_APPLICABLE"}

    def changed_by(script: str) -> dict[str, str]:
        audited.node(script)
        after = audited.verdicts()
        return {check: after[check] for check in after if after[check] != before[check]}

    yield changed_by
    audited.node(f"rm -f {MANIFEST}.bak; cp -p /root/kept/policy.yaml {POLICY}")
    audited.start_afresh("/root/kept/kube-apiserver.yaml")


def test_an_edited_flag(drifted: Callable[[str], dict[str, str]], audited: ControlPlane) -> None:
    audited.write_manifest(audited.node(f"cat {MANIFEST}").replace("maxage=30", "maxage=7"))

    changed = drifted("true")

    assert changed == {"audit-log-rotation": "FAIL", "drift-from-standard": "FAIL", "drift-from-last-run": "FAIL"}
    fields = {item["check"]: item["differences"] for item in audited.report()["findings"]}
    assert fields["drift-from-last-run"] == [{"field": "--audit-log-maxage", "expected": "30", "actual": "7"}]


def test_an_edited_flag_that_the_kubelet_has_not_acted_on(drifted: Callable[[str], dict[str, str]]) -> None:
    changed = drifted(f"systemctl stop kubelet; sed -i 's/maxage=30/maxage=7/' {MANIFEST}")

    assert changed == {
        "audit-flags-running": "FAIL",
        "audit-log-rotation": "FAIL",
        "drift-from-standard": "FAIL",
        "drift-from-last-run": "FAIL",
    }


def test_a_policy_that_records_nothing_in_force(
    drifted: Callable[[str], dict[str, str]], audited: ControlPlane
) -> None:
    audited.node(f"printf 'apiVersion: audit.k8s.io/v1\\nkind: Policy\\nrules:\\n- level: None\\n' > {POLICY}")
    audited.start_afresh()

    changed = drifted("true")

    assert changed == {
        "audit-policy-records": "FAIL",
        "audit-log-written": "UNKNOWN",  # for its first two minutes a server may just have had nothing to record
        "drift-from-standard": "FAIL",
        "drift-from-last-run": "FAIL",
    }


def test_the_log_deleted_under_the_running_server(drifted: Callable[[str], dict[str, str]]) -> None:
    changed = drifted(f"rm {LOG}")

    assert changed == {"audit-log-written": "FAIL", "audit-log-access": "UNKNOWN", "drift-from-standard": "FAIL"}


def test_the_log_renamed_by_another_rotation(drifted: Callable[[str], dict[str, str]]) -> None:
    changed = drifted(f"mv {LOG} {LOG}.1 && install -m 600 /dev/null {LOG}")

    assert changed == {"audit-log-written": "FAIL", "drift-from-standard": "FAIL"}


def test_the_log_renamed_and_copied_back(drifted: Callable[[str], dict[str, str]]) -> None:
    changed = drifted(f"mv {LOG} {LOG}.1 && cp -p {LOG}.1 {LOG}")

    assert changed == {"audit-log-written": "FAIL", "drift-from-standard": "FAIL"}


def test_a_backup_beside_the_manifest(drifted: Callable[[str], dict[str, str]]) -> None:
    changed = drifted(f"systemctl stop kubelet; cp -p {MANIFEST} {MANIFEST}.bak")

    assert changed == {"static-pod-files": "FAIL"}


def test_a_policy_replaced_without_a_restart(drifted: Callable[[str], dict[str, str]], audited: ControlPlane) -> None:
    changed = drifted(
        f"sed 's/^rules:/rules:\\n  - level: Metadata\\n    users: [jane]/' {POLICY} > /root/p && mv /root/p {POLICY}"
    )

    assert changed == {
        "audit-policy-loaded": "FAIL",
        "drift-from-standard": "FAIL",
        "drift-from-last-run": "FAIL",
    }
