"""What is asked for, in words: resources as policies write them, and paths.

``pods/*`` is pods and all its subresources, ``*/scale`` that subresource of everything, ``*`` everything. Resources of
the core group stand alone, others with their group: ``deployments (apps)``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.difference import Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kubewitness.auditpolicy.difference import Box, Paths, Resources

_OBJECT: Final = ""
"""The subresource that stands for the object itself."""
_LEFT_OUT: Final = "but not"
_INCLUDED: Final = "still included:"
"""The exception of an exception."""
_EVERYTHING: Final = ("everything",)


def objects(box: Box) -> tuple[str, ...]:
    """Phrases to be listed, in the fewest words found; none where nothing is asked for."""
    paths = (", ".join(map(_path, box.paths)),) if box.paths else ()
    if not box.other_resources:
        return _EVERYTHING if paths == ("any URL",) else ("any resource", *paths)
    listed = tuple(_phrases(box.resources, box.other_resources))
    if any(_is_rest(item) and item.groups.others for item in box.resources):
        but = "; ".join(_phrases(box.other_resources, box.resources, left_out=_INCLUDED))
        short = f"any resource but {but}"
        if len(short) < len("; ".join(listed)):
            listed = (short,)
    return (*listed, *paths)


def names(texts: Iterable[str]) -> str:
    """Sorted and parted by commas; the empty one is shown."""
    return ", ".join(text or '""' for text in sorted(texts))


def _path(paths: Paths) -> str:
    text = (f"{paths.text}*" if paths.text else "any URL") if paths.prefix else paths.text or '""'
    return f"{text} (but not {', '.join(map(_path, paths.but))})" if paths.but else text


def _phrases(inside: Sequence[Resources], outside: Sequence[Resources], *, left_out: str = _LEFT_OUT) -> Iterator[str]:
    """Groups with the same in them, as one phrase; whole groups last. ``left_out``: the word before an exception."""
    whole: list[Values] = []
    for group in sorted(dict.fromkeys(item.groups for item in inside), key=_group_order):
        mine = [item for item in inside if item.groups == group]
        others = [item for item in outside if item.groups == group]
        if not others:
            whole.append(group)
        elif any(map(_is_rest, mine)):
            yield f"everything in {_group(group)} but {_items(others, _INCLUDED)}"
        else:
            listed = _items(mine, left_out)
            yield listed if group.names == ("",) and not group.others else f"{listed} ({_group(group)})"
    if whole:
        yield f"everything in {', '.join(map(_group, whole))}"


def _group_order(group: Values) -> tuple[bool, list[str]]:
    return group.others, sorted(group.names)


def _group(group: Values) -> str:
    listed = ", ".join(name or "core" for name in sorted(group.names))
    if not group.others:
        return listed
    return f"any group but {listed}" if listed else "any group"


def _is_rest(item: Resources) -> bool:
    """It holds what nobody has named."""
    return item.resources.others and item.subresources.others and item.names.others


def _items(items: Sequence[Resources], left_out: str) -> str:
    texts: dict[str, None] = {}
    for named in sorted(dict.fromkeys(item.names for item in items), key=_group_order, reverse=True):
        same = [item for item in items if item.names == named]
        suffix = "" if named.everything else f" {'not ' if named.others else ''}named {names(named.names)}"
        for text in _of_one_name(same, left_out):
            texts[f"{text}{suffix}"] = None
    return ", ".join(texts)


def _of_one_name(items: Sequence[Resources], left_out: str) -> Iterator[str]:
    everywhere = [name for name in _subresources(items) if _is_everywhere(name, items)]
    left = [replace(item, subresources=_without(item.subresources, everywhere)) for item in items]
    for item in sorted(left, key=lambda item: _group_order(item.resources)):
        yield from _item(item, left_out)
    for subresource in sorted(everywhere):
        yield f"*/{subresource}" if subresource else "every resource without its subresources"


def _subresources(items: Iterable[Resources]) -> Iterator[str]:
    yield from dict.fromkeys(name for item in items if not item.subresources.others for name in item.subresources.names)


def _is_everywhere(subresource: str, items: Iterable[Resources]) -> bool:
    """Every resource has it among these. The items do not overlap, so what one leaves out another must name."""
    holders = [item.resources for item in items if subresource in item.subresources]
    rest = next((resources for resources in holders if resources.others), None)
    if rest is None:
        return False
    named = {name for resources in holders if not resources.others for name in resources.names}
    return named.issuperset(rest.names)


def _without(subresources: Values, everywhere: Sequence[str]) -> Values:
    if subresources.others:
        return subresources
    return Values(tuple(name for name in subresources.names if name not in everywhere))


def _item(item: Resources, exception: str) -> Iterator[str]:
    but = f" (* is not {names(item.resources.names)})" if item.resources.others and item.resources.names else ""
    for resource in ["*"] if item.resources.others else sorted(item.resources.names):
        shown = resource or '""'
        if not item.subresources.others:
            yield from (f"{shown}/{name}{but}" if name else f"{shown}{but}" for name in sorted(item.subresources.names))
        elif item.subresources.everything:
            yield f"{shown}/*{but}"
        else:
            left_out = (f"{shown}/{name}" if name else shown for name in sorted(item.subresources.names))
            yield f"{shown}/* ({exception} {', '.join(left_out)}){but}"
