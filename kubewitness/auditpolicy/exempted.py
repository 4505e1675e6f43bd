"""Who escapes what must be recorded, because a rule names him?

The probes are asked by a stranger in a namespace that no policy names, so a rule for somebody alone decides none of
them. Here each is asked once more by everybody, in every namespace and about every name that a rule names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.auditpolicy.coverage import left_of, shortfalls
from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes, rule_matches
from kubewitness.auditpolicy.probes import FAMILIES, PROBES, Probe
from kubewitness.auditpolicy.probes.request import (
    ANONYMOUS,
    MASTER,
    NAME,
    NAMESPACE,
    NODE,
    STRANGER,
    Who,
    by,
    service_account,
)
from kubewitness.auditpolicy.types import Level, Policy, Rule
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kubewitness.model import ServerVersion

_MOST: Final = 100_000
"""Requests put to the evaluator: a policy with hundreds of users in hundreds of namespaces is not asked through."""

_ABOUT_NOBODY: Final = frozenset(probe.id for probe in FAMILIES["who is not known"])
"""They are about who asks, not about the object that they ask for: its name does not matter."""

_AUTHENTICATED: Final = "system:authenticated"
_SERVICE_ACCOUNT: Final = "system:serviceaccount:"
_SERVICE_ACCOUNTS: Final = "system:serviceaccounts"
_KUBEADM: Final = {
    "kubernetes-admin": "kubeadm:cluster-admins",
    "kubernetes-super-admin": "system:masters",
    "system:apiserver": "system:masters",
}
"""https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/ and the server's own identity."""

_MASTERS_FIRST: Final = (
    "kubernetes-admin", "kubernetes-super-admin", "system:masters", "kubeadm:cluster-admins", "system:authenticated",
    "system:nodes", _SERVICE_ACCOUNTS, "system:serviceaccounts:kube-system", "system:kube-controller-manager",
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """A probe once more, and which names of the rule are in it; ``None`` for what the rule leaves open."""

    attributes: RequestAttributes
    user: str | None
    group: str | None
    namespace: str | None
    name: str | None


_Person: TypeAlias = tuple[str | None, str | None, Who | None]
_Miss: TypeAlias = tuple[_Asked, Probe, Level, Level]


def exemptions(policy: Policy, at_least: Mapping[str, Level], version: ServerVersion) -> Exemptions:
    """Each rule that records a probe of ``at_least`` below its level where it is asked by somebody whom it names.

    A probe that falls short whoever asks is no exemption: ``shortfalls`` names it. Raises KubewitnessError as that.
    """
    short = {item.probe.id for item in shortfalls(policy, at_least, version)}
    wanted = [(probe, at_least[probe.id]) for probe in PROBES if probe.id in at_least and probe.id not in short]
    asking = _Asking(policy, version)
    rules = [(index, rule) for index, rule in enumerate(policy.rules) if _names_somebody(rule)]
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
            for asked in self._asked(rule, probe.attributes):
                self.left -= 1
                if self.left <= 0:
                    return
                decision = self.decide(asked.attributes)
                if decision.rule == index and not (asked.name and probe.id in _ABOUT_NOBODY):
                    yield asked, probe, level, left_of(decision, probe).level

    def _asked(self, rule: Rule, plain: RequestAttributes) -> Iterator[_Asked]:
        entries = [entry for entry in rule.resources if self._is_for(replace(rule, resources=(entry,)), plain)]
        if not entries and not self._is_for(rule, plain):
            return
        if any(not entry.resource_names or not entry.resources for entry in entries):
            entries = []
        named = tuple(dict.fromkeys(name for entry in entries for name in entry.resource_names))
        people = list(_people(rule, plain))
        for namespace, name in _places(rule.namespaces, named, plain):
            moved = _moved(plain, namespace, name)
            for user, group, who in people:
                asked = moved if who is None else by(who, moved)
                yield _Asked(asked, user, group, namespace, name)

    def _is_for(self, rule: Rule, plain: RequestAttributes) -> bool:
        """Whether the rule would match the request, were it not for the names in it."""
        if rule.namespaces and not plain.resource_request:
            return False
        bare = tuple(replace(entry, resource_names=()) for entry in rule.resources)
        open_rule = replace(rule, users=(), user_groups=(), namespaces=(), resources=bare)
        return rule_matches(open_rule, plain, any_group=self.any_group)


def _names_somebody(rule: Rule) -> bool:
    names = any(entry.resource_names for entry in rule.resources)
    return names or bool(rule.users or rule.user_groups or rule.namespaces)


def _people(rule: Rule, plain: RequestAttributes) -> Iterator[_Person]:
    """Everybody whom the rule names and who can ask this; a failed login is nobody's."""
    if not rule.users and not rule.user_groups:
        yield None, None, None
        return
    if plain.user is None:
        return
    for user, group in product(rule.users or (None,), rule.user_groups or (None,)):
        name, groups = _member(group) if user is None else (user, _groups_of(user))
        who = name, tuple(dict.fromkeys((*groups, *((group,) if group is not None else ()))))
        if (plain.user, plain.groups) == STRANGER or set(plain.groups) <= set(groups):
            yield user, group, who


def _groups_of(user: str) -> tuple[str, ...]:
    """Those that a server, or kubeadm, puts a user of this name in."""
    if user == ANONYMOUS[0]:
        return ANONYMOUS[1]
    if user.startswith(_SERVICE_ACCOUNT):
        return service_account("", user.removeprefix(_SERVICE_ACCOUNT).partition(":")[0])[1]
    if user.startswith("system:node:"):
        return NODE[1]
    return (_KUBEADM[user], _AUTHENTICATED) if user in _KUBEADM else (_AUTHENTICATED,)


def _member(group: str | None) -> Who:
    """Somebody of this group whom no policy names."""
    known = {"system:masters": MASTER, "system:nodes": NODE, ANONYMOUS[1][0]: ANONYMOUS}
    if group in known:
        return known[group]
    if group is not None and group.startswith(_SERVICE_ACCOUNTS):
        return service_account(NAME, group.removeprefix(f"{_SERVICE_ACCOUNTS}:") if ":" in group[7:] else NAMESPACE)
    return STRANGER


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


def _exempted(index: int, misses: list[_Miss]) -> Exempted:
    missed = {probe.id: (probe, level) for _, probe, level, _ in misses}
    users, groups, namespaces, names = (
        tuple(dict.fromkeys(filter(None, column)))
        for column in zip(*((it.user, it.group, it.namespace, it.name) for it, *_ in misses), strict=True)
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


def _first(wanted: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    return (*(item for item in wanted if item in found), *(item for item in found if item not in wanted))
