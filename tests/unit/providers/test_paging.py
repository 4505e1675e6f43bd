"""Lists in pages come to an end, whatever a server says."""

from __future__ import annotations

from itertools import count

import pytest

from kubewitness.model import Reason
from kubewitness.providers import NotReadError
from kubewitness.providers.paging import Trail, pages


def read(further: dict[str, str | None], most: int = 100) -> list[str]:
    """The marks that were asked for."""
    return list(pages(lambda mark: mark, further.__getitem__, Trail("s:List", most)))


def test_every_page_is_read() -> None:
    assert read({"": "a", "a": "b", "b": None}) == ["", "a", "b"]


@pytest.mark.parametrize("further", [{"": "a", "a": "a"}, {"": "a", "a": "b", "b": "a"}])
def test_a_list_that_leads_back_is_not_read(further: dict[str, str | None]) -> None:
    with pytest.raises(NotReadError, match="s:List: the list leads back to a page that it had") as caught:
        read(further)

    assert caught.value.unread.reason is Reason.PARSE


def test_a_list_that_leads_on_and_on_is_not_read() -> None:
    numbers = count(1)

    with pytest.raises(NotReadError, match="s:List: no end of the list after 7 pages") as caught:
        list(pages(lambda mark: mark, lambda _: str(next(numbers)), Trail("s:List", 7)))

    assert caught.value.unread.reason is Reason.TIMEOUT
    assert next(numbers) == 8


def test_a_list_may_be_as_long_as_the_most() -> None:
    assert len(read({"": "a", "a": "b", "b": None}, 3)) == 3
