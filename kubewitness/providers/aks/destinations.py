"""Where the settings of a cluster send its audit log: does it exist, for how long does it keep, who can delete it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kubewitness.errors import KubewitnessError
from kubewitness.managed import Destination
from kubewitness.model import Reason, Unread
from kubewitness.providers.aks import limits, parse
from kubewitness.providers.aks.errors import RefusedError
from kubewitness.providers.aks.ids import Sink, SinkKind, is_within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kubewitness.providers.aks.connections import Arm
    from kubewitness.providers.aks.settings import Setting

_T = TypeVar("_T")

_WORKSPACES: Final = "2023-09-01"
_STORAGE: Final = "2023-05-01"
_EVENT_HUBS: Final = "2024-01-01"
_LOCKS: Final = "2016-09-01"
_LOGS: Final = "2018-03-01-preview"

_LOOK_BACK: Final = ("P1D", "P30D")
"""How far back the newest event is looked for: far only where it is not near, as that costs Azure more."""

_MAKE: Final = "make it again, or name another as host data destination and run the managed deploy"
_LOCK: Final = "put a lock on it: az resource lock create --lock-type CanNotDelete --name keep-audit --resource"
_IMMUTABLE: Final = "lock an immutability policy on the container: az storage container immutability-policy lock"
_KEY: Final = "its owner gives it a key: in Azure Monitor that takes a dedicated cluster, in storage an encryption key"
_THEIRS: Final = "its owner keeps it longer; or name it as host data destination and run the managed deploy"
_HUB: Final = "look at what reads from it, and send to a workspace or a storage account as well"


class Destinations:
    """Reads the places that diagnostic settings send to, each once."""

    def __init__(self, arm: Arm, cluster: str, named: Sink | None, *, stopped: bool) -> None:
        """``cluster``: its resource id. ``named``: what host data names. ``stopped``: the cluster logs nothing now."""
        self._arm = arm
        self._cluster = cluster
        self._named = named
        self._stopped = stopped
        self._locks: dict[str, Sequence[Mapping[str, Any]] | Unread] = {}
        self._found: dict[str, Any] = {}

    def of(self, settings: Sequence[Setting]) -> tuple[Destination, ...]:
        """The places that the settings send an audit log to: a table each, where they are workspaces."""
        found: dict[str, Destination] = {}
        for setting in settings:
            for sink in setting.sinks:
                for item in self._at(sink, setting.types, dedicated=setting.dedicated):
                    before = found.get(item.id.lower())
                    both = replace(before, types=before.types | item.types) if before else item
                    found[item.id.lower()] = replace(both, details=(*both.details, str(setting)))
        return tuple(found.values())

    def of_route(self, sink: Sink, types: frozenset[str]) -> Destination:
        """The place that the deploy would send ``types`` to."""
        return next(iter(self._at(sink, types, dedicated=True)))

    def _at(self, sink: Sink, types: frozenset[str], *, dedicated: bool) -> Iterator[Destination]:
        match sink.kind:
            case SinkKind.WORKSPACE:
                yield from self._tables(sink, types, dedicated=dedicated)
            case SinkKind.STORAGE:
                yield from self._containers(sink, types)
            case SinkKind.EVENT_HUB:
                yield from self._event_hub(sink, types)
            case SinkKind.PARTNER:
                why = _not_observed(f"{sink.id}: a partner's solution: what it keeps, Azure does not show")
                yield _unseen(sink, parse.audit(types), why)

    def _tables(self, sink: Sink, types: frozenset[str], *, dedicated: bool) -> Iterator[Destination]:
        of_tables = parse.tables(types, dedicated=dedicated)
        raw = self._part(lambda: self._find(sink.id, _WORKSPACES)) if of_tables else None
        for table, sent in of_tables.items():
            item = Destination(
                "Log Analytics table", f"{sink.id}/tables/{table}", sent, exists=False, leave=self._leave(sink),
                limits=limits.of_table(table, sent),
            )  # fmt: skip
            if isinstance(raw, Unread):
                yield replace(
                    item, exists=raw, last_event=raw, retention_days=raw, key=raw, undeletable=raw, readers=raw
                )
            elif raw is None:
                yield item
            else:
                yield self._table(item, sink, parse.parse_workspace(raw), table)

    def _table(self, item: Destination, sink: Sink, workspace: parse.Workspace, name: str) -> Destination:
        table = self._part(lambda: parse.parse_table(self._find(item.id, _WORKSPACES), workspace))
        key = self._part(lambda: self._workspace_key(workspace))
        locks = self._part(lambda: parse.locks_on(self._locks_of(sink.id), sink.id))
        if isinstance(table, Unread):
            return replace(item, exists=True, last_event=table, retention_days=table, key=key, undeletable=_some(locks))
        return replace(
            item,
            exists=True,
            last_event=self._part(lambda: self._last_event(name, table, workspace)),
            retention_days=table.retention_days,
            key=key,
            undeletable=_some(locks),
            details=(str(table),),
        )

    def _workspace_key(self, workspace: parse.Workspace) -> str:
        if not workspace.cluster:
            return ""
        return parse.parse_workspace_key(self._find(workspace.cluster, _WORKSPACES))

    def _last_event(self, name: str, table: parse.Table, workspace: parse.Workspace) -> str | Unread | None:
        if self._stopped:
            return _not_observed("the cluster is stopped, so its control plane logs nothing: check again when it runs")
        if not table.asked_as_usual:
            said = (
                f"table {name} is on the plan {table.plan}, which takes no such query: look there with the search API"
            )
            return _not_observed(said)
        newest = None
        for span in _LOOK_BACK:
            path = f"{self._cluster}/providers/Microsoft.Insights/logs"
            told = self._arm.get(path, _LOGS, query=parse.newest_event(name), timespan=span)
            newest = parse.parse_newest(told, workspace.number)
            if newest:
                break
        return newest

    def _containers(self, sink: Sink, types: frozenset[str]) -> Iterator[Destination]:
        of_types = parse.containers(types)
        account = self._part(lambda: self._find(sink.id, _STORAGE)) if of_types else None
        for name, container in of_types.items():
            path, sent = f"{sink.id}/blobServices/default/containers/{container}", frozenset({name})
            leave = {**self._leave(sink), "deletion protection": _IMMUTABLE, "retention": _THEIRS.partition(";")[0]}
            of_blobs = limits.of_envelope(sent)
            item = Destination("blob container", path, sent, exists=False, leave=leave, limits=of_blobs)
            if isinstance(account, Unread):
                yield _unseen(sink, sent, account)
            elif account is None:
                yield item
            else:
                yield self._container(item, sink, account, container)

    def _container(self, item: Destination, sink: Sink, account: Mapping[str, Any], name: str) -> Destination:
        policy = self._part(lambda: self._find(f"{sink.id}/managementPolicies/default", _STORAGE))
        found = self._part(lambda: self._find(item.id, _STORAGE))
        locked = found if isinstance(found, Unread) else parse.locked_days(account, found)
        kept: int | Unread | None
        if isinstance(policy, Unread):
            kept = policy
        else:
            kept = parse.deleted_after(policy, name)
            if kept is not None and isinstance(locked, int):
                kept = max(kept, locked)
        said = "no immutability policy is locked" if locked is None else f"nobody can delete a blob for {locked} days"
        blobs = "look for the newest blob there, or send to a Log Analytics workspace as well"
        return replace(
            item,
            exists=True,
            last_event=_not_observed(f"when the last event came to a storage account is not asked: {blobs}"),
            retention_days=kept,
            key=parse.parse_account_key(account),
            undeletable=locked if isinstance(locked, Unread) else locked is not None,
            details=() if isinstance(locked, Unread) else (said,),
        )

    def _event_hub(self, sink: Sink, types: frozenset[str]) -> Iterator[Destination]:
        sent = parse.audit(types)
        if not sent:
            return
        exists = self._part(lambda: self._find(sink.id, _EVENT_HUBS) is not None)
        why = _not_observed(f"{sink.id}: an event hub passes events on, and what keeps them lies behind it: {_HUB}")
        of_hub = limits.of_envelope(sent)
        yield replace(_unseen(sink, sent, why), exists=exists, leave=self._leave(sink), limits=of_hub)

    def _leave(self, sink: Sink) -> dict[str, str]:
        """What the deploy does not touch: of the place that host data names, all but how long its table keeps."""
        leave = {"existence": _MAKE, "encryption key": _KEY, "deletion protection": f"{_LOCK} {sink.id}"}
        named = self._named is not None and self._named.is_same(sink)
        return leave if named and sink.kind is SinkKind.WORKSPACE else {**leave, "retention": _THEIRS}

    def _locks_of(self, resource: str) -> Sequence[Mapping[str, Any]]:
        """Of the whole subscription: a lock of its own, of its group and of the subscription holds alike."""
        subscription = resource.split("/")[2]
        if subscription not in self._locks:
            path = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/locks"
            self._locks[subscription] = self._part(lambda: tuple(self._arm.pages(path, _LOCKS)))
        found = self._locks[subscription]
        if isinstance(found, Unread):
            raise RefusedError(found)
        return found

    def _find(self, path: str, version: str) -> Any | None:
        if path.lower() not in self._found:
            self._found[path.lower()] = self._arm.find(path, version)
        return self._found[path.lower()]

    def _part(self, read: Callable[[], _T]) -> _T | Unread:
        """What ``read`` reads, or why it could not be read."""
        try:
            return read()
        except RefusedError as error:
            return error.unread
        except KubewitnessError as error:
            return Unread(Reason.PARSE, str(error))


def is_gone(destinations: Sequence[Destination], sink: Sink) -> bool:
    """It was looked for, and is not there."""
    return any(item.exists is False and is_within(item.id, sink.id) for item in destinations)


def _some(found: Sequence[str] | Unread) -> bool | Unread:
    return found if isinstance(found, Unread) else bool(found)


def _not_observed(said: str) -> Unread:
    return Unread(Reason.NOT_OBSERVED, said)


def _unseen(sink: Sink, types: frozenset[str], why: Unread) -> Destination:
    """``why`` is all that is known of it."""
    leave = dict.fromkeys(("existence", "retention", "encryption key", "deletion protection"), why.detail)
    return Destination(
        str(sink.kind), sink.id, types, exists=why, last_event=why, retention_days=why, key=why, undeletable=why,
        readers=why, limits=why, leave=leave,
    )  # fmt: skip
