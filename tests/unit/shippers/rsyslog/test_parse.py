import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.shippers.model import Place
from kubewitness.shippers.rsyslog.parse import parse
from kubewitness.shippers.rsyslog.syntax import Call, Condition, Directive, LegacyAction, Object, Stop


def test_an_object_has_its_parameters_in_lower_case_with_their_places() -> None:
    statements, problems = parse('# a comment\naction(type="omfwd"\n  Target="a" /* b */ port="514")', "x.conf")

    assert not problems
    assert isinstance(statements[0], Object)
    assert statements[0].kind == "action"
    assert [(one.name, one.values) for one in statements[0].parameters] == [
        ("type", ("omfwd",)),
        ("target", ("a",)),
        ("port", ("514",)),
    ]
    assert statements[0].parameters[1].place == Place("x.conf", 3, 3)


def test_a_list_keeps_all_its_values() -> None:
    statements, _ = parse('input(type="imrelp" tls.permittedPeer=["a", "b\\"c"])', "x.conf")

    assert isinstance(statements[0], Object)
    assert statements[0].parameters[1].values == ("a", 'b"c')


def test_what_comes_from_the_environment_is_not_told() -> None:
    statements, _ = parse('action(type="omfwd" target=`echo $COLLECTOR`)', "x.conf")

    assert isinstance(statements[0], Object)
    assert not statements[0].parameters[1].told


def test_a_continued_line_is_one_line_and_keeps_the_place_of_what_comes_after() -> None:
    statements, problems = parse("*.* \\\n   @@host:514\nstop", "x.conf")

    assert not problems
    assert isinstance(statements[0], Condition)
    assert statements[0].then == (LegacyAction("@@host:514", Place("x.conf", 2, 4)),)
    assert statements[1] == Stop(Place("x.conf", 3, 1))


def test_the_word_then_in_a_string_ends_no_condition() -> None:
    statements, _ = parse("if $msg contains \"then\" and $x == 'then' then { stop } else call other", "x.conf")

    assert isinstance(statements[0], Condition)
    assert statements[0].text == "$msg contains \"then\" and $x == 'then'"
    assert isinstance(statements[0].then[0], Stop)
    assert isinstance(statements[0].otherwise[0], Call)


def test_an_ampersand_hangs_an_action_on_to_the_filter_before() -> None:
    statements, _ = parse(':msg, contains, "x" /var/log/x\n& ~\n*.* @host', "x.conf")

    assert [type(one) for one in statements] == [Condition, Condition]
    assert isinstance(statements[0], Condition)
    assert [one.text for one in statements[0].then if isinstance(one, LegacyAction)] == ["/var/log/x", "~"]


def test_a_selector_lets_everything_by_only_where_it_is_two_stars() -> None:
    statements, _ = parse("*.* /a\n*.info;mail.none /b", "x.conf")

    assert [one.always for one in statements if isinstance(one, Condition)] == [True, False]


def test_a_directive_is_not_a_variable_of_a_condition() -> None:
    statements, _ = parse("$ModLoad imfile\nif $programname == 'x' then stop", "x.conf")

    assert statements[0] == Directive("modload", "imfile", Place("x.conf", 1, 1))
    assert isinstance(statements[1], Condition)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('module(load="imfile', "a value in quotes is missing"),
        ("module(load=imfile)", "a value in quotes is missing"),
        ('module(load="imfile" ', "module( that begins here has no end"),
        ('input(type="imfile", tag="x")', "a comma stands between the parameters of input()"),
        ('ruleset(name="x")', "ruleset() has no block"),
        ('ruleset(name="x") { stop', "the block that begins here has no end"),
        ("if $msg contains 'x' stop", "'then' is missing"),
        ("else stop", "else without if"),
        ("call ;", "call names no ruleset"),
        ("*.*", "nothing follows 'the filter'"),
        ("%", "invalid character '%'"),
    ],
)
def test_what_rsyslog_refuses_is_told_with_its_place(text: str, message: str) -> None:
    _, problems = parse(text, "x.conf")

    assert problems[0].message == message
    assert problems[0].place.line == 1
    assert problems[0].refused


def test_what_comes_after_a_mistake_is_still_read() -> None:
    statements, problems = parse("module(load=imfile)\nstop", "x.conf")

    assert len(problems) == 1
    assert statements == (Stop(Place("x.conf", 2, 1)),)


def test_nesting_without_end_is_refused() -> None:
    _, problems = parse("if a then {" * 500, "x.conf")

    assert any("nested deeper" in problem.message for problem in problems)


_PIECES = st.sampled_from(
    [
        "*.*",
        " ",
        "\n",
        "{",
        "}",
        "(",
        ")",
        '"',
        "'",
        "`",
        "\\",
        "\\\n",
        "if ",
        " then ",
        " else ",
        "stop",
        "&",
        "~",
        "action(",
        "ruleset(",
        'name="a"',
        "[",
        "]",
        ",",
        "=",
        "$",
        "$ModLoad ",
        "@@",
        ":msg,",
        "#",
        "/*",
        "*/",
        "call ",
    ]
)


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=60).map("".join)))
def test_any_text_is_statements_and_problems(text: str) -> None:
    statements, problems = parse(text, "x.conf")

    lines = text.count("\n") + 1
    assert all(1 <= one.place.line <= lines for one in (*statements, *problems))


# Pieces on which a careless expression takes minutes, or the stack ends: this test then never ends, or fails.
@pytest.mark.parametrize("piece", ["/*", "if \"'", "* ", "if ", ':a,b,"', "{", "\\\n", 'a(b="\\', "if a then "])
def test_a_hostile_file_is_read_to_its_end(piece: str) -> None:
    statements, problems = parse(piece * (100_000 // len(piece)), "x.conf")

    assert len(statements) + len(problems) <= 50_000
