"""AKS's clusters held against the SDK's own models: what they do not know, neither do we."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from azure.mgmt.containerservice.models import ManagedCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


def breaches(cluster: Any) -> Iterator[str]:
    """What a cluster, sent or answered, has that the SDK's ManagedCluster does not."""
    yield from _breaches(ManagedCluster, cluster, "managedCluster")


def _breaches(model: Any, value: Any, path: str) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, dict):
        yield f"{path}: {type(value).__name__}, not an object"
        return
    model({})  # the SDK finds out what a model's fields are when one is first made
    fields = {known._rest_name: known._type for known in model._attr_to_rest_field.values()}
    for name, member in value.items():
        if name not in fields:
            yield f"{path}.{name}: not in {model.__name__}"
            continue
        many, inner = _inner(fields[name])
        if inner is None:
            continue
        items = list(_items(member)) if many else [member]
        for item in items:
            yield from _breaches(inner, item, f"{path}.{name}")


def _items(member: Any) -> list[Any]:
    if isinstance(member, dict):
        return list(member.values())
    return member if isinstance(member, list) else []


def _inner(reader: Any) -> tuple[bool, Any]:
    """Whether a field has many values, and the model of each; ``None``: no model, but a plain value.

    The SDK keeps, for each field, the function that reads it: functions inside of functions, the model at the core.
    """
    many = False
    while isinstance(reader, partial):
        many = many or reader.func.__name__ in ("_deserialize_sequence", "_deserialize_dict")
        inside = [one for one in reader.args if isinstance(one, partial) or hasattr(one, "_attr_to_rest_field")]
        models = [one for one in reader.args if isinstance(one, type) and hasattr(one, "_deserialize")]
        if models:
            return many, models[0]
        reader = inside[0] if inside else None
    return many, None
