"""The tokens of a YAML file as go-yaml v2 finds them.

A key is only known as one when its colon comes: until then its tokens wait. go-yaml loses sight of a key that starts
with ``[]`` or ``{}``, and hands its tokens on too early; so do we. Source: https://pkg.go.dev/go.yaml.in/yaml/v2
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.godecode.yamlbytes import BREAKS
from kubewitness.godecode.yamlcursor import BLANKS_OR_END, END, Cursor, Spot
from kubewitness.godecode.yamlnames import scan_anchor, scan_directive, scan_tag
from kubewitness.godecode.yamlstrings import scan_block_scalar, scan_plain, scan_quoted
from kubewitness.godecode.yamltokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH: Final = 10_000
_LONGEST_KEY: Final = 1024
_SPACES: Final = re.compile(" *")
_BLANKS: Final = re.compile("[ \t]*")
_NEVER_PLAIN: Final = frozenset(BLANKS_OR_END + "-?:,[]{}#&*!|>'\"%@`")


@dataclass(slots=True)
class _Candidate:
    """What will have been a key if a colon follows. ``number``: of its first token. ``required``: or it is an error."""

    number: int
    spot: Spot
    possible: bool = False
    required: bool = False


class Scanner:
    """Tokens, looked at and then skipped."""

    def __init__(self, data: bytes) -> None:
        self.cursor = Cursor(data)
        self.queue: deque[Token] = deque()
        self.taken = 0
        self.is_available = False
        self.indent = -1
        self.indents: list[int] = []
        self.key_allowed = True
        self.in_flow = False
        self.candidates: list[_Candidate] = []
        self.by_number: dict[int, int] = {}
        self.simple: dict[str, Callable[[], None]] = {
            "[": self._flow_start,
            "{": self._flow_start,
            "]": self._flow_end,
            "}": self._flow_end,
            ",": self._flow_entry,
            "*": self._anchor,
            "&": self._anchor,
            "!": self._tag,
            "'": self._quoted,
            '"': self._quoted,
        }

    def peek(self) -> Token:
        """The next token. Raises TreeError."""
        if not self.is_available:
            while not self.queue or self._may_become_key():
                self._fetch()
            self.is_available = True
        return self.queue[0]

    def skip(self) -> None:
        """Done with it."""
        self.is_available = False
        self.taken += 1
        self.queue.popleft()

    def _may_become_key(self) -> bool:
        """Whether the next token is the first of a possible key."""
        level = self.by_number.get(self.taken)
        return level is not None and self._is_valid(self.candidates[level])

    def _is_valid(self, candidate: _Candidate) -> bool:
        """A key stands on one line and is at most 1024 characters long."""
        if not candidate.possible:
            return False
        cursor, spot = self.cursor, candidate.spot
        if spot.line < cursor.line or spot.at + _LONGEST_KEY < cursor.at:
            self._give_up(candidate)
            return False
        return True

    def _give_up(self, candidate: _Candidate) -> None:
        if candidate.required:
            raise self.cursor.refused("could not find expected ':'", candidate.spot)
        candidate.possible = False

    def _save_candidate(self) -> None:
        """Here may start a key."""
        required = not self.in_flow and self.indent == self.cursor.column
        if self.key_allowed:
            number = self.taken + len(self.queue)
            self._drop_candidate()
            self.candidates[-1] = _Candidate(number, self.cursor.spot, possible=True, required=required)
            self.by_number[number] = len(self.candidates) - 1

    def _drop_candidate(self) -> None:
        candidate = self.candidates[-1]
        if candidate.possible:
            self._give_up(candidate)
            self.by_number.pop(candidate.number, None)

    def _add(self, kind: TokenKind, start: Spot) -> None:
        """A token without a text."""
        self.queue.append(Token(kind, start, self.cursor.spot))

    def _insert(self, kind: TokenKind, spot: Spot, number: int) -> None:
        """Before token ``number``; behind all others where that was taken already."""
        token = Token(kind, spot, spot)
        if number < self.taken:
            self.queue.append(token)
        else:
            self.queue.insert(number - self.taken, token)

    def _add_indicator(self, kind: TokenKind, width: int = 1) -> None:
        start = self.cursor.spot
        self.cursor.at += width
        self._add(kind, start)

    def _roll(self, column: int, kind: TokenKind, spot: Spot, number: int = -1) -> None:
        """A block collection starts where the column is deeper than all before it."""
        if self.in_flow or self.indent >= column:
            return
        self.indents.append(self.indent)
        self.indent = column
        if len(self.indents) > MAX_DEPTH:
            raise self.cursor.refused(f"exceeded max depth of {MAX_DEPTH}", self.candidates[-1].spot)
        self._insert(kind, spot, number)

    def _unroll(self, column: int) -> None:
        """Block collections that were deeper end here."""
        if self.in_flow:
            return
        while self.indent > column:
            self._add(TokenKind.BLOCK_END, self.cursor.spot)
            self.indent = self.indents.pop()

    def _fetch(self) -> None:
        """Find one token more, or those of all that ends or starts with it."""
        cursor = self.cursor
        cursor.need(1)
        if not self.candidates:
            self.candidates.append(_Candidate(0, cursor.spot))
            self._add(TokenKind.STREAM_START, cursor.spot)
            return
        self._move_to_token()
        self._unroll(cursor.column)
        cursor.need(4)
        if cursor.char == END:
            self._stream_end()
        elif cursor.column == 0 and cursor.char == "%":
            self._directive()
        elif cursor.is_document_indicator():
            self._document_indicator()
        elif (fetch := self.simple.get(cursor.char)) is not None:
            fetch()
        else:
            self._indicator_or_plain()

    def _indicator_or_plain(self) -> None:
        """What is an indicator only where a blank follows, or only in a block; everything else is plain."""
        cursor = self.cursor
        char, behind = cursor.char, cursor.text[cursor.at + 1]
        if char == "-" and behind in BLANKS_OR_END:
            self._block_entry()
        elif char in "?:" and (self.in_flow or behind in BLANKS_OR_END):
            self._key() if char == "?" else self._value()
        elif char in "|>" and not self.in_flow:
            self._block_scalar()
        elif char in "-?:" or char not in _NEVER_PLAIN:
            self._plain()
        else:
            raise cursor.refused("found character that cannot start any token", cursor.spot)

    def _move_to_token(self) -> None:
        """Over blanks, comments and line breaks. Tabs may not stand where a key may start."""
        cursor = self.cursor
        while True:
            cursor.need(1)
            cursor.skip_mark()
            cursor.need(1)
            cursor.run(_BLANKS if self.in_flow or not self.key_allowed else _SPACES)
            cursor.skip_comment()
            if cursor.char not in BREAKS:
                break
            cursor.need(2)
            cursor.break_line()
            if not self.in_flow:
                self.key_allowed = True

    def _stream_end(self) -> None:
        self.cursor.end_line()
        self._unroll(-1)
        self._drop_candidate()
        self.key_allowed = False
        self._add(TokenKind.STREAM_END, self.cursor.spot)

    def _directive(self) -> None:
        self._unroll(-1)
        self._drop_candidate()
        self.key_allowed = False
        start = self.cursor.spot
        directive = scan_directive(self.cursor)
        self.queue.append(Token(TokenKind.DIRECTIVE, start, self.cursor.spot, directive=directive))

    def _document_indicator(self) -> None:
        self._unroll(-1)
        self._drop_candidate()
        self.key_allowed = False
        self._add_indicator(TokenKind.DOCUMENT_START if self.cursor.char == "-" else TokenKind.DOCUMENT_END, 3)

    def _flow_start(self) -> None:
        self._save_candidate()
        cursor = self.cursor
        self.candidates.append(_Candidate(self.taken + len(self.queue), cursor.spot))
        if len(self.candidates) > MAX_DEPTH + 1:
            raise cursor.refused(f"exceeded max depth of {MAX_DEPTH}", cursor.spot)
        self.in_flow = self.key_allowed = True
        self._add_indicator(TokenKind.FLOW_LIST if cursor.char == "[" else TokenKind.FLOW_MAP)

    def _flow_end(self) -> None:
        self._drop_candidate()
        if self.in_flow:
            # the number may be that of the bracket itself: a key that starts with [] is forgotten here
            self.by_number.pop(self.candidates.pop().number, None)
            self.in_flow = len(self.candidates) > 1
        self.key_allowed = False
        self._add_indicator(TokenKind.FLOW_LIST_END if self.cursor.char == "]" else TokenKind.FLOW_MAP_END)

    def _flow_entry(self) -> None:
        self._drop_candidate()
        self.key_allowed = True
        self._add_indicator(TokenKind.FLOW_ENTRY)

    def _block_entry(self) -> None:
        cursor = self.cursor
        if not self.in_flow:
            if not self.key_allowed:
                raise cursor.refused("block sequence entries are not allowed in this context", cursor.spot)
            self._roll(cursor.column, TokenKind.BLOCK_LIST, cursor.spot)
        self._drop_candidate()
        self.key_allowed = True
        self._add_indicator(TokenKind.BLOCK_ENTRY)

    def _key(self) -> None:
        cursor = self.cursor
        if not self.in_flow:
            if not self.key_allowed:
                raise cursor.refused("mapping keys are not allowed in this context", cursor.spot)
            self._roll(cursor.column, TokenKind.BLOCK_MAP, cursor.spot)
        self._drop_candidate()
        self.key_allowed = not self.in_flow
        self._add_indicator(TokenKind.KEY)

    def _value(self) -> None:
        cursor, candidate = self.cursor, self.candidates[-1]
        if self._is_valid(candidate):
            self._insert(TokenKind.KEY, candidate.spot, candidate.number)
            self._roll(candidate.spot.column, TokenKind.BLOCK_MAP, candidate.spot, candidate.number)
            candidate.possible = False
            self.by_number.pop(candidate.number, None)
            self.key_allowed = False
        else:
            if not self.in_flow:
                if not self.key_allowed:
                    raise cursor.refused("mapping values are not allowed in this context", cursor.spot)
                self._roll(cursor.column, TokenKind.BLOCK_MAP, cursor.spot)
            self.key_allowed = not self.in_flow
        self._add_indicator(TokenKind.VALUE)

    def _anchor(self) -> None:
        self._save_candidate()
        self.key_allowed = False
        start, is_alias = self.cursor.spot, self.cursor.char == "*"
        name = scan_anchor(self.cursor)
        self.queue.append(Token(TokenKind.ALIAS if is_alias else TokenKind.ANCHOR, start, self.cursor.spot, name))

    def _tag(self) -> None:
        self._save_candidate()
        self.key_allowed = False
        start = self.cursor.spot
        handle, suffix = scan_tag(self.cursor)
        self.queue.append(Token(TokenKind.TAG, start, self.cursor.spot, handle, suffix))

    def _block_scalar(self) -> None:
        self._drop_candidate()
        self.key_allowed = True
        start = self.cursor.spot
        self._add_scalar(start, scan_block_scalar(self.cursor, self.indent))

    def _quoted(self) -> None:
        self._save_candidate()
        self.key_allowed = False
        start = self.cursor.spot
        self._add_scalar(start, scan_quoted(self.cursor))

    def _plain(self) -> None:
        self._save_candidate()
        self.key_allowed = False
        start = self.cursor.spot
        text, has_break = scan_plain(self.cursor, self.indent + 1, in_flow=self.in_flow)
        self.key_allowed = self.key_allowed or has_break
        self._add_scalar(start, text, plain=True)

    def _add_scalar(self, start: Spot, text: str, *, plain: bool = False) -> None:
        self.queue.append(Token(TokenKind.SCALAR, start, self.cursor.spot, text, plain=plain))
