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

    ``id``: of the rule, ``SH001``. ``setting``: the program's own name of it. ``written``: what is in force, as it is
    written or by default. ``costs``: what was seen to be lost, with the source's words. ``suggestion``: what to write.
    """

    id: str
    severity: Severity
    program: Program
    place: Place
    route: str
    setting: str
    written: str
    by_default: bool
    message: str
    costs: str
    suggestion: str
