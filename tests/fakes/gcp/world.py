"""What the fake Google Cloud is at a moment, and one call to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes import world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.gcp.rpcs import Rpc


@dataclass(slots=True)
class Settings:
    """What a test may set. Times in seconds."""

    latency: float = 0
    """Every answer takes so much longer."""
    operation_seconds: float | None = 0
    """How long an operation of GKE runs; 0: until it is next looked at; ``None``: until ``finish_operations``."""
    missing_zones: list[str] = field(default_factory=list)
    """Zones and regions that GKE cannot reach: their clusters are not listed, and the answer says so."""
    unasked_zones: list[str] = field(default_factory=list)
    """Zones whose operations cannot be asked for: a list of operations says so."""
    token_seconds: int = 3600
    """For how long new tokens are good. google-auth renews what is good for less than four minutes, at each call."""
    policy_lag_seconds: float = 0
    """For so long after a change the former IAM policy is told."""
    emits: bool = True
    """Clusters write Admin Activity all the time, and Data Access where that is on."""


@dataclass
class World(world.World):
    settings: Settings = field(default_factory=Settings)
    tokens: dict[str, float] = field(default_factory=dict)
    """Token -> when it ends, in the world's time."""
    disabled: set[tuple[str, str]] = field(default_factory=set)
    """(API, project)"""


@dataclass(frozen=True, slots=True)
class Call:
    rpc: Rpc
    permission: str
    """What IAM calls it: ``container.clusters.list``. Faults and counts go by it."""
    request: Any
    resource: str
    """What it is about, as its name: ``projects/shop/locations/-``."""
    world: World

    @property
    def container(self) -> str:
        """Project, folder or organization: ``projects/shop``."""
        return "/".join(self.resource.split("/")[:2])

    def labels(self) -> Mapping[str, tuple[str, ...]]:
        parts = self.resource.split("/")
        found: dict[str, tuple[str, ...]] = {"name": (self.resource, parts[-1])}
        for kind, value in zip(parts[::2], parts[1::2], strict=False):
            label = {"projects": "project", "locations": "location", "folders": "folder"}.get(kind)
            if label:
                found[label] = (value,)
        return found
