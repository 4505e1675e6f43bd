"""The grammar of YAML as go-yaml v2 has it: from tokens to the events of the first document.

A state is the method that finds the next event; what is left open waits on a stack, so nesting costs no recursion.
Source: https://pkg.go.dev/go.yaml.in/yaml/v2
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from kubewitness.godecode.yamlcursor import Spot, refused
from kubewitness.godecode.yamlscanner import Scanner
from kubewitness.godecode.yamltokens import Event, EventKind, Token, TokenKind

_DEFAULT_TAGS: Final = {"!": "!", "!!": "tag:yaml.org,2002:"}
_NO_CONTENT: Final = frozenset(
    {TokenKind.DIRECTIVE, TokenKind.DOCUMENT_START, TokenKind.DOCUMENT_END, TokenKind.STREAM_END}
)
_BEHIND_EMPTY: Final = frozenset({TokenKind.KEY, TokenKind.VALUE, TokenKind.BLOCK_END})
_BEHIND_LIST_ITEM: Final = frozenset({TokenKind.FLOW_ENTRY, TokenKind.FLOW_LIST_END})
_BEHIND_MAP_ITEM: Final = frozenset({TokenKind.FLOW_ENTRY, TokenKind.FLOW_MAP_END})
_NO_EXPECTED: Final = "did not find expected {}"

State: TypeAlias = Callable[[], Event]


class Grammar:
    """The events of one file."""

    def __init__(self, data: bytes) -> None:
        self.scanner = Scanner(data)
        self.tags: dict[str, str] = {}
        self.state: State = self._document_content
        self.waiting: list[State] = []
        self.starts: list[Spot] = []

    def events(self) -> Iterator[Event]:
        """Those of the nodes of the first document; none where there is none. Raises TreeError."""
        scanner = self.scanner
        scanner.peek()
        scanner.skip()
        if not self._starts_document():
            return
        open_collections = 0
        while True:
            event = self.state()
            yield event
            open_collections += event.kind in {EventKind.MAP, EventKind.LIST}
            open_collections -= event.kind is EventKind.END
            if not open_collections:
                break
        scanner.peek()  # go-yaml looks at what stands behind the document: one token

    def _starts_document(self) -> bool:
        token = self.scanner.peek()
        if token.kind is TokenKind.STREAM_END:
            return False
        self.waiting.append(self._document_content)  # behind the document's only node; never asked for
        if token.kind not in {TokenKind.DIRECTIVE, TokenKind.DOCUMENT_START}:
            self.tags = dict(_DEFAULT_TAGS)
            self.state = self._block_node
            return True
        self._directives()
        token = self.scanner.peek()
        if token.kind is not TokenKind.DOCUMENT_START:
            raise refused("did not find expected <document start>", token.start)
        self.scanner.skip()
        return True

    def _directives(self) -> None:
        has_version = False
        while (token := self.scanner.peek()).directive is not None:
            version, handle = token.directive.version, token.directive.handle
            if version is None:
                if handle in self.tags:
                    raise refused("found duplicate %TAG directive", token.start)
                self.tags[handle] = token.directive.prefix
            elif has_version:
                raise refused("found duplicate %YAML directive", token.start)
            elif version != (1, 1):
                raise refused("found incompatible YAML document", token.start)
            has_version = has_version or version is not None
            self.scanner.skip()
        self.tags = _DEFAULT_TAGS | self.tags

    def _document_content(self) -> Event:
        token = self.scanner.peek()
        if token.kind in _NO_CONTENT:
            return self._nothing(token.start, self.waiting.pop())
        return self._block_node()

    def _nothing(self, spot: Spot, then: State) -> Event:
        """A value that is not written."""
        self.state = then
        return Event(EventKind.SCALAR, spot.mark, plain=True)

    def _next(self) -> Token:
        """The token behind the next one."""
        self.scanner.skip()
        return self.scanner.peek()

    def _block_node(self) -> Event:
        return self._node(block=True)

    def _node(self, *, block: bool, indentless: bool = False) -> Event:
        """``indentless``: a list may start in the column of the key that it belongs to."""
        token = self.scanner.peek()
        if token.kind is TokenKind.ALIAS:
            self.state = self.waiting.pop()
            self.scanner.skip()
            return Event(EventKind.ALIAS, token.start.mark, token.text)
        start = token.start
        anchor, tag = self._properties(token)
        token = self.scanner.peek()
        if token.kind is TokenKind.SCALAR:
            self.state = self.waiting.pop()
            self.scanner.skip()
            plain = tag == "!" or (token.plain and not tag)
            return Event(EventKind.SCALAR, start.mark, anchor, tag, token.text, plain)
        opening = self._opening(token, block=block, indentless=indentless)
        if opening is not None:
            kind, self.state = opening
            return Event(kind, start.mark, anchor, tag)
        if anchor is None and not tag:
            raise refused("did not find expected node content", token.start, start)
        self.state = self.waiting.pop()
        return Event(EventKind.SCALAR, start.mark, anchor, tag, plain=not tag)

    def _opening(self, token: Token, *, block: bool, indentless: bool) -> tuple[EventKind, State] | None:
        """What the token opens, and the state that goes on inside it."""
        match token.kind:
            case TokenKind.BLOCK_ENTRY if indentless:
                return EventKind.LIST, self._indentless_list
            case TokenKind.FLOW_LIST:
                return EventKind.LIST, self._flow_list_start
            case TokenKind.FLOW_MAP:
                return EventKind.MAP, self._flow_map_start
            case TokenKind.BLOCK_LIST if block:
                return EventKind.LIST, self._block_list_start
            case TokenKind.BLOCK_MAP if block:
                return EventKind.MAP, self._block_map_start
            case _:
                return None

    def _properties(self, token: Token) -> tuple[str | None, str]:
        """Anchor and tag, in either order; the tag in its long form."""
        anchor, tagged, start = None, None, token.start
        if token.kind is TokenKind.ANCHOR:
            anchor = token.text
            token = self._next()
        if token.kind is TokenKind.TAG:
            tagged = token
            token = self._next()
        if token.kind is TokenKind.ANCHOR and anchor is None:
            anchor = token.text
            self._next()
        if tagged is None:
            return anchor, ""
        tag = tagged.suffix if not tagged.text else self._long_tag(tagged)
        if not tag:
            raise refused("found undefined tag handle", tagged.start, start)
        return anchor, tag

    def _long_tag(self, token: Token) -> str:
        prefix = self.tags.get(token.text)
        return "" if prefix is None else prefix + token.suffix

    def _open(self) -> None:
        """Into a collection."""
        self.starts.append(self.scanner.peek().start)
        self.scanner.skip()

    def _close(self, token: Token) -> Event:
        """Out of it."""
        self.state = self.waiting.pop()
        self.starts.pop()
        self.scanner.skip()
        return Event(EventKind.END, token.start.mark)

    def _block_list_start(self) -> Event:
        self._open()
        return self._block_list()

    def _block_list(self) -> Event:
        token = self.scanner.peek()
        if token.kind is TokenKind.BLOCK_ENTRY:
            if self._next().kind in {TokenKind.BLOCK_ENTRY, TokenKind.BLOCK_END}:
                return self._nothing(token.end, self._block_list)
            self.waiting.append(self._block_list)
            return self._node(block=True)
        if token.kind is TokenKind.BLOCK_END:
            return self._close(token)
        raise refused(_NO_EXPECTED.format("'-' indicator"), token.start, self.starts[-1])

    def _indentless_list(self) -> Event:
        token = self.scanner.peek()
        if token.kind is not TokenKind.BLOCK_ENTRY:
            self.state = self.waiting.pop()
            return Event(EventKind.END, token.start.mark)
        kind = self._next().kind
        if kind is TokenKind.BLOCK_ENTRY or kind in _BEHIND_EMPTY:
            return self._nothing(token.end, self._indentless_list)
        self.waiting.append(self._indentless_list)
        return self._node(block=True)

    def _block_map_start(self) -> Event:
        self._open()
        return self._block_map()

    def _block_map(self) -> Event:
        token = self.scanner.peek()
        if token.kind is TokenKind.KEY:
            return self._block_map_part(token, then=self._block_map_value)
        if token.kind is TokenKind.BLOCK_END:
            return self._close(token)
        raise refused(_NO_EXPECTED.format("key"), token.start, self.starts[-1])

    def _block_map_value(self) -> Event:
        token = self.scanner.peek()
        if token.kind is TokenKind.VALUE:
            return self._block_map_part(token, then=self._block_map)
        return self._nothing(token.start, self._block_map)

    def _block_map_part(self, token: Token, then: State) -> Event:
        """A key behind ``?`` or a value behind ``:``."""
        if self._next().kind in _BEHIND_EMPTY:
            return self._nothing(token.end, then)
        self.waiting.append(then)
        return self._node(block=True, indentless=True)

    def _flow_list_start(self) -> Event:
        self._open()
        return self._flow_list_item(self.scanner.peek())

    def _flow_list(self) -> Event:
        return self._flow_list_item(self._behind_comma(TokenKind.FLOW_LIST_END, "',' or ']'"))

    def _flow_list_item(self, token: Token) -> Event:
        if token.kind is TokenKind.FLOW_LIST_END:
            return self._close(token)
        if token.kind is TokenKind.KEY:
            self.state = self._flow_pair_key
            self.scanner.skip()
            return Event(EventKind.MAP, token.start.mark)
        self.waiting.append(self._flow_list)
        return self._node(block=False)

    def _behind_comma(self, end: TokenKind, expected: str) -> Token:
        token = self.scanner.peek()
        if token.kind is TokenKind.FLOW_ENTRY:
            return self._next()
        if token.kind is not end:
            raise refused(_NO_EXPECTED.format(expected), token.start, self.starts[-1])
        return token

    def _flow_pair_key(self) -> Event:
        """``[a: b]`` is a list of a map. Where ``?`` has no key, go-yaml takes the next token for one."""
        token = self.scanner.peek()
        if token.kind is not TokenKind.VALUE and token.kind not in _BEHIND_LIST_ITEM:
            self.waiting.append(self._flow_pair_value)
            return self._node(block=False)
        self.scanner.skip()
        return self._nothing(token.end, self._flow_pair_value)

    def _flow_pair_value(self) -> Event:
        token = self.scanner.peek()
        if token.kind is TokenKind.VALUE and self._next().kind not in _BEHIND_LIST_ITEM:
            self.waiting.append(self._flow_pair_end)
            return self._node(block=False)
        return self._nothing(token.start, self._flow_pair_end)

    def _flow_pair_end(self) -> Event:
        self.state = self._flow_list
        return Event(EventKind.END, self.scanner.peek().start.mark)

    def _flow_map_start(self) -> Event:
        self._open()
        return self._flow_map_item(self.scanner.peek())

    def _flow_map(self) -> Event:
        return self._flow_map_item(self._behind_comma(TokenKind.FLOW_MAP_END, "',' or '}'"))

    def _flow_map_item(self, token: Token) -> Event:
        if token.kind is TokenKind.FLOW_MAP_END:
            return self._close(token)
        if token.kind is not TokenKind.KEY:
            self.waiting.append(self._flow_map_no_value)
            return self._node(block=False)
        token = self._next()
        if token.kind is TokenKind.VALUE or token.kind in _BEHIND_MAP_ITEM:
            return self._nothing(token.start, self._flow_map_value)
        self.waiting.append(self._flow_map_value)
        return self._node(block=False)

    def _flow_map_value(self) -> Event:
        token = self.scanner.peek()
        if token.kind is TokenKind.VALUE:
            token = self._next()
            if token.kind not in _BEHIND_MAP_ITEM:
                self.waiting.append(self._flow_map)
                return self._node(block=False)
        return self._nothing(token.start, self._flow_map)

    def _flow_map_no_value(self) -> Event:
        return self._nothing(self.scanner.peek().start, self._flow_map)
