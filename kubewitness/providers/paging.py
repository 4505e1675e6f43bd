"""Lists that come in pages. Pure.

An empty page may lead on. One that leads back to a page that was there, or on and on, would never end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_T = TypeVar("_T")

MOST_PAGES: Final = 10_000
"""More than any list of a cloud has that we ask for: a page holds one item at least, and mostly hundreds."""


class Trail:
    """The marks of the pages that were there, of one list."""

    def __init__(self, action: str, most: int = MOST_PAGES) -> None:
        """``action``: whose list it is, as a permission's name."""
        self._action = action
        self._most = most
        self._seen: set[str] = set()

    def follow(self, mark: str) -> None:
        """Go on to the page that ``mark`` leads to. Raises NotReadError: it was there, or the list has no end."""
        if mark in self._seen:
            said = f"{self._action}: the list leads back to a page that it had"
            raise NotReadError(Unread(Reason.PARSE, said))
        if len(self._seen) >= self._most - 1:
            raise NotReadError(Unread(Reason.TIMEOUT, f"{self._action}: no end of the list after {self._most} pages"))
        self._seen.add(mark)


def pages(ask: Callable[[str], _T], following: Callable[[_T], object], trail: Trail) -> Iterator[_T]:
    """Every page of a list.

    Args:
        ask: the page that a mark leads to; "" is the first one.
        following: the mark of the next page, in a page; empty or ``None``: it was the last one.
        trail: of this list.

    Raises what ``ask`` raises; NotReadError: the list has no end.
    """
    mark = ""
    while True:
        page = ask(mark)
        yield page
        mark = str(following(page) or "")
        if not mark:
            return
        trail.follow(mark)
