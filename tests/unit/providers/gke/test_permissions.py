"""What a role needs: printed, documented, and no more than that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubewitness.cli import main
from kubewitness.providers.gke.connections import _CLIENTS
from kubewitness.providers.gke.permissions import ACTIONS, PERMISSIONS, table

DOCS = Path(__file__).resolve().parents[4] / "docs"


def printed(*options: str) -> dict[str, object]:
    done = CliRunner().invoke(main, ["permissions", "gcp", *options])
    assert done.exit_code == 0
    return dict(json.loads(done.stdout))


def test_reading_is_all_that_is_asked_for_unless_more_is_wanted() -> None:
    reading = [item.name for item in PERMISSIONS if not item.enforces]

    assert printed()["includedPermissions"] == reading
    assert printed("--enforce")["includedPermissions"] == [item.name for item in PERMISSIONS]


def test_it_is_what_gcloud_takes_as_a_role() -> None:
    """Source: https://cloud.google.com/sdk/gcloud/reference/iam/roles/create (--file)"""
    role = printed("--enforce")

    assert set(role) == {"title", "description", "stage", "includedPermissions"}
    assert len(str(role["title"])) <= 100


@pytest.mark.parametrize("call", sorted(ACTIONS))
def test_each_call_is_one_of_the_sdk(call: str) -> None:
    client, _, method = call.partition(".")

    assert callable(getattr(_CLIENTS[client][0], method))


def test_the_page_holds_the_table() -> None:
    assert table(enforce=True) in (DOCS / "gke.md").read_text("utf-8"), (
        "kubewitness permissions gcp --enforce -o markdown"
    )
