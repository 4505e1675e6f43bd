"""Who escapes what must be recorded, because a rule names him? Each probe is asked as each rule names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.auditpolicy.coverage import left_of, shortfalls
from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes
from kubewitness.auditpolicy.probes import FAMILIES, PROBES, Probe
from kubewitness.auditpolicy.retold import Retold, names_somebody, retold
from kubewitness.auditpolicy.types import Level, Policy, Rule
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kubewitness.model import ServerVersion

_MOST: Final = 100_000
"""Requests put to the evaluator: a policy with hundreds of users in hundreds of namespaces is not asked through."""

_ABOUT_NOBODY: Final = frozenset(probe.id for probe in FAMILIES["who is not known"])
"""They are about who asks, not about the object that they ask for: its name does not matter."""

_MASTERS_FIRST: Final = (
    "kubernetes-admin", "kubernetes-super-admin", "system:masters", "kubeadm:cluster-admins", "system:authenticated",
    "system:nodes", "system:serviceaccounts", "system:serviceaccounts:kube-system", "system:kube-controller-manager",
)  # fmt: skip
_TELLING_FIRST: Final = (
    "secrets-get", "secrets-list-all-namespaces", "secrets-list", "rbac-write", "exec-create", "exec-get",
    "pods-create", "service-account-token", "webhook-write",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exempted:
    """What one rule keeps out of the log, for those whom it names and for nobody else.

    ``users``, ``groups``, ``namespaces``, ``names`` (of objects): those of the rule that escape, the most powerful
    first; empty for what the rule does not name. ``missed``: the probes, each with the level that it must
    have, the most telling first. ``got``: the least that is recorded of one.
    """

    rule: int
    got: Level
    missed: tuple[tuple[Probe, Level], ...]
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemptions:
    """``found``: one for each rule that lets somebody escape. ``is_complete``: everything was asked."""

    found: tuple[Exempted, ...]
    is_complete: bool


_Miss: TypeAlias = tuple[Retold, Probe, Level, Level]


def exemptions(policy: Policy, at_least: Mapping[str, Level], version: ServerVersion) -> Exemptions:
    """Each rule that records a probe of ``at_least`` below its level where it is asked by somebody whom it names.

    A probe that falls short whoever asks is no exemption: ``shortfalls`` names it. Raises KubewitnessError as that.
    """
    short = {item.probe.id for item in shortfalls(policy, at_least, version)}
    wanted = [(probe, at_least[probe.id]) for probe in PROBES if probe.id in at_least and probe.id not in short]
    asking = _Asking(policy, version)
    rules = [(index, rule) for index, rule in enumerate(policy.rules) if names_somebody(rule)]
    found = [(index, list(asking.misses(index, rule, wanted))) for index, rule in rules]
    return Exemptions(tuple(_exempted(index, misses) for index, misses in found if misses), asking.left > 0)


class _Asking:
    """One policy's evaluator, which is asked only so often."""

    def __init__(self, policy: Policy, version: ServerVersion) -> None:
        self.left = _MOST
        self.policy = policy
        self.any_group = version >= ANY_GROUP_SINCE
        self.decide: Callable[[RequestAttributes], Decision] = compile_policy(policy, version)

    def misses(self, index: int, rule: Rule, wanted: list[tuple[Probe, Level]]) -> Iterator[_Miss]:
        """Of each probe that the rule could keep out of the log: by whom, where and about what it does."""
        most = Decision(rule.level, frozenset((*self.policy.omit_stages, *rule.omit_stages)), False, index)
        for probe, level in wanted:
            if left_of(most, probe).level.rank >= level.rank:
                continue
            for asked in retold(rule, probe.attributes, any_group=self.any_group):
                self.left -= 1
                if self.left <= 0:
                    return
                decision = self.decide(asked.attributes)
                if decision.rule == index and not (asked.name and probe.id in _ABOUT_NOBODY):
                    yield asked, probe, level, left_of(decision, probe).level


def _exempted(index: int, misses: list[_Miss]) -> Exempted:
    missed = {probe.id: (probe, level) for _, probe, level, _ in misses}
    users, groups, namespaces, names = (
        tuple(dict.fromkeys(filter(None, column))) for column in zip(*(_names(it) for it, *_ in misses), strict=True)
    )
    return Exempted(
        rule=index,
        got=min((got for *_, got in misses), key=lambda level: level.rank),
        missed=tuple(missed[probe_id] for probe_id in _first(_TELLING_FIRST, tuple(missed))),
        users=_first(_MASTERS_FIRST, users),
        groups=_first(_MASTERS_FIRST, groups),
        namespaces=_first(("kube-system",), namespaces),
        names=names,
    )


def _names(asked: Retold) -> tuple[str | None, str | None, str | None, str | None]:
    user, group = (None, None) if asked.asker is None else (asked.asker.user, asked.asker.group)
    return user, group, asked.namespace, asked.name


def _first(wanted: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    return (*(item for item in wanted if item in found), *(item for item in found if item not in wanted))
