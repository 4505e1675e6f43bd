"""Organizations, folders and projects, and the IAM policy of each, with what it says of audit logs."""

from __future__ import annotations

import datetime
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.cloud import resourcemanager_v3

from tests.fakes.faults import FaultKind
from tests.fakes.gcp.paging import page
from tests.fakes.gcp.refusals import Refusal, denied, unknown_project
from tests.fakes.gcp.untyped import policy_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.gcp.world import Call, World

policy_kinds: Any = policy_pb2.AuditLogConfig
Project: Any = resourcemanager_v3.Project.pb()
Folder: Any = resourcemanager_v3.Folder.pb()
Organization: Any = resourcemanager_v3.Organization.pb()


@dataclass
class Hierarchy:
    parents: dict[str, str] = field(default_factory=dict)
    """``projects/shop`` -> ``folders/1``; empty of an organization, and of a project that belongs to none."""
    states: dict[str, str] = field(default_factory=dict)
    """Of each project, folder and organization."""
    policies: dict[str, Any] = field(default_factory=dict)
    before: dict[str, tuple[float, Any]] = field(default_factory=dict)
    """Name -> until when the former policy is still told, and that policy."""
    changes: int = 0
    changed: list[tuple[str, datetime.datetime]] = field(default_factory=list)
    """(name, when) of each change of a policy."""


def add(world: World, name: str, parent: str = "", state: str = "ACTIVE") -> None:
    """Args: name: ``projects/shop``, ``folders/1``, ``organizations/9``."""
    known = world.remembered(Hierarchy)
    if parent and parent not in known.parents:
        raise ValueError(f"no {parent}")
    known.parents[name] = parent
    known.states[name] = state


def known_project(call: Call) -> None:
    """Raises: Refusal: there is none. Google does not say whether it is that, or that you may not."""
    known = call.world.remembered(Hierarchy).parents
    if call.container not in known and call.container not in {_by_number(name) for name in known}:
        raise unknown_project(call.container.partition("/")[2])


def _told(call: Call, name: str) -> Any:
    parent = call.world.remembered(Hierarchy).parents[name]
    kind, _, short = name.partition("/")
    state = call.world.remembered(Hierarchy).states[name]
    active = {"create_time": {"seconds": 1_600_000_000}, "etag": "W/fake"}
    if kind == "projects":
        return Project(
            name=_by_number(name), project_id=short, parent=parent, display_name=short, state=state, **active
        )
    if kind == "folders":
        return Folder(name=name, parent=parent, display_name=f"folder {short}", state=state, **active)
    return Organization(name=name, display_name=f"org-{short}.example", state="ACTIVE", **active)


def _get(call: Call) -> Any:
    return _told(call, _named(call))


def _search(kind: str, answer: Any, member: str) -> Callable[[Call], Any]:
    """All that the caller may see, wherever it lies."""

    def search(call: Call) -> Any:
        known = call.world.remembered(Hierarchy).parents
        names = sorted(name for name in known if name.startswith(f"{kind}/") and _is_shown(call, name))
        shown, token = page(call, [_told(call, name) for name in names])
        return answer(**{member: shown, "next_page_token": token})

    return search


def _is_shown(call: Call, name: str) -> bool:
    """What may not be read is left out without a word.

    Source: https://cloud.google.com/resource-manager/reference/rest/v3/projects/search
    """
    kind, _, short = name.partition("/")
    permission = f"resourcemanager.{kind}.get"
    return call.world.faults.find(permission, {kind.removesuffix("s"): (short,)}, FaultKind.DENY) is None


def _list(kind: str, answer: Any, member: str) -> Callable[[Call], Any]:
    """What lies directly under ``parent``."""

    def list_under(call: Call) -> Any:
        parents = call.world.remembered(Hierarchy).parents
        if call.request.parent not in parents:
            raise denied(call.permission, call.request.parent)
        names = sorted(name for name in parents if name.startswith(f"{kind}/") and parents[name] == call.request.parent)
        shown, token = page(call, [_told(call, name) for name in names])
        return answer(**{member: shown, "next_page_token": token})

    return list_under


def above(parents: dict[str, str], name: str) -> list[str]:
    """Folders and organization above, the nearest first."""
    found = []
    while name := parents.get(name, ""):
        found.append(name)
    return found


def data_access(world: World, project: str) -> set[str]:
    """Types of Data Access logs of Kubernetes that are on, by name: the union of all levels."""
    known = world.remembered(Hierarchy)
    return {
        policy_kinds.LogType.Name(one.log_type)
        for name in [project, *above(known.parents, project)]
        for config in _policy(world, name).audit_configs
        if config.service in ("container.googleapis.com", "allServices")
        for one in config.audit_log_configs
    }


def _get_iam_policy(call: Call) -> Any:
    """Just after a change it may be the former one.

    Source: https://cloud.google.com/iam/docs/access-change-propagation
    """
    name = _named(call)
    until, former = call.world.remembered(Hierarchy).before.get(name, (0, None))
    return former if call.world.now() < until else _policy(call.world, name)


def _set_iam_policy(call: Call) -> Any:
    """Only what the mask names is changed, and without a mask that is ``bindings`` and ``etag``: audit configs that are
    sent along are dropped, and nobody says so.

    Source: https://github.com/googleapis/googleapis/blob/master/google/iam/v1/iam_policy.proto (update_mask)
    """
    name = _named(call)
    known = call.world.remembered(Hierarchy)
    before, sent = _policy(call.world, name), call.request.policy
    if sent.etag and sent.etag != before.etag:
        said = "There were concurrent policy changes. Please retry the whole read-modify-write with backoff."
        raise Refusal("ABORTED", said, "CONCURRENT_POLICY_CHANGES")
    after = policy_pb2.Policy()
    after.CopyFrom(before)
    paths = set(call.request.update_mask.paths) or {"bindings", "etag"}
    for path in paths & {"bindings", "audit_configs", "version"}:
        after.ClearField(path)
        if path == "version":
            after.version = sent.version
        else:
            getattr(after, path).extend(getattr(sent, path))
    known.changes += 1
    after.etag = _etag(known.changes)
    known.before[name] = (call.world.now() + call.world.settings.policy_lag_seconds, before)
    known.changed.append((name, call.world.moment()))
    known.policies[name] = after
    return after


def _policy(world: World, name: str) -> Any:
    known = world.remembered(Hierarchy).policies
    return known.setdefault(name, policy_pb2.Policy(version=1, etag=_etag(0)))


def _named(call: Call) -> str:
    """The key of what is asked for, by id or by number.

    Raises:
        Refusal: there is none, or it may not be seen.
    """
    known = call.world.remembered(Hierarchy).parents
    for name in known:
        if call.container in (name, _by_number(name)):
            return str(name)
    raise denied(call.permission, call.container)


def _by_number(name: str) -> str:
    """A project's own name has its number, not its id."""
    kind, _, short = name.partition("/")
    return f"projects/{zlib.crc32(short.encode())}" if kind == "projects" else name


def _etag(number: int) -> bytes:
    return f"BwX{number:07}=".encode()


def _actions() -> dict[str, tuple[str, Callable[[Call], Any]]]:
    of = resourcemanager_v3
    found: dict[str, tuple[str, Callable[[Call], Any]]] = {
        "Projects.SearchProjects": (
            "resourcemanager.projects.search", _search("projects", of.SearchProjectsResponse.pb(), "projects")
        ),
        "Projects.ListProjects": (
            "resourcemanager.projects.list", _list("projects", of.ListProjectsResponse.pb(), "projects")
        ),
        "Folders.SearchFolders": (
            "resourcemanager.folders.search", _search("folders", of.SearchFoldersResponse.pb(), "folders")
        ),
        "Folders.ListFolders": (
            "resourcemanager.folders.list", _list("folders", of.ListFoldersResponse.pb(), "folders")
        ),
        "Organizations.SearchOrganizations": (
            "resourcemanager.organizations.search",
            _search("organizations", of.SearchOrganizationsResponse.pb(), "organizations"),
        ),
    }  # fmt: skip
    for service in ("Projects", "Folders", "Organizations"):
        kind = f"resourcemanager.{service.lower()}"
        found[f"{service}.Get{service.removesuffix('s')}"] = (f"{kind}.get", _get)
        found[f"{service}.GetIamPolicy"] = (f"{kind}.getIamPolicy", _get_iam_policy)
        found[f"{service}.SetIamPolicy"] = (f"{kind}.setIamPolicy", _set_iam_policy)
    return found


ACTIONS = _actions()
