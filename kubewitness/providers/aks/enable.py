"""The changes that a plan can name, on Azure. Each may be done twice; every refusal has its name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.enabling import Busy, patiently, refusal
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
                wanted = set(types)
                patiently(lambda: _switch_on(wanted, azure), _busy, azure.deadline, azure.tell)
            case LengthenRetention(destination=table, days=days):
                patiently(lambda: _lengthen(table, days, azure), _busy, azure.deadline, azure.tell)
            case _:  # all else is left to the destination's owner, so no plan has it
                raise KubewitnessError(f"{step}: not on Azure")
    except RefusedError as error:
        raise refusal(error.unread, "azure", _hint(error)) from error


def _switch_on(wanted: set[str], azure: Azure) -> None:
    """Our own setting alone is written: made, or extended by what it has not yet. It holds at once.

    It is read anew, what somebody has added to it since the plan was made stays: by its name, as a list may be late.
    Azure has no etag of it, so it is read once more when it is written: somebody may have written at the same time.
    ``wanted`` grows by what was on in any reading, so that it stays on whoever overwrites it between two attempts.
    """
    sink = azure.destination
    if sink is None:
        raise KubewitnessError("no host data destination: name a workspace or a storage account")
    listed = settings.ours(_parsed(tuple(azure.arm.pages(azure.settings, azure.version)), azure))
    named = _by_name(azure)
    mine = named or listed
    if listed and named:
        mine = replace(named, types=named.types | listed.types, unresolved=named.unresolved | listed.unresolved)
    wanted |= mine.types if mine else frozenset()
    if not _sends(named, wanted, sink):
        _write(mine, wanted, sink, azure)
    after = _by_name(azure)
    if after and not _sends(after, wanted, sink):
        _write(after, wanted, sink, azure)


def _sends(setting: settings.Setting | None, types: set[str], sink: Sink) -> bool:
    other = setting.sink(sink.kind) if setting else None
    return setting is not None and types <= setting.types and other is not None and other.is_same(sink)


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
    azure.arm.write("PUT", path, azure.version, settings.extended(mine, types, sink))


def _lengthen(path: str, days: int, azure: Azure) -> None:
    """Never shorter than what is there by now."""
    if _kept_days(path, azure) < days:
        azure.arm.write("PATCH", path, _TABLES, {"properties": {"totalRetentionInDays": days}})


def _kept_days(path: str, azure: Azure) -> int:
    """How long the table keeps now. Raises RefusedError."""
    workspace = parse.parse_workspace(azure.arm.get(path.rpartition("/tables/")[0], _TABLES))
    kept = parse.parse_table(azure.arm.find(path, _TABLES), workspace).retention_days
    if isinstance(kept, Unread):
        raise RefusedError(kept)
    return kept


def _busy(error: Exception) -> Busy | None:
    """A workspace takes one change at a time, a subscription so many calls; an answer that was lost is read."""
    if not isinstance(error, RefusedError) or _hint(error):
        return None
    lost = error.unread.reason in (Reason.UNREACHABLE, Reason.TIMEOUT) and error.written
    return Busy(error.unread.detail, error.pause_seconds) if lost or error.status in (409, 429) else None


def _hint(error: RefusedError) -> str:
    """What to do against what no waiting ends."""
    said = error.message.lower()
    if error.status == 409 and "data sink" in said:
        return _CONFLICT
    if error.status == 409 and "limit" in said:
        return f"Azure takes {settings.MOST} diagnostic settings of a cluster: delete one, or add to one"
    return _NOT_OFFERED if error.status == 400 and "category" in said else ""
