"""What a rule about shippers is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.model import Severity
    from kubewitness.shippers.model import Place, Setting


@dataclass(frozen=True, slots=True)
class Found:
    """What the function of a rule says. The runner adds the rest.

    ``component``: the input, output or filter, ``name`` what it is called. ``setting``: what is to blame; ``None``: no
    single setting is. ``severity``: where it is not the rule's own. ``unknown``: the rule could not tell. ``path``:
    what stands for ``{path}`` in the suggestion.
    """

    message: str
    component: Place
    setting: Setting[Any] | None = None
    route: str = ""
    severity: Severity | None = None
    unknown: bool = False
    path: str = ""
    name: str = ""


_S = TypeVar("_S")
"""What a rule looks at: a ``Configuration``, or the comments in its files."""


@dataclass(frozen=True, slots=True)
class ShipperRule(Generic[_S]):
    """One rule of the catalogue, the same for every program. ``title`` states the fault."""

    id: str
    title: str
    severity: Severity
    source: str
    function: Callable[[_S], Iterator[Found]]

    @property
    def why(self) -> str:
        """What ``kubewitness explain`` prints: the function's docstring."""
        return (self.function.__doc__ or "").strip()


def shipper_rule(
    id: str,  # noqa: A002  the name of the field in reports and ignore comments
    title: str,
    severity: Severity,
    *,
    source: str,
) -> Callable[[Callable[[_S], Iterator[Found]]], ShipperRule[_S]]:
    """Make a rule of a function. ``severity``: of a log of audit events; any other log is judged more mildly."""

    def decorate(function: Callable[[_S], Iterator[Found]]) -> ShipperRule[_S]:
        return ShipperRule(id, title, severity, source, function)

    return decorate
