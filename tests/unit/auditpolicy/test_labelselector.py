"""The expected values are those of k8s.io/apimachinery's labels.Parse (asked by hand, 0.37)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy.labelselector import is_int64, is_label_selector

_LONGEST = "a" * 63


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a", "!a", "a,b", "a=b", "a==b", "a!=b", "a=", "a=,b", "a in (b)", "a in (b,c)", "a in ()", "a in (,)",
        "a in (,,b)", "a in (b,)", "a notin (b)", "in in (in)", "a=in", "a>5", "a<5", "a,!b", "x.io/a=b",
        _LONGEST, f"a={_LONGEST}", f"{'a' * 253}/b", " a\t=\nb ", "a\0", "a=\0b",
    ],
)  # fmt: skip
def test_what_the_server_takes(text: str) -> None:
    assert is_label_selector(text)


@pytest.mark.parametrize(
    "text",
    [
        ",", "a,", ",a", "=", "a b", "a=b=c", "a=b c", "!a=b", "!", "!!a", "a in", "a in b", "a in (", "a in (b",
        "a in (b c)", "a in (b))", "a in (=)", "a notin", "a>", "a>b", "a<b", "a,=b",
        "a=b/c", "a=-b", "-a", "a-", "/a", "a/", "a/b/c",
        "X.io/a", "é", f"{_LONGEST}a", f"a={_LONGEST}a", f"{'a' * 254}/b",
        # an integer, but no label value
        "a>+5", "a<-1",
    ],
)  # fmt: skip
def test_what_it_does_not(text: str) -> None:
    assert not is_label_selector(text)


@pytest.mark.parametrize("text", ["0", "+5", "-9223372036854775808", "9223372036854775807", "0" * 5000])
def test_a_number(text: str) -> None:
    assert is_int64(text)


@pytest.mark.parametrize(
    "text", ["9223372036854775808", "-9223372036854775809", "", "1_0", "\u0663", "5 ", "+-5", "9" * 5000]
)
def test_what_is_no_number_of_64_bits(text: str) -> None:
    assert not is_int64(text)


@given(st.text() | st.text("ab=!(),<> in\0"))
def test_any_text_is_judged(text: str) -> None:
    assert is_label_selector(text) in {True, False}
