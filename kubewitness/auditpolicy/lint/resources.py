"""AP020 to AP022: resources that are elsewhere, were removed, or that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.apiresources import (
    ADDED_GROUPS,
    ALL_VERBS,
    GROUPS,
    ApiResource,
    find,
    homes_of,
    is_removed_group,
    resources_of,
)
from kubewitness.auditpolicy.lint.leaking import is_leaking
from kubewitness.auditpolicy.lint.rule import NO_RULE, Found, LintRule, lint_rule
from kubewitness.auditpolicy.lint.samples import samples, substance
from kubewitness.auditpolicy.lint.words import group_name, request_words, rule_name, rule_names
from kubewitness.auditpolicy.policyyaml import group_resources
from kubewitness.auditpolicy.types import GroupResources, Level
from kubewitness.auditpolicy.wording import several
from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.evaluate import Decision, RequestAttributes
    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.types import Rule
    from kubewitness.godecode.tree import Mark

_API: Final = "https://kubernetes.io/docs/reference/kubernetes-api/"
_REMOVED: Final = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"
_CORE: Final = ' (which is written "")'
_OF_THE_KUBELET: Final = frozenset({"metrics", "log", "stats", "spec", "pods", "healthz", "configz", "checkpoint"})
"""Subresources of nodes that kubelets ask about when they authorize; no request names them."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A resource as a rule names it, and the path to the name within the rule."""

    group: str
    name: str
    path: str

    @property
    def base(self) -> str:
        return self.name.partition("/")[0]

    @property
    def homes_name(self) -> str:
        """As it is asked for: ``pods/*`` names the pods."""
        return self.name.removesuffix("/*")


def _named(rule: Rule) -> Iterator[_Named]:
    """The resources that a rule names by a whole name; wildcards name none."""
    for index, entry in enumerate(rule.resources):
        for at, name in enumerate(entry.resources):
            if not name.startswith("*") and entry.group != "*":
                yield _Named(entry.group, name, f"resources[{index}].resources[{at}]")


def _is_ours(group: str) -> bool:
    """A group in which nothing but Kubernetes itself serves anything."""
    return group in GROUPS or (("." not in group or group.endswith(".k8s.io")) and group not in ADDED_GROUPS)


def _home(named: _Named, subject: Subject) -> ApiResource | None:
    """Where the resource is served, for one that its group has never had."""
    if not _is_ours(named.group) or find(named.group, named.base) is not None:
        return None
    homes = [home for home in homes_of(named.base, subject.version) if home.group != "extensions"]
    return homes[0] if homes else None


@lint_rule("AP020", "a resource in the wrong API group", Severity.HIGH, source=_API)
def wrong_group(subject: Subject) -> Iterator[Found]:
    """``deployments`` are in ``apps``, not in the core group: a rule that looks for them there matches nothing.

    High where they are recorded in less detail than the rule says, medium where it was meant to leave them out or to
    record less, low where another rule happens to do what this one says.
    """
    for index, rule in subject.live():
        astray = [(named, home) for named in _named(rule) if (home := _home(named, subject)) is not None]
        found = [item for item in (_astray(subject, rule, named, home) for named, home in astray) if item is not None]
        if found:
            yield _wrong_group(subject, index, found)


@dataclass(frozen=True, slots=True)
class _Astray:
    named: _Named
    home: ApiResource
    severity: Severity
    asked: RequestAttributes
    decision: Decision
    rule: Rule


def _astray(subject: Subject, rule: Rule, named: _Named, home: ApiResource) -> _Astray | None:
    """What becomes of the resource where it is; ``None``: another rule names it there, and does what this one says."""
    leaks = rule.level.rank > Level.METADATA.rank and is_leaking(home.group, named.homes_name)
    level = Level.METADATA if leaks else rule.level
    known = tuple(verb for verb in rule.verbs if verb in ALL_VERBS)  # AP013 tells of the others
    verbs = rule.verbs if "*" in rule.verbs else known
    meant = replace(rule, level=level, verbs=verbs, resources=(GroupResources(home.group, (named.homes_name,)),))
    outcomes = [(asked, subject.decide(asked)) for asked in samples(meant, known or ALL_VERBS)]
    if not outcomes:
        return None
    asked, decision = min(outcomes, key=lambda item: _more(item[0], item[1], meant))
    less = _more(asked, decision, meant)
    other = next((item for item in outcomes if _more(*item, meant) > 0), None)
    if less < 0:
        severity = Severity.HIGH
    elif other is not None:
        severity, (asked, decision) = Severity.MEDIUM, other
    elif decision.rule != NO_RULE and _names(subject.rules[decision.rule], home.group, named.base):
        return None
    else:
        severity = Severity.LOW
    first = min((found.rule for _, found in outcomes if found.rule != NO_RULE), default=NO_RULE)
    return _Astray(named, home, severity, asked, replace(decision, rule=first), meant)


def _more(asked: RequestAttributes, decision: Decision, rule: Rule) -> int:
    """How much more is recorded than the rule says; below 0: less."""
    return substance(asked, decision.level) - substance(asked, rule.level)


def _names(rule: Rule, group: str, base: str) -> bool:
    return any(
        entry.group == group and base in {name.partition("/")[0] for name in entry.resources}
        for entry in rule.resources
    )


def _wrong_group(subject: Subject, index: int, found: list[_Astray]) -> Found:
    worst = max(found, key=lambda item: item.severity.rank)
    rule = subject.rules[index]
    homes = dict.fromkeys(f"{item.named.name} is in {group_name(item.home.group)}" for item in found)
    listed = several(list(homes), most=6).replace(group_name(""), group_name("") + _CORE, 1)
    groups = dict.fromkeys(item.named.group for item in found)
    where = several([f'the group "{group}"' if group else group_name("") for group in groups])
    text = f"{rule_name(subject, index)} looks for {_them(found)} in {where}: {listed}"
    level = subject.decide(worst.asked).level
    match worst.severity:
        case Severity.HIGH:
            text += f"; {request_words(worst.asked)} is recorded at {level}, not at {worst.rule.level}"
        case Severity.MEDIUM:
            text += f"; {request_words(worst.asked)} is recorded at {level}, though the rule says {rule.level}"
        case _:
            text += "; another rule records it as this one says"
    deciding = [item.decision.rule for item in found if item.decision.rule != NO_RULE]
    mark = subject.place(f"rules[{index}].{worst.named.path}")
    suggestion = _in_their_groups(rule, found) if worst.severity is not Severity.LOW else ()
    return Found(
        text,
        min(deciding, default=NO_RULE),
        request_words(worst.asked),
        suggestion=suggestion,
        severity=worst.severity,
        mark=mark,
    )


def _them(found: list[_Astray]) -> str:
    return several(list(dict.fromkeys(f'"{item.named.name}"' for item in found)))


def _in_their_groups(rule: Rule, found: list[_Astray]) -> tuple[Rule, ...]:
    """The rule as it was meant; a rule more for what would put secrets into the log at its level."""
    pairs: dict[Level, list[tuple[str, str]]] = {}
    for item in found:
        pairs.setdefault(item.rule.level, []).append((item.home.group, item.named.name))
    verbs = found[0].rule.verbs
    return tuple(
        replace(rule, level=level, verbs=verbs, resources=group_resources(each)) for level, each in pairs.items()
    )


@lint_rule("AP021", "an API group or resource that was removed", Severity.LOW, source=_REMOVED)
def removed(subject: Subject) -> Iterator[Found]:
    """Nothing is served there any more: the entry matches nothing. Medium where what took its place is not recorded."""
    by_group: dict[tuple[str, str], list[int]] = {}
    for index, rule in subject.live():
        for group, name in dict.fromkeys(_removed_of(rule, subject)):
            by_group.setdefault((group, name), []).append(index)
    for (group, name), rules in by_group.items():
        lost = [index for index in rules if _is_lost(subject, subject.rules[index], group, name)]
        what = f"{name} of {group}" if name else f"the group {group}"
        text = f"{what} in {rule_names(subject, rules)}: {_since(group, name)}, the entry matches nothing: remove it"
        if lost:
            text = f"{text}; what took its place is not recorded"
        severity = Severity.MEDIUM if lost else None
        yield Found(text, rules[0], severity=severity, mark=_place(subject, rules[0], group, name))


def _removed_of(rule: Rule, subject: Subject) -> Iterator[tuple[str, str]]:
    """Group and resource; the resource is empty where the whole group is gone."""
    for entry in rule.resources:
        if is_removed_group(entry.group, subject.version):
            yield entry.group, ""
    for named in _named(rule):
        known = find(named.group, named.base)
        gone = known is not None and not known.is_served(subject.version)
        if gone and not is_removed_group(named.group, subject.version):
            yield named.group, named.base


def _since(group: str, name: str) -> str:
    gone = [item.last_minor or 0 for item in resources_of(group) if not name or item.name == name]
    return f"served for the last time in 1.{max(gone)}"


def _is_lost(subject: Subject, rule: Rule, group: str, name: str) -> bool:
    """Whether the rule was to record what is now served elsewhere, and that is not recorded there."""
    if rule.level is Level.NONE:
        return False
    listed = {found.base for found in _named(rule) if found.group == group} or {
        item.name for item in resources_of(group) if "/" not in item.name
    }
    bases = {name} if name else listed
    for base in sorted(bases):
        for home in (item for item in homes_of(base, subject.version) if item.is_served(subject.version)):
            moved = replace(rule, resources=(GroupResources(home.group, (base,)),))
            if any(subject.decide(asked).level is Level.NONE for asked in samples(moved, rule.verbs or ALL_VERBS)):
                return True
    return False


def _place(subject: Subject, index: int, group: str, name: str) -> Mark | None:
    """Where the rule names it."""
    rule = subject.rules[index]
    paths = [found.path for found in _named(rule) if found.group == group and name in {"", found.base}]
    paths += [f"resources[{at}].group" for at, entry in enumerate(rule.resources) if entry.group == group]
    return subject.place(*(f"rules[{index}].{path}" for path in paths))


@lint_rule("AP022", "an API group or resource that nobody knows", Severity.MEDIUM, source=_API)
def unknown(subject: Subject) -> Iterator[Found]:
    """A group that ends in .k8s.io, or has no dot, belongs to Kubernetes itself: a CRD cannot be in it unapproved.

    What is not there is a typo, or was never there, and the entry matches nothing.
    """
    for index, rule in subject.live():
        found = dict(_unknown_of(rule, subject))
        if found:
            text = f"{rule_name(subject, index)}: {several(list(dict.fromkeys(found.values())))}: it matches nothing"
            yield Found(text, index, mark=subject.place(f"rules[{index}].{next(iter(found))}"))


def _unknown_of(rule: Rule, subject: Subject) -> Iterator[tuple[str, str]]:
    """Path within the rule, and what is wrong with it."""
    for index, entry in enumerate(rule.resources):
        if entry.group not in {"", "*"} and entry.group not in GROUPS and _is_ours(entry.group) and not entry.resources:
            core = ', the core group is written ""' if entry.group in {"core", "v1"} else ""
            yield f"resources[{index}].group", f'no API group is called "{entry.group}"{core}'
    for named in _named(rule):
        if not _is_ours(named.group) or _home(named, subject) is not None:
            continue
        if find(named.group, named.base) is None:
            yield named.path, f'{group_name(named.group)} has no resource "{named.base}"'
        elif "/" in named.homes_name and find(named.group, named.homes_name) is None:
            subresource = named.homes_name.partition("/")[2]
            kubelet = named.base == "nodes" and subresource in _OF_THE_KUBELET
            why = "only kubelets ask about it" if kubelet else f'{named.base} has no subresource "{subresource}"'
            yield named.path, f"{named.name}, {why}" if kubelet else why


RULES: Final[tuple[LintRule[Subject], ...]] = (wrong_group, removed, unknown)
