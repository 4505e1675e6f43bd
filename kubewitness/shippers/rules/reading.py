"""SH021 and SH022: what the program refuses, and what we cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Severity
from kubewitness.shippers.rules.rule import Found, ShipperRule, shipper_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.model import Configuration

_FLOW: Final = "https://kubernetes.io/docs/concepts/cluster-administration/logging/"


@shipper_rule("SH021", "the program refuses this", Severity.CRITICAL, source=_FLOW)
def is_refused(configuration: Configuration) -> Iterator[Found]:
    """With this the program does not start, or runs without what is meant: nothing is shipped.

    The programs' own checks of a configuration do not find all of it.
    """
    for problem in configuration.problems:
        if problem.refused:
            yield Found(problem.message, problem.place, severity=Severity.CRITICAL)


@shipper_rule("SH022", "this cannot be read here", Severity.INFO, source=_FLOW)
def cannot_be_read(configuration: Configuration) -> Iterator[Found]:
    """A script, an include that is not there, a word that we do not know.

    What it does could not be told, and nothing is claimed of it.
    """
    for problem in configuration.problems:
        if not problem.refused:
            yield Found(problem.message, problem.place, severity=Severity.INFO, unknown=True)


RULES: Final[tuple[ShipperRule[Configuration], ...]] = (is_refused, cannot_be_read)
