"""The probes as the rules of a policy name them, where that rule decides: exemptions and bodies for somebody alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.words import request_words
from kubewitness.auditpolicy.probes import PROBES
from kubewitness.auditpolicy.probes.request import STRANGER
from kubewitness.auditpolicy.retold import names_somebody, retold
from kubewitness.auditpolicy.types import Level
from kubewitness.auditpolicy.wording import several

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes
    from kubewitness.auditpolicy.probes import Probe
    from kubewitness.auditpolicy.retold import Retold
    from kubewitness.auditpolicy.types import Rule

_MOST: Final = 100_000
"""Requests put to the evaluator."""

_FIXED: Final = {probe.attributes: probe for probe in PROBES}
_GREAT: Final = frozenset(
    {
        "system:nodes", "system:masters", "system:authenticated", "system:serviceaccounts", "kubeadm:cluster-admins",
        "kubernetes-admin", "kubernetes-super-admin", "system:kube-controller-manager", "system:kube-scheduler",
    }
)  # fmt: skip
_GREAT_PREFIXES: Final = ("system:serviceaccounts:", "system:serviceaccount:kube-system:", "system:node:")
_NOBODY: Final = frozenset({"system:unsecured", "kubelet", "system:anonymous", "system:unauthenticated"})
"""Nobody has these any more (AP015), or they are nobody (AP045)."""
_COMPONENTS: Final = ("system:node:", "system:serviceaccount:")


@dataclass(frozen=True, slots=True)
class Named:
    """``probe`` as ``again`` asks it, which ``decision`` decides: the rule that names who asks, where or about what.

    ``is_of_all``: the rule says who, and nothing about what he does.
    """

    probe: Probe
    again: Retold
    decision: Decision
    is_of_all: bool

    @property
    def is_of_a_component(self) -> bool:
        """A node or a service account asks."""
        return self.again.asker is not None and str(self.again.asker.who[0]).startswith(_COMPONENTS)


@dataclass(frozen=True, slots=True)
class NamedProbes:
    """``is_complete``: each probe was asked in every way that a rule names."""

    found: tuple[Named, ...]
    is_complete: bool = True


def named_probes(
    rules: Iterable[tuple[int, Rule]], decide: Callable[[RequestAttributes], Decision], *, any_group: bool
) -> NamedProbes:
    """Of the rules that leave something out, or record bodies: what they decide of those whom they name."""
    asked = (item for index, rule in rules if names_somebody(rule) for item in _asked(index, rule, any_group=any_group))
    tried = 0
    kept: list[Named] = []
    for index, rule, probe, again in islice(asked, _MOST):
        tried += 1
        decision = decide(again.attributes)
        if decision.rule == index:
            kept.append(Named(probe, again, decision, _is_of_all(rule)))
    return NamedProbes(tuple(kept), tried < _MOST)


def _asked(index: int, rule: Rule, *, any_group: bool) -> Iterator[tuple[int, Rule, Probe, Retold]]:
    for probe in PROBES:
        asked = probe.attributes
        if (asked.user, asked.groups) == STRANGER and _could_be_bad(rule, probe):
            ways = retold(rule, asked, any_group=any_group)
            yield from ((index, rule, probe, again) for again in ways if not _NOBODY & {*_names_of(again)})


def _is_of_all(rule: Rule) -> bool:
    return not (rule.verbs or rule.resources or rule.namespaces or rule.non_resource_urls)


def _could_be_bad(rule: Rule, probe: Probe) -> bool:
    if rule.level is Level.NONE:
        return True
    return probe.leaks_at(rule.level)


def is_great(name: str) -> bool:
    """A user or a group whose credential opens the cluster, or much of it."""
    return name in _GREAT or name.startswith(_GREAT_PREFIXES)


def is_serious(items: Iterable[Named]) -> bool:
    """It is so whoever asks in some namespace, or for somebody powerful; not where it is a person's, or an object's."""
    return any(_is_a_place(item.again) or any(map(is_great, _names_of(item.again))) for item in items)


def _is_a_place(again: Retold) -> bool:
    return again.asker is None and again.name is None


def _names_of(again: Retold) -> tuple[str, ...]:
    asker = again.asker
    return () if asker is None else tuple(name for name in (asker.user, asker.group) if name is not None)


def who_of(items: Iterable[Named]) -> list[str]:
    """The users and groups that a rule names, the most powerful first."""
    return _greatest(name for item in items for name in _names_of(item.again))


def as_probe(items: Sequence[Named]) -> Probe:
    """One for all ways to ask a probe: a fixed one where one of them is, else one that says by whom and where."""
    fixed = next((_FIXED[item.again.attributes] for item in items if item.again.attributes in _FIXED), None)
    if fixed is not None:
        return fixed
    first = items[0]
    title = f"{first.probe.title} ({_how(items)})"
    return replace(
        first.probe, id=request_words(first.again.attributes), title=title, attributes=first.again.attributes
    )


def _how(items: Sequence[Named]) -> str:
    """``by jane in prod``."""
    askers = [item.again.asker for item in items if item.again.asker is not None]
    users = _greatest(asker.user for asker in askers)
    groups = _greatest(asker.group for asker in askers)
    places = _greatest(item.again.namespace for item in items)
    names = _greatest(item.again.name for item in items)
    words = [f"by {several(users)}"] if users else []
    words += [f"{'in' if users else 'by members of'} {several(groups)}"] if groups else []
    words += [f"in {several(places)}"] if places else []
    words += [f"named {several(names)}"] if names else []
    return " ".join(words)


def _greatest(names: Iterable[str | None]) -> list[str]:
    """Each once, the most powerful first."""
    return sorted(dict.fromkeys(name for name in names if name is not None), key=lambda name: not is_great(name))
