"""The ``--audit-*`` flags that kube-apiserver has had, and the flags that may stand without a value.

Source: https://github.com/kubernetes/apiserver/blob/master/pkg/server/options/audit.go, compared from 1.17 to 1.37.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion


class ValueKind(StrEnum):
    """What kube-apiserver parses the value as."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DURATION = "duration"
    FLOAT = "float"


@dataclass(frozen=True, slots=True)
class AuditFlag:
    """A flag, without its dashes, and the minors of Kubernetes 1 that have it.

    ``first_minor`` ``None``: older than 1.17, the oldest that was looked at. ``last_minor`` ``None``: still there.
    """

    name: str
    kind: ValueKind
    first_minor: int | None = None
    last_minor: int | None = None

    def exists_in(self, version: ServerVersion) -> bool:
        """Whether kube-apiserver of ``version`` knows the flag; it does not start with one that it does not know."""
        last = version.minor if self.last_minor is None else self.last_minor
        return (self.first_minor or 0) <= version.minor <= last


def _of_backend(backend: str) -> tuple[AuditFlag, ...]:
    kinds = {
        "mode": ValueKind.TEXT,
        "version": ValueKind.TEXT,
        "batch-buffer-size": ValueKind.INTEGER,
        "batch-max-size": ValueKind.INTEGER,
        "batch-max-wait": ValueKind.DURATION,
        "batch-throttle-enable": ValueKind.BOOLEAN,
        "batch-throttle-qps": ValueKind.FLOAT,
        "batch-throttle-burst": ValueKind.INTEGER,
        "truncate-enabled": ValueKind.BOOLEAN,
        "truncate-max-batch-size": ValueKind.INTEGER,
        "truncate-max-event-size": ValueKind.INTEGER,
    }
    return tuple(AuditFlag(f"audit-{backend}-{name}", kind) for name, kind in kinds.items())


AUDIT_FLAGS: Final = (
    AuditFlag("audit-policy-file", ValueKind.TEXT),
    AuditFlag("audit-log-path", ValueKind.TEXT),
    AuditFlag("audit-log-maxage", ValueKind.INTEGER),
    AuditFlag("audit-log-maxbackup", ValueKind.INTEGER),
    AuditFlag("audit-log-maxsize", ValueKind.INTEGER),
    AuditFlag("audit-log-format", ValueKind.TEXT),
    AuditFlag("audit-log-compress", ValueKind.BOOLEAN, first_minor=20),
    *_of_backend("log"),
    AuditFlag("audit-webhook-config-file", ValueKind.TEXT),
    AuditFlag("audit-webhook-initial-backoff", ValueKind.DURATION),
    AuditFlag("audit-webhook-batch-initial-backoff", ValueKind.DURATION),
    *_of_backend("webhook"),
    AuditFlag("audit-dynamic-configuration", ValueKind.BOOLEAN, last_minor=18),
)

AUDIT_FLAG: Final = {flag.name: flag for flag in AUDIT_FLAGS}

STANDALONE: Final = frozenset(
    {
        *(flag.name for flag in AUDIT_FLAGS if flag.kind is ValueKind.BOOLEAN),
        "add-dir-header",
        "aggregator-reject-forwarding-redirect",
        "allow-privileged",
        "alsologtostderr",
        "anonymous-auth",
        "authentication-skip-lookup",
        "authentication-tolerate-lookup-failure",
        "contention-profiling",
        "disable-http2-serving",
        "emulation-forward-compatible",
        "enable-aggregator-routing",
        "enable-bootstrap-token-auth",
        "enable-garbage-collector",
        "enable-inflight-quota-handler",
        "enable-logs-handler",
        "enable-priority-and-fairness",
        "enable-swagger-ui",
        "encryption-provider-config-automatic-reload",
        "help",
        "kubelet-https",
        "log-json-split-stream",
        "log-text-split-stream",
        "logtostderr",
        "one-output",
        "permit-address-sharing",
        "permit-port-sharing",
        "profiling",
        "runtime-config-emulation-forward-compatible",
        "service-account-extend-token-expiration",
        "service-account-lookup",
        "shutdown-send-retry-after",
        "skip-headers",
        "skip-log-headers",
        "version",
        "watch-cache",
    }
)
"""Flags that take a value with ``=`` only: the booleans of 1.20 to 1.37, and ``--version``."""
