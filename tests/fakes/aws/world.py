"""What the fake AWS is at a moment, apart from what moto keeps; and one call to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from tests.fakes import world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.aws.identity import Caller
    from tests.fakes.aws.wire import Operation
    from tests.fakes.httpd import HttpRequest

MANAGEMENT = "111111111111"
"""The account of a client that asks for no other."""


@dataclass(slots=True)
class Settings:
    """What a test may set. Times in seconds."""

    latency: float = 0
    """Every answer takes so much longer."""
    update_seconds: float | None = 0
    """How long an EKS update is InProgress; 0: until it is next looked at; ``None``: until ``finish_updates``."""
    lag_seconds: float = 0
    """How long DescribeCluster still says the old logging after its update was Successful."""
    stream_lag_seconds: float = 0
    """How long a log stream's lastEventTimestamp lies behind its events."""
    emits: bool = True
    """EKS writes an event into each log that it is told to write. Off: the group comes, and stays empty."""
    status_member: bool = False
    """Organizations still sends an account's Status beside its State, as until 2026-09-09."""
    policy_delay_seconds: float = 0
    """How long an account-level retention policy waits before it is in force. AWS: 86400."""
    replay: bool = False
    """Answer a repeated reading from memory, without looking: for benchmarks, on a world that stands still."""


@dataclass
class World(world.World):
    settings: Settings = field(default_factory=Settings)
    keys: dict[str, Caller] = field(default_factory=dict)
    """Temporary credentials: access key id -> who."""
    external_ids: dict[str, str] = field(default_factory=dict)
    """Role ARN -> the ExternalId that its trust policy asks for."""
    enabled_regions: set[tuple[str, str]] = field(default_factory=set)
    """(account, region), of those that are off until they are asked for."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, understood and let in."""

    asked: Operation
    caller: Caller
    region: str
    params: Mapping[str, Any]
    """By the names of the SDK."""
    request: HttpRequest
    world: World

    @property
    def account(self) -> str:
        return self.caller.account

    @property
    def partition(self) -> str:
        return str(get_partition(self.region))

    def labels(self) -> dict[str, tuple[str, ...]]:
        return {"account": (self.account,), "region": (self.region,), "name": tuple(names(self.params))}


def names(params: Mapping[str, Any]) -> list[str]:
    """What a request is about: every name, ARN or identifier among its own members."""
    return [value for key, value in params.items() if isinstance(value, str) and key.lower().endswith(_NAMING)]


_NAMING = ("name", "arn", "identifier", "prefix", "pattern", "id")
