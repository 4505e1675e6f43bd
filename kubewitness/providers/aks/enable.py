"""The changes that a plan can name, on Azure. Each may be done twice; every refusal has its name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import LengthenRetention, Step, SwitchOn
from kubewitness.model import Reason, Unread
from kubewitness.providers.aks import parse, settings
from kubewitness.providers.aks.destinations import Destinations
from kubewitness.providers.aks.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kubewitness.enabling import Deadline
    from kubewitness.providers.aks.connections import Arm
    from kubewitness.providers.aks.ids import Sink

_TABLES: Final = "2023-09-01"
_HINTS: Final = {
    Reason.DENIED: "grant it: kubewitness permissions azure --enforce",
    Reason.THROTTLED: "the limit of the subscription is reached: run again later, or with --limit",
    Reason.EXPIRED_CREDENTIAL: "run again: what is done stays done",
    Reason.UNREACHABLE: "run again: what is done stays done",
    Reason.TIMEOUT: "run again: what is done stays done",
}
_CONFLICT: Final = "another setting sends the same there: take it out of one, or name another host data destination"
_NOT_OFFERED: Final = "this cluster does not offer it: take it out of the standard's log_types"


@dataclass(frozen=True, slots=True)
class Azure:
    """One cluster by its resource id, and where its logs are to go. ``version``: of the API of diagnostic settings.

    ``tell`` hears what is waited for, until ``deadline``.
    """

    cluster: str
    destination: Sink | None
    arm: Arm
    version: str
    deadline: Deadline
    tell: Callable[[str], None]

    @property
    def settings(self) -> str:
        return f"{self.cluster}/providers/Microsoft.Insights/diagnosticSettings"


def carry_out(step: Step, azure: Azure) -> None:
    """One step, to its end. Raises KubewitnessError: Azure's own name of what is wrong, and what to do."""
    try:
        match step:
            case SwitchOn(types=types):
                _switch_on(types, azure)
            case LengthenRetention(destination=table, days=days):
                _patiently(table, days, azure)
            case _:  # all else is left to the destination's owner, so no plan has it
                raise KubewitnessError(f"{step}: not on Azure")
    except RefusedError as error:
        raise _named(error) from error


def _switch_on(types: tuple[str, ...], azure: Azure) -> None:
    """Our own setting alone is written: made, or extended by what it has not yet. It holds at once.

    It is read anew, what somebody has added to it since the plan was made stays: by its name, as a list may be late.
    Azure has no etag of it, so it is read once more when it is written: somebody may have written at the same time.
    """
    if azure.destination is None:
        raise KubewitnessError("no host data destination: name a workspace or a storage account")
    listed = settings.ours(_parsed(tuple(azure.arm.pages(azure.settings, azure.version)), azure))
    mine = _by_name(azure)
    if listed and mine:
        mine = replace(mine, types=mine.types | listed.types, unresolved=mine.unresolved | listed.unresolved)
    mine = mine or listed
    wanted = {*types, *(mine.types if mine else ())}
    _write(mine, wanted, azure.destination, azure)
    after = _by_name(azure)
    if after and wanted - after.types:
        _write(after, wanted, azure.destination, azure)


def _by_name(azure: Azure) -> settings.Setting | None:
    """Our setting as it is now; ``None``: there is none."""
    raw = azure.arm.find(f"{azure.settings}/{settings.OURS}", azure.version)
    return None if raw is None else settings.ours(_parsed((raw,), azure))


def _parsed(found: tuple[Mapping[str, object], ...], azure: Azure) -> list[settings.Setting]:
    groups: Mapping[str, frozenset[str]] = {}
    if settings.groups_used(found):
        categories = f"{azure.cluster}/providers/Microsoft.Insights/diagnosticSettingsCategories"
        groups = settings.parse_groups(azure.arm.pages(categories, azure.version))
    return [settings.parse_setting(raw, groups) for raw in found]


def _write(mine: settings.Setting | None, types: set[str], sink: Sink, azure: Azure) -> None:
    """It is not led away from a place that is there, whatever a late list made of it."""
    other = mine.sink(sink.kind) if mine else None
    if mine and other and not other.is_same(sink):
        there = Destinations(azure.arm, azure.cluster, None, stopped=True).of_route(other, frozenset({settings.ALL}))
        if isinstance(there.exists, Unread):
            raise KubewitnessError(f"{there.exists.detail}: not changed, as it could not be read")
        if obstacle := settings.obstacle([mine], sink, gone=not there.exists):
            raise KubewitnessError(obstacle)
    path = f"{azure.settings}/{mine.name if mine else settings.OURS}"
    azure.arm.send("PUT", path, azure.version, settings.extended(mine, types, sink))


def _patiently(path: str, days: int, azure: Azure) -> None:
    """Again while another change of the table is under way: a workspace takes one at a time.

    It is read before each attempt: that other change may be a retention that is longer than ours.
    """
    busy: RefusedError | None = None
    for _ in azure.deadline.pauses():
        try:
            if _kept_days(path, azure) >= days:
                return
            azure.arm.send("PATCH", path, _TABLES, {"properties": {"totalRetentionInDays": days}})
        except RefusedError as error:
            if error.status != 409:
                raise
            if busy is None:
                azure.tell(f"waiting: {error.code}: {error.message}")
            busy = error
        else:
            return
    said = busy.unread.detail if busy else path
    raise KubewitnessError(f"{said}: still so after {azure.deadline.seconds:g} s: run again when it has ended")


def _kept_days(path: str, azure: Azure) -> int:
    """How long the table keeps now. Raises RefusedError."""
    workspace = parse.parse_workspace(azure.arm.get(path.rpartition("/tables/")[0], _TABLES))
    kept = parse.parse_table(azure.arm.find(path, _TABLES), workspace).retention_days
    if isinstance(kept, Unread):
        raise RefusedError(kept)
    return kept


def _named(error: RefusedError) -> KubewitnessError:
    hint = _HINTS.get(error.unread.reason)
    if error.status == 409 and "data sink" in error.message.lower():
        hint = _CONFLICT
    elif error.status == 409 and "limit" in error.message.lower():
        hint = f"Azure takes {settings.MOST} diagnostic settings of a cluster: delete one, or add to one"
    elif error.status == 400 and "category" in error.message.lower():
        hint = _NOT_OFFERED
    return KubewitnessError(f"{error.unread.detail}: {hint}" if hint else error.unread.detail)
