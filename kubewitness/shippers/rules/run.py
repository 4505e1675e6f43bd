"""Runs the rules over one configuration: findings at their places, less what is accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kubewitness.shippers.filebeat.suggestions import SUGGESTIONS as FILEBEAT
from kubewitness.shippers.finding import ShipperFinding
from kubewitness.shippers.fluentbit.suggestions import SUGGESTIONS as FLUENT_BIT
from kubewitness.shippers.model import Program
from kubewitness.shippers.otelcol.suggestions import SUGGESTIONS as OTELCOL
from kubewitness.shippers.rsyslog.suggestions import SUGGESTIONS as RSYSLOG
from kubewitness.shippers.rules.catalogue import CONFIGURATION_RULES, SHIPPER_RULES
from kubewitness.shippers.rules.comments import comments_in, matches_nothing, unknown_ids, without_reason
from kubewitness.shippers.rules.costs import cost
from kubewitness.shippers.vector.suggestions import SUGGESTIONS as VECTOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kubewitness.shippers.model import Configuration, Place
    from kubewitness.shippers.rules.comments import Comment
    from kubewitness.shippers.rules.rule import Found, ShipperRule

SUGGESTIONS: Final[Mapping[Program, Mapping[str, str]]] = {
    Program.RSYSLOG: RSYSLOG,
    Program.OTELCOL: OTELCOL,
    Program.FILEBEAT: FILEBEAT,
    Program.FLUENT_BIT: FLUENT_BIT,
    Program.VECTOR: VECTOR,
}
_KNOWN: Final = tuple(rule.id for rule in SHIPPER_RULES)


@dataclass(frozen=True, slots=True)
class AcceptedFinding:
    """A finding that a comment accepts, and the reason that it gives."""

    finding: ShipperFinding
    reason: str


@dataclass(frozen=True, slots=True)
class LintedShipper:
    """One configuration of one program. ``files``: what was read, the main one first; ``findings``: the worst first."""

    program: Program
    files: tuple[str, ...]
    findings: tuple[ShipperFinding, ...]
    accepted: tuple[AcceptedFinding, ...] = ()


def lint_configuration(
    configuration: Configuration, files: Mapping[str, str], inside: Mapping[str, str] | None = None
) -> LintedShipper:
    """Everything that is found in ``configuration``. ``files``: its texts, for the comments in them.

    ``inside``: name -> the file that such a text stands in, with the same lines, and that a reader can open.
    """
    program = configuration.program
    findings = _once(
        _finding(program, rule, found) for rule in CONFIGURATION_RULES for found in rule.function(configuration)
    )
    comments = comments_in(files)
    accepted = [
        AcceptedFinding(finding, comment.ignore.reason)
        for finding in findings
        if (comment := _accepting(comments, finding)) is not None
    ]
    left_out = {item.finding for item in accepted}
    kept = [finding for finding in findings if finding not in left_out]
    kept += _about(program, comments, findings)
    shown = inside or {}
    return LintedShipper(
        program,
        tuple(dict.fromkeys(shown.get(name, name) for name in configuration.files)),
        tuple(_shown(finding, shown) for finding in sorted(kept, key=_worst_first)),
        tuple(AcceptedFinding(_shown(item.finding, shown), item.reason) for item in accepted),
    )


def _shown(finding: ShipperFinding, inside: Mapping[str, str]) -> ShipperFinding:
    """With places in files that there are."""
    place, component = (
        replace(at, file=inside[at.file], column=0) if at.file in inside else at
        for at in (finding.place, finding.component)
    )
    return replace(finding, place=place, component=component)


def _about(program: Program, comments: tuple[Comment, ...], findings: list[ShipperFinding]) -> list[ShipperFinding]:
    """What is wrong with the comments themselves."""
    unused = [
        comment
        for comment in comments
        if comment.ignore.is_whole
        and set(comment.ignore.ids) <= set(_KNOWN)
        and not any(comment.accepts(finding) for finding in findings)
    ]
    told = [_finding(program, without_reason, found) for found in without_reason.function(comments)]
    told += [_finding(program, without_reason, found) for found in unknown_ids(comments, _KNOWN)]
    return told + [_finding(program, matches_nothing, found) for found in matches_nothing.function(unused)]


def _accepting(comments: Iterable[Comment], finding: ShipperFinding) -> Comment | None:
    return next((comment for comment in comments if comment.accepts(finding)), None)


def _once(findings: Iterable[ShipperFinding]) -> list[ShipperFinding]:
    """An input of several routes is told of once."""
    found: dict[tuple[str, Place, str], ShipperFinding] = {}
    for finding in findings:
        found.setdefault((finding.id, finding.component, finding.message), finding)
    return list(found.values())


def _finding(program: Program, rule: ShipperRule[Any], found: Found) -> ShipperFinding:
    setting = found.setting
    suggestion = "" if found.unknown else _suggested(program, rule.id, setting.name if setting is not None else "")
    if "{path}" in suggestion:
        suggestion = suggestion.replace("{path}", found.path) if found.path else ""
    return ShipperFinding(
        id=rule.id,
        severity=found.severity or rule.severity,
        program=program,
        place=setting.place if setting is not None and setting.place is not None else found.component,
        component=found.component,
        route=found.route,
        setting=setting.name if setting is not None else "",
        written=setting.written if setting is not None else "",
        by_default=setting is not None and setting.by_default,
        message=found.message,
        costs="" if found.unknown else cost(rule.id, program),
        suggestion=suggestion,
        unknown=found.unknown,
        name=found.name,
    )


def _suggested(program: Program, rule: str, setting: str) -> str:
    """What is said of this setting (``SH002 read_from_tail``), or of the rule."""
    table = SUGGESTIONS[program]
    return table.get(f"{rule} {setting.lower().partition(' ')[0]}", table.get(rule, ""))


def _worst_first(finding: ShipperFinding) -> tuple[int, str, int, str]:
    return -finding.severity.rank, finding.place.file, finding.place.line, finding.id
