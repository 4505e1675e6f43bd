"""Discovery over the wire, on a fake Google Cloud: folders, projects, zones, and all that can refuse in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.gcp import Gcp  # before anything that imports gRPC

# isort: split
from kubewitness.discovery.found import Discovery, Place, hosts
from kubewitness.discovery.search import discover
from kubewitness.model import Reason
from kubewitness.providers.gke import connections
from kubewitness.providers.gke.discovery import GcpSearch
from kubewitness.providers.gke.permissions import table

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[4]
LIST = "container.clusters.list"
ORGANIZATION = "organizations/9"


def create(gcp: Gcp, name: str = "prod", project: str = "shop", location: str = "europe-west1") -> str:
    parent = f"projects/{project}/locations/{location}"
    gcp.client("container", "rest").create_cluster(parent=parent, cluster={"name": name})
    gcp.finish_operations()
    return f"{parent}/clusters/{name}"


def searched(**where: Any) -> Discovery:
    return discover(GcpSearch(**where))


def names(found: Discovery) -> list[str]:
    return [one.path for one in found.clusters]


def gaps(found: Discovery) -> list[tuple[Place, str, str]]:
    return [(one.place, str(one.why.reason), one.why.detail.partition(": ")[0]) for one in found.unseen]


@pytest.fixture
def bank(gcp: Gcp) -> None:
    """A second project, at the organization itself."""
    gcp.add("projects/bank", parent=ORGANIZATION)


def few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIMEOUT_SECONDS", "_ATTEMPT_SECONDS", "_SEARCH_SECONDS"):
        monkeypatch.setattr(connections, name, 0.5)


@pytest.mark.parametrize("where", [{}, {"parents": (ORGANIZATION,)}, {"projects": ("shop", "bank")}])
@pytest.mark.usefixtures("bank")
def test_all_projects_are_found(gcp: Gcp, where: Mapping[str, Any]) -> None:
    create(gcp)
    create(gcp, project="bank", location="us-east1-b")

    found = searched(**where)

    assert names(found) == ["bank/us-east1-b/prod", "shop/europe-west1/prod"]
    assert [one.state for one in found.clusters] == ["RUNNING", "RUNNING"]
    assert found.looked == (Place("bank"), Place("shop"))
    assert found.complete
    assert hosts(found)[1] == (
        "@managed/shop/europe-west1/prod",
        {"provider": "gke", "id": "projects/shop/locations/europe-west1/clusters/prod", "cluster": "prod"},
    )


def test_the_same_name_in_two_locations_is_two_clusters(gcp: Gcp) -> None:
    create(gcp, location="europe-west1")
    create(gcp, location="europe-west1-b")

    assert names(searched()) == ["shop/europe-west1/prod", "shop/europe-west1-b/prod"]


def test_a_project_that_refuses_is_a_gap_that_names_the_permission(gcp: Gcp, bank: None) -> None:
    create(gcp)
    gcp.deny(LIST, project="bank")

    found = searched()

    assert gaps(found) == [(Place("bank"), "denied", LIST)]
    assert names(found) == ["shop/europe-west1/prod"]
    assert not found.complete


def test_a_perimeter_is_a_gap(gcp: Gcp) -> None:
    gcp.block(project="shop")

    assert gaps(searched(projects=("shop",))) == [(Place("shop"), "denied", LIST)]


def test_a_disabled_api_is_not_no_clusters(gcp: Gcp) -> None:
    gcp.disable_api("shop")

    found = searched()

    [gap] = found.unseen
    assert (gap.place, gap.why.reason) == (Place("shop"), Reason.NOT_OBSERVED)
    assert "SERVICE_DISABLED" in gap.why.detail
    assert not found.complete


def test_a_zone_that_gke_cannot_reach_makes_the_project_partial(gcp: Gcp) -> None:
    create(gcp, "here", location="europe-west1-c")
    create(gcp, "away", location="europe-west1-b")
    gcp.set(missing_zones=["europe-west1-b"])

    found = searched()

    assert names(found) == ["shop/europe-west1-c/here"]
    assert gaps(found) == [(Place("shop", "europe-west1-b"), "unreachable", LIST)]
    assert not found.complete


def test_a_project_that_is_not_shown_is_asked_itself_where_it_is_known_of(gcp: Gcp, bank: None) -> None:
    create(gcp, project="bank")
    gcp.deny("resourcemanager.projects.get", project="bank")
    gcp.deny(LIST, project="bank")

    assert searched().complete
    for found in (searched(expected=("bank",)), searched(projects=("bank",)), searched(parents=(ORGANIZATION,))):
        assert gaps(found) == [(Place("bank"), "denied", LIST)]


def test_a_folder_that_may_not_be_listed_is_a_gap(gcp: Gcp, bank: None) -> None:
    create(gcp, project="bank")
    gcp.deny("resourcemanager.projects.list", folder="1")
    gcp.deny("resourcemanager.folders.list", folder="1")

    found = searched(parents=(ORGANIZATION,))

    assert names(found) == ["bank/europe-west1/prod"]
    assert {one.place for one in found.unseen} == {Place("folders/1")}
    assert gaps(found)[0][1] == "denied"


def test_a_project_that_is_being_deleted_is_left_out_and_named(gcp: Gcp) -> None:
    gcp.add("projects/old", parent=ORGANIZATION, state="DELETE_REQUESTED")

    found = searched()

    assert [one.place for one in found.left_out] == [Place("old")]
    assert found.complete


def test_where_projects_may_not_be_searched_that_is_a_gap(gcp: Gcp) -> None:
    gcp.deny("resourcemanager.projects.search")

    assert gaps(searched()) == [(Place("gcp"), "denied", "resourcemanager.projects.get")]


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("where", [{}, {"parents": (ORGANIZATION,)}])
@pytest.mark.usefixtures("bank")
def test_short_and_empty_pages_that_lead_on_lose_nothing(gcp: Gcp, size: int, where: Mapping[str, Any]) -> None:
    gcp.add("projects/blog", parent="folders/1")
    for project in ("shop", "bank", "blog"):
        create(gcp, project=project)
    gcp.truncate("*", size=size)

    found = searched(**where)

    assert [one.place.scope for one in found.clusters] == ["bank", "blog", "shop"]
    assert found.complete


def test_throttling_is_waited_out(gcp: Gcp) -> None:
    create(gcp)
    gcp.throttle(LIST, times=2)

    found = searched()

    assert found.complete
    assert names(found) == ["shop/europe-west1/prod"]


def test_throttling_that_does_not_end_is_a_gap(gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    few_attempts(monkeypatch)
    gcp.throttle(LIST)

    assert gaps(searched(projects=("shop",))) == [(Place("shop"), "throttled", LIST)]


def test_without_a_token_there_is_a_gap_and_no_crash(gcp: Gcp) -> None:
    gcp.deny("token")

    [gap] = searched(projects=("shop",)).unseen

    assert gap.why.reason is Reason.EXPIRED_CREDENTIAL


def test_without_credentials_there_is_a_gap_and_no_crash(gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")

    [gap] = searched().unseen

    assert gap.place == Place("gcp")
    assert gap.why.reason is Reason.DENIED


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kubewitness", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_command_compares_with_a_list(gcp: Gcp, tmp_path: Path) -> None:
    there = create(gcp, location="europe-west1-c")
    away = create(gcp, "away", location="europe-west1-b")
    gcp.set(missing_zones=["europe-west1-b"])
    (tmp_path / "list").write_text(f"{there}\n{away}\nprojects/shop/locations/us-east1/clusters/gone\n")

    done = run(tmp_path, "discover", "gcp", "--expected", "list")

    assert done.stderr == ""
    assert f"? NOT KNOWN  {away}  (unreachable)" in done.stdout
    assert "x MISSING  projects/shop/locations/us-east1/clusters/gone" in done.stdout
    assert "UNEXPECTED" not in done.stdout
    assert done.returncode == 1


def test_the_dynamic_inventory_serves_the_checker_inside_pyinfras_patched_process(
    gcp: Gcp, bank: None, tmp_path: Path
) -> None:
    create(gcp)
    gcp.disable_api("bank")
    inventory = str(ROOT / "inventories" / "gcp.py")

    done = run(tmp_path, "check", inventory, "-o", "json", KUBEWITNESS_GCP_PARENTS=ORGANIZATION)

    targets: list[dict[str, Any]] = json.loads(done.stdout)["targets"]
    states = {one["name"]: one["sources"]["audit"]["status"] for one in targets}
    assert states["@managed/bank"] == "UNKNOWN"
    assert states["@managed/shop/europe-west1/prod"] in ("PASS", "FAIL")


def test_a_parent_that_is_none_is_refused_before_anyone_is_asked(gcp: Gcp, tmp_path: Path) -> None:
    done = run(tmp_path, "discover", "gcp", "--parent", "shop")

    assert done.returncode == 2
    assert "write organizations/NUMBER or folders/NUMBER" in done.stderr
    assert gcp.calls() == {}


def test_the_page_holds_what_finding_takes() -> None:
    rows = [row for row in table(discover=True).splitlines() if "| discover |" in row]

    page = (ROOT / "docs" / "discovery.md").read_text("utf-8")

    assert "\n".join(rows) in page, "kubewitness permissions gcp --discover -o markdown"
