"""What loses, cuts, alters or betrays records: each rule once, for every program. Pure."""

from kubewitness.shippers.rules.catalogue import SHIPPER_RULES
from kubewitness.shippers.rules.rule import ShipperRule
from kubewitness.shippers.rules.run import AcceptedFinding, LintedShipper, lint_configuration

__all__ = ["SHIPPER_RULES", "AcceptedFinding", "LintedShipper", "ShipperRule", "lint_configuration"]
