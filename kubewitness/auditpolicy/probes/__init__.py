"""The requests by which a policy is judged: what an intruder does, and what an investigator then asks for.

Whether a policy records enough is decided by putting these through the evaluator, never by looking at its text. To add
a probe: one entry in the module of its subject. Ids stay: standards name them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.probes.cluster import ADMISSION_AND_API, CERTIFICATES, CLUSTER, CUSTOM, RIGHTS
from kubewitness.auditpolicy.probes.credentials import CONFIGMAPS, SECRETS, TOKENS
from kubewitness.auditpolicy.probes.request import Probe, canary_attributes
from kubewitness.auditpolicy.probes.strangers import PATHS, STRANGERS
from kubewitness.auditpolicy.probes.workloads import EVENTS, INTO_PODS, NETWORK, PODS, WORKLOADS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FAMILIES", "PROBES", "Probe", "canary_attributes"]

FAMILIES: Final[Mapping[str, tuple[Probe, ...]]] = {
    "secrets": SECRETS,
    "tokens and service accounts": TOKENS,
    "ConfigMaps": CONFIGMAPS,
    "into containers and nodes": INTO_PODS,
    "pods": PODS,
    "workloads": WORKLOADS,
    "network": NETWORK,
    "rights": RIGHTS,
    "admission and APIs": ADMISSION_AND_API,
    "certificates": CERTIFICATES,
    "namespaces and nodes": CLUSTER,
    "custom resources": CUSTOM,
    "events": EVENTS,
    "who is not known": STRANGERS,
    "no resource": PATHS,
}
"""What the probes are about -> the probes, in the order in which a reader wants them."""

PROBES: Final[tuple[Probe, ...]] = tuple(probe for family in FAMILIES.values() for probe in family)
