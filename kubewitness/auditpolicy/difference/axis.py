"""One property of a request, cut into atoms: values that no rule tells apart are one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Values:
    """A set of texts: ``names``, or with ``others`` every text but ``names``."""

    names: tuple[str, ...] = ()
    others: bool = False

    def __contains__(self, text: str) -> bool:
        return (text in self.names) is not self.others

    @property
    def everything(self) -> bool:
        """Every text is in it."""
        return self.others and not self.names


ANY: Final = Values((), others=True)


@dataclass(frozen=True, slots=True)
class Axis:
    """``atoms``: the texts of each atom; the first is every text that no other atom names.

    ``accepted``: for each atom the conditions that it meets, a bit each.
    """

    atoms: tuple[tuple[str, ...], ...]
    accepted: tuple[int, ...]
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places = {name: index for index, names in enumerate(self.atoms) for name in names}
        object.__setattr__(self, "_places", places)

    @property
    def full(self) -> int:
        """The mask of all atoms."""
        return (1 << len(self.atoms)) - 1

    def atom(self, text: str) -> int:
        """The atom that holds the text."""
        return self._places.get(text, 0)

    def mask(self, texts: Iterable[str]) -> int:
        """The atoms that hold one of the texts."""
        mask = 0
        for text in texts:
            mask |= 1 << self.atom(text)
        return mask

    def values(self, mask: int) -> Values:
        """The texts of the atoms in the mask."""
        others = bool(mask & 1)
        chosen = ~mask if others else mask
        names = [name for index in bits(chosen & self.full) for name in self.atoms[index]]
        return Values(tuple(names), others)


def bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def cut(conditions: Sequence[Collection[str] | None], apart: Iterable[str] = ()) -> Axis:
    """The axis on which these conditions (``None``: any value) are told apart. ``apart``: texts with their own atom."""
    anything = sum(1 << bit for bit, wanted in enumerate(conditions) if wanted is None)
    met: dict[str, int] = dict.fromkeys(apart, anything)
    alone = len(met)
    for bit, wanted in enumerate(conditions):
        for name in wanted or ():
            met[name] = met.get(name, anything) | 1 << bit
    atoms: dict[tuple[int, str], list[str]] = {}
    for index, (name, bits) in enumerate(met.items()):
        atoms.setdefault((bits, name if index < alone else ""), []).append(name)
    return Axis(((), *map(tuple, atoms.values())), (anything, *(bits for bits, _ in atoms)))
