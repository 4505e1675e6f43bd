"""Fluent Bit routes by tag: an input gives one, a filter or an output matches it. Pure.

Source: https://docs.fluentbit.io/manual/concepts/data-pipeline/router
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kubewitness.shippers.fluentbit.sections import Section

_LONGEST: Final = 500


def overlap(one: str, other: str) -> bool:
    """Whether some tag matches both patterns; only ``*`` stands for anything."""
    one, other = one[:_LONGEST], other[:_LONGEST]
    row = [True, *([False] * len(other))]
    for at, char in enumerate(other):
        row[at + 1] = row[at] and char == "*"
    for char in one:
        above = row
        row = [above[0] and char == "*"]
        for at, against in enumerate(other):
            if "*" in {char, against}:
                row.append(above[at + 1] or row[at] or above[at])
            else:
                row.append(above[at] and char == against)
    return row[-1]


def tag_of(section: Section, number: int) -> str:
    """Of an input, the ``number``-th of its plugin: its own, or its plugin's name. Network inputs may bring any."""
    written = section.text("tag")
    if written:
        return _any(written)
    return "*" if section.plugin == "forward" else f"{section.plugin}.{number}"


def retagged(tag: str, filters: Iterable[Section]) -> list[str]:
    """``tag``, and those that rewrite_tag filters give to some of its records."""
    tags = [tag]
    for section in filters:
        if section.plugin == "rewrite_tag" and any(matches(section, item) for item in tags):
            for rule in section.entries_of("rule"):
                parts = rule.value.rsplit(None, 2)
                if len(parts) == 3:
                    tags.append(_any(parts[1]))
    return tags


def matches(section: Section, tag: str) -> bool:
    """Whether a filter or an output takes records of ``tag``. A regular expression is taken to match."""
    if section.entry("match_regex") is not None:
        return True
    pattern = section.text("match")
    return bool(pattern) and overlap(_any(pattern), tag)


def _any(text: str) -> str:
    """A placeholder or a variable stands for anything."""
    if "$" in text or "<" in text:
        return text.split("$", maxsplit=1)[0].split("<", maxsplit=1)[0] + "*"
    return text
