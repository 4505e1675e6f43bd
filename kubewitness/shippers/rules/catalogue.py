"""The rules about shippers, subject by subject.

To add a rule: one function in the module of its subject, with its id, title, severity and source, one line in ``RULES``
there, what to write instead in each program's ``suggestions.py``, and its cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kubewitness.shippers.rules import comments, filters, inputs, outputs, queues, reading, tls

if TYPE_CHECKING:
    from kubewitness.shippers.model import Configuration
    from kubewitness.shippers.rules.rule import ShipperRule

CONFIGURATION_RULES: Final[tuple[ShipperRule[Configuration], ...]] = (
    *inputs.RULES,
    *queues.RULES,
    *outputs.RULES,
    *tls.RULES,
    *filters.RULES,
    *reading.RULES,
)
"""What is asked of a configuration."""

SHIPPER_RULES: Final[tuple[ShipperRule[Any], ...]] = tuple(
    sorted((*CONFIGURATION_RULES, *comments.RULES), key=lambda rule: rule.id)
)
"""Every rule, by id."""
