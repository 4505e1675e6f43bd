"""Ways to a node: bastion, strict host keys, sudo with a password. Deploy and check go the same way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.controlplane import POLICY

if TYPE_CHECKING:
    from tests.e2e.controlplane import ControlPlane, Finished

pytestmark = pytest.mark.lab

METADATA = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n"


def inventory(folder: Path, name: str = "cp-1", **data: object) -> str:
    file = folder / "inventory.py"
    file.write_text(f"control_plane = [({name!r}, {data!r})]\n")
    return str(file)


def asked_for(report: dict[str, Any]) -> set[tuple[str, str]]:
    """Status and reason of every check that ran without an option of its own, of an API server."""
    return {(item["status"], item["reason"]) for item in report["findings"] if item["check"] != "audit-canary"}


def changed(plane: ControlPlane, policy: Path, **way: Any) -> Finished:
    """A deploy that goes this way, with a policy of its own: the transaction has to go it too."""
    policy.write_text(f"# {policy}\n{METADATA}- level: Request\n  verbs: [{way['ssh_user']}]\n")
    file = inventory(policy.parent, **{**way, "audit_policy": str(policy)})

    done = plane.deploy(inventory=file)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "found in /var/log/kubernetes/audit/audit.log at level Metadata" in done.stderr
    assert plane.node(f"cat {POLICY}") == policy.read_text()
    return done


@pytest.fixture
def way(lab: ControlPlane) -> dict[str, Any]:
    """Host data that reaches cp-1."""
    status = json.loads(lab.lab("status", "--json"))
    return {
        "cluster": "lab",
        "ssh_config_file": status["ssh_config"],
        "ssh_known_hosts_file": status["known_hosts"],
        "ssh_strict_host_key_checking": "yes",
        "ssh_user": "deployer",
        "_sudo": True,
    }


def test_through_a_bastion(audited: ControlPlane, way: dict[str, Any], policy_file: Path) -> None:
    """By ProxyJump, from where the bastion can be reached and the node cannot be reached otherwise by that name."""
    beside = replace(audited, inside=True)
    config = f"{way['ssh_config_file']}.inside"
    through = {**way, "name": "cp-1-via-bastion", "ssh_config_file": config}

    assert beside.check(inventory=inventory(policy_file.parent, **through)).returncode == 0
    changed(beside, policy_file, **through)
    assert "10.99.0.5" in audited.node(
        "journalctl -u ssh --since -1min -o cat | grep 'Accepted publickey for deployer'"
    )


def test_a_host_key_that_is_not_the_known_one(audited: ControlPlane, way: dict[str, Any], tmp_path: Path) -> None:
    known = Path(way["ssh_known_hosts_file"]).read_text().splitlines()
    bastion = next(line.split(" ", 1)[1] for line in known if line.startswith("bastion,"))
    forged = tmp_path / "known_hosts"
    forged.write_text(f"cp-1,10.99.0.11 {bastion}\n")
    wrong = inventory(tmp_path, **{**way, "ssh_known_hosts_file": str(forged)})

    report = audited.report(inventory=wrong)
    done = audited.deploy(inventory=wrong)

    assert asked_for(report) == {("UNKNOWN", "unreachable")}
    assert audited.check(inventory=wrong).returncode == 2
    assert done.returncode == 1
    assert "does not match" in done.stderr


def test_a_host_key_that_is_not_known(audited: ControlPlane, way: dict[str, Any], tmp_path: Path) -> None:
    nobody = tmp_path / "known_hosts"
    nobody.touch()
    unknown = inventory(tmp_path, **{**way, "ssh_known_hosts_file": str(nobody)})

    assert audited.check(inventory=unknown).returncode == 2
    assert audited.deploy(inventory=unknown).returncode == 1
    assert nobody.read_text() == ""


def test_sudo_with_a_password(audited: ControlPlane, way: dict[str, Any], policy_file: Path) -> None:
    with_password = {**way, "ssh_user": "careful", "_sudo_password": "only-for-the-lab"}

    done = audited.check(inventory=inventory(policy_file.parent, **with_password))

    assert done.returncode == 0, done.stdout + done.stderr
    deployed = changed(audited, policy_file, **with_password)
    assert "only-for-the-lab" not in done.stdout + done.stderr + deployed.stdout + deployed.stderr


def test_a_wrong_sudo_password_is_unknown_never_pass(
    audited: ControlPlane, way: dict[str, Any], tmp_path: Path
) -> None:
    wrong = inventory(tmp_path, **{**way, "ssh_user": "careful", "_sudo_password": "not-this-one"})

    report = audited.report(inventory=wrong)

    assert asked_for(report) == {("UNKNOWN", "denied")}
    assert "not-this-one" not in json.dumps(report)


def test_without_sudo_nothing_is_claimed(audited: ControlPlane, way: dict[str, Any], tmp_path: Path) -> None:
    plain = inventory(tmp_path, **{**way, "_sudo": False})

    statuses = {item["status"] for item in audited.report(inventory=plain)["findings"]}

    assert statuses <= {"UNKNOWN", "NOT_APPLICABLE"}
    assert audited.check(inventory=plain).returncode == 2


def test_a_node_that_does_not_answer_leaves_the_others(
    audited: ControlPlane, way: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "inventory.py"
    file.write_text(f"control_plane = [('cp-1', {way!r}), ('10.99.0.99', {way!r})]\n")

    report = audited.report(inventory=str(file))

    states = {target["name"]: target["sources"]["audit"]["status"] for target in report["targets"]}
    assert states == {"cp-1": "PASS", "10.99.0.99": "UNKNOWN"}
