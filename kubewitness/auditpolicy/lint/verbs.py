"""AP050 to AP055: rules that record a part of what they are about, and let the rest fall lower."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.lint.leaking import guarded, is_leaking
from kubewitness.auditpolicy.lint.rule import CODE, NO_RULE, REFERENCE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.samples import samples, siblings, substance
from kubewitness.auditpolicy.lint.subject import is_dropped
from kubewitness.auditpolicy.lint.words import capital, decider, request_words, rule_name, titles
from kubewitness.auditpolicy.policyyaml import WRITES, metadata_for
from kubewitness.auditpolicy.types import GroupResources, Level
from kubewitness.auditpolicy.wording import several
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes
    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.types import Rule

_REQUESTS: Final = "https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb"
_NAMES: Final = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources"
_READS: Final = ("get", "list", "watch")


@dataclass(frozen=True, slots=True)
class _Fallen:
    """A request beside a rule that is recorded in less detail than the rule says."""

    asked: RequestAttributes
    decision: Decision


def _fallen(subject: Subject, index: int, beside: Rule) -> tuple[_Fallen, ...]:
    """What is recorded in less detail than ``beside`` says: a rule of the policy with other verbs or namespaces.

    Only of resources of which the rule itself decides something: another rule may have taken the rest on purpose.
    """
    rule, with_bodies = subject.rules[index], beside.level.rank > Level.METADATA.rank
    asked = (item for item in samples(beside, beside.verbs) if not (with_bodies and is_leaking(*_resource_of(item))))
    found = (_Fallen(item, subject.decide(item)) for item in asked)
    return tuple(
        item
        for item in found
        if substance(item.asked, item.decision.level) < substance(item.asked, beside.level)
        and any(subject.decide(sibling).rule == index for sibling in siblings(rule, item.asked))
    )


def _resource_of(asked: RequestAttributes) -> tuple[str, str]:
    """API group, and resource with its subresource."""
    return asked.api_group, asked.resource_path


def _first(found: Iterable[_Fallen]) -> int:
    """The first rule that decides of any of them: in front of it a new rule decides of all."""
    return min((item.decision.rule for item in found if item.decision.rule != NO_RULE), default=NO_RULE)


def _told(subject: Subject, index: int, found: tuple[_Fallen, ...], lacks: str, suggestion: tuple[Rule, ...]) -> Found:
    rule, worst = subject.rules[index], min(found, key=lambda item: item.decision.level.rank)
    level = worst.decision.level
    how = "is not recorded" if level is Level.NONE else f"is recorded at {level}"
    asked = [request_words(item.asked) for item in found]
    first = request_words(worst.asked)
    by_whom = decider(subject, worst.decision.rule)
    text = f"{rule_name(subject, index)} records {several(rule.verbs)} at {rule.level} but not {lacks}: "
    text += f"{first} {how}, {by_whom}"
    others = tuple(item for item in dict.fromkeys(asked) if item != first)
    return Found(text, _first(found), first, others, suggestion, mark=subject.place(f"rules[{index}].verbs"))


@lint_rule("AP050", "reads by some verbs only", Severity.MEDIUM, source=_REQUESTS, by_outcome=True)
def partial_reads(subject: Subject) -> Iterator[Found]:
    """A list and a watch return the objects as a get does: who sees that get is recorded uses list."""
    for index, rule in subject.acting:
        missing = tuple(verb for verb in _READS if verb not in rule.verbs)
        if rule.level is Level.NONE or rule.non_resource_urls or not missing or len(missing) == len(_READS):
            continue
        found = _fallen(subject, index, replace(rule, level=Level.METADATA, verbs=missing))
        if found:
            namespaces = tuple(dict.fromkeys((*rule.namespaces, ""))) if rule.namespaces else ()
            suggestion = replace(_plain(rule), level=Level.METADATA, verbs=missing, namespaces=namespaces)
            yield _told(subject, index, found, several(missing), (suggestion,))


@lint_rule("AP051", "writes without patch", Severity.MEDIUM, source=_REQUESTS, by_outcome=True)
def without_patch(subject: Subject) -> Iterator[Found]:
    """``kubectl apply``, ``edit``, ``label`` and ``scale`` are patches, and so is what most controllers write.

    Low where a patch is recorded as well, without what was sent.
    """
    for index, rule in subject.acting:
        if rule.level is Level.NONE or not {"create", "update"} & {*rule.verbs} or "patch" in rule.verbs:
            continue
        yield from _without(subject, index, rule, "patch")


@lint_rule("AP052", "delete without deletecollection", Severity.MEDIUM, source=_REQUESTS, by_outcome=True)
def without_deletecollection(subject: Subject) -> Iterator[Found]:
    """A DELETE of a whole collection is one deletecollection: everything goes at once, and no delete is seen.

    ``kubectl delete --raw``, client-go and the namespace controller send it. ``kubectl delete --all`` does not: it
    deletes one by one. Low where it is recorded as well, in less detail; level Request suffices, the answer would be a
    list of all that went.
    """
    for index, rule in subject.acting:
        if rule.level is not Level.NONE and "delete" in rule.verbs and "deletecollection" not in rule.verbs:
            less = Level.REQUEST if rule.level is Level.REQUEST_RESPONSE else rule.level
            yield from _without(subject, index, replace(rule, level=less), "deletecollection")


def _without(subject: Subject, index: int, rule: Rule, verb: str) -> Iterator[Found]:
    if rule.non_resource_urls:
        return
    fallen = _fallen(subject, index, replace(rule, verbs=(verb,)))
    found = tuple(item for item in fallen if not _is_decided(subject, item, verb))
    if found:
        told = _told(subject, index, found, verb, guarded(replace(_plain(rule), verbs=(verb,))))
        is_lost = any(item.decision.level is Level.NONE for item in found)
        yield told if is_lost else replace(told, severity=Severity.LOW)


def _is_decided(subject: Subject, item: _Fallen, verb: str) -> bool:
    """Another rule is for this verb alone: whoever wrote it thought of it."""
    return item.decision.rule != NO_RULE and subject.rules[item.decision.rule].verbs == (verb,)


def _plain(rule: Rule) -> Rule:
    """Without names of objects, which list and deletecollection do not carry."""
    return replace(rule, resources=tuple(replace(entry, resource_names=()) for entry in rule.resources))


@lint_rule("AP053", "names of objects where a request has none", Severity.LOW, source=_NAMES, by_outcome=True)
def names_without_name(subject: Subject) -> Iterator[Found]:
    """A create and a deletecollection carry no name, so a rule with resourceNames does not match them."""
    for index, rule in subject.acting:
        entries = [entry for entry in rule.resources if entry.resource_names]
        verbs = [verb for verb in ("create", "deletecollection") if _is_meant(rule, verb)]
        named = [entry for entry in entries if any("/" not in name for name in entry.resources)]
        if not named or not verbs:
            continue
        nameless = replace(rule, resources=tuple(replace(entry, resource_names=()) for entry in named))
        asked = [
            replace(item, name="")
            for item in samples(nameless, verbs)
            if not item.subresource and any(subject.decide(sibling).rule == index for sibling in siblings(rule, item))
        ]
        found = [_Fallen(item, subject.decide(item)) for item in asked]
        other = [item for item in found if item.decision.level is not rule.level]
        if other:
            yield _nameless(subject, index, other)


def _is_meant(rule: Rule, verb: str) -> bool:
    """A rule that leaves objects out and names no verb is about these; that their create is recorded is welcome."""
    return verb in rule.verbs if rule.level is Level.NONE else not rule.verbs or verb in rule.verbs


def _nameless(subject: Subject, index: int, found: list[_Fallen]) -> Found:
    rule, first = subject.rules[index], found[0]
    names = several([name for entry in rule.resources for name in entry.resource_names])
    text = f"{rule_name(subject, index)} names {names}, but {first.asked.verb} carries no name: "
    text += (
        f"{request_words(first.asked)} is recorded at {first.decision.level} ({decider(subject, first.decision.rule)})"
    )
    at = next(at for at, entry in enumerate(rule.resources) if entry.resource_names)
    others = tuple(request_words(item.asked) for item in found[1:])
    mark = subject.place(f"rules[{index}].resources[{at}].resourceNames")
    return Found(text, first.decision.rule, request_words(first.asked), others, mark=mark)


@lint_rule("AP054", "namespaced rule misses all namespaces at once", Severity.MEDIUM, source=REFERENCE, by_outcome=True)
def misses_all_namespaces(subject: Subject) -> Iterator[Found]:
    """``kubectl get secrets -A`` has no namespace, so a rule for kube-system does not see it, though it returns all."""
    for index, rule in subject.acting:
        verbs = tuple(verb for verb in ("list", "watch") if not rule.verbs or verb in rule.verbs)
        if rule.level is Level.NONE or not rule.namespaces or "" in rule.namespaces or not verbs:
            continue
        wide = replace(_plain(rule), level=Level.METADATA, namespaces=("",), verbs=verbs)
        found = _fallen(subject, index, wide)
        if found:
            words = [request_words(item.asked) for item in found]
            text = f"{rule_name(subject, index)} is for {several(rule.namespaces)} only: {words[0]} is not recorded, "
            text += decider(subject, found[0].decision.rule)
            mark = subject.place(f"rules[{index}].namespaces")
            yield Found(text, _first(found), words[0], tuple(words[1:]), (wide,), mark=mark)


@lint_rule("AP055", "namespaces in a rule about Namespace objects", Severity.MEDIUM, source=CODE, by_outcome=True)
def namespace_objects(subject: Subject) -> Iterator[Found]:
    """A Namespace object carries its own name as its namespace, whatever the field of the rule was meant for.

    A rule with ``namespaces: [kube-system]`` decides of the deletion of kube-system itself; one with
    ``namespaces: [""]`` sees the creating and listing of namespaces, but never their deletion.
    """
    told = set()
    ids = ("namespace-delete-kube-system", "namespace-patch-kube-system")
    for decided, probes in subject.grouped(ids, is_dropped):
        if decided != NO_RULE and subject.rules[decided].namespaces:
            told.add(decided)
            by_whom = decider(subject, decided)
            text = f"{capital(titles(probes))}: not recorded, {by_whom} for what is in it, and so for it"
            suggestion = metadata_for([("", "namespaces")], WRITES)
            yield Found(text, decided, probes[0].id, tuple(probe.id for probe in probes[1:]), (suggestion,))
    for index, rule in subject.acting:
        if index not in told and _is_about_namespaces(rule):
            yield from _own_names(subject, index, rule)


def _is_about_namespaces(rule: Rule) -> bool:
    named = any(entry.group == "" and "namespaces" in entry.resources for entry in rule.resources)
    return named and "" in rule.namespaces and rule.level is not Level.NONE


def _own_names(subject: Subject, index: int, rule: Rule) -> Iterator[Found]:
    """The rule is for Namespace objects without a namespace, of which there are none."""
    verbs = tuple(verb for verb in ("delete", "patch", "update") if not rule.verbs or verb in rule.verbs)
    wide = replace(rule, namespaces=(), resources=(GroupResources("", ("namespaces",)),), verbs=verbs)
    found = _fallen(subject, index, wide)
    if found:
        first = request_words(found[0].asked)
        text = f'{rule_name(subject, index)} has namespaces: [""], but a Namespace object carries its own name: '
        text += f"{first} is recorded at {found[0].decision.level} ({decider(subject, found[0].decision.rule)})"
        others = tuple(request_words(item.asked) for item in found[1:])
        yield Found(text, _first(found), first, others, (wide,), mark=subject.place(f"rules[{index}].namespaces"))


RULES: Final[tuple[LintRule[Subject], ...]] = (
    partial_reads,
    without_patch,
    without_deletecollection,
    names_without_name,
    misses_all_namespaces,
    namespace_objects,
)
