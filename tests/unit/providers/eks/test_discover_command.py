"""``kubewitness discover aws`` and ``inventories/aws.py`` as a user runs them; each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.providers.eks.fleet import ACCOUNT, create

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

ROOT = Path(__file__).resolve().parents[4]
SHOP = "222222222222"
HOSTILE = "x\x1b[2J\u202e'''\n\"),"


def run(folder: Path, *words: str, module: str = "kubewitness", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def discover(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "discover", "aws", "--region", "eu-west-1", "--region", "us-east-1", *words, **environment)


def test_the_table_shows_clusters_gaps_and_what_was_left_out(aws: Aws, tmp_path: Path) -> None:
    aws.organization([{"id": SHOP, "name": "shop"}, {"id": "444444444444", "name": "old", "state": "SUSPENDED"}])
    create(aws, "good")
    create(aws, "quiet", account=SHOP, on=())
    aws.block(region="us-*", account=SHOP)

    done = discover(tmp_path, "--role", "kw")

    assert done.stderr == ""
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert f"good {ACCOUNT} (master) eu-west-1 ACTIVE on" in lines
    assert f"quiet {SHOP} (shop) eu-west-1 ACTIVE off" in lines
    assert f"? UNKNOWN {SHOP} (shop): us-east-1" in lines
    assert "- left out 444444444444 (old): the account is SUSPENDED" in lines
    assert " ".join(lines[-2:]) == (
        "2 clusters in 2 accounts that could be looked at; audit log 1 on, 1 off; 1 place not looked at; "
        "1 account left out"
    )
    assert done.returncode == 3


def test_accounts_and_regions_that_refuse_in_the_same_words_are_one_line(aws: Aws, tmp_path: Path) -> None:
    aws.organization([SHOP, "333333333333"])
    aws.block("eks:*", account=SHOP)
    aws.block("eks:*", account="333333333333", region="us-*")

    done = discover(tmp_path, "--role", "kw", COLUMNS="200")

    unknown = [line for line in done.stdout.splitlines() if "UNKNOWN" in line]
    assert unknown == [
        f"? UNKNOWN  {SHOP} (account-{SHOP}): eu-west-1, us-east-1; 333333333333 (account-333333333333): us-east-1"
    ]


def test_all_that_there_is_ends_with_0(aws: Aws, tmp_path: Path) -> None:
    create(aws)

    done = discover(tmp_path)

    assert done.returncode == 0, done.stdout


def test_no_cluster_anywhere_is_an_answer(aws: Aws, tmp_path: Path) -> None:
    done = discover(tmp_path)

    assert "0 clusters in 1 account that could be looked at" in done.stdout
    assert done.returncode == 0


def test_a_list_of_what_should_be_there_decides_the_exit_code(aws: Aws, tmp_path: Path) -> None:
    create(aws, "there")
    create(aws, "new")
    arn = f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/"
    (tmp_path / "list").write_text(f"{arn}there\n{arn}gone\n")

    done = discover(tmp_path, "--expected", "list")

    assert f"x MISSING  {arn}gone" in done.stdout
    assert f"x UNEXPECTED  {arn}new" in done.stdout
    assert done.returncode == 1


def test_what_was_found_once_is_expected_the_next_time(aws: Aws, tmp_path: Path) -> None:
    create(aws)
    discover(tmp_path, "-o", "json=found.json")

    done = discover(tmp_path, "--expected", "found.json")

    assert "1 expected: all there, and no other" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["list", "nowhere", "."])
def test_a_list_that_cannot_be_used_is_refused_before_anyone_is_asked(aws: Aws, tmp_path: Path, name: str) -> None:
    (tmp_path / "list").write_bytes(b"\xff")

    done = discover(tmp_path, "--expected", name)

    assert done.returncode == 2
    assert done.stdout == ""
    assert aws.calls() == {}


def test_the_inventory_file_serves_the_checker_and_keeps_the_external_id_to_itself(aws: Aws, tmp_path: Path) -> None:
    aws.organization([SHOP, "333333333333"])
    create(aws, account=SHOP)
    aws.ask_for_external_id(f"arn:aws:iam::{SHOP}:role/kw", "s3cret-id")
    aws.deny("sts:AssumeRole", name="arn:aws:iam::333333333333:role/kw")

    found = discover(
        tmp_path, "--role", "kw", "-o", "inventory=clusters.py", "-o", "json", KUBEWITNESS_EXTERNAL_ID="s3cret-id"
    )
    checked = run(tmp_path, "check", "clusters.py", "-o", "json", KUBEWITNESS_EXTERNAL_ID="s3cret-id")

    assert found.returncode == 3
    assert "s3cret-id" not in found.stdout + found.stderr + (tmp_path / "clusters.py").read_text()
    states = {one["name"]: one["sources"]["audit"]["status"] for one in json.loads(checked.stdout)["targets"]}
    assert states == {f"@managed/{SHOP}/eu-west-1/prod": "PASS", "@managed/333333333333": "UNKNOWN"}


def test_the_dynamic_inventory_finds_anew_inside_pyinfras_patched_process(aws: Aws, tmp_path: Path) -> None:
    aws.organization([SHOP])
    create(aws, account=SHOP)
    aws.block(region="us-*", account=SHOP)
    inventory = str(ROOT / "inventories" / "aws.py")

    checked = run(tmp_path, "check", inventory, "-o", "json", KUBEWITNESS_AWS_ROLE="kw")
    shown = run(tmp_path, inventory, "debug-inventory", module="pyinfra", KUBEWITNESS_AWS_ROLE="kw")

    states = {one["name"]: one["sources"]["audit"]["status"] for one in json.loads(checked.stdout)["targets"]}
    closed = {f"@managed/{SHOP}/us-{where}": "UNKNOWN" for where in ("east-1", "east-2", "west-1", "west-2")}
    assert states == {f"@managed/{SHOP}/eu-west-1/prod": "PASS", **closed}
    assert f"@managed/{SHOP}/eu-west-1/prod" in shown.stdout + shown.stderr


def test_a_place_that_could_not_be_looked_at_is_no_host_to_deploy_to(tmp_path: Path) -> None:
    (tmp_path / "fleet.py").write_text(
        "managed = [('@managed/1', {'provider': 'eks', 'unread': 'denied: sts:AssumeRole: no'})]\n"
    )

    done = run(tmp_path, "fleet.py", "kubewitness.deploys.enable_managed", "-y", module="pyinfra")

    assert done.returncode != 0
    assert "could not be looked at: denied: sts:AssumeRole: no" in done.stdout + done.stderr


@pytest.mark.parametrize("output", ["table", "json", "inventory"])
def test_a_hostile_name_steers_nothing(aws: Aws, tmp_path: Path, output: str) -> None:
    aws.organization([{"id": SHOP, "name": HOSTILE}])
    create(aws, account=SHOP)
    aws.fail("eks:ListClusters", code="AccessDenied", status=403, message=HOSTILE, region="us-east-1")

    done = discover(tmp_path, "--role", "kw", "-o", output)

    assert not set(done.stdout) & {"\x1b", "\u202e"}
    if output == "inventory":
        found: dict[str, list[tuple[str, dict[str, str]]]] = {}
        exec(done.stdout, found)  # noqa: S102  what pyinfra does with it
        assert [name for name, _ in found["managed"]] == [
            f"@managed/{SHOP}/eu-west-1/prod", f"@managed/{ACCOUNT}/us-east-1", f"@managed/{SHOP}/us-east-1"
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--role", "arn:aws:iam::111111111111:role/kw"), "write the role's name alone"),
        (("--account", "shop"), "write the twelve digits"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anyone_is_asked(
    aws: Aws, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = discover(tmp_path, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert aws.calls() == {}


def test_an_unknown_format_is_refused_before_anyone_is_asked(aws: Aws, tmp_path: Path) -> None:
    done = discover(tmp_path, "-o", "sarif")

    assert (done.returncode, done.stdout) == (2, "")
    assert "no such format; there are table, json, inventory" in done.stderr
    assert aws.calls() == {}


def test_a_narrow_page_is_no_wider_than_it_may_be(aws: Aws, tmp_path: Path) -> None:
    create(aws, "a-cluster-with-a-name-that-is-long-enough-to-matter")

    done = discover(tmp_path, COLUMNS="60", NO_COLOR="1")

    assert max(map(len, done.stdout.splitlines())) <= 60
    assert "a-cluster-with-a-name-that-is-long-enough-to-matter" in done.stdout
