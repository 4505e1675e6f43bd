"""Managed clusters for tests: a good EKS cluster, as our deploy leaves one, and what a test changes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kubewitness.managed import Destination, ManagedCluster, NotOffered, Provider, Unrecorded
from kubewitness.model import Reason, Unread
from kubewitness.providers.aks.parse import BLIND_SPOTS as NOT_PUBLISHED
from kubewitness.providers.eks import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

READ: Final = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
ARN: Final = "arn:aws:eks:eu-west-1:111111111111:cluster/prod"
GROUP: Final = "arn:aws:logs:eu-west-1:111111111111:log-group:/aws/eks/prod/cluster"


def cluster(
    *,
    without: tuple[str, ...] | str = (),
    log_types: str | None = None,
    group: dict[str, Any] | str | None = "there",
    last_event: float | str | None = 1,
    update: str | None = None,
    changed: float | str | None = 100_000,
    not_loggable: str = "",
    unrecorded: tuple[str, ...] | str = (),
    exempted: Sequence[str] = (),
    beside: tuple[str, ...] = (),
    doubles: Sequence[str] = (),
    held_by: dict[str, str] | None = None,
    published: bool = True,
) -> ManagedCluster:
    """A good cluster, but for what is given. ``denied`` for a part: it could not be read.

    Args:
        without: log types that are off, or ``all``.
        group: members of ``Destination`` that differ; ``None``: there is none; ``denied``.
        last_event: minutes before the cluster was read; ``None``: no event.
        changed: minutes before, likewise; ``denied``.
        exempted: who; ``denied``; ``not_offered``: the provider has no such setting.
        unrecorded: ids of probes that ``api`` would record if it were on; ``denied``.
        published: whether its provider says what its audit policy is.
        beside, doubles, held_by: as of ``ManagedCluster``; ``denied`` and ``not_offered`` for ``doubles``.
    """
    on = {name: without != "all" and name not in without for name in parse.LOG_TYPES}
    return ManagedCluster(
        name="@managed/prod",
        cluster="prod",
        provider=Provider.EKS,
        id=ARN,
        read_at=_at(0),
        log_types=denied("eks:DescribeCluster") if log_types == "denied" else on,
        audit_types=parse.AUDIT_TYPES,
        destinations=(_destination(group, last_event),),
        update=denied("eks:ListUpdates") if update == "denied" else update,
        changed=denied("eks:ListUpdates") if isinstance(changed, str) else None if changed is None else _at(changed),
        not_loggable=not_loggable,
        blind_spots=parse.BLIND_SPOTS if published else NOT_PUBLISHED,
        exempted=_listed(exempted, "getIamPolicy"),
        unrecorded=denied("getIamPolicy")
        if isinstance(unrecorded, str)
        else tuple(Unrecorded(probe, "reads are left out", "switch on api", ("api",)) for probe in unrecorded),
        held_by=held_by or {},
        beside=tuple(beside),
        doubles=_listed(doubles, "settings"),
    )


def _listed(given: Sequence[str], action: str) -> tuple[str, ...] | NotOffered | Unread:
    match given:
        case "denied":
            return denied(action)
        case "not_offered":
            return NotOffered("there is no such setting")
    return tuple(given)


def denied(action: str) -> Unread:
    return Unread(Reason.DENIED, f"{action}: AccessDeniedException: not authorized")


def _destination(group: dict[str, Any] | str | None, last_event: float | str | None) -> Destination:
    kind, types = "CloudWatch log group", frozenset(parse.LOG_TYPES)
    if group is None:
        return Destination(kind, GROUP, types, exists=False)
    if group == "denied":
        why = denied("logs:DescribeLogGroups")
        return Destination(kind, GROUP, types, why)
    last = denied("logs:GetLogEvents") if isinstance(last_event, str) else last_event and _at(last_event)
    good = Destination(kind, GROUP, types, True, last or None, None, 365, "", "", True, (), parse.LIMITS)
    return replace(good, **group) if isinstance(group, dict) else good


def _at(minutes: float) -> str:
    return (READ - timedelta(minutes=minutes)).isoformat(timespec="seconds").replace("+00:00", "Z")
