"""Syntax as go-yaml v2 has it: what it refuses, in its words, and what it alone takes. Verdicts: taken from it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.godecode.tree import Array, Mark, Object, Scalar, TreeError, Value
from kubewitness.godecode.yamltext import parse_yaml


def plain(value: Value) -> object:
    match value:
        case Scalar():
            return value.text
        case Array():
            return [plain(item) for item in value.items]
        case Object():
            return {field.key: plain(field.value) for field in value.fields}


def read(text: str | bytes) -> object:
    return plain(parse_yaml(text.encode() if isinstance(text, str) else text).value)


def error(text: str | bytes) -> TreeError:
    with pytest.raises(TreeError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b\n%FOO", "line 2: found unknown directive name"),
        ("%YAML 1.1\n%YAML 1.1\n---\na", "line 1: found duplicate %YAML directive"),
        ("%YAML 1\n---", "did not find expected digit or '.' character"),
        ("%YAML 1.123\n---", "found extremely long version number"),
        ("%TAG !e tag:x\n---", "did not find expected '!'"),
        ("%TAG !e! tag:x\n%TAG !e! tag:y\n---\na", "line 1: found duplicate %TAG directive"),
        ("%YAML 1.1\na: b", "line 1: did not find expected <document start>"),
        ("%YAML 1.1 x\n---", "did not find expected comment or line break"),
        ("a:\n  x: !<> b", "line 2: did not find expected tag URI"),
        ("a:\n  x: !<y b", "line 2: did not find the expected '>'"),
        ("a:\n  x: !e!y b", "line 1: found undefined tag handle"),
        ("a:\n  x: !%4 b", "line 2: did not find URI escaped octet"),
        ("a:\n  x: !%ff b", "line 2: found an incorrect leading UTF-8 octet"),
        ("a:\n  x: !%c3%28 b", "line 2: found an incorrect trailing UTF-8 octet"),
        ("a:\n  x: & b", "line 2: did not find expected alphabetic or numeric character"),
        ("a:\n  x: &b &c d", "line 1: did not find expected key"),
        ('a:\n  x: "\\ud800"', "line 2: found invalid Unicode character escape code"),
        ('a:\n  x: "\\x4"', "line 2: did not find expected hexdecimal number"),
        ('a:\n  x: "b\n---\n"', "line 3: found unexpected document indicator"),
        ('a:\n  x: "b', "line 2: found unexpected end of stream"),
        ("a:\n  x: |0\n", "line 2: found an indentation indicator equal to 0"),
        ("a:\n  x: |12\n", "line 2: did not find expected comment or line break"),
        ("a: >\n\t b", "line 2: found a tab character where an indentation space is expected"),
        ("a: b\n\tc", "line 2: found a tab character that violates indentation"),
        ("a: b\n  - c: d", "line 2: mapping values are not allowed in this context"),
        ("a: b\n? c\nd", "line 4: could not find expected ':'"),
        ("a: - b", "block sequence entries are not allowed in this context"),
        ("a: !e!x &0 -", "block sequence entries are not allowed in this context"),
        ("a: ? b", "mapping keys are not allowed in this context"),
        ("- a\nb", "line 3: could not find expected ':'"),
        ("- a\nb: c", "line 1: did not find expected '-' indicator"),
        ("a:\n  x: ]", "line 1: did not find expected node content"),
        ("a:\n  x: {b: c", "line 2: did not find expected ',' or '}'"),
        ("a:\n  x: [? ]", "line 2: did not find expected ',' or ']'"),
        ("x" * 1100 + ": a\nb: c", "mapping values are not allowed in this context"),
        ("a:\n  - " + "x" * 1100 + ": a", "line 2: mapping values are not allowed in this context"),
        ("[" * 10_001, "exceeded max depth of 10000"),
        ("- " * 10_001, "exceeded max depth of 10000"),
    ],
)
def test_what_go_refuses_is_refused_in_its_words(text: str, message: str) -> None:
    assert error(text).text == f"yaml: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('x: "\\/"', "yaml: found unknown escape character"),
        ("x: [a?:]", "yaml: did not find expected ',' or ']'"),
        ("x: {!b\n\u00e9?}", "yaml: line 1: did not find expected ',' or '}'"),
        ("a: b\n[]: c", "yaml: line 1: did not find expected key"),
        ("a:\n{}: c", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "c"'),
        ("x: [[]: a]", "yaml: did not find expected ',' or ']'"),
        ("%YAML 1.2\n---\na", "yaml: found incompatible YAML document"),
    ],
)
def test_what_other_readers_take_is_refused(text: str, message: str) -> None:
    assert error(text).text == message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[]ules: x", []),
        ("[[]]ules", [[]]),
        ("x: !a,b[c] d", {"x": "d"}),
        ("a: b\n\ufeffc: d", {"a": "b", "\ufeffc": "d"}),
        ("a: b\nx:\t\ufeff\nc", {"a": "b", "x": "\ufeff"}),
        ("\ufeff\ufeffa: b\ncd: e", {"a": "b", "d": "e"}),
        ("a: b\n...\n@", {"a": "b"}),
        ("a: b\n---\n" + "c " * 300 + "\x01", {"a": "b"}),
        ("x: [a:, b]", {"x": ["a:", "b"]}),
        ("a: b\rc: d\x85e: f\u2028g: h", {"a": "b", "c": "d", "e": "f", "g": "h"}),
    ],
)
def test_what_other_readers_refuse_is_taken(text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: |\n  b\n   c\n\n", "b\n c\n"),
        ("a: |-\n  b\n\n", "b"),
        ("a: |+\n  b\n\n", "b\n\n"),
        ("a: |1+\n  b\n", " b\n"),
        ("a: >\n  b\n  c\n\n  d\n   e\n  f\n", "b c\nd\n e\nf\n"),
        ("a: >-  # why\n\n  b\n", "\nb"),
        ("a: b\n  c\n\n  d # e", "b c\nd"),
        ("a: 'it''s\n\n  b'", "it's\nb"),
        ('a: "\\x41\\u00e9\\U0001F600\\n\\\n   b\\ \n c"', "A\u00e9\U0001f600\nb  c"),
        ('a: "b \t \n\n\n c"', "b\n\nc"),
        ("a: b\u2028  c", "b\u2028c"),
    ],
)
def test_scalars_over_several_lines(text: str, value: str) -> None:
    assert read(text) == {"a": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a:\n- b\n-\n- - c\n  - d", {"a": ["b", "null", ["c", "d"]]}),
        ("? a\n: b\n? c\n", {"a": "b", "c": "null"}),
        ("a: &x\nb: *x\nc: &y {d: e}\nf: *y", {"a": "null", "b": "null", "c": {"d": "e"}, "f": {"d": "e"}}),
        ("[a: b, c, {d, e: f}]", [{"a": "b"}, "c", {"d": "null", "e": "f"}]),
        ("x: {? a : b, ? c}", {"x": {"a": "b", "c": "null"}}),
        ("--- !!map\na: b\n--- c", {"a": "b"}),
        ("%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 5", {"a": "5"}),
        ("", "null"),
        ("---", "null"),
        ("# a\n", "null"),
    ],
)
def test_the_grammar(text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff", "invalid leading UTF-8 octet"),
        (b"a\xc3", "incomplete UTF-8 octet sequence"),
        (b"\xc3(", "invalid trailing UTF-8 octet"),
        (b"\xc0\x80", "invalid length of a UTF-8 sequence"),
        (b"\xed\xa0\x80", "invalid Unicode character"),
        (b"\xf4\x90\x80\x80", "invalid Unicode character"),
        (b"a\x00", "control characters are not allowed"),
        (b"\xef\xbf\xbf", "control characters are not allowed"),
        (b"\xff\xfea", "incomplete UTF-16 character"),
        (b"\xff\xfe\x00\xd8", "incomplete UTF-16 surrogate pair"),
        (b"\xff\xfe\x00\xdc", "unexpected low surrogate area"),
        (b"\xfe\xff\xd8\x00\x00a", "expected low surrogate area"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    assert error(data).text == f"yaml: {message}"


def test_bytes_that_are_no_text_matter_as_far_as_the_file_is_read() -> None:
    near, far = b"a: b\n---\n\xff", b"a: b\n---\n" + b"c" * 512 + b"\xff"

    assert error(near).text == "yaml: invalid leading UTF-8 octet"
    assert read(far) == {"a": "b"}


def test_a_character_may_lie_across_two_chunks() -> None:
    text = "a: " + "b" * 507 + "\u20ac" * 700

    assert read(text) == {"a": text[3:]}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_says_what_the_bytes_are(encoding: str) -> None:
    assert read("a: !b,c \u20ac".encode(encoding)) == {"a": "\u20ac"}


def test_an_error_has_its_place() -> None:
    assert error("a: b\n  c: d").mark == Mark(2, 4)
    assert error(b"a: \xe2\x82\xac\n b\xff").mark == Mark(2, 3)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_an_error(data: bytes) -> None:
    with suppress(TreeError):
        parse_yaml(data)


@given(st.text("ab :-?,[]{}#&*!|>'\"%\\\n\t<~0\ufeff", max_size=60))
def test_any_text_is_a_value_or_an_error(text: str) -> None:
    with suppress(TreeError):
        parse_yaml(text.encode())
