"""What every ``policy`` command asks for: a version that is known here, and a file that is a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kubewitness.cli import main

if TYPE_CHECKING:
    from pathlib import Path

POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"


@pytest.mark.parametrize("version", ["1.23", "1.38", "1.99", "2.5", "new"])
def test_a_version_that_is_not_known_here_is_refused(version: str) -> None:
    done = CliRunner().invoke(main, ["policy", "matrix", "-", "--target-version", version], input=POLICY)

    assert done.exit_code == 2
    assert "1.24 to 1.37" in done.stderr


@pytest.mark.parametrize("version", ["1.24", "v1.37.9", "1.36.0-rc.1"])
def test_a_version_may_have_a_patch(version: str) -> None:
    done = CliRunner().invoke(main, ["policy", "matrix", "-", "--target-version", version], input=POLICY)

    assert done.exit_code == 0, done.stderr


def test_a_policy_inside_another_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cm.yaml"
    inner = "".join(f"    {line}\n" for line in POLICY.splitlines())
    file.write_text(f"apiVersion: v1\nkind: ConfigMap\ndata:\n  policy: |\n{inner}")

    done = CliRunner().invoke(main, ["policy", "matrix", str(file)])

    assert done.exit_code == 2
    assert "a policy lies inside, at line 5 (data.policy): write it to a file of its own" in done.stderr


def test_what_is_beyond_our_limits_is_not_said_of_the_server(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    file.write_text(POLICY + "#" * (1 << 20))

    done = CliRunner().invoke(main, ["policy", "matrix", str(file)])

    assert done.exit_code == 2
    assert "not judged by kubewitness: larger than 1048576 bytes" in done.stderr
    assert "would not start" not in done.stderr
