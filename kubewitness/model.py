"""The nouns: what was observed, and what was found. Frozen, without behaviour beyond their own shape.

Three answers, not two: a value that was read, a value that is known to be absent, and ``Unread``. ``Unread`` never
means "off".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Final, Self

_VERSION: Final = re.compile(r"^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?(?![\d.])")


@dataclass(frozen=True, slots=True, order=True)
class ServerVersion:
    """A Kubernetes version. ``patch`` is 0 where only major and minor are known."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read ``v1.34.4``, ``1.34`` or ``v1.36.0-rc.1+build``; ``None`` when it is no version."""
        match = _VERSION.match(text.strip())
        return cls(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class Rung(IntEnum):
    """How far the truth was seen (``design``: outcome over flags)."""

    OFF = 0
    DECLARED = 1
    EFFECTIVE = 2
    EMITTING = 3
    DELIVERED = 4
    KEPT = 5


class Status(StrEnum):
    """The verdict of one check on one target. Missing data is UNKNOWN, never PASS and never FAIL."""

    PASS = "PASS"  # noqa: S105  the word, not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Reason(StrEnum):
    """Why something is UNKNOWN."""

    UNREACHABLE = "unreachable"
    DENIED = "denied"
    THROTTLED = "throttled"
    EXPIRED_CREDENTIAL = "expired-credential"
    TIMEOUT = "timeout"
    PARSE = "parse"
    UNSUPPORTED = "unsupported"
    NOT_OBSERVED = "not-observed"
    CHECK_ERROR = "check-error"


class Severity(StrEnum):
    """How bad a FAIL is. Ordered by ``rank``."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info up to 4 for critical."""
        return list(Severity).index(self)


class Source(StrEnum):
    """A source of logs (OWASP Kubernetes Top Ten, K05:2022 / K10:2025): a column of the matrix."""

    AUDIT = "audit"
    JOURNAL = "journal"
    CONTAINERS = "containers"


class Kind(StrEnum):
    """What a target is."""

    API_SERVER = "apiserver"
    NODE = "node"
    MANAGED_CLUSTER = "managed-cluster"


#: The columns of the matrix in which a target has a cell.
SOURCES: Final = {
    Kind.API_SERVER: (Source.AUDIT,),
    Kind.NODE: (Source.JOURNAL, Source.CONTAINERS),
    Kind.MANAGED_CLUSTER: (Source.AUDIT,),
}


class View(StrEnum):
    """How a node was looked at; it bounds the rung that can be seen."""

    LIVE = "live"
    TREE = "tree"


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was not read. Never "off", never "absent"."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read, where and when. ``read_at``: RFC 3339 in UTC, by the node's clock."""

    where: str
    value: str
    read_at: str


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that is not as it should be."""

    field: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check on one target.

    ``reason`` is set for UNKNOWN only (``denied:<permission>`` names what is missing). ``rung`` and ``required`` are
    set where the check speaks of a rung. ``differences``: field by field what ``expected`` and ``actual`` say in all.
    ``controls`` are ``framework:id``. ``code``: the rule of ``policy lint`` that the check is, as ``AF002``; or empty.
    ``kind``: of the target, as a control plane is two of one name; ``log``: the source of logs that it is about.
    """

    check: str
    target: str
    cluster: str
    status: Status
    severity: Severity
    message: str
    reason: str | None = None
    rung: int | None = None
    required: int | None = None
    expected: str | None = None
    actual: str | None = None
    evidence: tuple[Evidence, ...] = ()
    remediation: str | None = None
    controls: tuple[str, ...] = ()
    differences: tuple[FieldDifference, ...] = ()
    code: str = ""
    kind: Kind = Kind.API_SERVER
    log: Source = Source.AUDIT


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far one source of logs was seen on one target. ``rung`` is ``None`` when it is not known.

    ``status``: FAIL below min(required, ceiling), UNKNOWN where the rung is not known or required lies above the
    ceiling (``reason`` says which), else PASS.
    """

    rung: int | None
    required: int
    ceiling: int
    status: Status
    reason: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A row of the matrix."""

    name: str
    cluster: str
    kind: Kind
    sources: dict[Source, SourceState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the checker. Times: RFC 3339, UTC."""

    id: str
    tool: str
    started: str
    finished: str
    standard: str
    inventory: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report format renders."""

    run: Run
    targets: tuple[Target, ...]
    findings: tuple[Finding, ...]


def stamp(seconds: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
