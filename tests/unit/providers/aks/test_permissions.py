"""What a role needs: printed, documented, and no more than that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kubewitness.cli import main
from kubewitness.providers.aks.permissions import PERMISSIONS, table
from tests.fakes.azure.handle import SUBSCRIPTION

GROUP = "/providers/Microsoft.Management/managementGroups/all"
DOCS = Path(__file__).resolve().parents[4] / "docs"


def printed(*options: str) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["permissions", "azure", *options])
    assert done.exit_code == 0
    return dict(json.loads(done.stdout))


def test_reading_is_all_that_is_asked_for_unless_more_is_wanted() -> None:
    reading = [item.name for item in PERMISSIONS if not item.enforces]

    assert printed()["Actions"] == reading
    assert printed("--enforce")["Actions"] == [item.name for item in PERMISSIONS]
    assert all(action.endswith("/read") for action in reading)


def test_no_action_is_a_wildcard() -> None:
    assert not any("*" in action for action in printed("--enforce", "--discover")["Actions"])


def test_finding_takes_more() -> None:
    more = set(printed("--discover")["Actions"]) - set(printed()["Actions"])

    assert more == {"Microsoft.Resources/subscriptions/read", "Microsoft.ResourceGraph/resources/read"}


def test_the_role_is_one_that_az_takes() -> None:
    scopes = [f"/subscriptions/{SUBSCRIPTION}", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/x", GROUP]

    role = printed(*(word for scope in scopes for word in ("--scope", scope)))

    assert role["AssignableScopes"] == scopes
    assert (role["IsCustom"], role["NotActions"]) == (True, [])
    assert {"Name", "Description"} < set(role)


@pytest.mark.parametrize("scope", [SUBSCRIPTION, "/subscriptions/prod", "/", f"/subscriptions/{SUBSCRIPTION}/"])
def test_a_scope_that_azure_would_refuse_is_refused(scope: str) -> None:
    done = CliRunner().invoke(main, ["permissions", "azure", "--scope", scope])

    assert done.exit_code == 2
    assert f"--scope '{scope}'" in done.stderr


def test_reading_and_enforcing_are_two_roles() -> None:
    assert printed()["Name"] != printed("--enforce")["Name"]


def test_another_cloud_has_no_scope() -> None:
    done = CliRunner().invoke(main, ["permissions", "aws", "--scope", "/subscriptions/a"])

    assert done.exit_code == 2
    assert "--scope is for azure" in done.stderr


def test_the_page_holds_the_table() -> None:
    assert table(enforce=True) in (DOCS / "aks.md").read_text("utf-8"), (
        "kubewitness permissions azure --enforce -o markdown"
    )


@pytest.mark.parametrize("options", [[], ["--enforce"], ["-o", "markdown"]])
def test_it_ends_with_one_line_end(options: list[str]) -> None:
    done = CliRunner().invoke(main, ["permissions", "azure", *options])

    assert done.stdout.endswith("\n")
    assert not done.stdout.endswith("\n\n")
