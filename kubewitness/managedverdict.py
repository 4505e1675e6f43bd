"""From what was seen of several destinations to one result. Pure.

The best of the destinations of a part is enough: a copy that is kept for long makes up for one that is not. The worst
of the parts decides: the changes of a cluster are no substitute for who read its secrets.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown
from kubewitness.model import Reason, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kubewitness.managed import Destination, ManagedCluster

_REMEDIES: Final = {
    Reason.DENIED: "grant what is named; kubewitness permissions prints all that is needed",
    Reason.THROTTLED: "ask again later, or fewer clusters at once: the account's limit is reached",
    Reason.EXPIRED_CREDENTIAL: "renew the credentials, then ask again",
}
Parts: TypeAlias = "Mapping[str, Sequence[Destination]]"


def unknown(unread: Unread) -> Unknown:
    """What was not read, and how to have it read."""
    return Unknown(unread.reason, unread.detail, _REMEDIES.get(unread.reason))


def unless_on(cluster: ManagedCluster) -> Unknown | NotApplicable | None:
    """Why nothing can be asked of the audit log; ``None``: it is on."""
    if isinstance(cluster.audit_on, Unread):
        return unknown(cluster.audit_on)
    return None if cluster.audit_on else NotApplicable("audit logging is off: see audit-backend")


def parts(cluster: ManagedCluster) -> Parts | Unknown | NotApplicable:
    """Where each part of the audit log goes that is on; a question that does not arise where all of it is off."""
    if cluster.audit_on is False:
        return NotApplicable("audit logging is off: see audit-backend")
    found = cluster.audit_destinations
    if isinstance(found, Unread):
        return unknown(found)
    on = cluster.audit_types if isinstance(cluster.log_types, Unread) else cluster.audit_types & cluster.types_on
    by_part: dict[str, list[Destination]] = {}
    for item in found:
        if item.types & on:
            by_part.setdefault(item.part, []).append(item)
    return by_part


def of_each_part(cluster: ManagedCluster, look: Callable[[Sequence[Destination]], Result]) -> Result:
    """What ``look`` says of the destinations of each part, together."""
    found = parts(cluster)
    if isinstance(found, (Unknown, NotApplicable)):
        return found
    return _together([_named(part, look(items)) for part, items in found.items()])


def of_what_exists(cluster: ManagedCluster, look: Callable[[Destination], Result]) -> Result:
    """The best that ``look`` finds among the destinations of each part."""

    def best(items: Sequence[Destination]) -> Result:
        results = [
            unknown(item.exists) if isinstance(item.exists, Unread) else look(item) for item in items if item.exists
        ]
        order = (Pass, Unknown, Fail, NotApplicable)
        results.sort(key=lambda result: order.index(type(result)))
        return results[0] if results else NotApplicable("there is no destination: see audit-log-destination")

    return of_each_part(cluster, best)


def _named(part: str, result: Result) -> Result:
    return replace(result, message=f"{part}: {result.message}") if part else result


def _together(results: Sequence[Result]) -> Result:
    """All that failed as one FAIL; else what is not known; else all that passed."""
    failed = [result for result in results if isinstance(result, Fail)]
    if failed:
        return Fail(
            message="; ".join(result.message for result in failed),
            remedy="; ".join(dict.fromkeys(result.remedy for result in failed)),
            expected="\n".join(filter(None, (result.expected for result in failed))) or None,
            actual="\n".join(filter(None, (result.actual for result in failed))) or None,
            evidence=tuple(item for result in failed for item in result.evidence),
            differences=tuple(item for result in failed for item in result.differences),
        )
    passed = [result for result in results if isinstance(result, Pass)]
    for result in results:
        if isinstance(result, Unknown) or (isinstance(result, NotApplicable) and not passed):
            return result
    if not passed:
        return NotApplicable("there is no destination: see audit-log-destination")
    evidence = tuple(item for result in passed for item in result.evidence)
    return Pass("; ".join(result.message for result in passed), evidence)
