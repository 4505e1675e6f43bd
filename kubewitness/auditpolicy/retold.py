"""A request once more: by everybody, in every namespace and about every name that a rule names.

The probes are asked by a stranger in a namespace that no policy names, so a rule for somebody alone decides none of
them. Asked like this they are what such a rule is about, as far as there can be such a request at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from kubewitness.auditpolicy.evaluate import rule_matches
from kubewitness.auditpolicy.membership import Who, likely_groups, member_of
from kubewitness.auditpolicy.probes.request import NAME, NAMESPACE, STRANGER, by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.auditpolicy.types import Rule


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody whom a rule is for. ``user``, ``group``: the names of the rule by which he is; ``None``: it has none."""

    who: Who
    user: str | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Retold:
    """A request as a rule names it. ``asker``, ``namespace``, ``name`` (of an object): ``None`` where it names none."""

    attributes: RequestAttributes
    asker: Asker | None
    namespace: str | None
    name: str | None


def names_somebody(rule: Rule) -> bool:
    """Whether it names users, groups, namespaces or objects."""
    names = any(entry.resource_names for entry in rule.resources)
    return names or bool(rule.users or rule.user_groups or rule.namespaces)


def askers(rule: Rule) -> Iterator[Asker]:
    """Each user whom the rule names in each group that it names; none where it names nobody."""
    if not rule.users and not rule.user_groups:
        return
    for user, group in product(rule.users or (None,), rule.user_groups or (None,)):
        name = user if user is not None else _somebody_in(group or "")
        groups = likely_groups(name)
        yield Asker((name, groups if group is None or group in groups else (group, *groups)), user, group)


def _somebody_in(group: str) -> str:
    """Somebody whom no policy names."""
    return member_of(group, node=NAME, account=NAME, namespace=NAMESPACE) or str(STRANGER[0])


def retold(rule: Rule, plain: RequestAttributes, *, any_group: bool) -> Iterator[Retold]:
    """``plain`` by each, in each and about each that the rule names; nothing where it could not match any of that.

    A request that is about who asks (a failed login, one of a node) is asked by nobody else.
    """
    if rule.verbs and plain.verb not in rule.verbs:
        return
    entries = [entry for entry in rule.resources if _is_for(replace(rule, resources=(entry,)), plain, any_group)]
    if not entries and not _is_for(rule, plain, any_group):
        return
    if any(not entry.resource_names or not entry.resources for entry in entries):
        entries = []
    named = tuple(dict.fromkeys(name for entry in entries for name in entry.resource_names))
    people = list(_people(rule, plain))
    for namespace, name in _places(rule.namespaces, named, plain):
        moved = _moved(plain, namespace, name)
        for asker in people:
            yield Retold(moved if asker is None else by(asker.who, moved), asker, namespace, name)


def _is_for(rule: Rule, plain: RequestAttributes, any_group: bool) -> bool:
    """Whether the rule would match the request, were it not for the names in it."""
    if rule.namespaces and not plain.resource_request:
        return False
    bare = tuple(replace(entry, resource_names=()) for entry in rule.resources)
    open_rule = replace(rule, users=(), user_groups=(), namespaces=(), resources=bare)
    return rule_matches(open_rule, plain, any_group=any_group)


def _people(rule: Rule, plain: RequestAttributes) -> Iterator[Asker | None]:
    """Everybody whom the rule names and who can ask this; a failed login is nobody's."""
    if not rule.users and not rule.user_groups:
        yield None
    elif plain.user is not None:
        for asker in askers(rule):
            own = asker.who[1] if asker.user is None else likely_groups(asker.user)
            if (plain.user, plain.groups) == STRANGER or set(plain.groups) <= set(own):
                yield asker


def _places(
    namespaces: tuple[str, ...], names: tuple[str, ...], plain: RequestAttributes
) -> Iterator[tuple[str | None, str | None]]:
    """The namespaces and the names of a rule that the request can have; ``None`` where the rule leaves it open."""
    fixed_place, fixed_name = plain.namespace != NAMESPACE, plain.name not in {NAME, NAMESPACE}
    if namespaces:
        namespaces = tuple(it for it in namespaces if (it == plain.namespace if fixed_place else it != ""))
        yield from product(namespaces, _names(names, plain, fixed=fixed_name))
    else:
        yield from product((None,), _names(names, plain, fixed=fixed_name))


def _names(names: tuple[str, ...], plain: RequestAttributes, *, fixed: bool) -> tuple[str | None, ...]:
    if not names:
        return (None,)
    return tuple(name for name in names if (name == plain.name if fixed else name != ""))


def _moved(plain: RequestAttributes, namespace: str | None, name: str | None) -> RequestAttributes:
    """A Namespace object is in the namespace that it is."""
    if (plain.api_group, plain.resource) == ("", "namespaces") and plain.namespace:
        own = name or namespace or plain.name
        return replace(plain, name=own, namespace=namespace or own)
    place = plain.namespace if namespace is None else namespace
    return replace(plain, namespace=place, name=plain.name if name is None else name)
