"""Projects, their ancestry, and what IAM says of audit logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.gcp.untyped import policy_pb2
from tests.unit.fakes.gcp.asking import refused

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

SHOP = "projects/shop"


def audit_policy(etag: bytes = b"") -> Any:
    config = policy_pb2.AuditConfig(service="container.googleapis.com")
    config.audit_log_configs.add(log_type="DATA_READ", exempted_members=["user:a@example.com"])
    return policy_pb2.Policy(audit_configs=[config], etag=etag)


def test_ancestry_leads_from_the_project_to_the_organization(gcp: Gcp, transport: str) -> None:
    project = gcp.client("projects", transport).get_project(name=SHOP)
    folder = gcp.client("folders", transport).get_folder(name=project.parent)
    organization = gcp.client("organizations", transport).get_organization(name=folder.parent)

    assert (project.project_id, project.parent) == ("shop", "folders/1")
    assert project.name != SHOP  # a project's own name has its number
    assert gcp.client("projects", transport).get_project(name=project.name) == project
    assert organization.name == "organizations/9"


def test_projects_come_in_pages(gcp: Gcp, transport: str) -> None:
    gcp.add(*[f"projects/p{number}" for number in range(5)], parent="folders/1")
    projects = gcp.client("projects", transport)

    pages = [[one.project_id for one in page.projects] for page in projects.search_projects({"page_size": 4}).pages]

    assert pages == [["p0", "p1", "p2", "p3"], ["p4", "shop"]]
    assert len(list(projects.list_projects(parent="folders/1"))) == 6
    assert [one.name for one in gcp.client("folders", transport).list_folders(parent="organizations/9")] == [
        "folders/1"
    ]
    assert [one.name for one in gcp.client("organizations", transport).search_organizations()] == ["organizations/9"]


def test_without_a_mask_audit_configs_are_dropped_and_nobody_says_so(gcp: Gcp, transport: str) -> None:
    projects = gcp.client("projects", transport)

    answer = projects.set_iam_policy(request={"resource": SHOP, "policy": audit_policy()})

    assert list(answer.audit_configs) == []
    assert list(projects.get_iam_policy(resource=SHOP).audit_configs) == []


def test_with_a_mask_they_are_set_and_the_bindings_stay(gcp: Gcp, transport: str) -> None:
    projects = gcp.client("projects", transport)
    binding = policy_pb2.Binding(role="roles/viewer", members=["user:a@example.com"])
    projects.set_iam_policy(request={"resource": SHOP, "policy": policy_pb2.Policy(bindings=[binding])})

    request = {"resource": SHOP, "policy": audit_policy(), "update_mask": {"paths": ["audit_configs"]}}
    projects.set_iam_policy(request=request)

    policy = projects.get_iam_policy(resource=SHOP)
    assert policy.audit_configs == audit_policy().audit_configs
    assert [one.role for one in policy.bindings] == ["roles/viewer"]


def test_an_etag_of_yesterday_is_refused(gcp: Gcp, transport: str) -> None:
    projects = gcp.client("projects", transport)
    old = projects.get_iam_policy(resource=SHOP).etag
    mask = {"paths": ["audit_configs"]}
    projects.set_iam_policy(request={"resource": SHOP, "policy": audit_policy(old), "update_mask": mask})

    late = refused(
        projects.set_iam_policy, request={"resource": SHOP, "policy": audit_policy(old), "update_mask": mask}
    )

    assert late.code == 409
    assert "concurrent policy changes" in late.message


def test_folders_and_organizations_have_policies_of_their_own(gcp: Gcp, transport: str) -> None:
    folders = gcp.client("folders", transport)
    mask = {"paths": ["audit_configs"]}

    folders.set_iam_policy(request={"resource": "folders/1", "policy": audit_policy(), "update_mask": mask})

    assert len(folders.get_iam_policy(resource="folders/1").audit_configs) == 1
    organizations = gcp.client("organizations", transport)
    assert list(organizations.get_iam_policy(resource="organizations/9").audit_configs) == []


def test_what_is_not_there_may_not_be_seen(gcp: Gcp, transport: str) -> None:
    projects = gcp.client("projects", transport)

    found = refused(projects.get_iam_policy, resource="projects/other")

    assert (found.code, found.reason) == (403, "IAM_PERMISSION_DENIED")


def test_the_former_policy_may_be_told_for_a_while(gcp: Gcp) -> None:
    """Source: https://cloud.google.com/iam/docs/access-change-propagation"""
    gcp.set(policy_lag_seconds=60)
    projects = gcp.client("projects")
    resource = {"resource": "projects/shop"}
    before = projects.get_iam_policy(request=resource)

    projects.set_iam_policy(request={**resource, "policy": before})

    assert projects.get_iam_policy(request=resource).etag == before.etag
    gcp.advance(60)
    assert projects.get_iam_policy(request=resource).etag != before.etag
