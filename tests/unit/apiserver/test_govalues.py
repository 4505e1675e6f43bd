"""The expected texts are Go's own (go 1.26), and those that kube-apiserver 1.34.4 and 1.37.1 print."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.apiserver.govalues import GoValueError, check_duration, parse_bool, parse_float, parse_int


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("30", 30),
        ("+5", 5),
        ("-1", -1),
        ("030", 24),
        ("0_7", 7),
        ("0o17", 15),
        ("0x1e", 30),
        ("0x_1E", 30),
        ("0b11", 3),
        ("1_000", 1000),
        ("9223372036854775807", (1 << 63) - 1),
        ("-9223372036854775808", -(1 << 63)),
    ],
)
def test_integers_are_read_in_gos_bases(text: str, value: int) -> None:
    assert parse_int(text) == value


@pytest.mark.parametrize("text", ["", "abc", "08", "1__0", "_1", "1_", "1.5", " 1", "1 ", "٣", "--1", "0x", "1e3"])
def test_what_is_no_integer_is_said_in_gos_words(text: str) -> None:
    with pytest.raises(GoValueError) as caught:
        parse_int(text)

    assert str(caught.value) == f'strconv.ParseInt: parsing "{text}": invalid syntax'


@pytest.mark.parametrize("text", ["9223372036854775808", "-9223372036854775809", "9" * 10_000])
def test_what_is_too_large_is_out_of_range(text: str) -> None:
    with pytest.raises(GoValueError, match="value out of range"):
        parse_int(text)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("T", True), ("True", True), ("0", False), ("FALSE", False)])
def test_booleans_are_gos(text: str, *, value: bool) -> None:
    assert parse_bool(text) is value


@pytest.mark.parametrize("text", ["yes", "on", "tRUE", "", "2"])
def test_what_is_no_boolean_is_said_in_gos_words(text: str) -> None:
    with pytest.raises(GoValueError) as caught:
        parse_bool(text)

    assert str(caught.value) == f'strconv.ParseBool: parsing "{text}": invalid syntax'


@pytest.mark.parametrize(
    ("text", "value"), [("10", 10.0), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("1_000", 1000.0)]
)
def test_floats_are_gos(text: str, value: float) -> None:
    assert parse_float(text) == value


@pytest.mark.parametrize(
    ("text", "problem"), [("x", "invalid syntax"), ("1__0", "invalid syntax"), ("1e39", "value out of range")]
)
def test_what_is_no_float32_is_refused(text: str, problem: str) -> None:
    with pytest.raises(GoValueError) as caught:
        parse_float(text)

    assert str(caught.value) == f'strconv.ParseFloat: parsing "{text}": {problem}'


@pytest.mark.parametrize("text", ["0", "-0", "5s", "1.5h", ".5s", "1h30m", "+10ms", "3µs"])
def test_durations_are_gos(text: str) -> None:
    assert check_duration(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'time: invalid duration ""'),
        ("3", 'time: missing unit in duration "3"'),
        ("5sm", 'time: unknown unit "sm" in duration "5sm"'),
        ("1d", 'time: unknown unit "d" in duration "1d"'),
        ("abc", 'time: invalid duration "abc"'),
        ("é", r'time: invalid duration "\xc3\xa9"'),
        ('a"b', r'time: invalid duration "a\"b"'),
    ],
)
def test_what_is_no_duration_is_said_in_gos_words(text: str, message: str) -> None:
    with pytest.raises(GoValueError) as caught:
        check_duration(text)

    assert str(caught.value) == message


@pytest.mark.parametrize("reader", [parse_int, parse_bool, parse_float, check_duration])
@given(text=st.text() | st.from_regex(r"[-+]?[0-9a-fxob_.]{0,6}[a-zµ]{0,3}", fullmatch=True))
def test_any_text_is_a_value_or_refused(reader: Callable[[str], object], text: str) -> None:
    try:
        value = reader(text)
    except GoValueError:
        return
    assert value is not None
