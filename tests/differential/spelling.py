"""A value written down, in one of the many ways in which YAML lets the same be said."""

from __future__ import annotations

import json
from random import Random
from typing import Final

from tests.differential.values import Map, Raw, Value

_COMMENTS: Final = (" # why", "  # a: b", " #", " # [é]", "\t# tab")
_TAGS: Final = (
    "!!str", "!!map", "!!seq", "!!int", "!!bool", "!!null", "!!float", "!foo", "!", "!<tag:yaml.org,2002:str>",
    "!!binary", "!!set", "!!omap", "!!timestamp", "!e!x", "!!merge",
)  # fmt: skip
_HEADS: Final = (
    "---\n", "# c\n---\n", "%YAML 1.1\n---\n", "--- # c\n", "---\n---\n", "\n\n", "# c\n\n",
    "%TAG !e! tag:yaml.org,2002:\n---\n", "...\n", "--- !!map\n", "%YAML 1.2\n---\n", "%FOO\n---\n", " \n",
    "--- &top\n",
)  # fmt: skip
_TAILS: Final = (
    "---\nfoo: bar\n", "...\n", "...\n---\n", "---\n@@ no yaml\n", "# end", "...\n[", "\n\n", "--- {", "---\t", " ",
    "\t\n", "...x\n",
)  # fmt: skip
_BREAKS: Final = ("\r\n", "\r\n", "\r\n", "\r", "\x85", "\u2028")
_ENCODINGS: Final = ("utf-8-sig", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-7")


def spell(random: Random, value: Value) -> bytes:
    """The bytes of a file."""
    style = random.random()
    if style < 0.2:
        text = _json(random, value, indent=random.choice((None, 0, 2)))
    else:
        text = _Yaml(random, plain=style < 0.5).document(value)
    if random.random() < 0.06:
        text = random.choice(_HEADS) + text
    if random.random() < 0.05:
        text += random.choice(_TAILS)
    return encode(random, text)


def encode(random: Random, text: str) -> bytes:
    """Mostly UTF-8 with plain newlines. Lone surrogates are bytes that are no UTF-8."""
    if random.random() < 0.05:
        text = text.replace("\n", random.choice(_BREAKS))
    if random.random() < 0.04:
        encoding = random.choice(_ENCODINGS)
        try:
            return text.encode(encoding, "surrogatepass" if encoding.startswith("utf-16") else "replace")
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace")
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _json(random: Random, value: Value, indent: int | None, depth: int = 0) -> str:
    inner = "" if indent is None else "\n" + " " * indent * (depth + 1)
    outer = "" if indent is None else "\n" + " " * indent * depth
    match value:
        case Map():
            fields = [
                f"{_json_key(key)}:{'' if indent is None else ' '}{_json(random, item, indent, depth + 1)}"
                for key, item in value.pairs
            ]
            return "{" + inner + f",{inner}".join(fields) + outer + "}" if fields else "{}"
        case list():
            items = [_json(random, item, indent, depth + 1) for item in value]
            return "[" + inner + f",{inner}".join(items) + outer + "]" if items else "[]"
        case Raw():
            return value.text if random.random() < 0.5 else json.dumps(value.text)
        case _:
            return json.dumps(value, ensure_ascii=random.random() < 0.5)


def _json_key(key: Value) -> str:
    return json.dumps(key if isinstance(key, str) else str(getattr(key, "text", key)))


class _Yaml:
    """``plain``: as people write; else every oddity has its chance."""

    def __init__(self, random: Random, *, plain: bool) -> None:
        self.random = random
        self.rate = 0.0 if plain else random.choice((0.02, 0.06, 0.15))
        self.flow_rate = random.choice((0.0, 0.1, 0.4, 1.0))
        self.step = random.choice((1, 2, 2, 2, 4))
        self.anchored: list[tuple[str, Value]] = []

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def slips(self) -> bool:
        return self.random.random() < self.rate

    def document(self, value: Value) -> str:
        match value:
            case Map(pairs) if pairs:
                lines = self.map_lines(value, 0)
            case list() if value:
                lines = self.list_lines(value, 0)
            case _:
                lines = [self.flow(value)]
        return "\n".join(lines) + self.random.choice(("\n", "\n", "\n", ""))

    def map_lines(self, value: Map, indent: int) -> list[str]:
        lines: list[str] = []
        pairs = list(value.pairs)
        if len(pairs) > 1 and self.slips():
            lines += self.merge_lines(pairs, indent)
        for key, item in pairs:
            lines += self.key_lines(self.key(key), item, indent)
        return [self.commented(line) for line in lines]

    def merge_lines(self, pairs: list[tuple[Value, Value]], indent: int) -> list[str]:
        """``<<`` with some of the pairs, which go, or with anything else."""
        maps = [name for name, anchored in self.anchored if isinstance(anchored, Map)]
        if maps and self.often(0.6):
            names = [f"*{self.random.choice(maps)}" for _ in range(self.random.randint(1, 2))]
            text = names[0] if len(names) == 1 and self.often(0.7) else f"[{', '.join(names)}]"
        else:
            moved = [pairs.pop(self.random.randrange(len(pairs))) for _ in range(self.random.randint(1, len(pairs)))]
            text = self.flow(Map(tuple(moved)) if self.often(0.8) else [Map((pair,)) for pair in moved])
        return [f"{' ' * indent}<<: {text}"]

    def list_lines(self, value: list[Value], indent: int) -> list[str]:
        lines: list[str] = []
        for item in value:
            lines += self.entry_lines("-", item, indent)
        return lines

    def key_lines(self, key: str, item: Value, indent: int) -> list[str]:
        if self.slips() and self.often(0.2):
            return [f"{' ' * indent}? {key}", *self.entry_lines(":", item, indent)]
        return self.entry_lines(f"{key}:", item, indent)

    def entry_lines(self, head: str, item: Value, indent: int) -> list[str]:
        """``head`` is ``key:`` or ``-``, and what stands behind or below it is the item."""
        margin = " " * indent
        known = [name for name, anchored in self.anchored if anchored == item]
        if known and self.often(0.5):
            return [f"{margin}{head} *{self.random.choice(known)}"]
        if self.anchored and self.slips() and self.often(0.3):
            return [f"{margin}{head} *{self.random.choice(self.anchored)[0]}"]
        marked = self.properties(item)
        if not isinstance(item, Map | list) or not _children(item) or self.often(self.flow_rate):
            lines = self.scalar_lines(item, indent + self.step) if isinstance(item, str) else [self.flow(item)]
            return [f"{margin}{head}{marked} {lines[0]}", *lines[1:]]
        inner = indent if isinstance(item, list) and head != "-" and self.often(0.5) else indent + self.step
        lines = self.map_lines(item, inner) if isinstance(item, Map) else self.list_lines(item, inner)
        if head == "-" and not marked and inner >= indent + 2 and self.often(0.9):
            return [f"{margin}-{' ' * (inner - indent - 1)}{lines[0][inner:]}", *lines[1:]]
        return [f"{margin}{head}{marked}", *lines]

    def properties(self, item: Value) -> str:
        """An anchor, a tag, both or, mostly, nothing."""
        text = ""
        if self.slips() or (self.rate and isinstance(item, Map) and self.often(0.2)):
            name = f"a{self.random.randrange(4)}" if self.often(0.9) else self.random.choice(("é", "a-b", "a:b", "1"))
            self.anchored.append((name, item))
            text = f" &{name}"
        if self.slips() and self.often(0.3):
            tag = self.random.choice(_TAGS)
            text = f" {tag}{text}" if self.often(0.5) else f"{text} {tag}"
        return text

    def commented(self, line: str) -> str:
        return line + self.random.choice(_COMMENTS) if self.slips() else line

    def scalar_lines(self, text: str, indent: int) -> list[str]:
        """A string where a block scalar may stand."""
        if text and self.slips():
            head = self.random.choice(("|", ">", "|-", ">-", "|+", ">+", "|2", ">2-", "|1"))
            return [head, *(" " * indent + line for line in text.split("\n"))]
        return [self.string(text)]

    def string(self, text: str) -> str:
        if _is_plain(text) and self.often(0.8):
            return text
        if self.slips() and self.often(0.3):
            return text  # come what may
        if all(character.isprintable() for character in text) and self.often(0.5):
            return "'" + text.replace("'", "''") + "'"
        return '"' + "".join(map(self.escaped, text)) + '"'

    def escaped(self, character: str) -> str:
        code = ord(character)
        if character in '"\\':
            return f"\\{character}"
        if character.isprintable() and not self.slips():
            return character
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

    def key(self, key: Value) -> str:
        if isinstance(key, str):
            return self.string(key)
        return self.flow(key)

    def flow(self, value: Value) -> str:
        marked = self.properties(value).strip() if self.slips() else ""
        prefix = f"{marked} " if marked else ""
        comma = self.random.choice((", ", ", ", ", ", ",", " , ", ",\n "))
        if self.slips():
            comma = self.random.choice((",,", " ", ", # c\n ", ",\t"))
        if isinstance(value, Map | list):
            return prefix + self.flow_collection(value, comma)
        return prefix + self.flow_scalar(value)

    def flow_collection(self, value: Map | list[Value], comma: str) -> str:
        if isinstance(value, Map):
            fields = (f"{self.key(key)}{self.colon()}{self.flow(item)}" for key, item in value.pairs)
            return f"{{{comma.join(fields)}{self.last_comma()}}}"
        return f"[{comma.join(map(self.flow, value))}{self.last_comma()}]"

    def flow_scalar(self, value: Raw | str | float | None) -> str:
        match value:
            case Raw():
                return value.text
            case str():
                return self.string(value)
            case None:
                return self.random.choice(("null", "~", ""))
            case bool():
                return str(value).lower() if self.often(0.8) else "yes" if value else "off"
            case _:
                return str(value)

    def colon(self) -> str:
        return self.random.choice((":", " : ", ":\n ", ":\t")) if self.slips() else ": "

    def last_comma(self) -> str:
        return "," if self.slips() else ""


def _children(item: Map | list[Value]) -> bool:
    return bool(item.pairs if isinstance(item, Map) else item)


def _is_plain(text: str) -> bool:
    """Certainly the same string without quotes."""
    return bool(text) and text[0].isalpha() and all(c.isalnum() or c in "-_./" for c in text) and len(text) > 3
