"""The catalogue of checks as text: what is looked at, how bad it is, which controls it serves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from kubewitness.model import Kind
from kubewitness.report.policy.page import Cell, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kubewitness.check import Check
    from kubewitness.report import Options


def _table(catalogue: Sequence[Check], options: Options) -> str:
    page = Page(options)
    page.rows([_row(item) for item in catalogue])
    return page.text()


def _row(item: Check) -> tuple[Cell, ...]:
    words = (item.id, item.kind, item.code, item.severity, item.rung.name.lower(), item.title)
    return tuple(map(Cell, words))


def _json(catalogue: Sequence[Check], options: Options) -> str:
    del options  # a program needs no width
    items = [
        {
            "id": item.id,
            "kind": item.kind,
            "title": item.title,
            "severity": item.severity,
            "rung": item.rung,
            "why": item.why,
            "source": item.source,
            "controls": list(item.controls),
            "code": item.code or None,
        }
        for item in catalogue
    ]
    return json.dumps(items, indent=2) + "\n"


def _markdown(catalogue: Sequence[Check], options: Options) -> str:
    """``docs/checks.md``: a test compares the two."""
    del options  # the reader's page decides how wide it is
    lines = ["# Checks", "", "Written by `kubewitness checks -o markdown`: change the checks, not this page.", ""]
    for item in catalogue:
        why = "\n".join(line.strip() for line in item.why.splitlines())
        kind = "" if item.kind is Kind.API_SERVER else f" ({item.kind})"
        lines += [f"## {item.id}{kind}", "", f"**{item.title[0].upper()}{item.title[1:]}.** {why}", ""]
        rung = f"rung {item.rung.value}, {item.rung.name.lower()}"
        code = f"; {item.code}" if item.code else ""
        lines += [f"Severity {item.severity}; {rung}{code}; [source]({item.source}); {', '.join(item.controls)}.", ""]
    return "\n".join(lines[:-1]) + "\n"


CATALOGUE_FORMATS: Final[Mapping[str, Callable[[Sequence[Check], Options], str]]] = {
    "table": _table,
    "json": _json,
    "markdown": _markdown,
}
