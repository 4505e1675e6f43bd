"""One request out of a set, as ordinary as the set has any: something to ask the evaluator about, and to try out."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.apiresources import ALL_VERBS, GROUPS, find, resources_of, verbs_of
from kubewitness.auditpolicy.difference.axis import bits
from kubewitness.auditpolicy.difference.diagram import FALSE
from kubewitness.auditpolicy.difference.ordinary import PATH_VERBS, UNNAMED_VERBS
from kubewitness.auditpolicy.difference.universe import NOBODY, On
from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.membership import ANONYMOUS, member_of, usual_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.auditpolicy.difference.axis import Axis, Values
    from kubewitness.auditpolicy.difference.diagram import Diagram
    from kubewitness.auditpolicy.difference.paths import Paths
    from kubewitness.auditpolicy.difference.universe import Universe

_FIRST: Final = (
    ("", "secrets"), ("", "pods/exec"), ("rbac.authorization.k8s.io", "clusterrolebindings"), ("", "pods"),
    ("", "configmaps"), ("", "serviceaccounts/token"), ("apps", "deployments"), ("", "services"), ("", "nodes"),
)  # fmt: skip
_CUSTOM: Final = ("example.com", "widgets")
_PATHS: Final = ("/version", "/healthz", "/metrics", "/apis", "/openapi/v3", "/")
_ODD_VERBS: Final = ("proxy", "")
"""What else the server makes of a request: of an old proxy path, and of a method that it does not know."""
_NAMES: Final = ("web-0", "example")
_NAMESPACES: Final = ("default", "prod", "")
_USERS: Final = ("jane", "joe", ANONYMOUS)
_TRIES: Final = 60
_NEXT: Final = "abcdefghijklmnopqrstuvwxyz0123456789-"


class Examples:
    """Picks requests of the sets of a diagram."""

    def __init__(self, universe: Universe, diagram: Diagram) -> None:
        self._universe, self._diagram = universe, diagram
        self._wishes = [(wish, universe.target(wish)) for wish in _wishes()]

    def one(self, node: int) -> RequestAttributes:
        """A request of a set that is not empty."""
        filled = (self._filled(asked, node) for asked in islice(self._targets(node), _TRIES))
        found: RequestAttributes | None = None
        for request in filled:
            if _oddities(request) == 0:
                return request
            if found is None or _oddities(request) < _oddities(found):
                found = request
        if found is None:
            raise ValueError("an empty set has no example")
        return found

    def _targets(self, node: int) -> Iterator[RequestAttributes]:
        allowed = self._allowed(node, On.TARGET)
        yield from (wish for wish, atom in self._wishes if allowed >> atom & 1)
        for atom in bits(allowed):
            resources, paths = self._universe.told(atom)
            for item in resources:
                group, resource = _text(item.groups, ("", *sorted(GROUPS))), _text(item.resources, (_CUSTOM[1],))
                subresource, name = _text(item.subresources, ("", "status")), _text(item.names, ("", *_NAMES))
                yield RequestAttributes(None, (), "", True, group, resource, subresource, name)
            for place in paths:
                yield RequestAttributes(None, resource_request=False, path=_path(place))

    def _filled(self, asked: RequestAttributes, node: int) -> RequestAttributes:
        """The request with namespace, verb, user and groups that lie in the set."""
        atom = self._universe.target(asked)
        node = self._behind(node, On.TARGET, atom)
        name = asked.resource_path
        known = find(asked.api_group, name)
        cluster_wide = known is not None and not known.namespaced and asked.resource != "namespaces"
        scope = ("", *_NAMESPACES) if cluster_wide else _NAMESPACES
        namespace, node = self._chosen(node, On.NAMESPACE, self._universe.namespaces, scope)
        verbs = (*verbs_of(name), *ALL_VERBS, *_ODD_VERBS) if asked.resource_request else PATH_VERBS
        verb, node = self._chosen(node, On.VERB, self._universe.verbs, verbs)
        user, groups = self._who(node)
        asked = replace(asked, verb=verb, user=user, groups=groups)
        return self._named(replace(asked, namespace=namespace), atom) if asked.resource_request else asked

    def _named(self, asked: RequestAttributes, atom: int) -> RequestAttributes:
        """With a name where the verb takes one."""
        if asked.name or (asked.verb in UNNAMED_VERBS and not asked.subresource):
            return asked
        own = asked.namespace if asked.resource == "namespaces" else ""  # a Namespace is in itself
        named = replace(asked, name=own or _NAMES[0])
        return named if self._universe.target(named) == atom else asked

    def _who(self, node: int) -> tuple[str | None, tuple[str, ...]]:
        """The most ordinary of those who are in the set; a failed login rather than somebody who cannot be."""
        axis, allowed = self._universe.users, self._allowed(node, On.USER)
        named = (name for atom in bits(allowed & ~1) for name in axis.atoms[atom])
        members = (member_of(group) for groups in self._universe.memberships.atoms for group in groups)
        others = (text for text in (f"other-{number}" for number in count(1)) if axis.atom(text) == 0)
        found: list[tuple[str | None, tuple[str, ...]]] = []
        for user in dict.fromkeys((*_USERS, *filter(None, members), *named, next(others))):
            if allowed >> axis.atom(user) & 1:
                found.append((user, self._groups(user, self._behind(node, On.USER, axis.atom(user)))))
                if _unusual(*found[-1]) == 0:
                    return found[-1]
        if allowed >> NOBODY & 1:
            found.append((None, ()))
        return min(found, key=lambda who: _unusual(*who))

    def _groups(self, user: str | None, node: int) -> tuple[str, ...]:
        """The usual ones of the user, but for what the set asks for."""
        groups = list(usual_groups(user))
        for index, names in enumerate(self._universe.memberships.atoms[1:]):
            axis = On.GROUPS + index
            usual = any(name in groups for name in names)
            member = usual if self._behind(node, axis, int(usual)) != FALSE else not usual
            node = self._behind(node, axis, int(member))
            if member and not usual:
                groups.append(names[0])
            elif usual and not member:
                groups = [group for group in groups if group not in names]
        return tuple(groups)

    def _chosen(self, node: int, at: int, axis: Axis, wishes: Iterable[str]) -> tuple[str, int]:
        """The first wish that lies in the set, or else the first text that does; and the set behind it."""
        allowed = self._allowed(node, at)
        named = (name for atom in bits(allowed & ~1) for name in axis.atoms[atom])
        invented = (f"other-{number}" for number in count(1))
        for text in chain(wishes, named, invented):
            atom = axis.atom(text)
            if allowed >> atom & 1:
                return text, self._behind(node, at, atom)
        raise ValueError("no text for an empty set")

    def _allowed(self, node: int, axis: int) -> int:
        if self._diagram.axis(node) != axis:
            return self._diagram.full[axis]
        return sum(mask for mask, child in self._diagram.edges(node) if child != FALSE)

    def _behind(self, node: int, axis: int, atom: int) -> int:
        if self._diagram.axis(node) != axis:
            return node
        return next(child for mask, child in self._diagram.edges(node) if mask >> atom & 1)


def _wishes() -> Iterator[RequestAttributes]:
    """What a reader knows: the resources of the server, the alarming ones first, then paths."""
    known = [
        (group, item.name) for group in ("", *sorted(GROUPS)) for item in resources_of(group) if item.last_minor is None
    ]
    for group, name in dict.fromkeys((*_FIRST, *known, _CUSTOM)):
        resource, _, subresource = name.partition("/")
        yield RequestAttributes(None, api_group=group, resource=resource, subresource=subresource)
    for path in _PATHS:
        yield RequestAttributes(None, resource_request=False, path=path)


def _oddities(request: RequestAttributes) -> int:
    """In how many ways no server would see such a request."""
    odd = _unusual(request.user, request.groups)
    if not request.resource_request:
        return odd + (request.verb not in PATH_VERBS)
    name = request.resource_path
    known = find(request.api_group, name)
    unnamed = request.verb in UNNAMED_VERBS and not request.subresource
    return (
        odd
        + (known is None)
        + (request.verb not in verbs_of(name))
        + (known is not None and known.namespaced and not request.namespace and request.verb not in {"list", "watch"})
        + (bool(request.name) is unnamed)
    )


def _unusual(user: str | None, groups: Iterable[str]) -> int:
    """How many groups no server would leave out, or give to such a user."""
    usual, given = set(usual_groups(user)), set(groups)
    return len(usual - given) + sum(member_of(group) is not None for group in given - usual)


def _text(values: Values, wishes: Iterable[str]) -> str:
    """The first name, or where others are meant the first wish that is one of them."""
    if not values.others:
        return values.names[0]
    invented = (f"other-{number}" for number in count(1))
    return next(text for text in chain(wishes, invented) if text in values)


def _path(paths: Paths) -> str:
    """A path that begins so and is none of the exceptions, of which each is passed by some other next character."""
    if not paths.prefix:
        return paths.text
    ends = chain(("", "/", "x"), _NEXT, map(chr, count(0x4E00)))
    candidates = (RequestAttributes(None, resource_request=False, path=paths.text + end) for end in ends)
    return next(asked.path for asked in candidates if asked in paths and asked.path)
