"""The words that the formats share: what a cloud calls its parts, and the sentence that sums a search up."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubewitness.discovery.expected import Comparison
    from kubewitness.discovery.found import Discovery, Found
    from kubewitness.report.discovery import DiscoveryReport

NOUNS: Final[Mapping[str, tuple[str, str]]] = {
    "aws": ("account", "region"),
    "azure": ("subscription", "location"),
    "gcp": ("project", "location"),
}
"""Cloud -> what holds clusters there, and where in the world they are."""


def audit_word(cluster: Found) -> str:
    """What the API says of the audit log; empty: it was not asked for."""
    match cluster.audit:
        case None:
            return cluster.elsewhere
        case Unread():
            return "unknown"
        case audit:
            return "on" if audit else "off"


def summary(report: DiscoveryReport) -> str:
    """One line: clusters, gaps, differences."""
    found = report.found
    scopes = len({place.scope for place in found.looked})
    scope_noun = NOUNS[report.cloud][0]
    parts = [f"{_counted(len(found.clusters), 'cluster')} in {_counted(scopes, scope_noun)} that could be looked at"]
    audit = ", ".join(_audit_counts(found))
    parts += [f"audit log {audit}"] if audit else []
    parts += [f"{_counted(len(found.unseen), 'place')} not looked at"] if found.unseen else []
    parts += [f"{_counted(len(found.left_out), scope_noun)} left out"] if found.left_out else []
    parts += _differences(report.comparison) if report.comparison else []
    return "; ".join(parts)


def _audit_counts(found: Discovery) -> Iterator[str]:
    counts = Counter(audit_word(cluster) for cluster in found.clusters if cluster.audit is not None)
    yield from (f"{counts[word]} {word}" for word in ("on", "off", "unknown") if counts[word])
    elsewhere = sum(bool(cluster.elsewhere) for cluster in found.clusters)
    if elsewhere:
        yield f"{elsewhere} run elsewhere"


def _differences(comparison: Comparison) -> list[str]:
    counts = {
        "missing": comparison.missing, "unexpected": comparison.unexpected, "not known": comparison.not_known
    }  # fmt: skip
    said = [f"{len(items)} {word}" for word, items in counts.items() if items]
    return [f"{comparison.expected} expected: {', '.join(said) or 'all there, and no other'}"]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
