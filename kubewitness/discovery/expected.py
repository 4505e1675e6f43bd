"""What was expected to be there, beside what was found. Pure.

The list is text: an id a line (EKS: the ARN), ``#`` begins a comment; or the JSON that ``kubewitness discover -o json``
wrote earlier.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.discovery.found import Place
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kubewitness.discovery.found import Discovery, Found, Unseen

SCHEMA: Final = "kubewitness/discovery/v1"

_IDS: Final = (
    re.compile(r"arn:[\w-]+:eks:(?P<location>[\w-]+):(?P<scope>\d{12}):cluster/[^/\s]+"),
    re.compile(
        r"/subscriptions/(?P<scope>[^/\s]+)/resourceGroups/[^/]+/providers/[\w.]+/(?P<location>\w+)/[^/\s]+",
        re.IGNORECASE,
    ),
    re.compile(r"projects/(?P<scope>[^/\s]+)/locations/(?P<location>[^/\s]+)/clusters/[^/\s]+"),
)
"""Ids as the providers write them: EKS, AKS and Azure Arc, GKE."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Expected, and not there. ``looked_at`` false: its place is none of those that were looked at."""

    id: str
    looked_at: bool


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Expected, and its place could not be looked at."""

    id: str
    unseen: Unseen


@dataclass(frozen=True, slots=True)
class Comparison:
    """``unexpected``: found, and not on the list."""

    expected: int
    missing: tuple[Missing, ...]
    not_known: tuple[NotKnown, ...]
    unexpected: tuple[Found, ...]

    @property
    def differs(self) -> bool:
        """What could not be looked at is no difference."""
        return bool(self.missing or self.unexpected)


def parse_expected(text: str, where: str) -> tuple[str, ...]:
    """The ids, each once. Raises KubewitnessError: a line is no id, or there is none."""
    lines = _from_json(text, where) if text.lstrip().startswith("{") else _lines(text)
    found: dict[str, str] = {}
    for number, line in lines:
        if place_of(line) is None:
            raise KubewitnessError(
                f"{where}:{number}: {line[:120]!r} is not a cluster's id: write its ARN, its Azure resource id, or "
                "projects/P/locations/L/clusters/C, one a line"
            )
        found.setdefault(line.lower(), line)
    if not found:
        raise KubewitnessError(f"{where}: names no cluster: write an id a line")
    return tuple(found.values())


def _lines(text: str) -> list[tuple[int, str]]:
    bare = ((number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1))
    return [(number, line) for number, line in bare if line]


def _from_json(text: str, where: str) -> list[tuple[int, str]]:
    try:
        document = json.loads(text)
        schema, clusters = document["schema"], [str(one["id"]) for one in document["clusters"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        said = f"{type(error).__name__}: {error}"
        raise KubewitnessError(f"{where}: not what `kubewitness discover -o json` writes: {said}") from error
    if schema != SCHEMA:
        raise KubewitnessError(f"{where}: its schema is {schema!r}, not {SCHEMA}: write it with discover -o json")
    return list(enumerate(clusters, 1))


def place_of(cluster_id: str) -> Place | None:
    """Where the cluster of that id is; ``None``: it is no id. Azure's ids say the kind and no region."""
    for pattern in _IDS:
        if match := pattern.fullmatch(cluster_id):
            parts = match.groupdict()
            return Place(parts["scope"], parts.get("location", ""))
    return None


def scopes_of(ids: Iterable[str]) -> tuple[str, ...]:
    """The accounts, subscriptions and projects that they lie in."""
    return tuple(sorted({place.scope for place in map(place_of, ids) if place}))


def compared(found: Discovery, expected: Sequence[str]) -> Comparison:
    """Ids are compared without regard to case: Azure writes the same one in several ways."""
    here = {cluster.id.lower() for cluster in found.clusters}
    wanted = {one.lower() for one in expected}
    missing: list[Missing] = []
    not_known: list[NotKnown] = []
    for one in expected:
        place = place_of(one)
        if one.lower() in here or place is None:
            continue
        gap = next((unseen for unseen in found.unseen if unseen.place.overlaps(place)), None)
        if gap is None:
            missing.append(Missing(one, _any_overlaps(found.looked, place)))
        else:
            not_known.append(NotKnown(one, gap))
    unexpected = tuple(cluster for cluster in found.clusters if cluster.id.lower() not in wanted)
    return Comparison(len(expected), tuple(missing), tuple(not_known), unexpected)


def _any_overlaps(places: Iterable[Place], place: Place) -> bool:
    return any(one.overlaps(place) for one in places)


def exit_code(found: Discovery, comparison: Comparison | None) -> int:
    """0 all was looked at, and is as expected; 1 it is not; 2 nothing could be looked at; 3 something could not be."""
    if not found.looked and not found.clusters:
        return 2
    if comparison is not None and comparison.differs:
        return 1
    return 0 if found.complete and not (comparison and comparison.not_known) else 3
