"""Differences as a person reads them, in a report and in what a deploy says. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kubewitness.demand import Difference
    from kubewitness.model import FieldDifference


def told(found: Iterable[Difference | FieldDifference], most: int = 8, all_in: str = "") -> Iterator[str]:
    """Differences as lines; those that say the same of several fields are one line, which names ``most`` of them.

    ``all_in``: where the others are named.
    """
    where = f" ({all_in} lists all)" if all_in else ""
    alike: dict[tuple[str, str], list[str]] = {}
    for item in found:
        alike.setdefault((item.actual, item.expected), []).append(item.field)
    for (actual, expected), fields in alike.items():
        more = f" and {len(fields) - most} more{where}" if len(fields) > most else ""
        yield f"{', '.join(fields[:most])}{more}: {actual}, should be {expected}"
