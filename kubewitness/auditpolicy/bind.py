"""A JSON value into a Go struct, as sigs.k8s.io/json does it: case-sensitive, listing what strict decoding refuses.

Null changes nothing but pointers, maps and lists; of a key that comes twice the second value is written *into* the
first one. Source: https://pkg.go.dev/sigs.k8s.io/json
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from kubewitness.auditpolicy.schema import Anything, GoType, ListOf, MapOf, Plain, Struct, Timestamp
from kubewitness.godecode.gotext import go_quote
from kubewitness.godecode.gotime import rfc3339_problem
from kubewitness.godecode.tree import Array, Kind, Mark, Object, Problem, Scalar, TreeError, Value

_MOST_REFUSED: Final = 100


@dataclass(slots=True)
class GoList:
    """A Go slice: the first ``length`` of ``items``. Those behind are what an earlier, longer list left there."""

    items: list[GoValue] = field(default_factory=list)
    length: int = 0

    @property
    def live(self) -> list[GoValue]:
        """The elements of the slice."""
        return self.items[: self.length]


GoValue: TypeAlias = "str | bool | GoList | dict[str, GoValue] | None"
"""``None``: never set, or nil. Numbers and times are checked and not kept."""


@dataclass(frozen=True, slots=True)
class Bound:
    """``fields`` by JSON name; what strict decoding ``refused``; ``positions`` of values, as ``rules[0].level``."""

    fields: dict[str, GoValue]
    refused: tuple[Problem, ...]
    positions: dict[str, Mark]


def bind(value: Value, target: Struct) -> Bound:
    """Raises TreeError where a value has the wrong type, for which kube-apiserver has no fallback."""
    binder = _Binder()
    result = binder.bind(target, value, None, "")
    if binder.error is not None:
        raise binder.error
    return Bound(result if isinstance(result, dict) else {}, tuple(binder.refused), binder.positions)


class _Binder:
    def __init__(self) -> None:
        self.error: TreeError | None = None
        self.refused: list[Problem] = []
        self.seen: set[str] = set()
        self.positions: dict[str, Mark] = {}
        self.struct = ""
        self.stack: list[str] = []

    def bind(self, target: GoType, value: Value, current: GoValue, path: str) -> GoValue:
        """The new value of the field at ``path``. ``current``: what an earlier key of the same name put there."""
        self.positions[path] = value.mark
        if isinstance(value, Scalar) and value.kind is Kind.NULL:
            keeps = isinstance(target, Struct) or (isinstance(target, Plain) and not target.nullable)
            return current if keeps else None
        match target, value:
            case Plain(), Scalar():
                result = self._plain(target, value, current)
            case Struct(), Object():
                result = self._struct(target, value, current, path)
            case ListOf(), Array():
                result = self._list(target, value, current, path)
            case MapOf(), Object():
                result = self._map(target, value, path)
            case Timestamp(), _:
                result = self._timestamp(value)
            case Anything(), _:
                result = current
            case ((Plain() | Struct() | ListOf() | MapOf()), _):
                result = self._mismatch(_word(value), target.go, value.mark, current)
        return result

    def _plain(self, target: Plain, value: Scalar, current: GoValue) -> GoValue:
        if value.kind is not target.kind:
            return self._mismatch(_word(value), target.go, value.mark, current)
        if target.kind is Kind.BOOL:
            return value.text == "true"
        if target.kind is Kind.NUMBER and not _is_int64(value.text):
            return self._mismatch(f"number {value.text}", target.go, value.mark, current)
        return value.text

    def _struct(self, target: Struct, value: Object, current: GoValue, path: str) -> GoValue:
        result = current if isinstance(current, dict) else {}
        outer, depth = self.struct, len(self.stack)
        seen: set[str] = set()
        for entry in value.fields:
            where = f"{path}.{entry.key}" if path else entry.key
            inner = target.fields.get(entry.key)
            if inner is None:
                self._refuse(f"unknown field {go_quote(where)}", entry.mark)
                continue
            if entry.key in seen:
                self._refuse(f"duplicate field {go_quote(where)}", entry.mark)
            seen.add(entry.key)
            embedded = target.embedded.get(entry.key)
            self.stack += [embedded, entry.key] if embedded else [entry.key]
            self.struct = target.name
            result[entry.key] = self.bind(inner, entry.value, result.get(entry.key), where)
            self.struct = outer
            del self.stack[depth:]
        return result

    def _list(self, target: ListOf, value: Array, current: GoValue, path: str) -> GoValue:
        result = current if isinstance(current, GoList) and value.items else GoList()
        for index, item in enumerate(value.items):
            if index == len(result.items):
                result.items.append({} if isinstance(target.item, Struct) else None)
            result.items[index] = self.bind(target.item, item, result.items[index], f"{path}[{index}]")
        result.length = len(value.items)
        return result

    def _map(self, target: MapOf, value: Object, path: str) -> GoValue:
        seen: set[str] = set()
        for entry in value.fields:
            where = f"{path}.{entry.key}"
            if entry.key in seen:
                self._refuse(f"duplicate field {go_quote(where)}", entry.mark)
            seen.add(entry.key)
            self.bind(target.item, entry.value, None, where)
        return None

    def _timestamp(self, value: Value) -> GoValue:
        """metav1.Time reads itself: its error ends the decoding at once, whatever was wrong before."""
        if isinstance(value, Scalar) and value.kind is Kind.STRING:
            problem = rfc3339_problem(value.text)
            if problem is not None:
                raise TreeError(problem, value.mark)
            return None
        raise TreeError(self._mismatch_text(_word(value), "string"), value.mark)

    def _mismatch(self, word: str, go: str, mark: Mark, current: GoValue) -> GoValue:
        """The first wrong type is the error; the rest is decoded all the same."""
        if self.error is None:
            self.error = TreeError(self._mismatch_text(word, go), mark)
        return current

    def _mismatch_text(self, word: str, go: str) -> str:
        if not self.stack:
            return f"json: cannot unmarshal {word} into Go value of type {go}"
        return f"json: cannot unmarshal {word} into Go struct field {self.struct}.{'.'.join(self.stack)} of type {go}"

    def _refuse(self, text: str, mark: Mark) -> None:
        if len(self.refused) < _MOST_REFUSED and text not in self.seen:
            self.seen.add(text)
            self.refused.append(Problem(text, mark))


def _word(value: Value) -> str:
    match value:
        case Scalar():
            return value.kind
        case Array():
            return "array"
        case Object():
            return "object"


def _is_int64(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isdigit() and len(digits) <= 19 and -(1 << 63) <= int(text) < 1 << 63
