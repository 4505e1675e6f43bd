"""What the rules of the linter look at: the policy, what it decides of each probe, and where everything stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.auditpolicy.lint.impossible import possible
from kubewitness.auditpolicy.lint.named import NamedProbes, as_probe, is_serious, named_probes
from kubewitness.auditpolicy.lint.reachability import Reach, reach
from kubewitness.auditpolicy.lint.rule import NO_RULE
from kubewitness.auditpolicy.probes import PROBES
from kubewitness.auditpolicy.types import Level
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE
from kubewitness.godecode.tree import START, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kubewitness.apiserver import AuditSettings
    from kubewitness.auditpolicy.decode import Loaded
    from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes
    from kubewitness.auditpolicy.lint.named import Named
    from kubewitness.auditpolicy.probes import Probe
    from kubewitness.auditpolicy.types import Policy, Rule
    from kubewitness.godecode.tree import Problem
    from kubewitness.model import ServerVersion

PROBE: Final[Mapping[str, Probe]] = {probe.id: probe for probe in PROBES}


@dataclass(frozen=True, slots=True)
class Cause:
    """``probes`` are bad by ``rule``. ``is_serious``: not only for a person, or an object, whom the rule names."""

    rule: int
    probes: tuple[Probe, ...]
    is_serious: bool

    @property
    def others(self) -> tuple[str, ...]:
        """The ids of all probes but the first."""
        return tuple(probe.id for probe in self.probes[1:])


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy that kube-apiserver would start with.

    ``decide``: the evaluator. ``outcomes``: what it says of each probe, by id. ``named``: what it says
    of the probes as rules name them. ``acting``: the live rules that a request can be for, with their index, without
    the names that match nothing. ``places``: path in the file, as ``rules[0].users[1]``, to where it stands.
    ``settings``: of the API server; ``None``: not known. ``extra_document``: where a second YAML document begins.
    """

    policy: Policy
    version: ServerVersion
    ignored: tuple[Problem, ...]
    decide: Callable[[RequestAttributes], Decision]
    outcomes: Mapping[str, Decision]
    named: NamedProbes
    reach: Reach
    acting: tuple[tuple[int, Rule], ...]
    places: Mapping[str, Mark]
    settings: AuditSettings | None
    extra_document: Mark | None

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.policy.rules

    def live(self) -> Iterator[tuple[int, Rule]]:
        """The rules that no earlier one keeps every request from, with their index, as they are written."""
        return ((index, rule) for index, rule in enumerate(self.rules) if index not in self.reach.dead)

    def grouped(
        self, ids: Iterable[str], is_bad: Callable[[Probe, Decision], bool]
    ) -> Iterator[tuple[int, tuple[Probe, ...]]]:
        """The probes that are bad, by the rule that decided: one cause, one finding."""
        return ((cause.rule, cause.probes) for cause in self.causes(ids, is_bad))

    def causes(
        self,
        ids: Iterable[str],
        is_bad: Callable[[Probe, Decision], bool],
        named: Iterable[Named] = (),
        beside: Iterable[Probe] = (),
    ) -> Iterator[Cause]:
        """The same, also of probes as rules name them: ``named``, those of ``self.named`` that count here.

        ``beside``: probes of a rule's own.
        """
        found: dict[int, dict[str, Probe]] = {}
        asked = [(PROBE[probe_id], self.outcomes[probe_id]) for probe_id in ids]
        asked += [(probe, self.decide(probe.attributes)) for probe in beside]
        for probe, decision in asked:
            if is_bad(probe, decision):
                found.setdefault(decision.rule, {})[probe.id] = probe
        serious = set(found)
        ways: dict[tuple[int, str], list[Named]] = {}
        for item in named:
            if is_bad(item.probe, item.decision):
                ways.setdefault((item.decision.rule, item.probe.id), []).append(item)
        for (rule, _), items in ways.items():
            probe = as_probe(items)
            found.setdefault(rule, {}).setdefault(probe.id, probe)
            serious.update([rule] if is_serious(items) else [])
        return (Cause(rule, tuple(bad.values()), rule in serious) for rule, bad in found.items())

    def people(self, ids: Sequence[str]) -> list[Named]:
        """These probes as rules name them; not rules about everything that somebody does (AP042), nor components."""
        return _of(ids, (it for it in self.named.found if not (it.is_of_all or it.is_of_a_component)))

    def components(self, ids: Sequence[str]) -> list[Named]:
        """The same of nodes and service accounts."""
        return _of(ids, (it for it in self.named.found if it.is_of_a_component and not it.is_of_all))

    def place(self, *paths: str) -> Mark | None:
        """Where the first of ``paths`` stands that stands anywhere."""
        return next((self.places[path] for path in paths if path in self.places), None)

    def rule_at(self, mark: Mark) -> int | None:
        """The rule in whose lines this place is; ``None`` beside the rules, and where aliases put them anywhere."""
        before = [at for at, rule in enumerate(self.rules) if 0 < rule.line <= mark.line and rule.column <= mark.column]
        return before[-1] if before else None

    def place_of(self, rule: int | None) -> Mark | None:
        """Where a rule stands; of ``NO_RULE`` the last one, behind which another belongs."""
        if rule is None:
            return self.place("rules") or START
        index = len(self.rules) - 1 if rule == NO_RULE else rule
        where = self.rules[index]
        return Mark(where.line, where.column) if where.line else None


def _of(ids: Sequence[str], named: Iterable[Named]) -> list[Named]:
    """Those of these probes, in their order."""
    rank = {probe_id: at for at, probe_id in enumerate(ids)}
    return sorted((item for item in named if item.probe.id in rank), key=lambda item: rank[item.probe.id])


def subject_of(
    loaded: Loaded,
    version: ServerVersion,
    places: Mapping[str, Mark],
    settings: AuditSettings | None,
    extra_document: Mark | None,
) -> Subject:
    """The policy with its outcomes, each worked out once."""
    decide = compile_policy(loaded.policy, version)
    found = reach(loaded.policy, decide)
    live = ((index, possible(rule)) for index, rule in enumerate(loaded.policy.rules) if index not in found.dead)
    acting = tuple((index, rule) for index, rule in live if rule is not None)
    return Subject(
        loaded.policy,
        version,
        loaded.ignored,
        decide,
        {probe.id: decide(probe.attributes) for probe in PROBES},
        named_probes(acting, decide, any_group=version >= ANY_GROUP_SINCE),
        found,
        acting,
        places,
        settings,
        extra_document,
    )


def is_dropped(probe: Probe, decision: Decision) -> bool:
    """Level None: nothing of the probe is recorded. Omitted stages are another matter (AP044, AP060)."""
    del probe
    return decision.level is Level.NONE
