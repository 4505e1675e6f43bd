"""A YAML node as go-yaml v2 decodes it into an untyped value, with what it would complain about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from kubewitness.godecode.gotext import float_key, go_float, go_quote, json_float, replace_invalid
from kubewitness.godecode.tree import Kind, Mark, Problem, Scalar, Value

if TYPE_CHECKING:
    from kubewitness.godecode.yamlscalar import GoScalar

_LONGEST_TEXT: Final = 4096
_UINT64: Final = 1 << 63

TypedKey: TypeAlias = tuple[str, object]
"""A map key with its Go type: 1, 1.0 and true are three keys there, and one to Python."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One key and its value."""

    key: Node
    value: Node


@dataclass(slots=True)
class Node:
    """A decoded node. Its aliases share all of it but ``mark``, which says where this one stands.

    ``pairs`` (in the order in which they are set, merges written out) or ``items`` are there for a container,
    ``scalar`` otherwise. ``decodes`` counts go-yaml's decoding steps with aliases written out. ``fault`` ends the
    decoding, ``key_fault`` and ``number_fault`` the way to JSON; ``duplicates`` are keys that their map holds already.
    """

    value: Value
    mark: Mark
    scalar: GoScalar = None
    pairs: tuple[Pair, ...] | None = None
    items: tuple[Node, ...] | None = None
    decodes: int = 1
    duplicates: tuple[Problem, ...] = ()
    fault: Problem | None = None
    key_fault: Problem | None = None
    number_fault: Problem | None = None
    is_merge: bool = False
    is_alias: bool = False

    @property
    def is_scalar(self) -> bool:
        """Neither a map nor a list."""
        return self.pairs is None and self.items is None


def scalar_node(scalar: GoScalar, mark: Mark) -> Node:
    """A node for a scalar that was read."""
    node = Node(_json_scalar(scalar, mark), mark, scalar=scalar)
    if isinstance(scalar, float) and not math.isfinite(scalar):
        node.number_fault = Problem(f"json: unsupported value: {go_float(scalar)}", mark)
    return node


def _json_scalar(scalar: GoScalar, mark: Mark) -> Scalar:
    match scalar:
        case None:
            return Scalar(Kind.NULL, "null", mark)
        case bool():
            return Scalar(Kind.BOOL, "true" if scalar else "false", mark)
        case int():
            return Scalar(Kind.NUMBER, str(scalar), mark)
        case float():
            return Scalar(Kind.NUMBER, json_float(scalar) if math.isfinite(scalar) else "0", mark)
        case str():
            return Scalar(Kind.STRING, replace_invalid(scalar), mark)


def typed_key(key: GoScalar) -> TypedKey:
    """What makes two keys of a Go map the same. NaN is never the same."""
    if isinstance(key, float) and math.isnan(key):
        return "NaN", object()
    return type(key).__name__, key


def json_key(key: GoScalar) -> str | None:
    """The key of the JSON object; ``None`` for what sigs.k8s.io/yaml refuses: null and uint64."""
    match key:
        case None:
            return None
        case bool():
            return "true" if key else "false"
        case int():
            return str(key) if key < _UINT64 else None
        case float():
            return float_key(key)
        case str():
            return replace_invalid(key)


def refused_key(pair: Pair) -> Problem:
    """The error for a key that ``json_key`` does not name."""
    kind = "%!s(<nil>)" if pair.key.scalar is None else "uint64"
    text = f"unsupported map key of type: {kind}, key: {go_syntax(pair.key)}, value: {go_syntax(pair.value)}"
    return Problem(text, pair.key.mark)


def go_syntax(node: Node) -> str:
    """``%#v`` of the decoded value, cut where it gets very long."""
    if node.is_scalar and node.scalar is None:
        return "<nil>"
    parts: list[str] = []
    length = 0
    pending: list[Node | str] = [node]
    while pending and length < _LONGEST_TEXT:
        part = pending.pop()
        if isinstance(part, str):
            parts.append(part)
            length += len(part)
        else:
            pending.extend(reversed(_spelled(part)))
    return "".join(parts)


def _spelled(node: Node) -> list[Node | str]:
    if node.items is not None:
        return ["[]interface {}{", *_separated([[item] for item in node.items]), "}"]
    if node.pairs is not None:
        final = {typed_key(pair.key.scalar): pair for pair in node.pairs}
        pairs = sorted(final.values(), key=lambda pair: (str(type(pair.key.scalar)), str(pair.key.scalar)))
        return ["map[interface {}]interface {}{", *_separated([[pair.key, ":", pair.value] for pair in pairs]), "}"]
    return [_scalar_syntax(node.scalar)]


def _separated(groups: list[list[Node | str]]) -> list[Node | str]:
    parts: list[Node | str] = []
    for group in groups:
        parts += [", ", *group] if parts else group
    return parts


def _scalar_syntax(scalar: GoScalar) -> str:
    match scalar:
        case None:
            return "interface {}(nil)"
        case bool():
            return "true" if scalar else "false"
        case int():
            return str(scalar) if scalar < _UINT64 else hex(scalar)
        case float():
            return go_float(scalar)
        case str():
            return go_quote(scalar)
