"""What two policies record differently: ``kubewitness policy diff``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference import Kind, LevelChange, ManagedFieldsChange, StagesChange
from kubewitness.report.policy.places import stage_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kubewitness.auditpolicy.difference import Change, Difference, RequestClass
    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion
    from kubewitness.report.formats import Formats

MEANINGS: Final[Mapping[Kind, str]] = {
    Kind.LOST: "recorded before, and no longer",
    Kind.LOWERED: "recorded with less than before",
    Kind.STAGES: "recorded at other stages",
    Kind.RAISED: "recorded with more than before: look for secrets in bodies, where there are any",
    Kind.GAINED: "newly recorded",
    Kind.MANAGED_FIELDS: "recorded with or without metadata.managedFields",
}


FORMATS: Final[Formats] = {
    "table": "kubewitness.report.policy.difference.table",
    "json": "kubewitness.report.policy.difference.json_format",
    "markdown": "kubewitness.report.policy.difference.markdown",
}


@dataclass(frozen=True, slots=True)
class DifferenceReport:
    """``files`` and ``policies``: before and after. ``exact``: decisions were compared, not what is in the log.

    ``odd``: people are told of requests that no server sees as a rule, too.
    """

    files: tuple[str, str]
    policies: tuple[Policy, Policy]
    version: ServerVersion
    difference: Difference
    exact: bool = False
    odd: bool = False

    @property
    def told(self) -> tuple[RequestClass, ...]:
        """The classes that are for people."""
        return tuple(item for item in self.difference.classes if item.ordinary or self.odd)

    @property
    def left_out(self) -> int:
        """How many are not."""
        return len(self.difference.classes) - len(self.told)

    def by_kind(self, classes: Sequence[RequestClass]) -> dict[Kind, int]:
        """How many classes of each kind, the most alarming first, 0 included."""
        counts = dict.fromkeys(Kind, 0)
        for found in classes:
            counts[found.kind] += 1
        return counts

    def groups(self) -> Iterator[tuple[Kind, list[tuple[Change, list[RequestClass]]]]]:
        """The classes that are told, by kind and by change, the most alarming first."""
        for kind, found in groupby(self.told, key=lambda item: item.kind):
            yield kind, [(change, list(same)) for change, same in groupby(found, key=lambda item: item.change)]


def change_words(change: Change) -> str:
    """``Metadata -> None``."""
    match change:
        case LevelChange(before, after):
            return f"{before} -> {after}"
        case StagesChange(before, after):
            parts = (("no longer at", after - before), ("newly at", before - after))
            return ", ".join(f"{label} {stage_names(stages)}" for label, stages in parts if stages)
        case ManagedFieldsChange(_, after):
            return "managed fields left out" if after else "managed fields kept"


def odd_ones(report: DifferenceReport) -> str | None:
    """That something is not told, if it is so."""
    if not report.left_out:
        return None
    count = "1 more class" if report.left_out == 1 else f"{report.left_out} more classes"
    return f"{count} of requests that no server sees as a rule: --odd tells them"


def summary(report: DifferenceReport) -> str:
    """The verdict in a line."""
    done = "decided" if report.exact else "recorded"
    if report.difference.unfinished is not None:
        return _partial(report.difference)
    if not report.difference.classes:
        return f"equal: every request is {done} alike"
    counts = {kind: count for kind, count in report.by_kind(report.told).items() if count}
    if not counts:
        return f"every request that a server sees as a rule is {done} alike"
    return f"{_counted(sum(counts.values()))}: {_listed(counts)}"


def _partial(found: Difference) -> str:
    """Where a limit was reached: what was found is some of it."""
    samples = Counter(item.kind for item in found.samples)
    if not (found.classes or samples):
        return "partial: no difference found, and not all was compared"
    told = [f"{_counted(len(found.classes))} so far"] if found.classes else []
    examples = "example" if len(found.samples) == 1 else "examples"
    told += [f"{len(found.samples)} {examples} ({_listed({kind: samples[kind] for kind in Kind})})"] if samples else []
    return f"partial: they differ, and not all was compared: {', '.join(told)}"


def _counted(count: int) -> str:
    return f"{count} {'class' if count == 1 else 'classes'} of requests"


def _listed(counts: Mapping[Kind, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
