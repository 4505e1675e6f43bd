"""YAML read with limits, as a tree of nodes that still know their line and column.

Everything that comes from a node or a user passes here first: an alias bomb, a thousand levels of nesting or a huge
file is refused before anything is built from it. What the scalars mean is the reader's own business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from kubewitness.errors import KubewitnessError
from kubewitness.filesize import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH: Final = 64
MAX_NODES: Final = 200_000

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(KubewitnessError):
    """The text is not YAML, or beyond the limits. ``line`` and ``column`` count from 1."""

    def __init__(self, problem: str, where: str, line: int, column: int) -> None:
        super().__init__(f"{where}:{line}:{column}: {problem}")
        self.problem = problem
        self.line = line
        self.column = column


def compose(text: str, where: str) -> yaml.Node | None:
    """The root node of the first document of ``text``; ``None`` when it holds nothing.

    ``where`` names the text in errors. Aliases are kept as shared nodes; what they expand to counts towards the limit.
    Raises YamlError.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise YamlError(f"larger than {MAX_BYTES} bytes", where, 1, 1)
    _refuse_deep_nesting(text, where)
    try:
        loader = _Loader(text)
        try:
            node = loader.get_node() if loader.check_node() else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "not YAML"
        raise YamlError(problem, where, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(_first_line(error), where, 1, 1) from error
    if node is not None:
        _refuse_expansion(node, where)
    return node


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["not YAML"])[0]


def _refuse_deep_nesting(text: str, where: str) -> None:
    """libyaml's composer recurses: count the depth in the flat stream of events first."""
    depth = 0
    try:
        for event in _events(text):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    line, column = (event.start_mark.line, event.start_mark.column) if event.start_mark else (0, 0)
                    raise YamlError(f"nested deeper than {MAX_DEPTH} levels", where, line + 1, column + 1)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.DocumentEndEvent):
                return
    except yaml.YAMLError:
        return  # compose() says it better


def _events(text: str) -> Iterator[yaml.Event]:
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _refuse_expansion(root: yaml.Node, where: str) -> None:
    """Count the nodes that the tree holds once every alias stands for a copy; an alias of itself never ends."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node) -> int:
        key, mark = id(node), node.start_mark
        if key in open_nodes:
            raise YamlError("an anchor that contains itself", where, mark.line + 1, mark.column + 1)
        if key not in sizes:
            open_nodes.add(key)
            sizes[key] = 1 + sum(size(child) for child in _children(node))
            open_nodes.discard(key)
        return sizes[key]

    if size(root) > MAX_NODES:
        raise YamlError(f"expands to more than {MAX_NODES} nodes", where, 1, 1)


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
