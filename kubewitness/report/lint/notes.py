"""Findings as formats for other programs show them, whatever was linted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.auditpolicy.lint.edits import Edit
    from kubewitness.model import Severity


@dataclass(frozen=True, slots=True)
class Note:
    """One finding. ``line`` and ``column`` count from 1; ``None``: no place is to blame.

    ``advice``: what introduces the ``suggestion``, a text to paste. ``fingerprint``: the same after lines were added
    above. ``edit``: the suggestion as an edit of the file, ``edit_text`` its description. ``reason``: why it is
    accepted; ``None``: it is not. ``name``: what a rule of no catalogue is called.
    """

    id: str
    severity: Severity
    file: str
    line: int | None
    column: int | None
    message: str
    fingerprint: tuple[str, ...]
    advice: str = ""
    suggestion: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    edit: Edit | None = None
    edit_text: str = ""
    reason: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule of the catalogue, as a report shows it."""

    id: str
    title: str
    severity: Severity
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Notes:
    """All that one run found. ``unjudged``: file -> why; ``missing``: what was not there -> the rules that need it.

    ``tool``: name and version. ``rules``: the catalogue. ``summary``: the counts, for people.
    """

    tool: str
    notes: tuple[Note, ...]
    rules: tuple[RuleText, ...]
    summary: str
    unjudged: tuple[tuple[str, str], ...] = ()
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Linting(Protocol):
    """A report of a linter, of policies or of shippers."""

    def notes(self) -> Notes:
        """Its findings for other programs."""
