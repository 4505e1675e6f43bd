"""A change of a service as a person reads it: unified diffs, and of secret files only that they change. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.rollout.diff import diff, printable
from kubewitness.rollout.outcome import FileChange
from kubewitness.shipping.service import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shipping.service import SeenFile, ServiceChange, WantedFile

_SECRET: Final = re.compile(
    r"((?:pass(?:word|wd)?|secret|token|api_?key|authorization|bearer)[\w.\"']*\s*[:=]\s*)(?!\s)[^\s,}]+", re.IGNORECASE
)
_USER_INFO: Final = re.compile(r"://[^/@\s]*@")


def describe(change: ServiceChange, *, live: bool) -> Iterator[str]:
    """Lines for the terminal: why, the difference of each file, and what the service goes through."""
    yield from map(printable, change.reasons)
    for seen, wanted in change.files:
        yield from _difference(seen, wanted)
    for unit in change.gives_way:
        yield f"{printable(unit)} is stopped and disabled"
    if not live:
        yield "a file tree: nothing is checked by the program, and nothing is started"
    elif change.restart:
        yield f"{printable(change.unit)} is started anew, and watched"


def _difference(seen: SeenFile, wanted: WantedFile) -> Iterator[str]:
    path = printable(wanted.path)
    if isinstance(wanted.content, Program):
        yield f"{path}: {'is sent' if seen.absent else 'is replaced'}: {printable(wanted.content.source)}"
    elif wanted.secret:
        yield f"{path}: {'is written' if seen.absent else 'changes'}: it holds a secret, and is not shown"
    elif "-----BEGIN CERTIFICATE-----" in (wanted.content or ""):
        yield f"{path}: {'is written' if seen.absent else 'changes'}: a certificate"
    elif seen.sha256 == wanted.sha256:
        yield f"{path}: {seen.mode:o} {seen.owner} -> {wanted.mode:o} {wanted.owner}"
    elif seen.text is None and not seen.absent:
        yield f"{path}: {'is removed' if wanted.content is None else 'changes'}"
    else:
        before, after = (None if text is None else masked(text) for text in (seen.text, wanted.content))
        yield from diff(FileChange(wanted.path, before, after))


def masked(text: str) -> str:
    """``text`` with what follows a password's name, and what stands before an @ in a URL, made unreadable."""
    return _USER_INFO.sub("://*****@", _SECRET.sub(r"\1*****", text))
