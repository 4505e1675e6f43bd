"""AP040 to AP045: what an intruder could do unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.rule import CODE, NO_RULE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.samples import who
from kubewitness.auditpolicy.lint.subject import PROBE, is_dropped
from kubewitness.auditpolicy.lint.words import capital, decider, rule_name, several, titles
from kubewitness.auditpolicy.lint.yamltext import CATCH_ALL, WRITES, metadata_for, narrowed
from kubewitness.auditpolicy.probes.request import ANONYMOUS, by
from kubewitness.auditpolicy.types import Level, Rule, Stage
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.auditpolicy.evaluate import Decision
    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.probes import Probe

_AUTHENTICATION: Final = "https://kubernetes.io/docs/reference/access-authn-authz/authentication/"
_RBAC: Final = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"

_PRIVILEGED: Final = (
    "rbac-write", "rbac-update", "rbac-patch", "rbac-create-role", "rbac-delete", "rbac-write-by-admin",
    "webhook-write", "webhook-patch", "webhook-delete", "admission-policy-create", "admission-binding-delete",
    "csr-create", "csr-delete", "crd-create", "crd-delete", "apiservice-write", "apiservice-patch",
    "pods-create", "pods-update", "pods-patch", "pods-delete", "pods-delete-collection",
    "workloads-create", "workloads-update", "workloads-patch", "workloads-delete", "daemonsets-create",
    "statefulsets-patch", "jobs-create", "cronjobs-create", "cronjobs-patch",
    "service-account-create", "service-account-patch", "service-account-delete",
    "nodes-create", "nodes-patch", "nodes-delete", "namespace-create", "namespace-patch", "namespace-delete",
    "network-policy-create", "network-policy-patch", "network-policy-delete", "volumes-create",
)  # fmt: skip

_BY_THEIRS: Final = {
    "secrets-get-by-node": "secrets-get",
    "secrets-get-by-service-account": "secrets-get",
    "impersonated-get": "secrets-get",
    "secrets-get-by-workload": "secrets-get",
    "pods-create-by-node": "pods-create",
    "pods-create-by-service-account": "pods-create",
}
"""A request with a stolen credential of the cluster's own -> the same request by somebody whom no rule names."""

_TELLING: Final = ("secrets-get", "secrets-list", "rbac-write", "pods-create", "exec-create", "exec-get")
"""What is asked in the name of a principal that a rule exempts."""

_GREAT: Final = frozenset(
    {
        "system:nodes", "system:masters", "system:authenticated", "system:serviceaccounts",
        "system:kube-controller-manager", "system:kube-scheduler",
    }
)  # fmt: skip
_GREAT_PREFIXES: Final = ("system:serviceaccounts:", "system:serviceaccount:kube-system:", "system:node:")
_NOT_THERE: Final = frozenset({"system:unsecured", "kubelet", "system:anonymous", "system:unauthenticated"})
"""Nobody has these any more (AP015), or they are nobody (AP045)."""


def _pairs(probes: Iterable[Probe]) -> list[tuple[str, str]]:
    return [(probe.attributes.api_group, probe.attributes.resource) for probe in probes]


def _rest(probes: tuple[Probe, ...]) -> tuple[str, ...]:
    return tuple(probe.id for probe in probes[1:])


@lint_rule("AP040", "access to secrets is not recorded", Severity.HIGH, by_outcome=True)
def silent_secrets(subject: Subject) -> Iterator[Found]:
    """Every verb counts: a list and a watch return every secret, with -A those of all namespaces."""
    ids = [probe_id for probe_id in subject.outcomes if probe_id.startswith("secrets-") and probe_id not in _BY_THEIRS]
    for rule, probes in subject.grouped(ids, is_dropped, subject.namespaces()):
        text = f"{capital(titles(probes))}: not recorded, {decider(subject, rule)}"
        suggestion = CATCH_ALL if rule == NO_RULE else metadata_for([("", "secrets")])
        yield Found(text, rule, probes[0].id, _rest(probes), (suggestion,))


@lint_rule("AP041", "changes that give power are not recorded", Severity.HIGH, source=_RBAC, by_outcome=True)
def silent_writes(subject: Subject) -> Iterator[Found]:
    """Roles and bindings, admission, certificates, API extensions, workloads, service accounts, nodes, networks."""
    for rule, probes in subject.grouped(_PRIVILEGED, is_dropped, subject.namespaces()):
        text = f"{capital(titles(probes))}: not recorded, {decider(subject, rule)}"
        suggestion = CATCH_ALL if rule == NO_RULE else metadata_for(_pairs(probes), WRITES)
        yield Found(text, rule, probes[0].id, _rest(probes), (suggestion,))


@lint_rule("AP042", "everything that somebody does is left out", Severity.HIGH, by_outcome=True)
def exempt_principal(subject: Subject) -> Iterator[Found]:
    """Whoever steals the credential of an exempt user or group is invisible: name verbs and resources as well.

    High for nodes, service accounts, administrators and the controllers; medium for others, such as system:apiserver.
    """
    for index, rule in subject.live():
        names = [name for name in (*rule.users, *rule.user_groups) if name not in _NOT_THERE]
        if rule.level is not Level.NONE or not names or _is_limited(rule):
            continue
        probes = tuple(probe for probe in map(PROBE.__getitem__, _TELLING) if _decides(subject, index, probe))
        if probes:
            great = any(name in _GREAT or name.startswith(_GREAT_PREFIXES) for name in names)
            text = f"{rule_name(subject, index)} leaves out whatever {several(names)} may do: {titles(probes)}"
            severity = Severity.HIGH if great else Severity.MEDIUM
            yield Found(text, index, probes[0].id, _rest(probes), _but(rule), severity)


def _is_limited(rule: Rule) -> bool:
    return bool(rule.verbs or rule.resources or rule.namespaces or rule.non_resource_urls)


def _decides(subject: Subject, index: int, probe: Probe) -> bool:
    """Whether the rule decides of the probe where it is asked by somebody whom the rule is for."""
    return subject.decide(by(who(subject.rules[index]), probe.attributes)).rule == index


def _but(rule: Rule) -> tuple[Rule, ...]:
    """What is to be recorded of them all the same: every change, every secret, every way into a container."""
    into = ("secrets", "pods/exec", "pods/attach", "pods/portforward", "nodes/proxy", "serviceaccounts/token")
    users, groups = rule.users, rule.user_groups
    reads = metadata_for([("", resource) for resource in into])
    return (
        Rule(Level.METADATA, users, groups, verbs=WRITES),
        Rule(Level.METADATA, users, groups, resources=reads.resources),
    )


@lint_rule("AP043", "a stolen node or service account is invisible", Severity.HIGH, by_outcome=True)
def silent_components(subject: Subject) -> Iterator[Found]:
    """A node reads the secrets of its pods, a controller those of all: the first thing to do with a stolen credential.

    Reported where the same request by anybody else is recorded, or falls under another rule.
    """

    def is_silent(probe: Probe, decision: Decision) -> bool:
        return decision.level is Level.NONE and decision.rule != subject.outcomes[_BY_THEIRS[probe.id]].rule

    for rule, probes in subject.grouped(_BY_THEIRS, is_silent):
        text = f"{capital(titles(probes))}: not recorded, {decider(subject, rule)}"
        suggestion = metadata_for(_pairs(probes))
        yield Found(text, rule, probes[0].id, _rest(probes), (CATCH_ALL if rule == NO_RULE else suggestion,))


@lint_rule("AP044", "failed logins are not recorded", Severity.MEDIUM, source=CODE, by_outcome=True)
def failed_logins(subject: Subject) -> Iterator[Found]:
    """A request that fails authentication has no user and no groups, and is recorded at stage ResponseStarted only.

    Rules that ask for users or groups do not match it; a rule that leaves something out for everybody does. Low where
    only failed logins at a health check or at /version go unseen.
    """
    ids = ("failed-login", "failed-login-write", "unauthenticated-get")
    found = list(_failed(subject, ids, None))
    yield from found
    told = {item.rule for item in found}
    paths = _failed(subject, ("failed-login-discovery", "failed-login-health"), Severity.LOW)
    yield from (item for item in paths if item.rule not in told)


_EVERYBODY: Final = "userGroups: [system:authenticated, system:unauthenticated]"


def _failed(subject: Subject, ids: tuple[str, ...], severity: Severity | None) -> Iterator[Found]:
    for rule, probes in subject.grouped(ids, _is_unseen):
        reason = decider(subject, rule)
        if rule != NO_RULE and subject.rules[rule].level is Level.NONE:
            reason += f": add {_EVERYBODY} to it, neither of which a failed login has"
        elif rule != NO_RULE:
            reason = f"{rule_name(subject, rule)} leaves out ResponseStarted, their only stage"
        text = f"{capital(titles(probes))}: not recorded, {reason}"
        yield Found(text, rule, probes[0].id, _rest(probes), (CATCH_ALL,) if rule == NO_RULE else (), severity)


def _is_unseen(probe: Probe, decision: Decision) -> bool:
    del probe
    return decision.level is Level.NONE or Stage.RESPONSE_STARTED in decision.omit_stages


@lint_rule("AP045", "anonymous requests are not recorded", Severity.MEDIUM, source=_AUTHENTICATION, by_outcome=True)
def anonymous_requests(subject: Subject) -> Iterator[Found]:
    """Where anonymous access is on, a request without a credential is one by system:anonymous: so it begins."""
    for rule, probes in subject.grouped(("anonymous-get", "anonymous-list", "anonymous-write"), is_dropped):
        text = f"{capital(titles(probes))}: not recorded, {decider(subject, rule)}"
        yield Found(text, rule, probes[0].id, _rest(probes), _for_anonymous(subject, rule))


def _for_anonymous(subject: Subject, rule: int) -> tuple[Rule, ...]:
    """What the rule drops of them, recorded; but not the health checks, which load balancers make each second."""
    if rule == NO_RULE:
        return (CATCH_ALL,)
    dropping = subject.rules[rule]
    recorded = narrowed(dropping, Level.METADATA, dropping.verbs, ANONYMOUS[1])
    if dropping.resources or dropping.namespaces:
        return (recorded,)
    checks = Rule(Level.NONE, user_groups=ANONYMOUS[1], non_resource_urls=("/healthz*", "/livez*", "/readyz*"))
    return checks, recorded


RULES: Final[tuple[LintRule[Subject], ...]] = (
    silent_secrets,
    silent_writes,
    exempt_principal,
    silent_components,
    failed_logins,
    anonymous_requests,
)
