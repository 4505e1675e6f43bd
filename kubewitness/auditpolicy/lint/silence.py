"""AP040 to AP045: what an intruder could do unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.named import is_serious, who_of
from kubewitness.auditpolicy.lint.rule import CODE, NO_RULE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.silent import silent
from kubewitness.auditpolicy.lint.subject import PROBE, is_dropped
from kubewitness.auditpolicy.lint.words import capital, decider, rule_name, titles
from kubewitness.auditpolicy.policyyaml import CATCH_ALL, WRITES, is_for_everything, metadata_for, narrowed
from kubewitness.auditpolicy.probes.credentials import SECRETS
from kubewitness.auditpolicy.probes.request import ANONYMOUS, Probe, on_path, request
from kubewitness.auditpolicy.types import Level, Rule, Stage
from kubewitness.auditpolicy.wording import several
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.evaluate import Decision
    from kubewitness.auditpolicy.lint.subject import Subject

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

_LESSER: Final = ("services-create", "services-patch", "ingress-patch", "quota-delete", "pods-bind")
"""What opens a way or a bound, and gives no power by itself."""

_EVENTS: Final = (
    PROBE["events-delete"],
    Probe(
        "deletecollection events.events.k8s.io -n kubewitness-probe",
        "deleting Kubernetes events through events.k8s.io",
        request("deletecollection", "events", group="events.k8s.io"),
    ),
)
"""The same events are served in both groups."""

_TELLING: Final = ("secrets-get", "secrets-list", "rbac-write", "pods-create", "exec-create", "exec-get")
"""What is asked in the name of a principal that a rule exempts."""

_INTO: Final = ("exec-get", "exec-create", "attach-get", "attach-create", "portforward-get", "portforward-create",
    "nodes-proxy-get", "nodes-proxy-create", "service-account-token",
)  # fmt: skip
"""The ways into a container or a node."""

_SECRETS: Final = tuple(probe.id for probe in SECRETS if probe.id.startswith("secrets-") and "-by-" not in probe.id)


def _rest(probes: tuple[Probe, ...]) -> tuple[str, ...]:
    return tuple(probe.id for probe in probes[1:])


@lint_rule("AP040", "access to secrets is not recorded", Severity.HIGH, by_outcome=True)
def silent_secrets(subject: Subject) -> Iterator[Found]:
    """Every verb counts: a list and a watch return every secret, with -A those of all namespaces.

    Medium where only a user, a group or a secret that the rule names is left out.
    """
    for cause in subject.causes((*_SECRETS, "secrets-get-by-admin"), is_dropped, subject.people(_SECRETS)):
        yield silent(subject, cause)


@lint_rule("AP041", "changes that give power are not recorded", Severity.HIGH, source=_RBAC, by_outcome=True)
def silent_writes(subject: Subject) -> Iterator[Found]:
    """Roles and bindings, admission, certificates, API extensions, workloads, service accounts, nodes, networks.

    Medium where only a user, a group or an object that the rule names is left out, or nothing but services, ingresses,
    quotas and the placing of pods. Low where it is the deletion of Kubernetes events, which hides traces.
    """
    for cause in subject.causes((*_PRIVILEGED, *_LESSER), is_dropped, subject.people(_PRIVILEGED), _EVENTS):
        events = tuple(probe for probe in cause.probes if probe in _EVENTS)
        rest = tuple(probe for probe in cause.probes if probe not in _EVENTS)
        parts: list[tuple[tuple[Probe, ...], tuple[str, ...]]]
        parts = [(rest, WRITES), (events, ("delete", "deletecollection"))]
        found = [silent(subject, replace(cause, probes=probes), verbs) for probes, verbs in parts if probes]
        suggestion = tuple(dict.fromkeys(rule for item in found for rule in item.suggestion))
        others = tuple(probe.id for probe in (*rest, *events)[1:])
        yield replace(found[0], suggestion=suggestion, others=others, severity=_severity(rest, found[0]))


def _severity(probes: tuple[Probe, ...], found: Found) -> Severity | None:
    """By what is lost besides the deletion of events."""
    if not probes:
        return Severity.LOW
    return Severity.MEDIUM if all(probe.id in _LESSER for probe in probes) else found.severity


@lint_rule("AP042", "everything that somebody does is left out", Severity.HIGH, by_outcome=True)
def exempt_principal(subject: Subject) -> Iterator[Found]:
    """Whoever steals the credential of an exempt user or group is invisible: name verbs and resources as well.

    High for nodes, service accounts, administrators and the controllers; medium for others, such as system:apiserver.
    """
    told = dict.fromkeys((*_TELLING, *_SECRETS, *_PRIVILEGED, *_INTO))
    of_all = [item for item in subject.named.found if item.is_of_all and item.probe.id in told]
    for index, rule in subject.acting:
        items = [item for item in of_all if item.decision.rule == index and item.decision.level is Level.NONE]
        if items:
            ids = {item.probe.id for item in items}
            probes = tuple(PROBE[probe_id] for probe_id in told if probe_id in ids)
            text = f"{rule_name(subject, index)} leaves out whatever {several(who_of(items))} may do: {titles(probes)}"
            severity = Severity.HIGH if is_serious(items) else Severity.MEDIUM
            yield Found(text, index, probes[0].id, tuple(probe.id for probe in probes[1:]), _but(rule), severity)


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

    Reported where a rule leaves it out for nodes or service accounts that it names; medium where these are a few of one
    namespace other than kube-system.
    """
    named = subject.components((*_SECRETS, *_PRIVILEGED, *_INTO))
    for cause in subject.causes((), is_dropped, named):
        yield silent(subject, cause)


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
        if _is_about_one_kind(subject, rule, probes):
            continue
        reason = decider(subject, rule)
        whole = rule == NO_RULE or is_for_everything(subject.rules[rule])
        if rule != NO_RULE and subject.rules[rule].level is Level.NONE:
            reason += "" if whole else f": add {_EVERYBODY} to it, neither of which a failed login has"
        elif rule != NO_RULE:
            reason, whole = f"{rule_name(subject, rule)} leaves out ResponseStarted, their only stage", False
        text = f"{capital(titles(probes))}: not recorded, {reason}"
        yield Found(text, rule, probes[0].id, _rest(probes), (CATCH_ALL,) if whole else (), severity)


def _is_about_one_kind(subject: Subject, rule: int, probes: tuple[Probe, ...]) -> bool:
    """The canary's ConfigMap alone: the rule leaves out reads of ConfigMaps, and nobody in particular."""
    canary = {"anonymous-get", "unauthenticated-get"}.issuperset(probe.id for probe in probes)
    if not canary or rule == NO_RULE:
        return False
    left_out = subject.rules[rule]
    return bool(left_out.resources) and not (left_out.users or left_out.user_groups)


def _is_unseen(probe: Probe, decision: Decision) -> bool:
    del probe
    return decision.level is Level.NONE or Stage.RESPONSE_STARTED in decision.omit_stages


@lint_rule("AP045", "anonymous requests are not recorded", Severity.MEDIUM, source=_AUTHENTICATION, by_outcome=True)
def anonymous_requests(subject: Subject) -> Iterator[Found]:
    """Where anonymous access is on, a request without a credential is one by system:anonymous: so it begins.

    Low where it is requests for URLs that are no resources, other than health checks and /version.
    """
    ids = ("anonymous-get", "anonymous-list", "anonymous-write")
    for cause in subject.causes(ids, is_dropped, beside=_ANONYMOUS_PATHS):
        rule, probes = cause.rule, cause.probes
        if _is_about_one_kind(subject, rule, probes):
            continue
        severity = Severity.LOW if all(probe in _ANONYMOUS_PATHS for probe in probes) else None
        text = f"{capital(titles(probes))}: not recorded, {decider(subject, rule)}"
        yield Found(text, rule, probes[0].id, cause.others, _for_anonymous(subject, rule), severity)


_ANONYMOUS_PATHS: Final = tuple(
    Probe(f"get {path} --as {ANONYMOUS[0]}", f"an anonymous request for {what}", on_path("get", path, ANONYMOUS))
    for path, what in (("/kubewitness-probe", "a path that nobody serves"), ("/api", "what the API server has"))
)
"""What a scanner asks."""


def _for_anonymous(subject: Subject, rule: int) -> tuple[Rule, ...]:
    """What the rule drops of them, recorded; but not the health checks, which load balancers make each second."""
    if rule == NO_RULE:
        return (CATCH_ALL,)
    dropping = subject.rules[rule]
    recorded = narrowed(dropping, Level.METADATA, dropping.verbs, ANONYMOUS[1])
    if dropping.non_resource_urls:
        urls = tuple(url for url in dropping.non_resource_urls if not url.startswith(_CHECKED))
        recorded = replace(recorded, non_resource_urls=urls)
        if not any(url.endswith("*") and _CHECKED[0].startswith(url[:-1]) for url in urls):
            return (recorded,)
    if dropping.resources or dropping.namespaces or (dropping.verbs and "get" not in dropping.verbs):
        return (recorded,)
    checks = Rule(Level.NONE, user_groups=ANONYMOUS[1], non_resource_urls=("/healthz*", "/livez*", "/readyz*"))
    return checks, recorded


_CHECKED: Final = ("/healthz", "/livez", "/readyz", "/version")
"""What load balancers and clients ask for all the time, without a credential."""


RULES: Final[tuple[LintRule[Subject], ...]] = (
    silent_secrets,
    silent_writes,
    exempt_principal,
    silent_components,
    failed_logins,
    anonymous_requests,
)
