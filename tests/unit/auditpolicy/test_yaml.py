"""YAML 1.1 as go-yaml v2 and sigs.k8s.io/yaml read it. Verdicts and texts: taken from those."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy import Level, Loaded, Refused, load
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"


def users(scalar: str) -> tuple[str, ...] | str:
    """What ``users: [scalar]`` becomes, or the error."""
    result = load(f"{HEAD}rules:\n- level: None\n  users: [{scalar}]\n", NEWEST)
    return result.policy.rules[0].users if isinstance(result, Loaded) else result.error


def error(text: str) -> str:
    result = load(HEAD + text, NEWEST)
    assert isinstance(result, Refused), result
    return result.error


NOT_A_STRING = "failed decoding: json: cannot unmarshal {} into Go struct field PolicyRule.rules.users of type string"


@pytest.mark.parametrize("scalar", ["y", "Y", "n", "N", "yes", "No", "ON", "off", "true", "False", "!!bool y"])
def test_these_words_are_booleans(scalar: str) -> None:
    assert users(scalar) == NOT_A_STRING.format("bool")


@pytest.mark.parametrize(
    "scalar",
    ["5", "-5", "+5", "010", "08", "0o17", "0x1F", "0b101", "1_000", "1e3", ".5", "1.", "18446744073709551616"],
)
def test_these_are_numbers(scalar: str) -> None:
    assert users(scalar) == NOT_A_STRING.format("number")


@pytest.mark.parametrize("scalar", ["~", "null", "Null", "NULL", "!!null ''"])
def test_null_in_a_list_of_strings_is_an_empty_string(scalar: str) -> None:
    assert users(scalar) == ("",)


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("None", "None"),
        ("'y'", "y"),
        ('"5"', "5"),
        ("! y", "y"),
        ("!!str 5", "5"),
        ("!foo 5", "5"),
        ("2001-01-01", "2001-01-01"),
        ("12:30", "12:30"),
        ("0x1g", "0x1g"),
        ("1e400", "1e400"),
        ("yEs", "yEs"),
        ("system:node:n1", "system:node:n1"),
        ("<<", "<<"),
        ("_1", "_1"),
        ("!!binary eA==", "x"),
        ("a:", "a:"),
        ("it's:", "it's:"),
    ],
)
def test_these_are_strings(scalar: str, value: str) -> None:
    assert users(scalar)[0] == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b: c", "failed decoding: yaml: line 3: mapping values are not allowed in this context"),
        ("rules:\n\t- level: None", "failed decoding: yaml: line 4: found character that cannot start any token"),
        ("x: [a", "failed decoding: yaml: line 3: did not find expected ',' or ']'"),
        ("x: [a?b]", "failed decoding: yaml: line 2: did not find expected ',' or ']'"),
        ("x: *a", "failed decoding: yaml: unknown anchor 'a' referenced"),
        ("x: &a [*a]", "failed decoding: yaml: anchor 'a' value contains itself"),
        ("x: &a {<<: *a}", "failed decoding: yaml: anchor 'a' value contains itself"),
        ("x: !!int a", "failed decoding: yaml: cannot decode !!str `a` as a !!int"),
        ("x: !!binary '@'", "failed decoding: yaml: !!binary value contains invalid base64 data"),
        ("x: .nan", "failed decoding: json: unsupported value: NaN"),
        ("x: -.inf", "failed decoding: json: unsupported value: -Inf"),
        ("<<: 5", "failed decoding: yaml: map merge requires map or sequence of maps as the value"),
        ("x: &a [{k: v}]\n<<: *a", "failed decoding: yaml: map merge requires map or sequence of maps as the value"),
        ("? [a, 5]\n: b", 'failed decoding: yaml: invalid map key: []interface {}{"a", 5}'),
        (
            "x: {{ a }}",
            'failed decoding: yaml: invalid map key: map[interface {}]interface {}{"a":interface {}(nil)}',
        ),
        (
            "~: a",
            'failed decoding: unsupported map key of type: %!s(<nil>), key: <nil>, value: "a"',
        ),
        ("x: a\x00", "failed decoding: yaml: control characters are not allowed"),
    ],
)
def test_what_is_no_yaml_to_go_is_refused_in_its_words(text: str, message: str) -> None:
    assert error(text) == message


def test_the_yaml_of_another_version_is_refused() -> None:
    result = load(f"%YAML 1.2\n---\n{HEAD}rules: [{{level: None}}]", NEWEST)

    assert isinstance(result, Refused)
    assert result.error == "failed decoding: yaml: found incompatible YAML document"


def test_later_merges_win_over_keys_that_stand_before_them() -> None:
    text = (
        "x: &base {level: None, users: [a]}\n"
        "rules:\n"
        "- <<: *base\n"
        "  level: Metadata\n"
        "- level: Metadata\n"
        "  <<: *base\n"
        "- <<: [{level: Request}, *base]\n"
        "- *base\n"
    )

    result = load(HEAD + text, NEWEST)

    assert isinstance(result, Loaded)
    levels = [rule.level for rule in result.policy.rules]
    assert levels == [Level.METADATA, Level.NONE, Level.REQUEST, Level.NONE]
    assert all(rule.users == ("a",) for rule in result.policy.rules)
    assert [problem.text for problem in result.ignored] == [
        'line 6: key "level" already set in map',
        'line 3: key "level" already set in map',
        'line 9: key "level" already set in map',
        'unknown field "x"',
    ]


def test_keys_that_are_no_strings_are_named_as_json_has_them() -> None:
    text = f"{HEAD}rules: [{{level: None}}]\n5: a\n1.5: a\n1e6: a\nyes: a\n2001-01-01: a\n"

    result = load(text, NEWEST)

    assert isinstance(result, Loaded)
    names = [problem.text.removeprefix("unknown field ").strip('"') for problem in result.ignored]
    assert names == ["1.5", "1e+06", "2001-01-01", "5", "true"]


def test_a_tag_may_hold_brackets_and_commas() -> None:
    assert users("!a,b[c] d, e") == ("d", "e")


def test_carriage_returns_and_a_byte_order_mark_are_fine() -> None:
    text = "\ufeff" + f"{HEAD}rules:\n- level: None\n".replace("\n", "\r\n")

    assert isinstance(load(text, NEWEST), Loaded)


def test_a_byte_order_mark_on_a_later_line_belongs_to_the_key() -> None:
    result = load(f"{HEAD}rules: [{{level: None}}]\n\ufeffkind: Policy\n", NEWEST)

    assert isinstance(result, Loaded)
    assert result.strict_error == 'strict decoding error: unknown field "\\ufeffkind"'
