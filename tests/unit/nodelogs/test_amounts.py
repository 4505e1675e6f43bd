"""Sizes and spans as systemd and Kubernetes write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.nodelogs.amounts import in_words, quantity_bytes, size_bytes, span_seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [("16M", 16 << 20), ("1.5G", 3 << 29), ("4096", 4096), ("1G 512M", 3 << 29), ("0", 0), ("2T", 2 << 40), ("7B", 7)],
)
def test_a_size_is_in_powers_of_1024(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize("text", ["", "16MB", "16m", "-1", "many", "\u0661"])
def test_what_systemd_does_not_take_is_no_size(text: str) -> None:
    assert size_bytes(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("30", 30), ("1h 30min", 5400), ("1month", 2_629_800), ("500ms", 0.5), ("0", 0), ("2 days", 172_800)],
)
def test_a_span_without_a_unit_is_in_seconds(text: str, seconds: float) -> None:
    assert span_seconds(text) == seconds


def test_infinity_is_a_span() -> None:
    assert span_seconds("infinity") == float("inf")


@pytest.mark.parametrize("text", ["", "soon", "-5s", "5 parsecs"])
def test_what_systemd_does_not_take_is_no_span(text: str) -> None:
    assert span_seconds(text) is None


@pytest.mark.parametrize(
    ("text", "size"), [("10Mi", 10 << 20), ("1.5Gi", 3 << 29), ("10M", 10_000_000), ("10485760", 10 << 20)]
)
def test_a_quantity_of_kubernetes_is_binary_with_an_i(text: str, size: int) -> None:
    assert quantity_bytes(text) == size


@pytest.mark.parametrize("text", ["", "10 Mi", "10mb", "Mi", "-1"])
def test_what_kubernetes_does_not_take_is_no_quantity(text: str) -> None:
    assert quantity_bytes(text) is None


@given(st.text())
def test_any_text_is_an_amount_or_none(text: str) -> None:
    for read in (size_bytes, span_seconds, quantity_bytes):
        assert (read(text) or 0) >= 0


@pytest.mark.parametrize(
    ("size", "words"), [(512 << 20, "512 MiB"), (3 << 29, "1.5 GiB"), (2048, "2 KiB"), (12, "12 bytes")]
)
def test_sizes_are_told_in_words(size: int, words: str) -> None:
    assert in_words(size) == words
