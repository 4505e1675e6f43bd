"""A class of requests as one would say it: ``get, list of secrets in kube-system by jane``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference import Values, Who
from kubewitness.auditpolicy.membership import AUTHENTICATED, UNAUTHENTICATED
from kubewitness.report.policy.difference.objects import names, objects
from kubewitness.report.policy.difference.usual import usual

if TYPE_CHECKING:
    from kubewitness.auditpolicy.difference import Box

_EVERYBODY: Final = frozenset({AUTHENTICATED, UNAUTHENTICATED})
"""Who is logged in is in one of them. That they are the only groups that go together is left to the reader."""

_FAILED: Final = Who(Values(), nobody=True)


@dataclass(frozen=True, slots=True)
class Sentence:
    """``head`` (verbs), ``objects`` to be listed, ``tail`` (where, by whom); an empty part says nothing."""

    head: str
    objects: tuple[str, ...]
    tail: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.head, "; ".join(self.objects), self.tail) if part)


def requests(box: Box, *, as_a_rule: bool = False) -> Sentence:
    """The whole sentence, with ``any verb`` and ``by anyone``.

    ``as_a_rule``: without what goes without saying of the users that a server sees as a rule.
    """
    by = _by(box, as_a_rule=as_a_rule)
    return Sentence(f"{_verbs(box.verbs)} of", objects(box), " ".join(filter(None, (_where(box), by))))


def exception(box: Box, *, as_a_rule: bool = False) -> Sentence:
    """What is left out, in as few words as can be: what it does not say is as in the sentence before."""
    asked = objects(box)
    asked = () if asked == ("everything",) else asked
    verbs = "" if box.verbs.everything else _verbs(box.verbs)
    by = _by(box, as_a_rule=as_a_rule)
    tail = " ".join(filter(None, (_where(box), "" if by == "by anyone" else by)))
    return Sentence(f"{verbs} of" if verbs and asked else verbs, asked, tail)


def _verbs(verbs: Values) -> str:
    listed = names(verbs.names)
    if verbs.others:
        return f"any verb but {listed}" if listed else "any verb"
    return listed


def _where(box: Box) -> str:
    """The empty namespace is that of objects without one, and of lists of all namespaces."""
    values = box.namespaces
    if values.everything or not box.resources:
        return ""
    named = [name for name in values.names if name]
    parts = [names(named)] if named else []
    if len(named) < len(values.names):
        parts.append("no namespace")
    return f"in any namespace but {' or '.join(parts)}" if values.others else f"in {' or '.join(parts)}"


def _by(box: Box, *, as_a_rule: bool) -> str:
    users = [usual(who) if as_a_rule else who for who in box.who]
    if any(who != _FAILED and who.nobody and not who.inside for who in users):
        users = [who for who in users if who != _FAILED]  # they are said already
    told = dict.fromkeys(map(_one, users))
    return f"by {', or '.join(sorted(told, key=lambda text: text.startswith('members')))}"


def _one(who: Who) -> str:
    inside = " and of ".join(" or ".join(sorted(choice)) for choice in who.inside)
    outside = f" outside of {names(who.outside)}" if who.outside else ""
    if not who.users.others:
        parts = [names(who.users.names)] if who.users.names else []
        member = f" as members of {inside}" if inside else ""
        return f"{', or '.join([*parts, *(['failed logins'] if who.nobody else [])])}{member}{outside}"
    if _EVERYBODY.issubset(who.outside) and not who.nobody:
        outside += " (whom no server lets in)"
    anyone = "anyone" if who.nobody else "anyone logged in"
    but = f" but {names(who.users.names)}" if who.users.names else ""
    return f"members of {inside}{but}{outside}" if inside else f"{anyone}{but}{outside}"
