"""What would kube-apiserver record of a request? First match wins, and nothing is implied.

The traps, all upstream's: ``pods`` does not match ``pods/exec``, ``pods/*`` matches ``pods`` too, ``*/*`` matches
nothing; ``*`` is a wildcard in ``resources``, ``nonResourceURLs`` and (from 1.36) ``group``, and a name elsewhere;
a request without a user (failed authentication) matches no rule that asks for users or groups; no match means None.
Source: https://pkg.go.dev/k8s.io/apiserver/pkg/audit/policy
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import GroupResources, Level, Policy, Rule, Stage
from kubewitness.auditpolicy.validate import ANY_GROUP_SINCE

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion

NO_RULE: Final = -1
"""The index of the rule that decides where none matches."""


@dataclass(frozen=True, slots=True)
class RequestAttributes:
    """A request as kube-apiserver sees it when it asks the policy.

    ``user`` is ``None`` where authentication failed, and the real user of an impersonated request. ``api_group`` ``""``
    is the core group, ``namespace`` ``""`` a request without one (a cluster-scoped object, or all namespaces); a
    Namespace object carries its own name as ``namespace``. ``name`` is empty for create, list, watch and
    deletecollection. For a non-resource request (``resource_request`` false) only user, groups, verb and path count.
    """

    user: str | None
    groups: tuple[str, ...] = ()
    verb: str = ""
    resource_request: bool = True
    api_group: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    namespace: str = ""
    path: str = ""

    @property
    def resource_path(self) -> str:
        """``pods/exec``, as a policy names it."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says of a request. ``rule`` is the index of the rule that decided, -1 where none matched."""

    level: Level
    omit_stages: frozenset[Stage]
    omit_managed_fields: bool
    rule: int


def evaluate(policy: Policy, attributes: RequestAttributes, version: ServerVersion) -> Decision:
    """The decision of a server of this version."""
    any_group = version >= ANY_GROUP_SINCE
    for index, rule in enumerate(policy.rules):
        if rule_matches(rule, attributes, any_group=any_group):
            return decision_of(policy, index)
    return decision_of(policy, NO_RULE)


def decision_of(policy: Policy, index: int) -> Decision:
    """What the policy says of a request that this rule decides; NO_RULE: that none matches."""
    if index == NO_RULE:
        return Decision(Level.NONE, frozenset(policy.omit_stages), policy.omit_managed_fields, NO_RULE)
    rule = policy.rules[index]
    managed = policy.omit_managed_fields if rule.omit_managed_fields is None else rule.omit_managed_fields
    return Decision(rule.level, frozenset((*policy.omit_stages, *rule.omit_stages)), managed, index)


def rule_matches(rule: Rule, attributes: RequestAttributes, *, any_group: bool) -> bool:
    """Whether the rule is for this request. ``any_group``: group ``*`` is a wildcard."""
    if rule.users and (attributes.user is None or attributes.user not in rule.users):
        return False
    if rule.user_groups and (attributes.user is None or not set(rule.user_groups).intersection(attributes.groups)):
        return False
    if rule.verbs and attributes.verb not in rule.verbs:
        return False
    if rule.namespaces or rule.resources:
        return attributes.resource_request and _is_resource_of(rule, attributes, any_group=any_group)
    if rule.non_resource_urls:
        return not attributes.resource_request and any(
            _url_matches(url, attributes.path) for url in rule.non_resource_urls
        )
    return True


def _is_resource_of(rule: Rule, attributes: RequestAttributes, *, any_group: bool) -> bool:
    if rule.namespaces and attributes.namespace not in rule.namespaces:
        return False
    return not rule.resources or any(_entry_matches(entry, attributes, any_group=any_group) for entry in rule.resources)


def _entry_matches(entry: GroupResources, attributes: RequestAttributes, *, any_group: bool) -> bool:
    if entry.group != attributes.api_group and not (any_group and entry.group == "*"):
        return False
    if not entry.resources:
        return True
    if entry.resource_names and attributes.name not in entry.resource_names:
        return False
    return any(_resource_matches(resource, attributes) for resource in entry.resources)


def _resource_matches(pattern: str, attributes: RequestAttributes) -> bool:
    resource, subresource = attributes.resource, attributes.subresource
    if subresource:
        return pattern in {"*", f"{resource}/{subresource}", f"*/{subresource}", f"{resource}/*"}
    return pattern in {"*", resource, f"{resource}/*"}


def _url_matches(pattern: str, path: str) -> bool:
    return pattern in {"*", path} or (pattern.endswith("*") and path.startswith(pattern.rstrip("*")))
