from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.report import FORMATS, Options, renderer
from tests.unit.report import reports
from tests.unit.report.goldens import CASES

_SGR = re.compile(r"\x1b\[[0-9;]*m")
_any_text = st.text(st.characters(exclude_categories=()))


def test_an_unknown_format_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(KubewitnessError, match="-o yaml: no such format; there are table, json, markdown"):
        renderer("yaml")


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_has_a_golden_file(name: str) -> None:
    assert [case for case in CASES.values() if case[1] == name]


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("name", FORMATS)
@given(text=_any_text)
def test_no_text_reaches_the_terminal_as_a_control_character(name: str, color: bool, text: str) -> None:
    shown = renderer(name)(reports.full_of(text), Options(width=60, color=color))

    plain = _SGR.sub("", shown) if color and name == "table" else shown
    steering = {char for char in plain if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert not steering
    assert shown.endswith("\n")
    shown.encode("utf-8")


@given(text=_any_text)
def test_ascii_only_is_ascii_only(text: str) -> None:
    assert renderer("table")(reports.full_of(text), Options(ascii_only=True)).isascii()


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_a_function_of_the_report_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = renderer(name)(reports.fleet(), Options(color=True))
    for variable, value in {"COLUMNS": "30", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(variable, value)

    after = renderer(name)(reports.fleet(), Options(color=True))

    assert after == before
