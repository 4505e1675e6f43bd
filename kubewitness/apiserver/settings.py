"""The audit settings in force, from the flags and the defaults of the server's version. Pure.

Source: https://github.com/kubernetes/apiserver/blob/master/pkg/server/options/audit.go. Rotation has defaults, and
``--audit-log-maxsize=0`` its present meaning, since 1.36.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.apiserver.auditflags import AUDIT_FLAG, ValueKind
from kubewitness.apiserver.flags import FlagError, VariableError, unknown_flags, variable_in
from kubewitness.apiserver.govalues import duration_seconds, parse_bool, parse_float, parse_int

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.apiserver.flags import Flags
    from kubewitness.model import ServerVersion

MODES: Final = ("batch", "blocking", "blocking-strict")
FORMATS: Final = ("legacy", "json")

_NEW_ROTATION: Final = 36
"""The minor from which rotation has defaults, and a maxsize of 0 switches it off."""
_NEW_DEFAULTS: Final = {"audit-log-maxage": 366, "audit-log-maxbackup": 100, "audit-log-maxsize": 100}
_OLD_MAXSIZE_MIB: Final = 100
_ONLY_V1: Final = 24
"""The minor from which v1 is the only version of the audit API."""


@dataclass(frozen=True, slots=True)
class Batching:
    """How a backend in mode ``batch`` buffers; the other modes do not. ``max_wait``: a duration as Go writes it."""

    buffer_size: int = 10_000
    max_size: int = 1
    max_wait: str = "0s"
    throttle_enable: bool = False
    throttle_qps: float = 0.0
    throttle_burst: int = 0


@dataclass(frozen=True, slots=True)
class Truncation:
    """When a backend takes the bodies out of an event, and drops it where that is not enough."""

    enabled: bool = False
    max_batch_bytes: int = 10 * 1024 * 1024
    max_event_bytes: int = 100 * 1024


_WEBHOOK_BATCHING: Final = Batching(
    max_size=400, max_wait="30s", throttle_enable=True, throttle_qps=10, throttle_burst=15
)


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """The values in force. A text of ``""`` is a flag that is not set.

    ``maxage_days`` 0 and ``maxbackup`` 0: no limit. ``maxsize_mib`` 0: no rotation at all (1.36 and later; before, 0
    meant 100). ``None``: not known, because neither a flag nor the server's version says it.
    """

    policy_file: str = ""
    log_path: str = ""
    maxage_days: int | None = None
    maxbackup: int | None = None
    maxsize_mib: int | None = None
    format: str = "json"
    compress: bool = False
    log_mode: str = "blocking"
    log_version: str = "audit.k8s.io/v1"
    batch: Batching = Batching()
    truncate: Truncation = Truncation()
    webhook_config_file: str = ""
    webhook_mode: str = "batch"
    webhook_version: str = "audit.k8s.io/v1"
    webhook_initial_backoff: str = "10s"
    webhook_batch: Batching = _WEBHOOK_BATCHING
    webhook_truncate: Truncation = Truncation()

    @property
    def buffered_seconds(self) -> float | None:
        """How long an event may wait in a buffer before it is written; ``None`` where no backend buffers."""
        waits = []
        if self.log_path and self.log_mode == "batch":
            waits.append(duration_seconds(self.batch.max_wait))
        if self.webhook_config_file and self.webhook_mode == "batch":
            waits.append(duration_seconds(self.webhook_batch.max_wait))
        return max(waits, default=None)


def audit_settings(flags: Flags, version: ServerVersion | None) -> AuditSettings:
    """The audit settings of a kube-apiserver of ``version`` with ``flags``.

    Raises:
        FlagError: kube-apiserver would not start; what it says itself.
        VariableError: a value comes from the container's environment.
    """
    if flags.errors:
        raise FlagError(flags.errors[0])
    unknown = unknown_flags(flags, version)
    if unknown:
        raise FlagError(f"unknown flag: --{unknown[0]}")
    values = _Values(flags)
    settings = _settings(values, version)
    problems = tuple(_problems(settings, version))
    if problems:
        raise FlagError(problems[0] if len(problems) == 1 else "[" + ", ".join(problems) + "]")
    return settings


class _Values:
    """The flags, each read as what it is. Which texts are valid was seen by ``parse_flags``."""

    def __init__(self, flags: Flags) -> None:
        self.flags = flags

    def text(self, name: str, default: str) -> str:
        value = self.flags.get(name)
        if value is None:
            return default
        if AUDIT_FLAG[name].kind is not ValueKind.TEXT and variable_in(value):
            raise VariableError(name, value)
        return value

    def integer(self, name: str, default: int) -> int:
        return parse_int(self.text(name, str(default)))

    def boolean(self, name: str, *, default: bool) -> bool:
        return parse_bool(self.text(name, str(default)))

    def fraction(self, name: str, default: float) -> float:
        return parse_float(self.text(name, str(default)))

    def batching(self, backend: str, default: Batching) -> Batching:
        prefix = f"audit-{backend}-batch"
        return Batching(
            buffer_size=self.integer(f"{prefix}-buffer-size", default.buffer_size),
            max_size=self.integer(f"{prefix}-max-size", default.max_size),
            max_wait=self.text(f"{prefix}-max-wait", default.max_wait),
            throttle_enable=self.boolean(f"{prefix}-throttle-enable", default=default.throttle_enable),
            throttle_qps=self.fraction(f"{prefix}-throttle-qps", default.throttle_qps),
            throttle_burst=self.integer(f"{prefix}-throttle-burst", default.throttle_burst),
        )

    def truncation(self, backend: str) -> Truncation:
        default, prefix = Truncation(), f"audit-{backend}-truncate"
        return Truncation(
            enabled=self.boolean(f"{prefix}-enabled", default=default.enabled),
            max_batch_bytes=self.integer(f"{prefix}-max-batch-size", default.max_batch_bytes),
            max_event_bytes=self.integer(f"{prefix}-max-event-size", default.max_event_bytes),
        )

    def rotation(self, name: str, version: ServerVersion | None) -> int | None:
        """The value in force of one of the three flags of rotation."""
        new = version is not None and version.minor >= _NEW_ROTATION
        if self.flags.get(name) is None and version is None:
            return None
        value = self.integer(name, _NEW_DEFAULTS[name] if new else 0)
        if name != "audit-log-maxsize" or value != 0 or new:
            return value
        return _OLD_MAXSIZE_MIB if version is not None else None


def _settings(values: _Values, version: ServerVersion | None) -> AuditSettings:
    default = AuditSettings()
    return AuditSettings(
        policy_file=values.text("audit-policy-file", default.policy_file),
        log_path=values.text("audit-log-path", default.log_path),
        maxage_days=values.rotation("audit-log-maxage", version),
        maxbackup=values.rotation("audit-log-maxbackup", version),
        maxsize_mib=values.rotation("audit-log-maxsize", version),
        format=values.text("audit-log-format", default.format),
        compress=values.boolean("audit-log-compress", default=default.compress),
        log_mode=values.text("audit-log-mode", default.log_mode),
        log_version=values.text("audit-log-version", default.log_version),
        batch=values.batching("log", default.batch),
        truncate=values.truncation("log"),
        webhook_config_file=values.text("audit-webhook-config-file", default.webhook_config_file),
        webhook_mode=values.text("audit-webhook-mode", default.webhook_mode),
        webhook_version=values.text("audit-webhook-version", default.webhook_version),
        webhook_initial_backoff=_initial_backoff(values, default.webhook_initial_backoff),
        webhook_batch=values.batching("webhook", default.webhook_batch),
        webhook_truncate=values.truncation("webhook"),
    )


def _initial_backoff(values: _Values, default: str) -> str:
    """Two names of one setting: the later one wins."""
    names = ("audit-webhook-initial-backoff", "audit-webhook-batch-initial-backoff")
    given = [occurrence.name for occurrence in values.flags.occurrences if occurrence.name in names]
    return values.text(given[-1], default) if given else default


def _problems(s: AuditSettings, version: ServerVersion | None) -> Iterator[str]:
    """What kube-apiserver says against values that it could parse; a backend that is not enabled is not looked at."""
    if s.log_path:
        yield from _backend_problems(_Backend("log", s.log_mode, s.log_version, s.batch, s.truncate), version)
        if s.format not in FORMATS:
            yield f'invalid audit log format {s.format}, allowed formats are "{",".join(FORMATS)}"'
        rotation = {
            "audit-log-maxage": s.maxage_days,
            "audit-log-maxbackup": s.maxbackup,
            "audit-log-maxsize": s.maxsize_mib,
        }
        for name, value in rotation.items():
            if value is not None and value < 0:
                yield f"--{name} {value} can't be a negative number"
    if s.webhook_config_file:
        webhook = _Backend("webhook", s.webhook_mode, s.webhook_version, s.webhook_batch, s.webhook_truncate)
        yield from _backend_problems(webhook, version)


@dataclass(frozen=True, slots=True)
class _Backend:
    name: str
    mode: str
    api: str
    batch: Batching
    truncate: Truncation


def _backend_problems(backend: _Backend, version: ServerVersion | None) -> Iterator[str]:
    if backend.mode not in MODES:
        yield f'invalid audit {backend.name} mode {backend.mode}, allowed modes are "{",".join(MODES)}"'
    elif backend.mode == "batch":
        yield from _batch_problem(backend.name, backend.batch)
    event, batch = backend.truncate.max_event_bytes, backend.truncate.max_batch_bytes
    if event <= 0:
        yield f"invalid audit truncate {backend.name} max event size {event}, must be a positive number"
    elif batch < event:
        yield (
            f"invalid audit truncate {backend.name} max batch size {batch}, must be greater than"
            f" max event size ({event})"
        )
    yield from _api_problem(backend.api, version)


def _batch_problem(backend: str, batch: Batching) -> Iterator[str]:
    checked: list[tuple[str, float]] = [("buffer size", batch.buffer_size), ("max batch size", batch.max_size)]
    if batch.throttle_enable:
        checked += [("throttle QPS", batch.throttle_qps), ("throttle burst", batch.throttle_burst)]
    for name, value in checked:
        if value <= 0:
            shown = value if isinstance(value, int) else f"{value:g}"
            yield f"invalid audit batch {backend} {name} {shown}, must be a positive number"
            return


def _api_problem(api: str, version: ServerVersion | None) -> Iterator[str]:
    if api.count("/") > 1:
        yield f"unexpected GroupVersion string: {api}"
        return
    known = ["audit.k8s.io/v1"]
    if version is not None and version.minor < _ONLY_V1:
        known = ["audit.k8s.io/v1alpha1", "audit.k8s.io/v1beta1", "audit.k8s.io/v1"]
    if api not in known:
        allowed = " ".join(f'"{name}"' for name in known)
        yield f"invalid group version, allowed versions are [{allowed}]"
