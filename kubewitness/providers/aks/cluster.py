"""One AKS cluster, through Azure Resource Manager: thin, all that is understood of the answers is in pure modules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from kubewitness.managed import ManagedCluster, Provider, Route, latest
from kubewitness.model import Unread
from kubewitness.moments import rfc3339
from kubewitness.providers import NotReadError
from kubewitness.providers.aks import parse, settings
from kubewitness.providers.aks.connections import Arm, ArmClients
from kubewitness.providers.aks.destinations import Destinations, is_gone
from kubewitness.providers.aks.enable import Azure, carry_out
from kubewitness.providers.aks.errors import RefusedError
from kubewitness.providers.aks.ids import ClusterId, Sink, cluster_id, named_sink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kubewitness.enabling import Deadline
    from kubewitness.managed import Destination
    from kubewitness.managedplan import Step

_CLUSTERS: Final = "2025-05-01"
_CONNECTED: Final = "2024-01-01"
_SETTINGS: Final = "2021-05-01-preview"
"""The only one that knows category groups: https://github.com/Azure/azure-powershell/issues/18937"""
_ACTIVITY: Final = "2015-04-01"
_CHANGES: Final = "Microsoft.Insights/eventtypes/management/values"
_RECENT: Final = timedelta(minutes=5)
_PART_ALONE: Final = frozenset({403, 429})
"""HTTP statuses that hide nothing else: what is refused otherwise is refused for all that there is to ask."""


class Connections:
    """The Azure clients of one run."""

    def __init__(self) -> None:
        self._clients = ArmClients()

    def cluster(self, name: str, cluster: str, data: Callable[[str], object]) -> AksCluster:
        """The cluster of a host. Host data: ``id`` (resource id, or name), ``subscription``, ``resource_group``,
        ``destination``, ``endpoint``. Raises KubewitnessError.
        """  # noqa: D205  the list is one sentence
        subscription, group, destination, endpoint = (
            str(data(key) or "") for key in ("subscription", "resource_group", "destination", "endpoint")
        )
        which = cluster_id(str(data("id") or name.removeprefix("@managed/")), subscription, group, name)
        return AksCluster(name, cluster, which, named_sink(destination, name), self._clients.client(endpoint))


class AksCluster:
    """Reads a cluster, its diagnostic settings and the places that they send to."""

    def __init__(self, name: str, cluster: str, which: ClusterId, destination: Sink | None, arm: Arm) -> None:
        self.name = name
        self.which = which
        self._cluster = cluster
        self._destination = destination
        self._arm = arm

    def observe(self) -> ManagedCluster:
        """Eight calls or so. Raises NotReadError: there is no such cluster, or nobody answers."""
        bare = self._bare()
        try:
            if self.which.connected:
                return replace(bare, not_loggable=parse.parse_connected(self._arm.get(str(self.which), _CONNECTED)))
            known = parse.parse_cluster(self._arm.get(str(self.which), _CLUSTERS))
        except RefusedError as error:
            if self.which.connected or error.status not in _PART_ALONE:
                raise NotReadError(error.unread) from error
            unknown = replace(bare, update=error.unread, changed=error.unread)
            return self._with_settings(unknown, stopped=False)
        seen = replace(bare, id=known.id, changed=known.made, not_loggable=known.not_loggable, beside=known.beside)
        return seen if seen.not_loggable else self._with_settings(seen, stopped=known.stopped)

    def retention_at_least(self, days: int) -> int:
        """The shortest retention that a Log Analytics table can be told and that is no less."""
        return parse.retention_at_least(days)

    def key(self, given: str) -> str:
        """None is ever set: the owner of a place does that."""
        return given

    def carry_out(self, step: Step, deadline: Deadline, tell: Callable[[str], None]) -> None:
        """One step of a plan, to its end. Raises KubewitnessError."""
        carry_out(step, Azure(str(self.which), self._destination, self._arm, _SETTINGS, deadline, tell))

    def _bare(self) -> ManagedCluster:
        return ManagedCluster(
            name=self.name,
            cluster=self._cluster,
            provider=Provider.AKS,
            id=str(self.which),
            read_at=rfc3339(datetime.now(UTC)),
            log_types={},
            audit_types=settings.AUDIT_TYPES,
            destinations=(),
            update=None,  # a diagnostic setting holds at once
            blind_spots=parse.BLIND_SPOTS,
            exempted=settings.NO_EXEMPTIONS,
            held_by=settings.HELD_BY,
        )

    def _with_settings(self, seen: ManagedCluster, *, stopped: bool) -> ManagedCluster:
        read = self._settings()
        if isinstance(read, Unread):
            return replace(seen, log_types=read, destinations=read, unrecorded=read, doubles=read)
        found, unresolved = read
        types = settings.types_on(found, unresolved)
        reader = Destinations(self._arm, str(self.which), self._destination, stopped=stopped)
        destinations = reader.of(found)
        changed = self._last_change(seen, found, destinations)
        every = types[settings.ALL]
        return replace(
            seen,
            changed=changed,
            log_types=types,
            audit_types=frozenset({settings.ALL}) if every is True else settings.AUDIT_TYPES,
            destinations=every if isinstance(every, Unread) and not destinations else destinations,
            unrecorded=every if isinstance(every, Unread) else () if every else settings.UNRECORDED,
            doubles=settings.doubles(found) or (every if isinstance(every, Unread) else ()),
            route=self._route(found, destinations),
        )

    def _last_change(
        self, seen: ManagedCluster, found: Sequence[settings.Setting], destinations: Sequence[Destination]
    ) -> str | Unread | None:
        """When the settings were last written: asked only where no event is recent, as it may be too early for one."""
        now = datetime.fromisoformat(seen.read_at)
        late = [item for item in destinations if item.exists is True and _is_late(item, now)]
        if not late:
            return seen.changed
        since, until = now - timedelta(days=1), now + timedelta(minutes=1)  # clocks differ, and ours is in seconds
        span = f"eventTimestamp ge '{since.isoformat()}' and eventTimestamp le '{until.isoformat()}'"
        path = f"/subscriptions/{self.which.subscription}/providers/{_CHANGES}"
        changed = [seen.changed]
        try:
            for setting in found:
                uri = f"{self.which}/providers/Microsoft.Insights/diagnosticSettings/{setting.name}"
                asked = {"$filter": f"{span} and resourceUri eq '{uri}'"}
                changed.append(parse.newest_change(self._arm.pages(path, _ACTIVITY, asked)))
        except RefusedError as error:
            return error.unread
        return latest(*changed)

    def _route(self, found: Sequence[settings.Setting], destinations: Sequence[Destination]) -> Route:
        sink = self._destination
        other = next((mine.sink(sink.kind) for mine in found if sink and settings.is_ours(mine)), None)
        obstacle = settings.obstacle(found, sink, gone=other is not None and is_gone(destinations, other))
        if sink is None or obstacle:
            return Route("", None, obstacle)
        reader = Destinations(self._arm, str(self.which), sink, stopped=True)  # no event is looked for
        there = reader.of_route(sink, frozenset({settings.ALL}))
        if isinstance(there.exists, Unread):
            obstacle = f"{there.exists.detail}: not changed, as it could not be read"
        elif not there.exists:
            obstacle = f"{sink.id} does not exist: make it, or name another as host data destination"
        return Route(f"to {sink.id}, by the diagnostic setting {settings.OURS}", there, obstacle)

    def _settings(self) -> tuple[tuple[settings.Setting, ...], Unread | None] | Unread:
        """The diagnostic settings, and why their groups could not be resolved; or why nothing is known of them."""
        try:
            found = tuple(self._arm.pages(f"{self.which}/providers/Microsoft.Insights/diagnosticSettings", _SETTINGS))
        except RefusedError as error:
            return error.unread
        groups: Mapping[str, frozenset[str]] = {}
        unresolved = None
        if settings.groups_used(found):
            path = f"{self.which}/providers/Microsoft.Insights/diagnosticSettingsCategories"
            try:
                groups = settings.parse_groups(self._arm.pages(path, _SETTINGS))
            except RefusedError as error:
                unresolved = error.unread
        return tuple(settings.parse_setting(raw, groups) for raw in found), unresolved


def _is_late(item: Destination, now: datetime) -> bool:
    """It was asked for its newest event, and that is not of these minutes."""
    last = item.last_event
    return not isinstance(last, Unread) and (last is None or now - datetime.fromisoformat(last) > _RECENT)
