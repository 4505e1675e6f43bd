"""What the fake Azure is at a moment, and one call to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes import world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.azure.ids import Target
    from tests.fakes.httpd import HttpRequest


@dataclass(slots=True)
class Settings:
    """What a test may set. Times in seconds."""

    latency: float = 0
    """Every answer takes so much longer."""
    operation_seconds: float = 0
    """How long the creation of a cluster takes; 0: it is there with the answer."""
    token_seconds: int = 86400
    """For how long new tokens are good."""
    lag_seconds: float = 0
    """Lists of diagnostic settings show a change so much later."""
    emits: bool = True
    """Clusters that log write events all the time."""
    event_age_seconds: float = 60
    """So far back the newest event lies that a query finds."""
    page_size: int = 100
    """Of lists; Resource Graph has its own."""


@dataclass
class World(world.World):
    settings: Settings = field(default_factory=Settings)
    tokens: dict[str, float] = field(default_factory=dict)
    """Token -> when it ends, in the world's time."""
    subscriptions: dict[str, str] = field(default_factory=dict)
    """Id -> name."""
    states: dict[str, str] = field(default_factory=dict)
    """Id of a subscription -> its state."""
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Id in lower case -> the resource, its ``id`` as it was made."""
    unregistered: set[tuple[str, str]] = field(default_factory=set)
    """(subscription, namespace in lower case)"""


@dataclass(frozen=True, slots=True)
class Call:
    target: Target
    action: str
    """As a role names it: ``Microsoft.Insights/diagnosticSettings/read``. Faults and counts go by it."""
    query: Mapping[str, str]
    body: Any
    request: HttpRequest
    world: World

    @property
    def origin(self) -> str:
        """How the caller reaches us: links in answers begin with it."""
        return f"https://{self.request.headers['host']}"

    def labels(self) -> Mapping[str, tuple[str, ...]]:
        parts = self.target.path.strip("/").split("/")
        found: dict[str, tuple[str, ...]] = {"name": (self.target.path, self.target.name, *parts[1::2])}
        if self.target.subscription:
            found["subscription"] = (self.target.subscription,)
        if self.target.group:
            found["group"] = (self.target.group,)
        return found
