"""Every GKE cluster of the projects that the credentials are shown, or of all under an organization or a folder.

A search for projects leaves out what may not be seen without a word; a walk from above is refused aloud. Each project
is asked for its clusters in all locations at once: an API that is disabled, or a zone that GKE cannot reach, is not
"none".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kubewitness.discovery.fanout import Pace, Task
from kubewitness.discovery.found import Found, Item, LeftOut, Looked, Place, Unseen
from kubewitness.managed import Provider
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.gke.connections import GcpClients
from kubewitness.providers.gke.errors import ERRORS, unread
from kubewitness.providers.gke.permissions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Resource Manager takes a few readings a second of each user; GKE takes 3,000 a minute of a project.
_PACE: Final = (5, 20)
_ABOVE: Final = "above"

Step: TypeAlias = "Item | Task[Item]"


@dataclass(frozen=True, slots=True)
class GcpSearch:
    """Where to look. ``parents``: organizations and folders, with all that lies under them. ``projects``: their ids.

    Both empty: all projects that the credentials are shown, and the one that they name themselves. ``expected``:
    projects that ought to be there: they are asked too.
    """

    parents: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()

    @property
    def provider(self) -> Provider:
        return Provider.GKE

    def tasks(self) -> Iterator[Task[Item]]:
        """What to begin with."""
        gcp = _Gcp()
        asked = dict.fromkeys((*self.projects, *self.expected))
        for project in asked:
            yield gcp.in_project(Place(project))
        for parent in dict.fromkeys(self.parents):
            yield from gcp.under(parent)
        if not self.parents and not self.projects:
            yield Task(_ABOVE, gcp.search)


class _Gcp:
    def __init__(self) -> None:
        self._clients = GcpClients()
        self._pace = Pace(*_PACE)
        self._asked: set[str] = set()

    def search(self) -> Iterator[Step]:
        """All projects that the credentials are shown."""
        yield from self._projects("search_projects", Place("gcp"), {})
        try:
            named = self._clients.project
        except NotReadError:  # told already
            return
        if named:
            yield self.in_project(Place(named))

    def under(self, parent: str) -> Iterator[Task[Item]]:
        """An organization or a folder: its projects, and the folders in it."""
        here = Place(parent)
        yield Task(_ABOVE, lambda: self._projects("list_projects", here, {"parent": parent}))
        yield Task(_ABOVE, lambda: self._folders(here))

    def in_project(self, here: Place) -> Task[Item]:
        """The clusters of a project, once however often it is met."""
        return Task(here.scope, lambda: self._clusters(here))

    def _projects(self, method: str, here: Place, request: dict[str, str]) -> Iterator[Step]:
        for project in self._each(here, "projects", method, request):
            if isinstance(project, Unseen):
                yield project
                continue
            place = Place(str(project.project_id))
            if project.state.name == "DELETE_REQUESTED":
                yield LeftOut(place, "the project is being deleted (DELETE_REQUESTED)")
            else:
                yield self.in_project(place)

    def _folders(self, here: Place) -> Iterator[Step]:
        for folder in self._each(here, "folders", "list_folders", {"parent": here.scope}):
            if isinstance(folder, Unseen):
                yield folder
            else:
                yield from self.under(str(folder.name))

    def _each(self, here: Place, client: str, method: str, request: dict[str, Any]) -> Iterator[Any]:
        """All items of a list, an empty page may lead on; then why it ended, where that is a refusal."""
        self._pace.wait(_ABOVE)
        try:
            yield from self._clients.each(client, method, **request)
        except ERRORS as error:
            yield Unseen(Provider.GKE, here, unread(error, ACTIONS[f"{client}.{method}"]))
        except NotReadError as error:
            yield Unseen(Provider.GKE, here, error.unread)

    def _clusters(self, here: Place) -> Iterator[Step]:
        if here.scope in self._asked:
            return
        self._asked.add(here.scope)
        try:
            told = self._clients.call("container", "list_clusters", parent=f"projects/{here.scope}/locations/-")
        except ERRORS as error:
            yield Unseen(Provider.GKE, here, unread(error, ACTIONS["container.list_clusters"]))
            return
        except NotReadError as error:
            yield Unseen(Provider.GKE, here, error.unread)
            return
        for cluster in told.clusters:
            yield _found(here, str(cluster.name), str(cluster.location), getattr(cluster.status, "name", ""))
        for zone in map(str, told.missing_zones):
            said = "container.clusters.list: GKE cannot reach this zone: what lies there is not in the list"
            yield Unseen(Provider.GKE, Place(here.scope, zone), Unread(Reason.UNREACHABLE, said))
        yield Looked(here)


def _found(here: Place, name: str, location: str, state: str) -> Found:
    return Found(
        Provider.GKE,
        f"projects/{here.scope}/locations/{location}/clusters/{name}",
        name,
        f"{here.scope}/{location}/{name}",
        Place(here.scope, location),
        state=state,
    )
