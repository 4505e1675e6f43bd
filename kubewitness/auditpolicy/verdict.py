"""Would kube-apiserver start with what is in this file, and with what left of it? A verdict for each policy in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.decode import Loaded, Refused, load_bytes
from kubewitness.auditpolicy.embedded import Embedded, embedded_policies
from kubewitness.errors import KubewitnessError
from kubewitness.godecode.tree import Mark, Problem

if TYPE_CHECKING:
    from kubewitness.auditpolicy.types import Rule
    from kubewitness.model import ServerVersion


_RULE: Final = re.compile(r'(?:unknown|duplicate) field "rules\[(\d{1,9})\]')


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one policy. ``inside``: where in its file it is; ``None`` where it is the file itself."""

    file: str
    found: Loaded | Refused
    inside: Embedded | None = None

    @property
    def ok(self) -> bool:
        """kube-apiserver would start with it."""
        return isinstance(self.found, Loaded)

    @property
    def error(self) -> str | None:
        """Its words where it would not start."""
        return self.found.error if isinstance(self.found, Refused) else None

    @property
    def is_clean(self) -> bool:
        """It would start with all of it, and has nothing to say."""
        return self.ok and self.found.strict_error is None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What would be left; none where it would not start."""
        return self.found.policy.rules if isinstance(self.found, Loaded) else ()

    @property
    def ignored(self) -> tuple[Problem, ...]:
        """What it would drop: unknown keys, and keys that come twice. At their places in the file."""
        return self._placed(self.found.ignored)

    @property
    def rest(self) -> Mark | None:
        """Where a second document begins in the file, which it would not read; it does not say so."""
        mark = self.found.rest if isinstance(self.found, Loaded) else None
        return mark if mark is None or self.inside is None else _mark(self.inside, mark)

    @property
    def faults(self) -> tuple[Problem, ...]:
        """Why it would not start, one by one, at their places in the file."""
        if isinstance(self.found, Loaded):
            return ()
        found = self.found
        mark = None if found.line is None or found.column is None else Mark(found.line, found.column)
        return self._placed(found.problems or (Problem(found.error, mark),))

    def touched(self) -> tuple[tuple[int, Rule], ...]:
        """The rules from which something would be dropped, with their index, as they are then."""
        indices = sorted({self._index(problem) for problem in self.found.ignored})
        return tuple((index, self.rules[index]) for index in indices if 0 <= index < len(self.rules))

    def _index(self, problem: Problem) -> int:
        """Of the rule that a problem lies in, -1 for none. Of a key that YAML has twice only the place says it."""
        named = _RULE.match(problem.text)
        if named is not None:
            return int(named[1])
        if problem.mark is None or not problem.text.startswith("line "):
            return -1
        mark = problem.mark
        before = [rule for rule in self.rules if (rule.line, rule.column) <= (mark.line, mark.column)]
        return len(before) - 1 if before and mark.column >= before[-1].column else -1

    def _placed(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        if self.inside is None:
            return problems
        return tuple(replace(problem, mark=_mark(self.inside, problem.mark)) for problem in problems)


def judge(file: str, data: bytes, version: ServerVersion) -> tuple[Verdict, ...]:
    """The verdict on a file that is meant to be a policy, or else one for each policy inside it, or on the file.

    ``file`` is its name. Raises KubewitnessError for more than 100 policies in one file.
    """
    try:
        inside = embedded_policies(data)
    except KubewitnessError as error:
        raise KubewitnessError(f"{file}: {error}") from error
    if not inside:
        return (Verdict(file, load_bytes(data, version)),)
    return tuple(Verdict(file, _judged(policy, version), policy) for policy in inside)


def _judged(policy: Embedded, version: ServerVersion) -> Loaded | Refused:
    found = load_bytes(policy.data, version)
    if isinstance(found, Refused) and "yaml: unknown anchor" in found.error:
        text = "not judged by kubewitness: an alias in it has its anchor elsewhere in the file"
        return replace(found, error=text, beyond_limits=True)
    return found


def _mark(inside: Embedded, mark: Mark | None) -> Mark:
    """Where no place is to blame, the start of the policy is shown."""
    return Mark(inside.line, inside.column) if mark is None else Mark(*inside.place(mark.line, mark.column))
