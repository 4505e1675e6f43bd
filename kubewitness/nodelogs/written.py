"""A value in force, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class InForce(Generic[T_co]):
    """One value in force. ``written``: as it stands there. ``where``: ``FILE:LINE``, or a flag; empty: the default."""

    name: str
    value: T_co
    written: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.name}={self.written} ({self.where or 'by default'})"
