"""Which paths of requests for no resource do rules tell apart? Exact ones, and prefixes nested in each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference.diagram import LimitReachedError
from kubewitness.auditpolicy.emitted import LONG_PATHS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.auditpolicy.types import Rule

MAX_NESTED: Final = 100
"""Prefixes inside of prefixes; the policies of this world have three."""


@dataclass(frozen=True, slots=True)
class Paths:
    """One path, or with ``prefix`` all that begin so; not those in ``but``. ``""`` with ``prefix``: every path."""

    text: str = ""
    prefix: bool = True
    but: tuple[Paths, ...] = ()

    def __contains__(self, attributes: RequestAttributes) -> bool:
        return (
            not attributes.resource_request
            and (attributes.path.startswith(self.text) if self.prefix else attributes.path == self.text)
            and not any(attributes in exception for exception in self.but)
        )


@dataclass(slots=True)
class _Place:
    """A path or a prefix that a rule names. ``rules``: those that are for it, but for what ``inside`` says."""

    text: str
    prefix: bool
    rules: int
    inside: list[_Place] = field(default_factory=list)

    def holds(self, path: str) -> bool:
        return path.startswith(self.text) if self.prefix else path == self.text


class PathCut:
    """The paths that rules tell apart, each kind of them known by the rules (a bit each) that are for it."""

    def __init__(self, rules: Sequence[Rule], *, lasting: int = 0, path: int = 0) -> None:
        """``lasting``, ``path``: a bit of its own for what goes on for long, and for every path; 0: none."""
        self._root = _Place("", prefix=True, rules=path)
        named: dict[tuple[str, bool], int] = {(LONG_PATHS, False): lasting} if lasting else {}
        for bit, rule in enumerate(rules):
            if not (rule.resources or rule.namespaces or rule.non_resource_urls):
                self._root.rules |= 1 << bit
            for url in () if rule.resources or rule.namespaces else rule.non_resource_urls:
                place = (url.rstrip("*"), False) if url.endswith("*") else (url, True)  # sorts a prefix first
                named[place] = named.get(place, 0) | 1 << bit
        self._root.rules |= named.pop(("", False), 0)
        self._grow(named)

    @property
    def signatures(self) -> tuple[int, ...]:
        """The rules that are for each kind of path."""
        return tuple(dict.fromkeys(place.rules for place in _places(self._root)))

    def signature(self, path: str) -> int:
        """The rules that are for this path."""
        place = self._root
        while inner := next((inside for inside in place.inside if inside.holds(path)), None):
            place = inner
        return place.rules

    def told(self, signatures: frozenset[int]) -> tuple[Paths, ...]:
        """The paths of these kinds."""
        return _told(self._root, signatures, wanted=True)

    def _grow(self, named: dict[tuple[str, bool], int]) -> None:
        around = [self._root]
        for (text, exact), rules in sorted(named.items()):
            while not text.startswith(around[-1].text):
                around.pop()
            place = _Place(text, not exact, rules | around[-1].rules)
            around[-1].inside.append(place)
            if place.prefix:
                around.append(place)
            if len(around) > MAX_NESTED:
                raise LimitReachedError(f"more than {MAX_NESTED} URL prefixes nested in each other")


def _places(place: _Place) -> Iterator[_Place]:
    yield place
    for inner in place.inside:
        yield from _places(inner)


def _told(place: _Place, signatures: frozenset[int], *, wanted: bool) -> tuple[Paths, ...]:
    """What of a place has one of the signatures, or has none of them if that is wanted."""
    included = (place.rules in signatures) is wanted
    inside_wanted = wanted is not included
    inner = tuple(paths for inside in place.inside for paths in _told(inside, signatures, wanted=inside_wanted))
    return (Paths(place.text, place.prefix, inner),) if included else inner
