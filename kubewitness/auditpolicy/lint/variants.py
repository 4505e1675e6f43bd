"""Probes once more, where the fixed ones do not reach: in the namespaces and by the users that a policy names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.samples import who
from kubewitness.auditpolicy.lint.words import request_words
from kubewitness.auditpolicy.probes.request import NAMESPACE, STRANGER, Who

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.auditpolicy.probes import Probe
    from kubewitness.auditpolicy.types import Rule

_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Variant:
    """A namespace, a user, or both, that a rule names. ``who`` ``None``: the stranger; ``namespace`` ``None``: any."""

    rule: int
    who: Who | None
    namespace: str | None

    def of(self, probe: Probe) -> Probe | None:
        """The probe so; ``None`` for one that is about who asks, or about no namespace."""
        asked = probe.attributes
        if (asked.user, asked.groups) != STRANGER or (self.namespace is not None and not _is_namespaced(probe)):
            return None
        title = probe.title
        if self.namespace is not None:
            asked, title = replace(asked, namespace=self.namespace), f"{title} (in {self.namespace})"
        if self.who is not None:
            asked = replace(asked, user=self.who[0], groups=self.who[1])
            title = f"{title} (by {self._name()})"
        return replace(probe, id=request_words(asked), title=title, attributes=asked)

    def _name(self) -> str:
        """The user, or the group where it is the group that counts."""
        user, groups = self.who or STRANGER
        return groups[0] if user == STRANGER[0] else str(user)


def _is_namespaced(probe: Probe) -> bool:
    return probe.attributes.namespace == NAMESPACE and probe.attributes.resource != "namespaces"


def variants_of(rules: Iterable[tuple[int, Rule]]) -> tuple[Variant, ...]:
    """A user of each rule and the namespaces of each, some hundred at most."""
    return tuple(islice(_variants(rules), _MOST))


def _variants(rules: Iterable[tuple[int, Rule]]) -> Iterator[Variant]:
    for index, rule in rules:
        asks = who(rule) if rule.users or rule.user_groups else None
        namespaces = [name for name in rule.namespaces if name] if rule.namespaces else [None]
        for namespace in namespaces:
            if asks is not None or namespace is not None:
                yield Variant(index, asks, namespace)
