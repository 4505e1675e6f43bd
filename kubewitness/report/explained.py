"""What ``kubewitness explain`` prints: a check or a lint rule, why it is asked, and where the demand comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.report.policy.page import Cell, Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kubewitness.report import Options


@dataclass(frozen=True, slots=True)
class Explained:
    """``why``: paragraphs, with a blank line between two. ``fields``: label -> value. ``source``: an address."""

    name: str
    title: str
    why: str
    fields: Mapping[str, str]
    source: str


def render(explained: Sequence[Explained], options: Options) -> str:
    """Lines of at most ``options.width`` cells, but for the address, which is never broken."""
    page = Page(options)
    for number, item in enumerate(explained):
        if number:
            page.blank()
        page.line(Cell(f"{item.name}: {item.title}", "bold"))
        page.blank()
        for paragraph in item.why.split("\n\n"):
            page.line(" ".join(paragraph.split()), hang=0)
            page.blank()
        page.rows([(Cell(label, "dim"), Cell(value)) for label, value in item.fields.items()])
        page.command(item.source)
    return page.text()
