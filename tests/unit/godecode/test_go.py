"""How Go writes and reads values. Expected texts: printed by Go."""

from __future__ import annotations

import math

import pytest

from kubewitness.godecode.gotext import float_key, go_float, go_quote, go_strings, json_float, json_strings
from kubewitness.godecode.gotime import is_yaml_timestamp, rfc3339_problem

LAYOUT = '" as "2006-01-02T15:04:05Z07:00": cannot parse '


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("plain", '"plain"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("\a\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"'),
        ("\x00\x7f\x80", '"\\x00\\x7f\\u0080"'),
        ("é\u200b\U000e0001", '"é\\u200b\\U000e0001"'),
        ("<&>", '"<&>"'),
    ],
)
def test_strings_in_quotes(text: str, quoted: str) -> None:
    assert go_quote(text) == quoted


def test_lists_of_strings() -> None:
    assert go_strings(["a", "b<"]) == '[]string{"a", "b<"}'
    assert json_strings(["a", "b<\u2028\x01\t"]) == '["a","b\\u003c\\u2028\\u0001\\t"]'


@pytest.mark.parametrize(
    ("value", "as_json", "as_key", "as_go"),
    [
        (1.0, "1", "1", "1"),
        (-0.0, "-0", "-0", "-0"),
        (1.5, "1.5", "1.5", "1.5"),
        (0.1, "0.1", "0.1", "0.1"),
        (1e6, "1000000", "1e+06", "1e+06"),
        (1e21, "1e+21", "1e+21", "1e+21"),
        (1.5e-7, "1.5e-7", "1.5e-07", "1.5e-07"),
        (123456789.0, "123456789", "1.2345679e+08", "1.23456789e+08"),
        (0.00001, "0.00001", "1e-05", "1e-05"),
    ],
)
def test_floats(value: float, as_json: str, as_key: str, as_go: str) -> None:
    assert (json_float(value), float_key(value), go_float(value)) == (as_json, as_key, as_go)


def test_floats_without_digits() -> None:
    assert [float_key(value) for value in (math.inf, -math.inf, math.nan, 1e39)] == [".inf", "-.inf", ".nan", ".inf"]
    assert [go_float(value) for value in (math.inf, -math.inf, math.nan)] == ["+Inf", "-Inf", "NaN"]


@pytest.mark.parametrize(
    "text",
    ["2001-02-03T04:05:06Z", "2001-02-03T4:05:06,5+24:60", "2000-02-29T00:00:00.123456789012-01:00"],
)
def test_times_that_go_reads(text: str) -> None:
    assert rfc3339_problem(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", f'parsing time "{LAYOUT}"" as "2006"'),
        ("2001", f'parsing time "2001{LAYOUT}"" as "-"'),
        ("2001-13-01T", 'parsing time "2001-13-01T": month out of range'),
        ("2001-02-03 04:05:06Z", f'parsing time "2001-02-03 04:05:06Z{LAYOUT}" 04:05:06Z" as "T"'),
        ("2001-02-03T24:05:06Z", 'parsing time "2001-02-03T24:05:06Z": hour out of range'),
        ("2001-02-03T04:05:06.Z", f'parsing time "2001-02-03T04:05:06.Z{LAYOUT}".Z" as "Z07:00"'),
        ("2001-02-03T04:05:06+25:00", 'parsing time "2001-02-03T04:05:06+25:00": time zone offset hour out of range'),
        ("2001-02-03T04:05:06Z ", 'parsing time "2001-02-03T04:05:06Z ": extra text: " "'),
        ("2001-02-29T04:05:06Z", 'parsing time "2001-02-29T04:05:06Z": day out of range'),
        ("é", f'parsing time "\\xc3\\xa9{LAYOUT}"\\xc3\\xa9" as "2006"'),
    ],
)
def test_times_that_go_does_not_read(text: str, problem: str) -> None:
    assert rfc3339_problem(text) == problem


@pytest.mark.parametrize(
    ("text", "is_time"),
    [
        ("2001-1-2", True),
        ("2001-1-2 3:4:5.6", True),
        ("2001-01-02t03:04:05Z", True),
        ("2001-01-02T03:04:05", False),
        ("2001-01-02 03:04:05Z", False),
        ("2001-02-30", False),
        ("2001-00-01", False),
        ("01-02-03", False),
    ],
)
def test_what_yaml_takes_for_a_time(text: str, is_time: bool) -> None:
    assert is_yaml_timestamp(text) is is_time
