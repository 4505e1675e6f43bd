"""What a role needs: printed, documented, and no more than that."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubewitness.cli import main
from kubewitness.providers.eks.permissions import FINDING, PERMISSIONS, table

DOCS = Path(__file__).resolve().parents[4] / "docs"


def printed(*options: str) -> dict[str, list[str]]:
    """Action -> resources."""
    done = CliRunner().invoke(main, ["permissions", "aws", *options])
    assert done.exit_code == 0
    policy = json.loads(done.stdout)
    assert policy["Version"] == "2012-10-17"
    assert all(one["Effect"] == "Allow" and re.fullmatch("[A-Za-z0-9]+", one["Sid"]) for one in policy["Statement"])
    assert len({one["Sid"] for one in policy["Statement"]}) == len(policy["Statement"])
    return {action: one["Resource"] for one in policy["Statement"] for action in one["Action"]}


def test_reading_is_all_that_is_asked_for_unless_more_is_wanted() -> None:
    reading = {item.name for item in PERMISSIONS if not item.enforces}

    assert set(printed()) == reading
    assert set(printed("--enforce")) == {item.name for item in PERMISSIONS} > reading


@pytest.mark.parametrize(
    "options",
    [("aws", "--search", "arn:aws:iam::1:role/x"), ("aws", "--search", "r", "--enforce"), ("gcp", "--search", "r")],
)
def test_the_policy_of_a_search_is_one_of_its_own(options: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["permissions", *options])

    assert done.exit_code == 2
    assert "--search" in done.output


def test_finding_is_asked_for_by_itself() -> None:
    reading = set(printed())

    assert set(printed("--discover")) - reading == {item.name for item in FINDING}
    assert printed("--search", "path/audit") == {
        "organizations:ListAccounts": ["*"], "sts:AssumeRole": ["arn:*:iam::*:role/path/audit"],
    }  # fmt: skip
    assert set(printed("--discover", "--enforce")) == {item.name for item in (*PERMISSIONS, *FINDING)}


def test_no_action_is_a_wildcard_and_one_only_is_for_every_resource() -> None:
    resources = printed("--enforce")

    assert not any("*" in action for action in resources)
    assert [action for action, where in resources.items() if where == ["*"]] == ["logs:DescribeLogGroups"]


def test_the_page_holds_the_table() -> None:
    assert table(enforce=True) in (DOCS / "managed.md").read_text("utf-8"), (
        "kubewitness permissions aws --enforce -o markdown"
    )


def test_the_page_of_discovery_holds_its_part() -> None:
    rows = [row for row in table(discover=True).splitlines() if "| discover |" in row]

    assert "\n".join(rows) in (DOCS / "discovery.md").read_text("utf-8"), (
        "kubewitness permissions aws --discover -o markdown"
    )


@pytest.mark.parametrize("options", [[], ["--enforce"], ["--discover"], ["-o", "markdown"]])
def test_it_ends_with_one_line_end(options: list[str]) -> None:
    done = CliRunner().invoke(main, ["permissions", "aws", *options])

    assert done.stdout.endswith("\n")
    assert not done.stdout.endswith("\n\n")
