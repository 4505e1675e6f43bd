"""The changes that a plan can name, on Azure. Each may be done twice; every refusal has its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import LengthenRetention, Step, SwitchOn
from kubewitness.model import Reason
from kubewitness.providers.aks import settings
from kubewitness.providers.aks.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

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


def carry_out(step: Step, azure: Azure) -> None:
    """One step, to its end. Raises KubewitnessError: Azure's own name of what is wrong, and what to do."""
    try:
        match step:
            case SwitchOn(types=types):
                _switch_on(types, azure)
            case LengthenRetention(destination=table, days=days):
                _patiently(table, {"properties": {"totalRetentionInDays": days}}, azure)
            case _:  # all else is left to the destination's owner, so no plan has it
                raise KubewitnessError(f"{step}: not on Azure")
    except RefusedError as error:
        raise _named(error) from error


def _switch_on(types: tuple[str, ...], azure: Azure) -> None:
    """Our own setting alone is written: made, or extended by what it has not yet. It holds at once.

    It is read anew: what somebody has added to it since the plan was made stays.
    """
    if azure.destination is None:
        raise KubewitnessError("no host data destination: name a workspace or a storage account")
    scope = f"{azure.cluster}/providers/Microsoft.Insights/diagnosticSettings"
    found = list(azure.arm.pages(scope, azure.version))
    groups = {}
    if settings.groups_used(found):
        categories = f"{azure.cluster}/providers/Microsoft.Insights/diagnosticSettingsCategories"
        groups = settings.parse_groups(azure.arm.pages(categories, azure.version))
    mine = settings.ours([settings.parse_setting(raw, groups) for raw in found])
    name = mine.name if mine else settings.OURS
    azure.arm.send("PUT", f"{scope}/{name}", azure.version, settings.extended(mine, types, azure.destination))


def _patiently(path: str, body: dict[str, Any], azure: Azure) -> None:
    """Again while another change of the table is under way: a workspace takes one at a time."""
    busy: RefusedError | None = None
    for _ in azure.deadline.pauses():
        try:
            azure.arm.send("PATCH", path, _TABLES, body)
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


def _named(error: RefusedError) -> KubewitnessError:
    hint = _HINTS.get(error.unread.reason)
    if error.status == 409 and "data sink" in error.message.lower():
        hint = _CONFLICT
    elif error.status == 409 and "limit" in error.message.lower():
        hint = f"Azure takes {settings.MOST} diagnostic settings of a cluster: delete one, or add to one"
    elif error.status == 400 and "category" in error.message.lower():
        hint = _NOT_OFFERED
    return KubewitnessError(f"{error.unread.detail}: {hint}" if hint else error.unread.detail)
