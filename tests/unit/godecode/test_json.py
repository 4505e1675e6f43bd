"""JSON as Go reads it. Texts: encoding/json's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.godecode.jsontext import parse_json
from kubewitness.godecode.tree import Array, Kind, Mark, Object, Scalar, TreeError, Value


def python(value: Value) -> Any:
    match value:
        case Object():
            return {field.key: python(field.value) for field in value.fields}
        case Array():
            return [python(item) for item in value.items]
        case Scalar(kind=Kind.STRING):
            return value.text
        case Scalar():
            return json.loads(value.text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON, st.sampled_from([None, 2]), st.booleans())
def test_what_json_writes_is_read_back(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    assert python(parse_json(text.encode("utf-8", "surrogatepass"))) == value


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "unexpected end of JSON input"),
        ('{"a', "unexpected end of JSON input"),
        ('{"a":tr', "invalid character ' ' in literal true (expecting 'u')"),
        ('{"a":1e', "invalid character ' ' in exponent of numeric literal"),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        ("{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 "b":2}', "invalid character '\"' after object key:value pair"),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("[01]", "invalid character '1' after array element"),
        ("[1.x]", "invalid character 'x' after decimal point in numeric literal"),
        ("[-]", "invalid character ']' in numeric literal"),
        ("[nul]", "invalid character ']' in literal null (expecting 'l')"),
        ('["\n"]', "invalid character '\\n' in string literal"),
        ('["\\x"]', "invalid character 'x' in string escape code"),
        ('["\\u12g4"]', "invalid character 'g' in \\u hexadecimal character escape"),
        ("{}{}", "invalid character '{' after top-level value"),
        ("{} é", "invalid character 'Ã' after top-level value"),
    ],
)
def test_what_is_no_json_is_refused_in_go_s_words(text: str, error: str) -> None:
    with pytest.raises(TreeError) as caught:
        parse_json(text.encode())

    assert caught.value.text == error


def test_places_count_characters_not_bytes() -> None:
    value = parse_json('{\n "é": "ü", "b": [1]}'.encode())

    assert isinstance(value, Object)
    assert value.fields[1].mark == Mark(2, 12)
    assert value.fields[1].value.mark == Mark(2, 17)


def test_a_key_that_comes_twice_is_kept_twice() -> None:
    value = parse_json(b'{"a": 1, "a": 2}')

    assert isinstance(value, Object)
    assert [field.key for field in value.fields] == ["a", "a"]
