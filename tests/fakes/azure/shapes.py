"""Shapes of requests and answers for which no SDK of ours has a model, written down from Azure's specifications.

Sources, all under https://github.com/Azure/azure-rest-api-specs/tree/main/specification:
monitor (diagnosticSettings, diagnosticSettingsCategories), operationalinsights (workspaces, tables),
storage (accounts, containers, immutability policies), resourcegraph (query).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Shape = Any
"""A type; ``[shape]``, a list; a dictionary, of members; ``dict``, whatever it holds."""

_RETENTION = {"enabled": bool, "days": int}
_ENVELOPE: Mapping[str, Shape] = {
    "id": str, "name": str, "type": str, "location": str, "tags": dict, "kind": str, "sku": dict, "identity": dict,
    "etag": str, "systemData": dict, "zones": [str], "managedBy": str, "plan": dict, "extendedLocation": dict,
}  # fmt: skip
_IMMUTABLE = {"immutabilityPeriodSinceCreationInDays": int, "state": str, "allowProtectedAppendWrites": bool}

PROPERTIES: Mapping[str, Shape] = {
    "microsoft.insights/diagnosticsettings": {
        "storageAccountId": str,
        "serviceBusRuleId": str,
        "eventHubAuthorizationRuleId": str,
        "eventHubName": str,
        "workspaceId": str,
        "marketplacePartnerId": str,
        "logAnalyticsDestinationType": str,
        "logs": [{"category": str, "categoryGroup": str, "enabled": bool, "retentionPolicy": _RETENTION}],
        "metrics": [{"category": str, "timeGrain": str, "enabled": bool, "retentionPolicy": _RETENTION}],
    },
    "microsoft.insights/diagnosticsettingscategories": {"categoryType": str, "categoryGroups": [str]},
    "microsoft.operationalinsights/workspaces": {
        "customerId": str,
        "provisioningState": str,
        "sku": {"name": str, "lastSkuUpdate": str, "capacityReservationLevel": int},
        "retentionInDays": int,
        "workspaceCapping": {"dailyQuotaGb": float, "quotaNextResetTime": str, "dataIngestionStatus": str},
        "publicNetworkAccessForIngestion": str,
        "publicNetworkAccessForQuery": str,
        "features": dict,
        "createdDate": str,
        "modifiedDate": str,
        "forceCmkForQuery": bool,
        "defaultDataCollectionRuleResourceId": str,
    },
    "microsoft.operationalinsights/workspaces/tables": {
        "retentionInDays": int,
        "totalRetentionInDays": int,
        "archiveRetentionInDays": int,
        "plan": str,
        "schema": dict,
        "retentionInDaysAsDefault": bool,
        "totalRetentionInDaysAsDefault": bool,
        "provisioningState": str,
        "lastPlanModifiedDate": str,
    },
    "microsoft.storage/storageaccounts/blobservices/containers": {
        "publicAccess": str,
        "hasImmutabilityPolicy": bool,
        "hasLegalHold": bool,
        "immutabilityPolicy": {"etag": str, "updateHistory": [dict], "properties": _IMMUTABLE},
        "immutableStorageWithVersioning": {"enabled": bool, "timeStamp": str, "migrationState": str},
        "lastModifiedTime": str,
        "leaseState": str,
        "leaseStatus": str,
        "metadata": dict,
        "deleted": bool,
        "version": str,
        "remainingRetentionDays": int,
    },
    "microsoft.storage/storageaccounts/blobservices/containers/immutabilitypolicies": _IMMUTABLE,
}
"""Kind in lower case -> its properties. Of other kinds every property is taken."""


def breaches(kind: str, resource: Any) -> Iterator[str]:
    """What a resource, sent or answered, has that its specification does not."""
    yield from _breaches({**_ENVELOPE, "properties": PROPERTIES.get(kind, dict)}, resource, kind)


def _breaches(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if value is None:
        return
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__}, not an object"
            return
        for name, member in value.items():
            if name not in shape:
                yield f"{path}.{name}: not in the specification"
            else:
                yield from _breaches(shape[name], member, f"{path}.{name}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{path}: {type(value).__name__}, not a list"
            return
        for index, item in enumerate(value):
            yield from _breaches(shape[0], item, f"{path}[{index}]")
    elif not isinstance(value, (int, float) if shape is float else shape) or (shape is int and isinstance(value, bool)):
        yield f"{path}: {type(value).__name__}, not {shape.__name__}"
