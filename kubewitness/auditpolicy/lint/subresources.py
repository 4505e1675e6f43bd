"""AP023 to AP025: subresources and custom resources that a policy misses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.rule import CODE, NO_RULE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.silent import silent
from kubewitness.auditpolicy.lint.subject import is_dropped
from kubewitness.auditpolicy.lint.words import capital, decider, titles
from kubewitness.auditpolicy.policyyaml import CATCH_ALL, WRITES, is_for_everything, metadata_for, narrowed
from kubewitness.auditpolicy.types import Level
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.auditpolicy.lint.named import Named
    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.probes import Probe
    from kubewitness.auditpolicy.types import Rule

_WEBSOCKET: Final = "https://kubernetes.io/blog/2024/08/20/websockets-transition/"

_INTO: Final = (
    "exec-create", "attach-create", "portforward-create", "ephemeral-containers", "nodes-proxy-get",
    "nodes-proxy-create", "pods-proxy-get", "pods-proxy-create", "services-proxy-get", "services-proxy-create",
    "service-account-token", "csr-approve",
)  # fmt: skip
"""A way into a container or a node, or a credential handed out: asked of whoever a rule names too."""

_BESIDE: Final = ("logs-get", "pods-evict", "namespace-finalize", "workloads-scale", "csr-sign")
"""What containers have written, which holds secrets often enough, and what changes an object as a write of it does.

Asked whatever becomes of the resource itself: who is told to record that would else be told of these the next time.
"""

_WITH_BODY: Final = {"ephemeral-containers": "pods-patch", "workloads-scale": "workloads-patch"}
"""Subresource -> what of the resource itself, for those whose body says what was changed."""

_BY_BOTH: Final = {"exec-get": "exec-create", "attach-get": "attach-create", "portforward-get": "portforward-create"}


@lint_rule("AP023", "a subresource that is not recorded", Severity.HIGH, source=CODE, by_outcome=True)
def missed_subresource(subject: Subject) -> Iterator[Found]:
    """``pods`` does not match ``pods/exec``: each subresource is named, or covered by ``*`` or ``pods/*``, or lost.

    High where it is not recorded at all; low where it is, but in less detail than the resource itself.
    """
    for cause in subject.causes(_to_ask(subject), is_dropped, _asked_by_name(subject)):
        yield silent(subject, cause)
    weaker = [probe_id for probe_id, sibling in _WITH_BODY.items() if _loses_body(subject, probe_id, sibling)]
    for rule, probes in subject.grouped(weaker, lambda *_: True):
        yield _weaker(subject, rule, probes)


def _to_ask(subject: Subject) -> Iterator[str]:
    """The probes that have to be recorded under this policy. By get alone is AP024."""
    for probe_id in _INTO:
        yield probe_id
        yield from (get for get, create in _BY_BOTH.items() if create == probe_id and _is_lost(subject, create))
    yield from _BESIDE


def _is_lost(subject: Subject, probe_id: str) -> bool:
    return subject.outcomes[probe_id].level is Level.NONE


def _loses_body(subject: Subject, probe_id: str, sibling: str) -> bool:
    """What is changed of the resource is recorded, what is changed of the subresource is not."""
    return (
        subject.outcomes[probe_id].level is Level.METADATA
        and subject.outcomes[sibling].level.rank > Level.METADATA.rank
    )


def _asked_by_name(subject: Subject) -> Iterator[Named]:
    """As rules name them; by get alone is AP024 here too."""
    for item in subject.people((*_INTO, *_BY_BOTH)):
        if item.probe.id not in _BY_BOTH or _loses_create(subject, item):
            yield item
    yield from (item for item in subject.people(_BESIDE) if item.again.asker is None and item.again.name is None)


def _loses_create(subject: Subject, item: Named) -> bool:
    return subject.decide(replace(item.again.attributes, verb="create")).level is Level.NONE


def _weaker(subject: Subject, rule: int, probes: tuple[Probe, ...]) -> Found:
    """At the level of the resource itself."""
    siblings = [subject.outcomes[_WITH_BODY[probe.id]].level for probe in probes]
    wanted = max(siblings, key=lambda level: level.rank)
    by_whom = decider(subject, rule)
    text = f"{capital(titles(probes))}: recorded at Metadata ({by_whom}), the resource itself at {wanted}"
    suggestion = replace(metadata_for(_pairs(probes), ("update", "patch")), level=wanted)
    others = tuple(probe.id for probe in probes[1:])
    return Found(text, rule, probes[0].id, others, (suggestion,), Severity.LOW)


def _pairs(probes: Iterable[Probe]) -> list[tuple[str, str]]:
    """API group and resource with subresource."""
    return [(probe.attributes.api_group, probe.attributes.resource_path) for probe in probes]


@lint_rule("AP024", "exec, attach or portforward by create only", Severity.HIGH, source=_WEBSOCKET, by_outcome=True)
def websocket_missed(subject: Subject) -> Iterator[Found]:
    """kubectl opens these over WebSocket, a GET, which the policy sees as the verb get; only SPDY is create.

    A policy that records create alone misses what every kubectl since 1.31 does.
    """
    missed = [get for get, create in _BY_BOTH.items() if not _is_lost(subject, create)]
    named = (item for item in subject.people(tuple(_BY_BOTH)) if not _loses_create(subject, item))
    for cause in subject.causes(missed, is_dropped, named):
        found = silent(subject, cause)
        yield replace(found, message=f"{found.message}; over SPDY (create) it is")


@lint_rule("AP025", "custom resources and aggregated APIs are not recorded", Severity.MEDIUM, by_outcome=True)
def custom_resources(subject: Subject) -> Iterator[Found]:
    """What operators, meshes and policy engines do is done with objects of their own API groups, which no list has."""
    ids = ("crd-object-write", "crd-object-patch", "crd-object-delete", "aggregated-write")
    for rule, probes in subject.grouped(ids, is_dropped):
        text = f"{capital(titles(probes))}: not recorded, {decider(subject, rule)}"
        others = tuple(probe.id for probe in probes[1:])
        yield Found(text, rule, probes[0].id, others, _all_writes(subject, rule))


def _all_writes(subject: Subject, rule: int) -> tuple[Rule, ...]:
    """What the rule drops of writes, recorded: groups that nobody knows cannot be listed."""
    if rule == NO_RULE or is_for_everything(subject.rules[rule]):
        return (CATCH_ALL,)
    return (narrowed(subject.rules[rule], Level.METADATA, WRITES),)


RULES: Final[tuple[LintRule[Subject], ...]] = (missed_subresource, websocket_missed, custom_resources)
