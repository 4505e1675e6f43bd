"""Rules and requests in words, for messages."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.apiresources import find
from kubewitness.auditpolicy.lint.rule import NO_RULE
from kubewitness.auditpolicy.membership import usual_groups
from kubewitness.auditpolicy.wording import several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.auditpolicy.lint.subject import Subject
    from kubewitness.auditpolicy.probes import Probe
    from kubewitness.auditpolicy.types import GroupResources, Rule

STRANGER: Final = "kubewitness-probe"


def rule_name(subject: Subject, index: int) -> str:
    """``rules[2] (line 14)``."""
    line = subject.rules[index].line
    return f"rules[{index}] (line {line})" if line else f"rules[{index}]"


def decider(subject: Subject, index: int) -> str:
    """Who decided, as a clause: ``rules[2] (line 14) says None``."""
    return "no rule matches" if index == NO_RULE else f"{rule_name(subject, index)} says {subject.rules[index].level}"


def rule_names(subject: Subject, indexes: Sequence[int]) -> str:
    """Several of them, of which the first few are named."""
    return several([rule_name(subject, index) for index in indexes])


def titles(probes: Sequence[Probe]) -> str:
    """What the probes do, the most telling first; by whom they all do it is said once."""
    found = [probe.title for probe in probes]
    _, bracket, how = found[0].rpartition(" (")
    if how.startswith(("by ", "in ", "named ")) and all(title.endswith(bracket + how) for title in found[:3]):
        return several([title.removesuffix(bracket + how) for title in found], most=3) + bracket + how
    return several(found, most=3)


def capital(text: str) -> str:
    """A sentence begins so."""
    return text[:1].upper() + text[1:]


def what_it_matches(rule: Rule) -> str:
    """Everything that the rule is for, as the evaluator reads it: ``get and list of all resources in apps by jane``."""
    parts = [several(rule.verbs) if rule.verbs else "every verb", "on", _objects(rule)]
    if rule.namespaces:
        parts += ["in", several([f"namespace {name}" if name else "no namespace" for name in rule.namespaces])]
    if rule.users:
        parts += ["by", several(rule.users)]
    if rule.user_groups:
        parts += ["by members of", several(rule.user_groups)]
    return " ".join(parts)


def _objects(rule: Rule) -> str:
    if rule.resources:
        return several([_entry(entry) for entry in rule.resources])
    if rule.namespaces:
        return "all resources"
    return several(rule.non_resource_urls) if rule.non_resource_urls else "everything"


def _entry(entry: GroupResources) -> str:
    group = group_name(entry.group)
    if not entry.resources:
        return f"all resources of {group}"
    named = f" named {several(entry.resource_names)}" if entry.resource_names else ""
    return f"{several(entry.resources)} of {group}{named}"


def group_name(group: str) -> str:
    """``the core group``, ``every group``, or the group."""
    return {"": "the core group", "*": "every group"}.get(group, group)


def _where(asked: RequestAttributes) -> list[str]:
    """A Namespace object is asked for by its name alone."""
    if asked.namespace:
        return ["-n", asked.namespace] if (asked.api_group, asked.resource) != ("", "namespaces") else []
    known = find(asked.api_group, asked.resource)
    return ["-A"] if asked.verb in {"list", "watch"} and (known is None or known.namespaced) else []


def request_words(asked: RequestAttributes) -> str:
    """A request as ``kubewitness policy explain`` takes it: ``list secrets -n prod --as jane --as-group devs``."""
    if not asked.resource_request:
        words = [asked.verb, asked.path]
    else:
        resource = f"{asked.resource}.{asked.api_group}" if asked.api_group else asked.resource
        words = [asked.verb, f"{resource}/{asked.subresource}" if asked.subresource else resource]
        words += [asked.name] if asked.name else []
        words += _where(asked)
    if asked.user is None:
        words.append("--unauthenticated")
    elif asked.user != STRANGER:
        words += ["--as", asked.user]
    groups = [group for group in asked.groups if group not in usual_groups(asked.user)]
    return shlex.join([*words, *(word for group in groups for word in ("--as-group", group))])
