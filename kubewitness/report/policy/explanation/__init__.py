"""What a policy says of a request, and why: ``kubewitness policy explain``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.query import SOMEBODY
from kubewitness.auditpolicy.types import Level

if TYPE_CHECKING:
    from kubewitness.auditpolicy.explanation import Explanation, Mismatch
    from kubewitness.auditpolicy.query import Query
    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion
    from kubewitness.report.formats import Formats

_MOST_WANTED: Final = 8


FORMATS: Final[Formats] = {
    "table": "kubewitness.report.policy.explanation.table",
    "json": "kubewitness.report.policy.explanation.json_format",
}


@dataclass(frozen=True, slots=True)
class ExplanationReport:
    """``explanations``: of each request of the query, in their order. ``file``: as the user named it."""

    file: str
    policy: Policy
    version: ServerVersion
    text: str
    query: Query
    explanations: tuple[Explanation, ...]


def why_not(mismatch: Mismatch) -> str:
    """``verbs: get is not one of create, update``."""
    if not mismatch.wanted:
        return f"{mismatch.condition}: {mismatch.value}"
    wanted = ", ".join(mismatch.wanted[:_MOST_WANTED])
    more = len(mismatch.wanted) - _MOST_WANTED
    wanted += f" and {more} more" if more > 0 else ""
    value = "somebody" if (mismatch.condition, mismatch.value) == ("users", SOMEBODY) else mismatch.value
    verb = "are" if ", " in value else "is"
    verb += " not" if len(mismatch.wanted) == 1 else " not one of"
    text = f"{mismatch.condition}: {value} {verb} {wanted}"
    return f"{text} ({mismatch.hint})" if mismatch.hint else text


def managed_fields(explanation: Explanation) -> str:
    """What becomes of metadata.managedFields in the bodies that are recorded."""
    decision = explanation.decision
    if decision.level.rank < Level.REQUEST.rank:
        return "no body is recorded"
    if not explanation.has_object:
        return "no object is recorded: such a request has none, or not at this level"
    return "left out of the bodies" if decision.omit_managed_fields else "kept in the bodies"
