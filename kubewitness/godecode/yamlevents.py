"""The events of the first YAML document, with limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.godecode.tree import TreeError
from kubewitness.godecode.yamlgrammar import Grammar
from kubewitness.godecode.yamlscanner import MAX_DEPTH
from kubewitness.godecode.yamltokens import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NODES: Final = 100_000
_OPENING: Final = (EventKind.MAP, EventKind.LIST)


def events(data: bytes) -> Iterator[Event]:
    """Those of the first document; none where there is none. Raises TreeError."""
    anchors: set[str | None] = set()
    nodes = depth = 0
    too_deep: Event | None = None
    for event in Grammar(data).events():
        if event.kind is EventKind.ALIAS and event.anchor not in anchors:
            raise TreeError(f"yaml: unknown anchor '{event.anchor}' referenced", event.mark)
        anchors.add(event.anchor)
        nodes += event.kind is not EventKind.END
        if nodes > MAX_NODES:
            raise TreeError(f"more than {MAX_NODES} values", event.mark, beyond_limits=True)
        depth += (event.kind in _OPENING) - (event.kind is EventKind.END)
        if depth > MAX_DEPTH and too_deep is None:
            too_deep = event
        yield event
    if too_deep is not None:  # YAML may be nested deeper than the JSON that it becomes
        bracket = "[" if too_deep.kind is EventKind.LIST else "{"
        text = f"couldn't get version/kind; json parse error: invalid character '{bracket}' exceeded max depth"
        raise TreeError(text, too_deep.mark)
