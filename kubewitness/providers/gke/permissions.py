"""What a Google Cloud role must be allowed to do, call by call. Pure; ``kubewitness permissions gcp`` prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.providers import permissions

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES: Final = "which Data Access logs of Kubernetes are written, and who is exempted"
_ABOVE: Final = "what lies above the project: audit configs and sinks are inherited"
_ROUTES: Final = "where the log goes: sinks, exclusions, a default sink that is disabled"


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission of IAM. ``calls``: ``client.method`` of Google's SDKs for whose sake it is. ``enforces``: only the
    deploy needs it.
    """  # noqa: D205  the list is one sentence

    name: str
    calls: tuple[str, ...]
    why: str
    enforces: bool = False


PERMISSIONS: Final = (
    Permission("container.clusters.get", ("container.get_cluster",), "which components log"),
    Permission(
        "container.clusters.list",
        ("container.list_clusters",),
        "where a cluster is not found: is it that GKE cannot reach its zone?",
    ),
    Permission("container.operations.list", ("container.list_operations",), "is a change of the cluster under way"),
    Permission("resourcemanager.projects.get", ("projects.get_project",), _ABOVE),
    Permission("resourcemanager.projects.getIamPolicy", ("projects.get_iam_policy",), _TYPES),
    Permission("resourcemanager.folders.get", ("folders.get_folder",), _ABOVE),
    Permission("resourcemanager.folders.getIamPolicy", ("folders.get_iam_policy",), _TYPES),
    Permission("resourcemanager.organizations.getIamPolicy", ("organizations.get_iam_policy",), _TYPES),
    Permission("logging.sinks.list", ("config.list_sinks",), _ROUTES),
    Permission("logging.buckets.get", ("config.get_bucket",), "retention, lock and key of the log buckets"),
    Permission("logging.logEntries.list", ("logging.list_log_entries",), "the time of the newest audit event"),
    Permission("logging.privateLogEntries.list", (), "the same of the Data Access log"),
    Permission("logging.views.access", (), "the same in a bucket of your own"),
    Permission("container.clusters.update", ("container.update_cluster",), "switch components on", enforces=True),
    Permission("container.operations.get", ("container.get_operation",), "how our own change ended", enforces=True),
    Permission(
        "resourcemanager.projects.setIamPolicy",
        ("projects.set_iam_policy",),
        "switch Data Access logs on; whoever has it can give himself anything in the project, so give it for a while",
        enforces=True,
    ),
    Permission("logging.buckets.update", ("config.update_bucket",), "a longer retention", enforces=True),
)
"""Sources: https://cloud.google.com/kubernetes-engine/docs/how-to/iam, https://cloud.google.com/logging/docs/access-control,
https://cloud.google.com/resource-manager/docs/access-control-proj
"""

FINDING: Final = (
    Permission(
        "resourcemanager.projects.get", ("projects.search_projects",), "a project is found by whoever may see it"
    ),
    Permission("resourcemanager.projects.list", ("projects.list_projects",), "the projects under `--parent`"),
    Permission("resourcemanager.folders.list", ("folders.list_folders",), "the folders under `--parent`"),
)
"""What finding clusters needs beside it."""

ACTIONS: Final[Mapping[str, str]] = {call: item.name for item in (*PERMISSIONS, *FINDING) for call in item.calls}
"""``client.method`` -> the permission that it needs."""

WRITES: Final = frozenset({"container.update_cluster", "projects.set_iam_policy", "config.update_bucket"})
"""``client.method`` of what changes something."""
ENFORCING: Final = frozenset(ACTIONS[call] for call in WRITES)


def policy(*, enforce: bool = False, discover: bool = False) -> dict[str, Any]:
    """A custom role for reading, with what else is asked for.

    It is a role of an organization: in one of a project, permissions on folders and organizations are refused.

    Source: https://cloud.google.com/iam/docs/creating-custom-roles
    """
    more = [word for word, asked in (("enforce", enforce), ("discover", discover)) if asked]
    return {
        "title": " ".join(["kubewitness", "read", *more]),
        "description": "What kubewitness needs to read the logging of GKE clusters"
        + (", and to switch it on" if enforce else ""),
        "stage": "GA",
        "includedPermissions": list(
            dict.fromkeys(
                item.name for item, _ in permissions.asked(PERMISSIONS, FINDING, enforce=enforce, discover=discover)
            )
        ),
    }


def table(*, enforce: bool = False, discover: bool = False) -> str:
    """The same as Markdown, with what each is for."""
    return permissions.table(permissions.asked(PERMISSIONS, FINDING, enforce=enforce, discover=discover))
