"""The semantic difference of two policies: which requests are recorded otherwise, and how.

All requests are cut into atoms that no rule tells apart (``universe``), both policies are walked at once over them
(``walk``, ``diagram``), and what differs is told in few words (``cover``). Nothing is sampled.
"""

from kubewitness.auditpolicy.difference.axis import Values
from kubewitness.auditpolicy.difference.compare import Difference, RequestClass, difference
from kubewitness.auditpolicy.difference.effect import (
    Change,
    Effect,
    Kind,
    LevelChange,
    ManagedFieldsChange,
    StagesChange,
    changes,
    effect_of,
)
from kubewitness.auditpolicy.difference.paths import Paths
from kubewitness.auditpolicy.difference.resources import Resources
from kubewitness.auditpolicy.difference.sampled import Sample
from kubewitness.auditpolicy.difference.universe import Box, Who

__all__ = [
    "Box",
    "Change",
    "Difference",
    "Effect",
    "Kind",
    "LevelChange",
    "ManagedFieldsChange",
    "Paths",
    "RequestClass",
    "Resources",
    "Sample",
    "StagesChange",
    "Values",
    "Who",
    "changes",
    "difference",
    "effect_of",
]
