"""The Go types that kube-apiserver decodes an audit policy into, as far as a file can tell them apart.

A file without an ``apiVersion`` is decoded into the internal type (``INTERNAL_POLICY``), whose fields have no JSON
names: kube-apiserver refuses it in the end, but what it says first depends on these. Sources:
https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ and
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from kubewitness.godecode.tree import Kind


@dataclass(frozen=True, slots=True)
class Plain:
    """A string, bool or int64. ``nullable``: a pointer, which ``null`` clears; ``null`` leaves any other as it is."""

    kind: Kind
    go: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Timestamp:
    """metav1.Time."""


@dataclass(frozen=True, slots=True)
class Anything:
    """A value that is kept as it is."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A slice."""

    item: GoType
    go: str


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map with string keys."""

    item: GoType
    go: str


@dataclass(frozen=True, slots=True)
class Struct:
    """A struct by its JSON names. ``embedded`` names, for a field of an embedded struct, that struct."""

    name: str
    go: str
    fields: Mapping[str, GoType]
    embedded: Mapping[str, str]


GoType: TypeAlias = Plain | Timestamp | Anything | ListOf | MapOf | Struct

_STRING: Final = Plain(Kind.STRING, "string")
_STRINGS: Final = ListOf(_STRING, "[]string")
_BOOL: Final = Plain(Kind.BOOL, "bool")
_BOOL_POINTER: Final = Plain(Kind.BOOL, "bool", nullable=True)
_INT64: Final = Plain(Kind.NUMBER, "int64")
_TEXTS: Final = MapOf(_STRING, "map[string]string")


def _struct(package: str, name: str, fields: Mapping[str, GoType]) -> Struct:
    return Struct(name, f"{package}.{name}", fields, {})


def _list(item: Struct | Plain) -> ListOf:
    return ListOf(item, f"[]{item.go}")


_OWNER_REFERENCE: Final = _struct(
    "v1",
    "OwnerReference",
    {
        **dict.fromkeys(("apiVersion", "kind", "name"), _STRING),
        "uid": Plain(Kind.STRING, "types.UID"),
        "controller": _BOOL_POINTER,
        "blockOwnerDeletion": _BOOL_POINTER,
    },
)
_MANAGED_FIELDS: Final = _struct(
    "v1",
    "ManagedFieldsEntry",
    {
        **dict.fromkeys(("manager", "apiVersion", "fieldsType", "subresource"), _STRING),
        "operation": Plain(Kind.STRING, "v1.ManagedFieldsOperationType"),
        "time": Timestamp(),
        "fieldsV1": Anything(),
    },
)
_OBJECT_META: Final = _struct(
    "v1",
    "ObjectMeta",
    {
        **dict.fromkeys(("name", "generateName", "namespace", "selfLink", "resourceVersion"), _STRING),
        "uid": Plain(Kind.STRING, "types.UID"),
        "generation": _INT64,
        "creationTimestamp": Timestamp(),
        "deletionTimestamp": Timestamp(),
        "deletionGracePeriodSeconds": Plain(Kind.NUMBER, "int64", nullable=True),
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "ownerReferences": _list(_OWNER_REFERENCE),
        "finalizers": _STRINGS,
        "managedFields": _list(_MANAGED_FIELDS),
    },
)
_TYPE_META: Final[Mapping[str, GoType]] = {"kind": _STRING, "apiVersion": _STRING}


def _rule(package: str, names: tuple[str, ...], group_names: tuple[str, ...]) -> Struct:
    level, users, user_groups, verbs, resources, namespaces, urls, omit_stages, omit_managed_fields = names
    group, group_resources, resource_names = group_names
    group_type = _struct(
        package, "GroupResources", {group: _STRING, group_resources: _STRINGS, resource_names: _STRINGS}
    )
    return _struct(
        package,
        "PolicyRule",
        {
            level: Plain(Kind.STRING, f"{package}.Level"),
            **dict.fromkeys((users, user_groups, verbs, namespaces, urls), _STRINGS),
            resources: _list(group_type),
            omit_stages: _list(Plain(Kind.STRING, f"{package}.Stage")),
            omit_managed_fields: _BOOL_POINTER,
        },
    )


_RULE: Final = _rule(
    "v1",
    (
        "level",
        "users",
        "userGroups",
        "verbs",
        "resources",
        "namespaces",
        "nonResourceURLs",
        "omitStages",
        "omitManagedFields",
    ),
    ("group", "resources", "resourceNames"),
)
_INTERNAL_RULE: Final = _rule(
    "audit",
    (
        "Level",
        "Users",
        "UserGroups",
        "Verbs",
        "Resources",
        "Namespaces",
        "NonResourceURLs",
        "OmitStages",
        "OmitManagedFields",
    ),
    ("Group", "Resources", "ResourceNames"),
)

POLICY: Final = Struct(
    "Policy",
    "v1.Policy",
    {
        **_TYPE_META,
        "metadata": _OBJECT_META,
        "rules": _list(_RULE),
        "omitStages": _list(Plain(Kind.STRING, "v1.Stage")),
        "omitManagedFields": _BOOL,
    },
    dict.fromkeys(_TYPE_META, "TypeMeta"),
)

INTERNAL_POLICY: Final = Struct(
    "Policy",
    "audit.Policy",
    {
        **_TYPE_META,
        **_OBJECT_META.fields,
        "Rules": _list(_INTERNAL_RULE),
        "OmitStages": _list(Plain(Kind.STRING, "audit.Stage")),
        "OmitManagedFields": _BOOL,
    },
    {**dict.fromkeys(_OBJECT_META.fields, "ObjectMeta"), **dict.fromkeys(_TYPE_META, "TypeMeta")},
)
