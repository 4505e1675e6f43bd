"""The types of a pod's fields: what the kubelet refuses before it looks at what a field means. Pure.

With one field of another type it takes the pod down. Fields that are not named here are not looked at.
Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.apiserver.podtree import called
from kubewitness.godecode.tree import Array, Kind, Object, Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.apiserver.podtree import Cursor
    from kubewitness.godecode.tree import Value


class _Type(StrEnum):
    """Of a scalar; the text is how an error calls it."""

    STRING = "a string"
    INTEGER = "an integer"
    BOOLEAN = "true or false"
    PORT = "an integer or a name"
    QUANTITY = "a quantity"


@dataclass(frozen=True, slots=True)
class _Each:
    """A mapping with any keys, whose values are all of one type."""

    of: _Type


_Shape: TypeAlias = "_Type | _Each | Mapping[str, _Shape] | tuple[_Shape]"
"""A mapping: an object with these fields among others. A tuple of one: a list of such."""

_INTEGER: Final = re.compile(r"-?\d+")
_QUANTITY: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
_OBJECT: Final[Mapping[str, _Shape]] = {}


def _fields(type_: _Type, names: str) -> dict[str, _Shape]:
    return dict.fromkeys(names.split(), type_)


_PROBE: Final[Mapping[str, _Shape]] = {
    **_fields(
        _Type.INTEGER,
        "failureThreshold initialDelaySeconds periodSeconds successThreshold timeoutSeconds"
        " terminationGracePeriodSeconds",
    ),
    "httpGet": {**_fields(_Type.STRING, "host path scheme"), "port": _Type.PORT, "httpHeaders": (_OBJECT,)},
    "tcpSocket": {"host": _Type.STRING, "port": _Type.PORT},
    "exec": {"command": (_Type.STRING,)},
}
_RESOURCES: Final[Mapping[str, _Shape]] = {
    "limits": _Each(_Type.QUANTITY),
    "requests": _Each(_Type.QUANTITY),
    "claims": (_OBJECT,),
}
_SECURITY: Final[Mapping[str, _Shape]] = {
    **_fields(_Type.INTEGER, "runAsUser runAsGroup fsGroup"),
    **_fields(_Type.BOOLEAN, "privileged runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation"),
    **dict.fromkeys(("capabilities", "seccompProfile", "seLinuxOptions"), _OBJECT),
}
_PORT: Final[Mapping[str, _Shape]] = {
    **_fields(_Type.INTEGER, "containerPort hostPort"),
    **_fields(_Type.STRING, "name protocol hostIP"),
}
_CONTAINER: Final[Mapping[str, _Shape]] = {
    **_fields(_Type.STRING, "name image imagePullPolicy workingDir terminationMessagePath terminationMessagePolicy"),
    **_fields(_Type.BOOLEAN, "stdin stdinOnce tty"),
    **dict.fromkeys(("command", "args"), (_Type.STRING,)),
    **dict.fromkeys(("livenessProbe", "readinessProbe", "startupProbe"), _PROBE),
    "env": ({**_fields(_Type.STRING, "name value"), "valueFrom": _OBJECT},),
    "envFrom": (_OBJECT,),
    "ports": (_PORT,),
    "resources": _RESOURCES,
    "securityContext": _SECURITY,
    "lifecycle": _OBJECT,
    "volumeMounts": (
        {**_fields(_Type.STRING, "name mountPath subPath subPathExpr mountPropagation"), "readOnly": _Type.BOOLEAN},
    ),
}
_POD: Final[Mapping[str, _Shape]] = {
    "metadata": {
        **_fields(_Type.STRING, "name namespace uid creationTimestamp"),
        "labels": _Each(_Type.STRING),
        "annotations": _Each(_Type.STRING),
    },
    "spec": {
        **_fields(
            _Type.STRING, "dnsPolicy hostname nodeName priorityClassName restartPolicy schedulerName serviceAccountName"
        ),
        **_fields(
            _Type.BOOLEAN, "automountServiceAccountToken enableServiceLinks hostIPC hostNetwork hostPID hostUsers"
        ),
        **_fields(_Type.INTEGER, "activeDeadlineSeconds priority terminationGracePeriodSeconds"),
        **dict.fromkeys(("containers", "initContainers"), (_CONTAINER,)),
        **dict.fromkeys(("tolerations", "imagePullSecrets", "hostAliases"), (_OBJECT,)),
        "volumes": ({"name": _Type.STRING, "hostPath": _fields(_Type.STRING, "path type")},),
        "nodeSelector": _Each(_Type.STRING),
        "securityContext": _SECURITY,
        "affinity": _OBJECT,
        "dnsConfig": _OBJECT,
    },
    "status": _OBJECT,
}


def refuse_wrong_types(pod: Cursor) -> None:
    """Raises ManifestError for the first field that the kubelet cannot decode."""
    _refuse(pod, _POD)


def _refuse(found: Cursor, shape: _Shape) -> None:
    match shape:
        case _Type.STRING:
            found.string()
        case _Type():
            if not _is(found.value, shape):
                raise found.refuse(f"is {called(found.value)}, not {shape}")
        case (item_shape,):
            if not isinstance(found.value, Array):
                raise found.refuse("is not a list")
            for item in found.elements():
                _refuse(item, item_shape)
        case _:
            _refuse_fields(found, shape)


def _refuse_fields(found: Cursor, shape: _Each | Mapping[str, _Shape]) -> None:
    if not isinstance(found.value, Object) and not _is_null(found.value):
        raise found.refuse("is not a mapping")
    shapes = dict.fromkeys(found.keys(), shape.of) if isinstance(shape, _Each) else shape
    for key, field_shape in shapes.items():
        field = found.get(key)
        if field is not None:
            _refuse(field, field_shape)


def _is(value: Value, wanted: _Type) -> bool:
    if not isinstance(value, Scalar):
        return False
    match wanted, value.kind:
        case _, Kind.NULL:
            return True
        case (_Type.PORT, Kind.STRING) | (_Type.BOOLEAN, Kind.BOOL):
            return True
        case (_Type.INTEGER | _Type.PORT, Kind.NUMBER):
            return _INTEGER.fullmatch(value.text) is not None
        case (_Type.QUANTITY, Kind.STRING | Kind.NUMBER):
            return _QUANTITY.fullmatch(value.text) is not None
    return False


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.kind is Kind.NULL
