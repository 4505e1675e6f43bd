"""Files of a node for tests, made up."""

from __future__ import annotations

from kubewitness.model import Reason, Unread
from kubewitness.probe.reading import File, Shape

DENIED = Unread(Reason.DENIED, "may not be read")


def file(path: str, text: str = "", *, leads_to: str = "", changed: float = 100) -> File:
    shape = Shape(0o100644, 0, 0, len(text), 7, 1, changed, changed)
    return File(path, shape, text, leads_to or path)


def unread(path: str) -> File:
    return File(path, Shape(0o100600, 0, 0, 9, 7, 1, 100, 100), DENIED, path)


def absent(path: str) -> File:
    return File(path, None, real=path)
