"""In what form audit events lie in the places that a diagnostic setting sends them to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.managed import FormatLimit
from kubewitness.providers.aks.parse import SHARED_TABLE
from kubewitness.providers.aks.settings import ADMIN, ALL

if TYPE_CHECKING:
    from collections.abc import Collection

_REFERENCE: Final = "https://learn.microsoft.com/azure/azure-monitor/reference/tables"
_DEDICATED: Final = FormatLimit(
    'a request or response object that is too big is the text "skipped-too-big-size-object"',
    "do not look for what is within large objects; the event itself is there",
    f"{_REFERENCE}/aksaudit",
)
_SHARED: Final = FormatLimit(
    "each event is text in one column of a table that all services share, of which what exceeds 500 columns lies in "
    "AdditionalFields",
    "parse the text, or take a table for each category (logAnalyticsDestinationType: Dedicated)",
    f"{_REFERENCE}/azurediagnostics",
)
_NO_READS: Final = FormatLimit(
    f"{ADMIN} holds no get and no list",
    f"send {ALL} where who reads has to be seen",
    f"{_REFERENCE}/aksauditadmin",
)
_ENVELOPE: Final = FormatLimit(
    "each event lies in an envelope of Azure's, not as kube-apiserver wrote it",
    "unpack its properties before a detection for Kubernetes is asked",
    "https://learn.microsoft.com/azure/azure-monitor/platform/resource-logs-schema",
)


def of_table(name: str, types: Collection[str]) -> tuple[FormatLimit, ...]:
    """Of a table of a workspace, and the audit types that come to it."""
    return (_SHARED if name == SHARED_TABLE else _DEDICATED, *_reads(types))


def of_envelope(types: Collection[str]) -> tuple[FormatLimit, ...]:
    """Of a storage account and an event hub."""
    return (_ENVELOPE, *_reads(types))


def _reads(types: Collection[str]) -> tuple[FormatLimit, ...]:
    return () if ALL in types else (_NO_READS,)
