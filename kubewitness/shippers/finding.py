"""What the linter of shipper configurations says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubewitness.model import Severity
    from kubewitness.shippers.model import Place, Program


@dataclass(frozen=True, slots=True)
class ShipperFinding:
    """One setting, or one that is missing, that loses, cuts, alters or betrays records.

    ``id``: of the rule, ``SH001``. ``place``: of the setting, or of the ``component`` (input, output, filter) that
    lacks it, ``name`` what that is called. ``setting``: the program's own name of it. ``written``: what is in force, as
    it is written or by default. ``costs``: what was seen to be lost, in plain words; empty where nothing was measured.
    ``suggestion``: what to write, in the program's own syntax; empty where there is nothing to paste. ``unknown``: the
    rule could not tell; ``message`` then says what to look at, and nothing is claimed to be lost.
    """

    id: str
    severity: Severity
    program: Program
    place: Place
    component: Place
    route: str
    setting: str
    written: str
    by_default: bool
    message: str
    costs: str
    suggestion: str
    unknown: bool = False
    name: str = ""
