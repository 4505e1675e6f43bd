"""What is refused before a byte changes, on a real control plane: one line each, and nothing is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.controlplane import MANIFEST, ControlPlane, wanted_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.lab

GOOD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n"

POLICIES = {
    "an unknown key": (GOOD + "  verb: [get]\n", 'unknown field "rules[0].verb"'),
    "a wrong apiVersion": (GOOD.replace("/v1\n", "/v1beta1\n"), 'no kind "Policy" is registered for version'),
    "no rules": (GOOD.replace("- level: Metadata\n", "").replace("rules:", "rules: []"), "0 rules"),
    "too little recorded": (
        GOOD.replace("- level", "- level: None\n  verbs: [list]\n- level"),
        "level None, by rules[0] (line 5), should be recorded at Metadata or above",
    ),
    "secrets in the log": (
        GOOD.replace("Metadata", "RequestResponse"),
        "reading a secret by name, listing the secrets of a namespace",
    ),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_with(fresh: ControlPlane, policy_file: Path, name: str) -> None:
    text, problem = POLICIES[name]
    policy_file.write_text(text)
    before = fresh.state()

    done = fresh.deploy(policy=policy_file)

    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if "kubewitness: " in line]
    assert any(problem in line and str(policy_file) in line for line in told), done.stderr
    assert "Traceback" not in done.stderr
    assert fresh.state() == before


def test_a_policy_for_a_newer_server(fresh: ControlPlane, policy_file: Path) -> None:
    """From 1.36 on group "*" is a wildcard; an older server does not start with it."""
    policy_file.write_text(
        GOOD.replace("- level: Metadata\n", '- level: Metadata\n  resources: [{group: "*"}]\n- level: Metadata\n')
    )
    before = fresh.state()

    done = fresh.deploy("--dry", policy=policy_file)

    newer = int(wanted_version().split(".")[1]) >= 36
    assert done.returncode == (0 if newer else 1), done.stderr
    assert ("rules[0].resources.group" in done.stderr) is not newer
    assert fresh.state() == before


@pytest.fixture
def meddled(fresh: ControlPlane, request: pytest.FixtureRequest) -> Iterator[ControlPlane]:
    change, undo = request.param
    fresh.node(change)
    yield fresh
    fresh.node(undo)


STRAY = (
    f"systemctl stop kubelet; cp {MANIFEST} {MANIFEST}.bak",
    f"rm {MANIFEST}.bak; systemctl start kubelet",
)
SMALL_DISK = (
    "mkdir -p /var/log/kubernetes; mount -t tmpfs -o size=64m tmpfs /var/log/kubernetes",
    "umount /var/log/kubernetes",
)
TWO = ("mkdir -p /var/lib/rancher/k3s/server", "rm -r /var/lib/rancher")
BACK = f"mv /root/manifest.kept {MANIFEST}; systemctl start kubelet"


def edited(script: str) -> tuple[str, str]:
    """The manifest after sed's ``script``, under a kubelet that cannot act on it."""
    return f"systemctl stop kubelet; cp -p {MANIFEST} /root/manifest.kept; sed -i '{script}' {MANIFEST}", BACK


NO_POD = edited("s/^kind: Pod$/kind: ConfigMap/")
NO_YAML = edited("s/^spec:$/spec: [/")
NO_MOUNT = edited("s,^    - kube-apiserver$,&\\n    - --audit-log-path=/nowhere/audit.log,")
NO_DISTRIBUTION = (
    f"systemctl stop kubelet; mv {MANIFEST} /root/manifest.kept; mv /var/lib/kubelet/kubeadm-flags.env /root/",
    f"mv /root/kubeadm-flags.env /var/lib/kubelet/; {BACK}",
)
STOPPED = ("systemctl stop kubelet", "systemctl start kubelet")


@pytest.mark.parametrize(
    ("meddled", "problem"),
    [
        pytest.param(STRAY, f"{MANIFEST}.bak", id="a stray pod file"),
        pytest.param(SMALL_DISK, "needs 1100 MiB more and 64 MiB are free", id="too little disk"),
        pytest.param(TWO, "traces of kubeadm and K3s", id="two distributions"),
        pytest.param(NO_POD, "not a v1 Pod (v1, ConfigMap)", id="a manifest that is no pod"),
        pytest.param(NO_YAML, f"{MANIFEST}:", id="a manifest that does not parse"),
        pytest.param(NO_MOUNT, "--audit-log-path=/nowhere/audit.log: ", id="a log path under no mount"),
        pytest.param(NO_DISTRIBUTION, "no known Kubernetes distribution on this node", id="no known distribution"),
        pytest.param(STOPPED, "the kubelet is inactive", id="a stopped kubelet"),
    ],
    indirect=["meddled"],
)
def test_a_node_with(meddled: ControlPlane, problem: str) -> None:
    before = meddled.state()

    done = meddled.deploy()

    assert done.returncode == 1
    assert any("kubewitness: " in line and problem in line for line in done.stderr.splitlines()), done.stderr
    assert "Traceback" not in done.stderr
    assert meddled.state() == before


def test_a_dry_run_that_is_refused_fails_too(fresh: ControlPlane, policy_file: Path) -> None:
    policy_file.write_text(GOOD + "  verb: [get]\n")

    done = fresh.deploy("--dry", policy=policy_file)

    assert done.returncode == 1
    assert "unknown field" in done.stderr
    assert "Traceback" not in done.stderr
