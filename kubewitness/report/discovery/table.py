"""The page for people at a terminal: the clusters, what could not be looked at and why, what was expected."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.report.discovery.words import NOUNS, audit_word, summary
from kubewitness.report.policy.page import Cell, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.discovery.expected import Comparison
    from kubewitness.discovery.found import Discovery, Found, Place
    from kubewitness.report import Options
    from kubewitness.report.discovery import DiscoveryReport

_STYLES: Final = {"on": "green", "off": "bold red", "unknown": "yellow"}


def render(report: DiscoveryReport, options: Options) -> str:
    """Lines of at most ``options.width`` cells."""
    page = Page(options)
    page.line(Cell(f"{report.tool}  discover {report.cloud}  {report.finished}", "dim"))
    page.blank()
    _clusters(page, report)
    for places, why in _alike(_unknown(report.found)):
        page.line(Cell("? UNKNOWN", "yellow"), f"  {places}")
        page.line(f"{why.reason}  {why.detail}", indent=4)
    for left in report.found.left_out:
        page.line(Cell("- left out", "dim"), f"  {_scope(left.place)}: {left.why}")
    if report.comparison:
        _compared(page, report.comparison, NOUNS[report.cloud][0])
    if not report.found.complete or report.found.left_out or report.comparison:
        page.blank()
    page.line(Cell(summary(report), "bold"))
    return page.text()


def _clusters(page: Page, report: DiscoveryReport) -> None:
    clusters = report.found.clusters
    if not clusters:
        return
    headers = ("CLUSTER", *(noun.upper() for noun in NOUNS[report.cloud]), "STATE", "AUDIT LOG")
    rows = [[Cell(header, "bold") for header in headers], *(_row(cluster) for cluster in clusters)]
    shown = [at for at in range(len(headers)) if any(row[at].text for row in rows[1:])]
    rows = [[row[at] for at in shown] for row in rows]
    if not page.columns(rows):
        page.rows(rows[1:])
    page.blank()


def _row(cluster: Found) -> list[Cell]:
    word = audit_word(cluster)
    return [
        Cell(cluster.name),
        Cell(_scope(cluster.place)),
        Cell(cluster.place.location),
        Cell(cluster.state),
        Cell(word, _STYLES.get(word, "dim")),
    ]


def _unknown(found: Discovery) -> Iterator[tuple[Place, str, Unread]]:
    """What refused: where, which part of it, and why."""
    for unseen in found.unseen:
        yield unseen.place, unseen.place.location, unseen.why
    for cluster in found.clusters:
        if isinstance(cluster.audit, Unread):
            yield cluster.place, f"{cluster.place.location}/{cluster.name}", cluster.audit


def _alike(unknown: Iterable[tuple[Place, str, Unread]]) -> Iterator[tuple[str, Unread]]:
    """Those that refuse in the same words, but for their own names, as one."""
    groups: dict[tuple[str, str], list[tuple[Place, str, Unread]]] = {}
    for place, part, why in unknown:
        names = filter(None, (place.scope, *part.split("/")))
        words = reduce(lambda said, name: said.replace(name, ""), names, why.detail)
        groups.setdefault((why.reason, words), []).append((place, part, why))
    for group in groups.values():
        scopes: dict[Place, list[str]] = {}
        for place, part, _ in group:
            scopes.setdefault(replace(place, location=""), []).extend([part] if part else [])
        yield "; ".join(_with_parts(place, parts) for place, parts in scopes.items()), group[0][2]


def _with_parts(place: Place, parts: list[str]) -> str:
    return f"{_scope(place)}: {', '.join(parts)}" if parts else _scope(place)


def _compared(page: Page, comparison: Comparison, noun: str) -> None:
    for one in comparison.missing:
        where = "" if one.looked_at else f"  (its {noun} is none of those that were looked at)"
        page.line(Cell("x MISSING", "bold red"), f"  {one.id}{where}")
    for cluster in comparison.unexpected:
        page.line(Cell("x UNEXPECTED", "bold red"), f"  {cluster.id}")
    for gap in comparison.not_known:
        page.line(Cell("? NOT KNOWN", "yellow"), f"  {gap.id}  ({gap.unseen.why.reason})")


def _scope(place: Place) -> str:
    return f"{place.scope} ({place.name})" if place.name and place.name != place.scope else place.scope
