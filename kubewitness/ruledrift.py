"""How the rules of a policy became others: added, removed, moved, or changed in a field. Pure.

Rules are compared by what they say, not by their index: one rule put in front of the others is one difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy import GroupResources, Rule

_MOST: Final = 20_000
"""Pairs of rules that are aligned: what differs in more than that is one difference. It keeps a hostile file cheap."""
_ALIKE: Final = 2
"""In so many fields a rule may differ to be the same rule, changed."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """``field`` with what it was and what it is, as words: ``rules[2].level``, ``Metadata``, ``None``."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Step:
    """A rule with its index, before and after; ``None`` for one that was or is not there."""

    old: tuple[int, Rule] | None
    new: tuple[int, Rule] | None


def rule_changes(before: Sequence[Rule], after: Sequence[Rule]) -> Iterator[RuleChange]:
    """In the order of the rules as they are now. Indexes of what is gone or moved away are those of ``before``."""
    old, new = list(enumerate(before)), list(enumerate(after))
    while old and new and old[0][1] == new[0][1]:
        del old[0], new[0]
    while old and new and old[-1][1] == new[-1][1]:
        del old[-1], new[-1]
    if len(old) * len(new) > _MOST:
        yield RuleChange(f"rules[{new[0][0]}] to rules[{new[-1][0]}]", f"{len(old)} rules", f"{len(new)} rules, others")
        return
    steps = list(_aligned(old, new))
    moved = _moves(steps)
    for step in steps:
        yield from _told(step, moved)


def _aligned(old: list[tuple[int, Rule]], new: list[tuple[int, Rule]]) -> Iterator[_Step]:
    matcher = SequenceMatcher(None, [rule for _, rule in old], [rule for _, rule in new], autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind != "equal":
            yield from _paired(old[old_from:old_to], new[new_from:new_to])


def _paired(old: list[tuple[int, Rule]], new: list[tuple[int, Rule]]) -> Iterator[_Step]:
    """Of what stands between equal rules, those that are most alike are the same rule, changed; in their order."""
    ours, theirs = ([_fields(rule) for _, rule in rules] for rules in (old, new))
    distances = ((_distance(mine, yours), i, j) for i, mine in enumerate(ours) for j, yours in enumerate(theirs))
    pairs: list[tuple[int, int]] = []
    for _, i, j in sorted(found for found in distances if found[0] <= _ALIKE):
        if all((i - a) * (j - b) > 0 for a, b in pairs):
            pairs.append((i, j))
    gone = come = 0
    for i, j in (*sorted(pairs), (len(old), len(new))):
        yield from (_Step(item, None) for item in old[gone:i])
        yield from (_Step(None, item) for item in new[come:j])
        if i < len(old):
            yield _Step(old[i], new[j])
        gone, come = i + 1, j + 1


def _distance(mine: dict[str, str], yours: dict[str, str]) -> int:
    return sum(mine[name] != yours[name] for name in mine)


def _moves(steps: list[_Step]) -> dict[int, int]:
    """Rules that are gone from one place and stand at another: index before -> index now."""
    gone = {step.old[1]: step.old[0] for step in steps if step.old is not None and step.new is None}
    come = {step.new[1]: step.new[0] for step in steps if step.new is not None and step.old is None}
    return {index: come[rule] for rule, index in gone.items() if rule in come}


def _told(step: _Step, moved: dict[int, int]) -> Iterator[RuleChange]:
    match step:
        case _Step(old=(index, rule), new=None):
            if index not in moved:
                yield RuleChange(f"rules[{index}] removed", _summary(rule), "not there")
        case _Step(old=None, new=(index, rule)):
            if index not in moved.values():
                yield RuleChange(f"rules[{index}] added", "not there", _summary(rule))
            else:
                was = next(before for before, now in moved.items() if now == index)
                yield RuleChange(f"rules[{index}] moved", f"at rules[{was}]", f"at rules[{index}]: {_summary(rule)}")
        case _Step(old=(_, mine), new=(index, yours)):
            ours, theirs = _fields(mine), _fields(yours)
            for name in ours:
                if ours[name] != theirs[name]:
                    yield RuleChange(f"rules[{index}].{name}", ours[name] or "not set", theirs[name] or "not set")


def _summary(rule: Rule) -> str:
    """``Metadata verbs=get,list resources=/secrets``: what a rule says, in one line, without what it leaves open."""
    fields = {name: value for name, value in _fields(rule).items() if value and name != "level"}
    return " ".join([rule.level, *(f"{name}={value}" for name, value in fields.items())])


def _fields(rule: Rule) -> dict[str, str]:
    """Each field as text, empty where the rule leaves it open."""
    managed = "" if rule.omit_managed_fields is None else str(rule.omit_managed_fields).lower()
    return {
        "level": rule.level.value,
        "users": ",".join(rule.users),
        "userGroups": ",".join(rule.user_groups),
        "verbs": ",".join(rule.verbs),
        "resources": ",".join(map(_resources, rule.resources)),
        "namespaces": ",".join(rule.namespaces),
        "nonResourceURLs": ",".join(rule.non_resource_urls),
        "omitStages": ",".join(rule.omit_stages),
        "omitManagedFields": managed,
    }


def _resources(item: GroupResources) -> str:
    names = f":{'+'.join(item.resource_names)}" if item.resource_names else ""
    return f"{item.group}/{'+'.join(item.resources) or '*'}{names}"
