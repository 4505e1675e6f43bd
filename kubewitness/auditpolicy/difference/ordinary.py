"""Which requests does a server see as a rule? For telling a difference in few words, and the odd rest apart.

Groups are independent of users, and verbs of what they are for, as far as a policy goes. Yet service accounts are in
the groups of service accounts and nobody else is, who is anonymous is in one group and no other, a Namespace has its
own name as its namespace, and nobody watches a path. What is odd by this is no less a difference; it is only told
behind the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.apiresources import ALL_VERBS, GROUPS, resources_of, verbs_of
from kubewitness.auditpolicy.difference.diagram import FALSE, TRUE
from kubewitness.auditpolicy.difference.universe import INSIDE, NOBODY, OUTSIDE, On
from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.membership import ANONYMOUS, AUTHENTICATED, member_of, usual_groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.apiresources import ApiResource
    from kubewitness.auditpolicy.difference.diagram import Diagram
    from kubewitness.auditpolicy.difference.resources import Resources
    from kubewitness.auditpolicy.difference.universe import Universe

PATH_VERBS: Final = ("get", "post", "put", "delete", "head", "options", "patch")
UNNAMED_VERBS: Final = frozenset({"create", "list", "watch", "deletecollection"})
_SELECTING: Final = frozenset({"list", "watch"})
"""They may have a name, by a field selector, and be for all namespaces."""
_CUSTOM_SUBRESOURCES: Final = ("", "status", "scale")
_UNNAMED: Final = ""
_OTHER_NAME: Final = "\x00"
_PERSON: Final = "\x00"
"""A name, a user that no rule names."""


def ordinary(universe: Universe, diagram: Diagram) -> int:
    """The requests that a server sees as a rule."""
    who = _who(universe, diagram)
    node = FALSE
    what: dict[int, list[tuple[int, int]]] = {}
    for target, namespaces, verbs in _what(universe):
        what.setdefault(target, []).append((namespaces, verbs))
    for target, pairs in what.items():
        behind = FALSE
        for namespaces, verbs in dict.fromkeys(pairs):
            asked = diagram.split(On.NAMESPACE, namespaces, diagram.split(On.VERB, verbs, who, FALSE), FALSE)
            behind = diagram.join(behind, asked)
        node = diagram.join(node, diagram.split(On.TARGET, 1 << target, behind, FALSE))
    return node


def _what(universe: Universe) -> Iterator[tuple[int, int, int]]:
    """Targets with masks of the namespaces and verbs that go with them."""
    for group in sorted(GROUPS):
        for resource in resources_of(group):
            yield from _of_resource(universe, resource)
    everywhere = (1 << len(universe.namespaces.atoms)) - 1
    for target in range(universe.sizes[On.TARGET]):
        resources, paths = universe.told(target)
        if any(map(_is_custom, resources)):
            yield target, everywhere, universe.verbs.mask(ALL_VERBS)
        if paths:
            yield target, everywhere, universe.verbs.mask(PATH_VERBS)


def _is_custom(item: Resources) -> bool:
    """Some of it may be served by somebody else than kube-apiserver."""
    foreign = item.groups.others or not GROUPS.issuperset(item.groups.names)
    return foreign and any(name in item.subresources for name in _CUSTOM_SUBRESOURCES)


def _of_resource(universe: Universe, resource: ApiResource) -> Iterator[tuple[int, int, int]]:
    name, _, subresource = resource.name.partition("/")
    verbs = frozenset(verbs_of(resource.name))
    named = verbs if subresource else verbs - UNNAMED_VERBS | verbs & _SELECTING
    is_namespace = (resource.group, name) == ("", "namespaces")
    for names in ((_OTHER_NAME,), *universe.names):
        target = universe.target(RequestAttributes(None, (), "", True, resource.group, name, subresource, names[0]))
        where = _namespaces(universe, names if is_namespace else None, namespaced=resource.namespaced)
        yield target, where, universe.verbs.mask(named)
    if not subresource:
        target = universe.target(RequestAttributes(None, (), "", True, resource.group, name))
        if resource.namespaced:
            yield target, _namespaces(universe, None, namespaced=True), universe.verbs.mask(verbs & UNNAMED_VERBS)
            yield target, universe.namespaces.mask([""]), universe.verbs.mask(verbs & _SELECTING)
        else:
            yield target, universe.namespaces.mask([""]), universe.verbs.mask(verbs & UNNAMED_VERBS)


def _namespaces(universe: Universe, own: tuple[str, ...] | None, *, namespaced: bool) -> int:
    """Those of an object. ``own``: the names that a Namespace may have, and is in."""
    axis = universe.namespaces
    if own is not None:
        return axis.full & ~_only_none(universe) if own == (_OTHER_NAME,) else axis.mask(own)
    return axis.full & ~_only_none(universe) if namespaced else axis.mask([""])


def _only_none(universe: Universe) -> int:
    """The atom of "no namespace", where it holds nothing else."""
    atom = universe.namespaces.atom("")
    return 1 << atom if universe.namespaces.atoms[atom] == ("",) else 0


def _who(universe: Universe, diagram: Diagram) -> int:
    """Users with the groups that the server puts them in; other groups as they come."""
    node = diagram.split(On.USER, 1 << NOBODY, TRUE, FALSE)
    kinds = (member_of(group) for groups in universe.memberships.atoms for group in groups)
    others = dict.fromkeys((_PERSON, ANONYMOUS, *filter(None, kinds)))
    users = [(user, 1 << universe.users.atom(user)) for user in others]
    users += [(name, 1 << atom) for atom, names in enumerate(universe.users.atoms) for name in names]
    for user, mask in users:
        box = [*diagram.full[: On.USER], mask, *_memberships(universe, user)]
        node = diagram.join(node, diagram.box(box))
    return node


def _memberships(universe: Universe, user: str) -> Iterator[int]:
    usual = usual_groups(user)
    for groups in universe.memberships.atoms[1:]:
        if any(group in usual for group in groups):
            yield INSIDE
        elif user == ANONYMOUS or all(group == AUTHENTICATED or member_of(group) is not None for group in groups):
            yield OUTSIDE
        else:
            yield INSIDE | OUTSIDE
