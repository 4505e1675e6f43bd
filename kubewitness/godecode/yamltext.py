"""YAML to JSON as kube-apiserver does it: go-yaml v2 first, then sigs.k8s.io/yaml.

Duplicate keys (the last one stays; strict decoding names them), ``<<`` merges in the order in which they stand,
aliases, keys that are no strings, values that JSON cannot hold. Built from the bottom up with an explicit stack; what
an alias stands for is shared, never copied, so an alias bomb costs no memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from kubewitness.godecode.tree import START, Array, Field, Kind, Mark, Object, Problem, Scalar, TreeError, Value
from kubewitness.godecode.yamlevents import events
from kubewitness.godecode.yamlnode import (
    Node,
    Pair,
    TypedKey,
    go_syntax,
    json_key,
    refused_key,
    scalar_node,
    typed_key,
)
from kubewitness.godecode.yamlscalar import MERGE, GoScalar, ScalarError, resolve
from kubewitness.godecode.yamltokens import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOT_A_MAP: Final = "map merge requires map or sequence of maps as the value"


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """The JSON value of the first document (``null`` where there is none), and the keys that its maps hold twice."""

    value: Value
    duplicates: tuple[Problem, ...]


def parse_yaml(data: bytes) -> YamlDocument:
    """Raises TreeError with upstream's text."""
    root = _Builder().build(events(data))
    if root.fault is not None:
        raise TreeError(f"yaml: {root.fault.text}", root.fault.mark)
    failure = root.key_fault or root.number_fault
    if failure is not None:
        raise TreeError(failure.text, failure.mark)
    return YamlDocument(root.value, root.duplicates)


@dataclass(slots=True)
class _Open:
    """A container whose end was not read yet."""

    mark: Mark
    is_map: bool
    decodes: int
    children: list[Node]
    result: Node | None = None

    def awaits_merged(self) -> bool:
        """Whether the next child is the value of a ``<<`` key."""
        return self.is_map and len(self.children) % 2 == 1 and self.children[-1].is_merge


class _Builder:
    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | _Open] = {}
        self.decoded = 1
        self.aliased = 0
        self.excessive = False

    def build(self, stream: Iterable[Event]) -> Node:
        """The root. Faults are kept on the nodes: go-yaml reads the whole document before it decodes anything."""
        root = scalar_node(None, START)
        for event in stream:
            node = self._node(event)
            if node is None:
                continue
            if not self.open:
                root = node
            else:
                self.open[-1].children.append(node)
        return root

    def _node(self, event: Event) -> Node | None:
        """The node that ends with this event."""
        match event.kind:
            case EventKind.MAP | EventKind.LIST:
                self._start(event)
                return None
            case EventKind.END:
                return self._close()
            case EventKind.ALIAS:
                return self._alias(event)
            case EventKind.SCALAR:
                node = self._scalar(event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = node
                return node

    def _start(self, event: Event) -> None:
        is_map = event.kind is EventKind.MAP
        uncounted = not is_map and bool(self.open) and self.open[-1].awaits_merged()
        container = _Open(event.mark, is_map, 0 if uncounted else 1, [])
        self.decoded += container.decodes
        self.open.append(container)
        if event.anchor is not None:
            self.anchors[event.anchor] = container

    def _close(self) -> Node:
        container = self.open.pop()
        container.result = _map(container) if container.is_map else _list(container)
        return container.result

    def _scalar(self, event: Event) -> Node:
        is_key = bool(self.open) and self.open[-1].is_map and len(self.open[-1].children) % 2 == 0
        if is_key and event.text == "<<" and (event.plain or event.tag == MERGE):
            return Node(Scalar(Kind.STRING, "<<", event.mark), event.mark, scalar="<<", decodes=0, is_merge=True)
        self.decoded += 1
        try:
            scalar: GoScalar = event.text if not event.tag and not event.plain else resolve(event.tag, event.text)
        except ScalarError as error:
            node = scalar_node(event.text, event.mark)
            node.fault = Problem(str(error), event.mark)
            return node
        return scalar_node(scalar, event.mark)

    def _alias(self, event: Event) -> Node:
        mark = event.mark
        target = self.anchors[event.anchor or ""]
        if isinstance(target, _Open):
            if target.result is None:
                return _faulty(f"anchor '{event.anchor}' value contains itself", mark, is_map=target.is_map)
            target = target.result
        decodes = max(1, target.decodes)
        if self._is_excessive(decodes):
            return _faulty("document contains excessive aliasing", mark, is_map=target.pairs is not None)
        return replace(target, mark=mark, decodes=decodes + 1, is_merge=False, is_alias=True)

    def _is_excessive(self, decodes: int) -> bool:
        """go-yaml's guard: at most 99 % of 400,000 decoding steps may come from aliases, falling to 10 % of 4,000,000.

        Once it struck, nothing is counted any more: the numbers may grow without bound.
        """
        if not self.excessive:
            self.decoded += decodes + 1
            self.aliased += decodes
            share = min(max((self.decoded - 400_000) / 3_600_000, 0), 1)
            is_large = self.aliased > 100 and self.decoded > 1000
            self.excessive = is_large and self.aliased / self.decoded > 0.99 - 0.89 * share
        return self.excessive


def _faulty(fault: str, mark: Mark, *, is_map: bool) -> Node:
    """An alias that go-yaml will not follow."""
    node = scalar_node(None, mark)
    node.fault = Problem(fault, mark)
    node.is_alias = True
    node.pairs, node.items = ((), None) if is_map else (None, ())
    return node


def _list(container: _Open) -> Node:
    items = tuple(container.children)
    return Node(
        Array(tuple(item.value for item in items), container.mark),
        container.mark,
        items=items,
        decodes=container.decodes + sum(item.decodes for item in items),
        duplicates=tuple(duplicate for item in items for duplicate in item.duplicates),
        fault=next((item.fault for item in items if item.fault), None),
        key_fault=next((item.key_fault for item in items if item.key_fault), None),
        number_fault=next((item.number_fault for item in items if item.number_fault), None),
    )


def _map(container: _Open) -> Node:
    children = container.children
    entries = _Entries()
    for key, value in zip(children[::2], children[1::2], strict=True):
        if key.is_merge:
            entries.merge(value)
        else:
            entries.set_own(Pair(key, value))
    return entries.node(container.mark, container.decodes + sum(child.decodes for child in children))


class _Entries:
    """A Go map while go-yaml fills it."""

    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self.final: dict[TypedKey, Pair] = {}
        self.duplicates: list[Problem] = []
        self.fault: Problem | None = None

    def set_own(self, pair: Pair) -> None:
        """A key of the map itself."""
        self.fault = self.fault or pair.key.fault
        if self.fault is None and not pair.key.is_scalar:
            self.fault = Problem(f"invalid map key: {go_syntax(pair.key)}", pair.key.mark)
        self.fault = self.fault or pair.value.fault
        self._set(pair)

    def merge(self, value: Node) -> None:
        """The value of a ``<<`` key: a map, or a list of maps of which the first wins, but no alias of such a list."""
        if value.is_scalar or (value.is_alias and value.pairs is None):
            self.fault = self.fault or Problem(_NOT_A_MAP, value.mark)
            return
        for source in reversed(value.items) if value.items is not None else (value,):
            self.fault = self.fault or (Problem(_NOT_A_MAP, source.mark) if source.pairs is None else source.fault)
            for pair in source.pairs or ():
                self._set(pair)

    def _set(self, pair: Pair) -> None:
        self.pairs.append(pair)
        self.duplicates += pair.value.duplicates
        key = typed_key(pair.key.scalar)
        if key in self.final:
            shown = go_syntax(pair.key)
            self.duplicates.append(
                Problem(f"line {pair.value.mark.line}: key {shown} already set in map", pair.key.mark)
            )
        self.final[key] = pair

    def node(self, mark: Mark, decodes: int) -> Node:
        """The finished map. sigs.k8s.io/yaml writes JSON with sorted keys, and so the fields are."""
        named = [(json_key(pair.key.scalar), pair) for pair in self.final.values()]
        fields = sorted(((name, pair) for name, pair in named if name is not None), key=itemgetter(0))
        key_faults = (refused_key(pair) if name is None else pair.value.key_fault for name, pair in named)
        number_faults = (pair.value.number_fault for _, pair in fields)
        return Node(
            Object(tuple(Field(name, pair.key.mark, pair.value.value) for name, pair in fields), mark),
            mark,
            pairs=tuple(self.pairs),
            decodes=decodes,
            duplicates=tuple(self.duplicates),
            fault=self.fault,
            key_fault=next(filter(None, key_faults), None),
            number_fault=next(filter(None, number_faults), None),
        )
