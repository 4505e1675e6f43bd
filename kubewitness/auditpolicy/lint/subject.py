"""What the rules of the linter look at: the policy, what it decides of each probe, and where everything stands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.auditpolicy.lint.reachability import Reach, reach
from kubewitness.auditpolicy.lint.rule import NO_RULE
from kubewitness.auditpolicy.lint.variants import Variant, variants_of
from kubewitness.auditpolicy.probes import PROBES
from kubewitness.auditpolicy.types import Level
from kubewitness.godecode.tree import START, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kubewitness.apiserver import AuditSettings
    from kubewitness.auditpolicy.decode import Loaded
    from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes
    from kubewitness.auditpolicy.probes import Probe
    from kubewitness.auditpolicy.types import Policy, Rule
    from kubewitness.godecode.tree import Problem
    from kubewitness.model import ServerVersion

PROBE: Final[Mapping[str, Probe]] = {probe.id: probe for probe in PROBES}


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy that kube-apiserver would start with.

    ``decide``: the evaluator. ``outcomes``: what it says of each probe, by id. ``places``: path in the file, as
    ``rules[0].users[1]``, to where it stands. ``settings``: of the API server; ``None``: not known. ``extra_document``:
    where a second YAML document begins.
    """

    policy: Policy
    version: ServerVersion
    ignored: tuple[Problem, ...]
    decide: Callable[[RequestAttributes], Decision]
    outcomes: Mapping[str, Decision]
    reach: Reach
    places: Mapping[str, Mark]
    settings: AuditSettings | None
    extra_document: Mark | None

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.policy.rules

    def live(self) -> Iterator[tuple[int, Rule]]:
        """The rules that some request reaches, with their index."""
        return ((index, rule) for index, rule in enumerate(self.rules) if index not in self.reach.dead)

    def grouped(
        self, ids: Iterable[str], is_bad: Callable[[Probe, Decision], bool], variants: Sequence[Variant] = ()
    ) -> Iterator[tuple[int, tuple[Probe, ...]]]:
        """The probes that are bad, by the rule that decided: one cause, one finding.

        ``variants``: the same probes once more in namespaces, or by users, that a rule of the policy names; of these
        only what that rule decides counts.
        """
        found: dict[int, list[Probe]] = {}
        probes = tuple(PROBE[probe_id] for probe_id in ids)
        for probe in probes:
            decision = self.outcomes[probe.id]
            if is_bad(probe, decision):
                found.setdefault(decision.rule, []).append(probe)
        for variant, probe in product(variants, probes):
            asked = variant.of(probe)
            if asked is not None and (decided := self.decide(asked.attributes)).rule == variant.rule:
                found.setdefault(decided.rule, []).extend([asked] if is_bad(asked, decided) else [])
        return ((rule, tuple(bad)) for rule, bad in found.items() if bad)

    def namespaces(self) -> tuple[Variant, ...]:
        """The namespaces that rules for everybody name."""
        rules = ((index, rule) for index, rule in self.live() if not rule.users and not rule.user_groups)
        return variants_of(rules)

    def principals(self) -> tuple[Variant, ...]:
        """The users and groups that rules name, and the namespaces that any does."""
        return variants_of(self.live())

    def place(self, *paths: str) -> Mark | None:
        """Where the first of ``paths`` stands that stands anywhere."""
        return next((self.places[path] for path in paths if path in self.places), None)

    def place_of(self, rule: int | None) -> Mark | None:
        """Where a rule stands; of ``NO_RULE`` the last one, behind which another belongs."""
        if rule is None:
            return self.place("rules") or START
        index = len(self.rules) - 1 if rule == NO_RULE else rule
        where = self.rules[index]
        return Mark(where.line, where.column) if where.line else None


def subject_of(
    loaded: Loaded,
    version: ServerVersion,
    places: Mapping[str, Mark],
    settings: AuditSettings | None,
    extra_document: Mark | None,
) -> Subject:
    """The policy with its outcomes, each worked out once."""
    decide = compile_policy(loaded.policy, version)
    return Subject(
        loaded.policy,
        version,
        loaded.ignored,
        decide,
        {probe.id: decide(probe.attributes) for probe in PROBES},
        reach(loaded.policy, decide),
        places,
        settings,
        extra_document,
    )


def is_dropped(probe: Probe, decision: Decision) -> bool:
    """Level None: nothing of the probe is recorded. Omitted stages are another matter (AP044, AP060)."""
    del probe
    return decision.level is Level.NONE
