"""AP030 to AP035: bodies that should not be in the log, or fill it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.rule import AUDITING, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.words import capital, rule_name, titles
from kubewitness.auditpolicy.policyyaml import metadata_for, narrowed
from kubewitness.auditpolicy.types import Level
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.auditpolicy.evaluate import Decision
    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.probes import Probe

_SECRETS: Final = "https://kubernetes.io/docs/concepts/security/secrets-good-practices/"
_TOKENS: Final = "https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/"


def leaks(probe: Probe, decision: Decision) -> bool:
    """The event holds a secret or a token."""
    return probe.leaks_at(decision.level)


def _leaking(
    subject: Subject,
    ids: Iterable[str],
    what: str,
    pair: tuple[str, str],
    severity: Severity | None = None,
    *,
    is_known: bool = False,
) -> Iterator[Found]:
    """``is_known``: objects that a rule names do not count, whoever wrote it knows what they hold."""
    ids = tuple(ids)
    named = (item for item in subject.named.found if item.probe.id in ids and not (item.again.name and is_known))
    for cause in subject.causes(ids, leaks, named):
        rule, probes = cause.rule, cause.probes
        level = subject.rules[rule].level
        text = f"{capital(titles(probes))}: recorded at {level} ({rule_name(subject, rule)}), {what}"
        others = tuple(probe.id for probe in probes[1:])
        yield Found(text, rule, probes[0].id, others, (metadata_for([pair]),), severity)


@lint_rule("AP030", "secrets in the log", Severity.HIGH, source=_SECRETS, by_outcome=True)
def secret_bodies(subject: Subject) -> Iterator[Found]:
    """The answer to a read holds the secret (RequestResponse), and so does what is sent in a write (Request).

    Whoever reads the log, its copies and the store behind them then has every secret of the cluster. Metadata says who
    touched which secret.
    """
    ids = [probe_id for probe_id in subject.outcomes if probe_id.startswith(("secrets-", "impersonated-"))]
    yield from _leaking(subject, ids, "with the secret in it", ("", "secrets"))


@lint_rule("AP031", "tokens of service accounts in the log", Severity.HIGH, source=_TOKENS, by_outcome=True)
def token_bodies(subject: Subject) -> Iterator[Found]:
    """The answer to ``create serviceaccounts/token`` is a token that works. Kubelets ask for one for every pod."""
    ids = ("service-account-token", "service-account-token-by-node")
    yield from _leaking(subject, ids, "with the token in it", ("", "serviceaccounts/token"))


@lint_rule("AP032", "checked tokens in the log", Severity.HIGH, source=_TOKENS, by_outcome=True)
def token_reviews(subject: Subject) -> Iterator[Found]:
    """A TokenReview is sent with the token that is to be checked in it, by kubelets and webhooks, all the time."""
    pair = ("authentication.k8s.io", "tokenreviews")
    yield from _leaking(subject, ("token-review", "token-review-by-node"), "with the token in it", pair)


@lint_rule("AP033", "bodies of ConfigMaps in the log", Severity.LOW, source=_SECRETS, by_outcome=True)
def configmap_bodies(subject: Subject) -> Iterator[Found]:
    """ConfigMaps often hold what should be a secret. Medium in kube-system, with the credentials of the cluster.

    Those that a rule names are known to whoever wrote it.
    """
    what, pair = "with what it holds", ("", "configmaps")
    system = list(_leaking(subject, ("configmaps-write", "configmaps-get"), what, pair, Severity.MEDIUM, is_known=True))
    told = {found.rule for found in system}
    yield from system
    for found in _leaking(
        subject, ("configmaps-write-elsewhere", "configmaps-get-elsewhere"), what, pair, is_known=True
    ):
        if found.rule not in told:
            yield found


@lint_rule("AP034", "bodies of everything in the log", Severity.INFO, by_outcome=True)
def bodies_of_everything(subject: Subject) -> Iterator[Found]:
    """A rule for everything at RequestResponse also records what nobody thought of.

    Objects of custom resources and aggregated APIs may hold credentials (OAuth tokens, cloud keys), certificate
    requests and webhooks carry their CA. A command that is run in a container stands in the URI at every level.
    """
    for rule, probes in subject.grouped(
        ("crd-object-get", "crd-object-write"), lambda _, decision: decision.level is Level.REQUEST_RESPONSE
    ):
        text = f"{rule_name(subject, rule)} records the bodies of resources that no rule names: {titles(probes)}"
        yield Found(text, rule, probes[0].id, tuple(probe.id for probe in probes[1:]))


@lint_rule("AP035", "whole lists in the log", Severity.MEDIUM, source=AUDITING, by_outcome=True)
def whole_lists(subject: Subject) -> Iterator[Found]:
    """At RequestResponse the answer to a list is recorded: every object, each time that anybody lists them.

    One ``kubectl get pods -A`` is megabytes in a busy cluster. What is larger than --audit-log-truncate-max-event-size
    loses its bodies, where truncation is on, and is refused by the rotation where it is larger than a file.
    """
    ids = ("pods-list-all-namespaces", "secrets-list-all-namespaces", "crd-object-list")
    for rule, probes in subject.grouped(ids, lambda _, decision: decision.level is Level.REQUEST_RESPONSE):
        text = f"{capital(titles(probes))}: recorded with every object in it ({rule_name(subject, rule)})"
        suggestion = narrowed(subject.rules[rule], Level.METADATA, ("list", "watch"))
        yield Found(text, rule, probes[0].id, tuple(probe.id for probe in probes[1:]), (suggestion,))


RULES: Final[tuple[LintRule[Subject], ...]] = (
    secret_bodies,
    token_bodies,
    token_reviews,
    configmap_bodies,
    bodies_of_everything,
    whole_lists,
)
