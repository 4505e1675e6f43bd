"""For people at a terminal: what a day would bring, by level, rule, user and request; what would be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.auditpolicy.types import Level
from kubewitness.report.simulation import words
from kubewitness.report.simulation.grid import BOLD, RED, Writer
from kubewitness.simulation.model import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kubewitness.report import Options
    from kubewitness.report.simulation.replayed import Replayed
    from kubewitness.simulation.model import Lost


def render(report: Replayed, options: Options) -> str:
    """Lines of about ``options.width`` cells; names are never cut."""
    writer = Writer(options)
    sections = (_head, _levels, _rules, _users, _requests, _lost, _unread, _cannot_tell)
    parts = ([f"{line.rstrip()}\n" for line in section(report, writer)] for section in sections)
    return "\n".join("".join(part) for part in parts if part)


def _head(report: Replayed, writer: Writer) -> Iterator[str]:
    found = report.simulation
    yield from (writer.styled(line, BOLD) for line in writer.paragraph(words.headline(report)))
    if report.strict_error is not None:
        yield from writer.paragraph(f"kube-apiserver would warn, and drop what it does not know: {report.strict_error}")
    yield ""
    rows = [("recorded", found.recorded), ("kept", found.kept)]
    lowered = found.lowered
    if lowered.events:
        rows.append(("bodies left out of", lowered))
    yield from writer.grid(
        ("", ">EVENTS", ">BYTES", ">EVENTS A DAY", ">BYTES A DAY"),
        [(name, *_sizes(tally), *_day(report, tally)) for name, tally in rows],
    )


def _levels(report: Replayed, writer: Writer) -> Iterator[str]:
    found = report.simulation
    rows = [(f"level {level}", tally) for level, tally in found.levels.items() if level is not Level.NONE]
    rows += [(f"not kept: stage {stage}", tally) for stage, tally in found.omitted.items()]
    rows.append(("not kept: level None", found.levels[Level.NONE]))
    yield from writer.grid(
        ("KEPT AT", ">EVENTS", ">BYTES", ">BYTES A DAY"),
        [(name, *_sizes(tally), _day(report, tally)[1]) for name, tally in rows if tally.events],
    )


def _rules(report: Replayed, writer: Writer) -> Iterator[str]:
    rows = []
    for rule in report.simulation.rules:
        name = "none" if rule.rule < 0 else str(rule.rule)
        line = str(rule.line) if rule.line else ""
        counts = (words.count(rule.recorded.events), words.count(rule.kept.events))
        rows.append((name, line, *counts, _day(report, rule.kept)[1], rule.level.value))
    yield from writer.grid((">RULE", ">LINE", ">DECIDES", ">KEPT", ">BYTES A DAY", "LEVEL"), rows)


def _users(report: Replayed, writer: Writer) -> Iterator[str]:
    found = report.simulation
    rows = [(user.recorded, user.kept, words.user(user.user)) for user in found.noisiest]
    yield from _ranking(report, writer, "NOISIEST", rows)
    yield from _more(found.top.users, rows)


def _requests(report: Replayed, writer: Writer) -> Iterator[str]:
    found = report.simulation
    rows = [(item.recorded, item.kept, words.request(item.request)) for item in found.requests]
    yield from _ranking(report, writer, "REQUEST", rows)
    yield from _more(found.top.requests, rows)


def _ranking(report: Replayed, writer: Writer, title: str, rows: Iterable[tuple[Tally, Tally, str]]) -> Iterator[str]:
    whole = report.simulation.kept.bytes
    yield from writer.grid(
        (">RECORDED", ">KEPT", ">BYTES A DAY", ">SHARE", title),
        [
            (
                words.count(recorded.events),
                words.count(kept.events),
                _day(report, kept)[1],
                words.share(kept.bytes, whole),
                name,
            )
            for recorded, kept, name in rows
        ],
    )


def _lost(report: Replayed, writer: Writer) -> Iterator[str]:
    found = report.simulation
    summary = words.lost(found)
    if not found.top.lost:
        yield writer.styled(summary, RED) if found.bounds.unpaired.least else summary
        return
    yield writer.styled(summary, RED)
    rows = [
        (
            words.count(item.lost.events),
            _why(item),
            item.audit_id,
            f"{words.request(item.request)} by {words.user(item.user)}",
        )
        for item in found.lost
    ]
    yield from writer.grid((">EVENTS", "BY", "FOR EXAMPLE", "REQUEST"), rows)
    yield from _more(found.top.lost, rows)


def _why(item: Lost) -> str:
    if item.rules == (-1,):
        return "no rule"
    rules = ", ".join("none" if rule < 0 else str(rule) for rule in item.rules)
    return f"rule {rules}{' (stage)' if item.by_stage else ''}"


def _unread(report: Replayed, writer: Writer) -> Iterator[str]:
    for sentence in words.unread(report.simulation):
        yield from writer.paragraph(sentence)


def _cannot_tell(report: Replayed, writer: Writer) -> Iterator[str]:
    yield writer.styled("What this recording cannot tell:", BOLD)
    for sentence in words.cannot_tell(report.simulation):
        yield from writer.paragraph(sentence, bullet="- ")


def _more(number: int, rows: Sequence[object]) -> Iterator[str]:
    more = number - len(rows)
    if more > 0:
        yield f"and {words.count(more)} more: --top {number}"


def _sizes(tally: Tally) -> tuple[str, str]:
    return words.count(tally.events), words.size(tally.bytes)


def _day(report: Replayed, tally: Tally) -> tuple[str, str]:
    day = report.a_day(tally)
    return ("-", "-") if day is None else _sizes(day)
