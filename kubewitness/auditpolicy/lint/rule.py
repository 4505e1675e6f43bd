"""What a rule of the linter is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from kubewitness.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.auditpolicy.lint.edits import Edit
    from kubewitness.auditpolicy.types import Rule
    from kubewitness.godecode.tree import Mark

NO_RULE: Final = -1
"""The index that stands for "no rule matched", as in ``Decision``."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the function of a rule says. The runner adds the rest.

    ``rule``: index of the rule of the policy that decided, ``NO_RULE`` where none did, ``None`` where the finding is
    about no rule. ``probe``: id of the most telling probe, or a request in the words of ``policy explain``; ``others``:
    the same for the rest that has the same cause. ``suggestion``: rules that end the finding when they stand before
    ``rule`` (at the end for ``NO_RULE``). ``severity``: where it is not the rule's own. ``mark``: the place, where it
    is not that of ``rule``.
    """

    message: str
    rule: int | None = None
    probe: str | None = None
    others: tuple[str, ...] = ()
    suggestion: tuple[Rule, ...] = ()
    severity: Severity | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One finding in one file. ``line`` and ``column`` count from 1; ``None``: no place is to blame.

    ``suggestion`` is YAML to paste before the rule that decided, which stands at ``rule_line`` and ``rule_column`` (for
    ``NO_RULE`` the last rule does). ``replaces``: no request reaches that rule behind it, so it can go. ``check``: the
    check that found it, for the ids AF. ``stands_in``: the rule in whose lines ``line`` is. The other fields are those
    of ``Found``. ``edit``: the suggestion as an edit of the file; ``None`` where it cannot be one. ``written``: the
    rules of the suggestion, each with its YAML.
    """

    id: str
    severity: Severity
    message: str
    line: int | None = None
    column: int | None = None
    probe: str | None = None
    others: tuple[str, ...] = ()
    rule: int | None = None
    rule_line: int | None = None
    rule_column: int | None = None
    suggestion: str | None = None
    replaces: bool = False
    check: str | None = None
    stands_in: int | None = None
    edit: Edit | None = None
    written: tuple[tuple[Rule, str], ...] = ()


_S = TypeVar("_S")
"""What a rule looks at: a ``Subject`` that loads, or a ``Refusal``."""


@dataclass(frozen=True, slots=True)
class LintRule(Generic[_S]):
    """One rule of the catalogue. ``severity``: the usual one; a finding may say otherwise.

    ``by_outcome``: it is judged by what is recorded, so a policy that records nothing at all need not be told it again.
    ``needs_flags``: it cannot be judged without the flags of the API server.
    """

    id: str
    title: str
    severity: Severity
    source: str
    function: Callable[[_S], Iterator[Found]]
    by_outcome: bool = False
    needs_flags: bool = False

    @property
    def why(self) -> str:
        """What ``kubewitness explain`` prints: the function's docstring."""
        return (self.function.__doc__ or "").strip()


AUDITING: Final = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"
REFERENCE: Final = "https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/"
CODE: Final = "https://pkg.go.dev/k8s.io/apiserver/pkg/audit/policy"


def lint_rule(
    id: str,  # noqa: A002  the name of the field in reports and ignore comments
    title: str,
    severity: Severity,
    *,
    source: str = AUDITING,
    by_outcome: bool = False,
    needs_flags: bool = False,
) -> Callable[[Callable[[_S], Iterator[Found]]], LintRule[_S]]:
    """Make a rule of a function. ``title`` states the fault."""

    def decorate(function: Callable[[_S], Iterator[Found]]) -> LintRule[_S]:
        return LintRule(id, title, severity, source, function, by_outcome, needs_flags)

    return decorate
