"""Statements out of the text of one file, as rsyslog's grammar has them. Pure.

Sources: https://github.com/rsyslog/rsyslog/blob/v8.2302.0/grammar/lexer.l and grammar.y
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Problem
from kubewitness.shippers.rsyslog.scan import Text, unescape
from kubewitness.shippers.rsyslog.syntax import (
    Assignment,
    Call,
    Condition,
    Directive,
    LegacyAction,
    Object,
    Parameter,
    Stop,
)

if TYPE_CHECKING:
    from kubewitness.shippers.model import Place
    from kubewitness.shippers.rsyslog.syntax import Statement

#: Deeper than anyone writes; Python's own stack ends later.
MAX_DEPTH: Final = 80
MAX_PROBLEMS: Final = 50

_OBJECT: Final = re.compile(
    r"(main_queue|timezone|parser|global|template|ruleset|property|constant|input|module|lookup_table|dyn_stats"
    r"|percentile_stats|include|action)[ \t\n]*\(",
    re.IGNORECASE,
)
_WORD: Final = re.compile(
    r"(if|foreach|stop|else|call_indirect|call|set|reset|unset|continue|reload_lookup_table)(?![a-z0-9_\-+,;])",
    re.IGNORECASE,
)
_DIRECTIVE: Final = re.compile(r"\$([a-z]+)([^\n]*)", re.IGNORECASE)
_PROPERTY_FILTER: Final = re.compile(r':\$?[a-z\-]+[ ]*,[ ]*!?[a-z]+[ ]*,[ ]*"(?:\\"|[^"])*"', re.IGNORECASE)
_SELECTOR: Final = re.compile(r"[*a-z]+[0-7]*[.,][,!=;.*a-z0-7]+", re.IGNORECASE)
_BSD: Final = re.compile(r"![^ \t\n]+[ \t]*(?=\n|\Z)|[+-](?:\*|[a-z0-9.:-]+)[ \t]*(?:#[^\n]*)?(?=\n|\Z)", re.IGNORECASE)
_LINE_ACTION: Final = re.compile(r"-/[^*][^\n]*|/[^*][^\n]*|:[a-z0-9]+:[^\n]*|[|.\-@^?~>][^\n]+", re.IGNORECASE)
_SHORT_ACTION: Final = re.compile(r"~|\*|[a-z0-9_][a-z0-9_\-+,;]*", re.IGNORECASE)
_NAME: Final = re.compile(r"[a-z][a-z0-9_.]*", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"|`((?:[^`\\]|\\.)*+)`', re.DOTALL)
_RULESET_NAME: Final = re.compile(r"[ \t\n]*([a-z][a-z0-9_\-.]*)", re.IGNORECASE)
# A string that has no end runs to the end of the text: every try is then the last one.
_STRING: Final = "|".join(rf"{q}(?:[^{q}\\]|\\.)*+(?:{q}|\Z)" for q in "\"'`") + r"|/\*.*?(?:\*/|\Z)"
_UNTIL: Final = {
    word: re.compile(rf"((?:{_STRING}|(?!{end}).)*+){end}", re.DOTALL | re.IGNORECASE)
    for word, end in (("then", r"\bthen\b"), ("do", r"\bdo\b"), (";", ";"), (")", r"\)"))
}
#: ``!program`` and ``+host``: what follows is for these only.
BSD_SELECTOR: Final = "bsd selector"
_EVERYTHING: Final = re.compile(r"\*\.\*(;\*\.\*)*")


class ParseError(Exception):
    """This text is not a statement; what comes after it is tried again."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


def parse(text: str, file: str) -> tuple[tuple[Statement, ...], tuple[Problem, ...]]:
    """The statements of one file, in their order, and what could not be read as one. Never raises."""
    source = Text(text.replace("\0", " "), file)
    statements: list[Statement] = []
    problems: list[Problem] = []
    while True:
        source.skip_blanks()
        if source.ended or len(problems) >= MAX_PROBLEMS:
            return tuple(statements), tuple(problems)
        before = source.at
        try:
            statements.append(_statement(source, 0))
        except ParseError as error:
            problems.append(Problem(error.message, error.place, refused=True))
            source.at = before
            source.rest_of_line()


def _script(source: Text, depth: int) -> tuple[Statement, ...]:
    """Statements up to the closing brace."""
    if depth > MAX_DEPTH:
        raise ParseError(f"nested deeper than {MAX_DEPTH} levels", source.place())
    start = source.place()
    statements: list[Statement] = []
    while True:
        source.skip_blanks()
        if source.ended:
            raise ParseError("the block that begins here has no end", start)
        if source.peek() == "}":
            source.at += 1
            return tuple(statements)
        statements.append(_statement(source, depth))


def _statement(source: Text, depth: int) -> Statement:
    place = source.place()
    if source.begins_line and (found := source.take(_PROPERTY_FILTER) or source.take(_SELECTOR)):
        return Condition(found[0], place, _block(source, depth), always=bool(_EVERYTHING.fullmatch(found[0])))
    if found := source.take(_OBJECT):
        return _object(source, found[1].lower(), place, depth)
    if found := source.take(_WORD):
        return _keyword(source, found[1].lower(), place, depth)
    if source.peek() == "&":
        source.at += 1
        source.skip_blanks()
        return _statement_after(source, "&", place, depth)
    return _line(source, place)


def _line(source: Text, place: Place) -> Directive | LegacyAction:
    """What was there before RainerScript: ``$Directive``, ``!program``, ``+host``, and actions by their first sign."""
    if found := source.take(_DIRECTIVE):
        return Directive(found[1].lower(), found[2].strip(), place)
    if source.begins_line and (found := source.take(_BSD)):
        return Directive(BSD_SELECTOR, found[0].strip(), place)
    if found := source.take(_LINE_ACTION) or source.take(_SHORT_ACTION):
        return LegacyAction(found[0].strip(), place)
    raise ParseError(f"invalid character {source.peek()!r}", place)


def _statement_after(source: Text, what: str, place: Place, depth: int) -> Statement:
    """The statement that has to follow ``what``."""
    if source.ended:
        raise ParseError(f"nothing follows {what!r}", place)
    if depth >= MAX_DEPTH:
        raise ParseError(f"nested deeper than {MAX_DEPTH} levels", place)
    return _statement(source, depth + 1)


def _keyword(source: Text, word: str, place: Place, depth: int) -> Statement:
    match word:
        case "if":
            return _if(source, place, depth)
        case "foreach":
            return Condition(_until(source, "do", place), place, _block(source, depth))
        case "stop":
            return Stop(place)
        case "call" | "call_indirect":
            return _call(source, word, place)
        case "else":
            raise ParseError("else without if", place)
        case _:
            return _assignment(source, word, place)


def _call(source: Text, word: str, place: Place) -> Call:
    if word == "call_indirect":
        return Call(_until(source, ";", place), place, told=False)
    name = source.take(_RULESET_NAME)
    if not name:
        raise ParseError("call names no ruleset", place)
    return Call(name[1], place)


def _assignment(source: Text, word: str, place: Place) -> Assignment:
    if word == "continue":
        return Assignment(word, place)
    return Assignment(_until(source, ")" if word == "reload_lookup_table" else ";", place), place)


def _if(source: Text, place: Place, depth: int) -> Condition:
    text = _until(source, "then", place)
    then = _block(source, depth)
    source.skip_blanks()
    before = source.at
    otherwise: tuple[Statement, ...] = ()
    if (found := source.take(_WORD)) and found[1].lower() == "else":
        otherwise = _block(source, depth)
    else:
        source.at = before
    return Condition(text, place, then, otherwise)


def _until(source: Text, word: str, place: Place) -> str:
    found = source.take(_UNTIL[word])
    if not found:
        raise ParseError(f"{word!r} is missing", place)
    return found[1].strip()


def _block(source: Text, depth: int) -> tuple[Statement, ...]:
    """``{ … }``, or one statement and what ``&`` hangs on to it."""
    place = source.place()
    source.skip_blanks()
    if source.peek() == "{":
        source.at += 1
        return _script(source, depth + 1)
    statements = [_statement_after(source, "the filter", place, depth)]
    while True:
        before = source.at
        source.skip_blanks()
        if source.peek() != "&":
            source.at = before
            return tuple(statements)
        source.at += 1
        source.skip_blanks()
        statements.append(_statement_after(source, "&", source.place(), depth))


def _object(source: Text, kind: str, place: Place, depth: int) -> Object:
    parameters = _parameters(source, kind, place)
    if kind not in {"ruleset", "template"}:
        return Object(kind, parameters, place)
    before = source.at
    source.skip_blanks()
    if source.peek() != "{":
        if kind == "ruleset":
            raise ParseError("ruleset() has no block", place)
        source.at = before
        return Object(kind, parameters, place)
    source.at += 1
    body = _script(source, depth + 1)
    if kind == "ruleset":
        return Object(kind, parameters, place, body=body)
    return Object(kind, parameters, place, properties=tuple(part for part in body if isinstance(part, Object)))


def _parameters(source: Text, kind: str, place: Place) -> tuple[Parameter, ...]:
    parameters: list[Parameter] = []
    while True:
        source.skip_blanks()
        if source.ended:
            raise ParseError(f"{kind}( that begins here has no end", place)
        if source.peek() == ")":
            source.at += 1
            return tuple(parameters)
        if source.peek() == ",":
            raise ParseError(f"a comma stands between the parameters of {kind}()", source.place())
        parameters.append(_parameter(source))


def _parameter(source: Text) -> Parameter:
    place = source.place()
    name = source.take(_NAME)
    if not name:
        raise ParseError(f"invalid character {source.peek()!r} in an object", place)
    _expect(source, "=", f"{name[0]} has no value")
    source.skip_blanks()
    if source.peek() != "[":
        value, told = _quoted(source)
        return Parameter(name[0].lower(), (value,), place, told)
    source.at += 1
    values: list[str] = []
    all_told = True
    while True:
        source.skip_blanks()
        value, told = _quoted(source)
        values.append(value)
        all_told = all_told and told
        source.skip_blanks()
        if source.peek() == "]":
            source.at += 1
            return Parameter(name[0].lower(), tuple(values), place, all_told)
        _expect(source, ",", f"the list of {name[0]} has no end")


def _quoted(source: Text) -> tuple[str, bool]:
    found = source.take(_QUOTED)
    if not found:
        raise ParseError("a value in quotes is missing", source.place())
    if found[1] is None:
        return found[2], False
    return unescape(found[1]), True


def _expect(source: Text, sign: str, otherwise: str) -> None:
    source.skip_blanks()
    if source.peek() != sign:
        raise ParseError(otherwise, source.place())
    source.at += 1
