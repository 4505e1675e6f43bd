"""A manifest as the kubelet decodes it: YAML to JSON, then JSON into the fields of a Pod. Pure.

Like the kubelet it decodes leniently: unknown fields are ignored, of duplicate YAML keys the last one counts, ``null``
is absent; a number where a string belongs is an error, and with it the kubelet stops the pod at its next look.
Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/config/common.go
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kubewitness.errors import KubewitnessError
from kubewitness.filesize import MAX_BYTES
from kubewitness.godecode.jsontext import parse_json
from kubewitness.godecode.tree import Array, Kind, Object, Scalar, TreeError, Value
from kubewitness.godecode.yamltext import parse_yaml

_REMEDY: Final = "correct it, the kubelet takes down a pod whose manifest it cannot read"
_QUOTED: Final = re.compile(r"(unknown anchor )'.*'")
_ANY: Final = r"\1'*****'"
"""An unquoted value that begins with a star is an anchor to YAML, and perhaps a password to its author."""
_SMALLER: Final = "make it smaller, we do not read that much"


class ManifestError(KubewitnessError):
    """A manifest that the kubelet would refuse, or that we cannot work with. ``problem``: where and what."""

    def __init__(self, problem: str, remedy: str = _REMEDY) -> None:
        super().__init__(f"{problem}: {remedy}")
        self.problem = problem


class UnsupportedManifestError(ManifestError):
    """A manifest that the kubelet takes and of which we cannot say what it starts."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A value in the manifest. ``where`` names the file, ``path`` the field: ``spec.containers[0].name``."""

    value: Value
    where: str
    path: str = ""

    @property
    def line(self) -> int:
        """Counts from 1."""
        return self.value.mark.line

    def refuse(self, problem: str, remedy: str = _REMEDY) -> ManifestError:
        """The error that says ``problem`` of this field."""
        field = f"{self.path} " if self.path else ""
        return ManifestError(f"{self.where}:{self.line}: {field}{problem}", remedy)

    def get(self, key: str) -> Cursor | None:
        """The field ``key``; ``None`` where it is absent or null. Raises ManifestError where this is no mapping."""
        found = [field for field in self._object().fields if field.key == key]
        if not found or self._is_null(found[-1].value):
            return None
        path = f"{self.path}.{key}" if self.path else key
        cursor = Cursor(found[-1].value, self.where, path)
        if len(found) > 1:  # only JSON keeps both, and Go merges them
            raise cursor.refuse("is given twice", "keep one of the two")
        return cursor

    def keys(self) -> tuple[str, ...]:
        """The fields of this mapping that are not null."""
        return tuple(field.key for field in self._object().fields if not self._is_null(field.value))

    def items(self, key: str) -> tuple[Cursor, ...]:
        """The items of the list ``key``; empty where it is absent."""
        found = self.get(key)
        if found is None:
            return ()
        if not isinstance(found.value, Array):
            raise found.refuse("is not a list")
        return found.elements()

    def elements(self) -> tuple[Cursor, ...]:
        """The items of this value; empty where it is no list."""
        items = self.value.items if isinstance(self.value, Array) else ()
        return tuple(Cursor(item, self.where, f"{self.path}[{index}]") for index, item in enumerate(items))

    def text(self, key: str) -> str:
        """The string ``key``; empty where it is absent, as in Go."""
        found = self.get(key)
        return "" if found is None else found.string()

    def required(self, key: str) -> str:
        """The string ``key``, which must not be empty."""
        text = self.text(key)
        if not text:
            raise self.refuse(f"has no {key}" if self.path else f"no {key}")
        return text

    def flag(self, key: str) -> bool:
        """The boolean ``key``; false where it is absent."""
        found = self.get(key)
        if found is None:
            return False
        if isinstance(found.value, Scalar) and found.value.kind is Kind.BOOL:
            return found.value.text == "true"
        raise found.refuse(f"is {called(found.value)}, not true or false")

    def string(self) -> str:
        """This value as a string; null is the empty one."""
        if isinstance(self.value, Scalar):
            if self.value.kind is Kind.STRING:
                return self.value.text
            if self.value.kind is Kind.NULL:
                return ""
        raise self.refuse(f"is {called(self.value)}, not a string", "put it in quotes, the kubelet does not take it")

    def _object(self) -> Object:
        if isinstance(self.value, Object):
            return self.value
        if self._is_null(self.value):
            return Object((), self.value.mark)
        raise self.refuse("is not a mapping" if self.path else "not a mapping")

    @staticmethod
    def _is_null(value: Value) -> bool:
        return isinstance(value, Scalar) and value.kind is Kind.NULL


def decode(text: str, where: str) -> Cursor:
    """The root of the first document of ``text``; ``where`` names it in errors.

    Raises ManifestError; UnsupportedManifestError for what the kubelet may well read, and we do not.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise ManifestError(f"{where}:{line}: not UTF-8") from error
    if len(data) > MAX_BYTES:
        raise UnsupportedManifestError(f"{where}:1: larger than {MAX_BYTES} bytes", _SMALLER)
    try:
        value = parse_json(data) if text.lstrip().startswith("{") else parse_yaml(data).value
    except TreeError as error:
        line = error.mark.line if error.mark else 1
        if error.beyond_limits:
            raise UnsupportedManifestError(f"{where}:{line}: {error.text}", _SMALLER) from error
        raise ManifestError(f"{where}:{line}: {_QUOTED.sub(_ANY, error.text)}") from error
    return Cursor(value, where)


def called(value: Value) -> str:
    """What ``value`` is, in a sentence."""
    if isinstance(value, Scalar):
        return {Kind.STRING: "a string", Kind.NUMBER: "a number", Kind.BOOL: "a boolean"}.get(value.kind, "null")
    return "a list" if isinstance(value, Array) else "a mapping"
