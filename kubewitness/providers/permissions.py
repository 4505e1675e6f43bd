"""What a role of a cloud must be allowed to do: who needs which permission for what. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Needed(Protocol):
    """A permission as its cloud names it. ``enforces``: only the deploy needs it."""

    @property
    def name(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def enforces(self) -> bool: ...


_Needed = TypeVar("_Needed", bound=Needed)


def asked(
    permissions: Iterable[_Needed], finding: Iterable[_Needed], *, enforce: bool, discover: bool
) -> Iterator[tuple[_Needed, str]]:
    """Each that is asked for, and by whom: ``check``, ``deploy`` or ``discover``."""
    for item in permissions:
        if enforce or not item.enforces:
            yield item, "deploy" if item.enforces else "check"
    if discover:
        yield from ((item, "discover") for item in finding)


def table(rows: Iterable[tuple[Needed, str]]) -> str:
    """As Markdown, with what each is for."""
    lines = [f"| `{item.name}` | {verb} | {item.why} |" for item, verb in rows]
    return "\n".join(["| permission | for | why |", "| --- | --- | --- |", *lines, ""])
