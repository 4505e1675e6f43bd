"""What the text of a YAML file is cut into, and what its grammar makes of that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubewitness.godecode.tree import Mark
    from kubewitness.godecode.yamlcursor import Spot
    from kubewitness.godecode.yamlnames import Directive


class TokenKind(IntEnum):
    """What a token is."""

    STREAM_START = auto()
    STREAM_END = auto()
    DIRECTIVE = auto()
    DOCUMENT_START = auto()
    DOCUMENT_END = auto()
    BLOCK_LIST = auto()
    BLOCK_MAP = auto()
    BLOCK_END = auto()
    FLOW_LIST = auto()
    FLOW_LIST_END = auto()
    FLOW_MAP = auto()
    FLOW_MAP_END = auto()
    BLOCK_ENTRY = auto()
    FLOW_ENTRY = auto()
    KEY = auto()
    VALUE = auto()
    ALIAS = auto()
    ANCHOR = auto()
    TAG = auto()
    SCALAR = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """``text``: of a scalar, the name of an anchor or alias, the handle of a tag. ``plain``: an unquoted scalar."""

    kind: TokenKind
    start: Spot
    end: Spot
    text: str = ""
    suffix: str = ""
    plain: bool = False
    directive: Directive | None = None


class EventKind(IntEnum):
    """What an event starts, ends or is."""

    MAP = auto()
    LIST = auto()
    END = auto()
    ALIAS = auto()
    SCALAR = auto()


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``anchor``: the name that it gets, or of an alias the name that it follows.

    ``tag`` is the long form, or ``""`` where none is written. ``plain``: an unquoted scalar without a tag, or any with
    the tag ``!``.
    """

    kind: EventKind
    mark: Mark
    anchor: str | None = None
    tag: str = ""
    text: str = ""
    plain: bool = False
