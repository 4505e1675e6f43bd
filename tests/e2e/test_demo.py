"""`make demo`, as its user runs it, in a copy of its own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODES = ("no-auditing", "records-nothing", "lists-unseen")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder after the demo, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    for part in ("demo", "deploys", "inventories", "tests/fakes"):
        shutil.copytree(ROOT / part, folder / part)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "100"}
    done = subprocess.run(["demo/run.sh"], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


@pytest.mark.parametrize("node", NODES)
def test_each_node_is_seen_to_fail_and_then_to_be_declared_and_no_more(demo: tuple[Path, str], node: str) -> None:
    _, shown = demo

    rows = re.findall(rf"^\w+ +@tree/{node} .*$", shown, re.MULTILINE)

    before, after = rows
    assert "FAIL" in before
    assert "UNKNOWN 1/3" in after
    assert "not-observed, ceiling 1" in after


@pytest.mark.parametrize("node", ["records-nothing", "lists-unseen"])
def test_where_the_policy_alone_falls_short_the_policy_alone_is_replaced(demo: tuple[Path, str], node: str) -> None:
    folder, _ = demo
    before, after = folder / "demo" / "nodes" / node, folder / ".demo" / "nodes" / node
    manifest, policy = "etc/kubernetes/manifests/kube-apiserver.yaml", "etc/kubernetes/audit-policy.yaml"

    assert (after / manifest).read_bytes() == (before / manifest).read_bytes()
    assert (after / policy).read_bytes() != (before / policy).read_bytes()


@pytest.mark.parametrize("cluster", ["web", "pay", "stock"])
def test_each_cluster_of_a_cloud_is_found_and_seen_to_fail_and_then_to_log(
    demo: tuple[Path, str], cluster: str
) -> None:
    _, shown = demo

    _, before = re.findall(rf"^(?:shop/)?{cluster}  +\S.*$", shown, re.MULTILINE)
    (after,) = re.findall(rf"\(cluster (?:shop/)?{cluster}, managed-cluster\)\n(  audit .*)", shown)  # too wide

    assert "FAIL" in before
    assert "PASS 3/3" in after


def test_the_clouds_end_with_it(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    environment = (folder / ".demo/clouds.env").read_text()

    address = re.search(r"AWS_ENDPOINT_URL=http://([\d.]+):(\d+)", environment)

    assert address is not None
    assert any(_refuses(address[1], int(address[2])) for _ in range(100))


def _refuses(host: str, port: int) -> bool:
    """Whether nobody listens there any more; a tenth of a second later, where somebody does."""
    try:
        with socket.create_connection((host, port), timeout=5):
            time.sleep(0.1)
            return False
    except ConnectionRefusedError:
        return True


def test_the_manifest_gains_lines_and_loses_none(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    manifest = "nodes/no-auditing/etc/kubernetes/manifests/kube-apiserver.yaml"

    before, after = ((folder / part / manifest).read_text().splitlines() for part in ("demo", ".demo"))

    remaining = iter(after)
    assert all(line in remaining for line in before)
    assert len(after) > len(before)


def test_every_command_that_is_named_to_run_next_is_one_of_ours(demo: tuple[Path, str]) -> None:
    _, shown = demo

    named = re.findall(r"^  (\S+) ", shown[shown.index("What to run next") :], re.MULTILINE)

    assert set(named) == {"diff", "kubewitness", "less", "pyinfra"}


def test_the_readme_shows_what_the_demo_prints(demo: tuple[Path, str]) -> None:
    _, shown = demo
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"<!-- demo -->\n```text\n(.*?)```\n<!-- /demo -->", readme, re.DOTALL)

    printed = set(shown.splitlines())

    assert len(blocks) == 2
    assert [line for block in blocks for line in block.splitlines() if line not in printed] == []
