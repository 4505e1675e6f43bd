"""Leaving out one more leader election: the only noise of a cluster's own that may be silent without a second thought.

A controller with leader election renews its lease each two seconds, which is 43,000 events a day or more. The rule that
leaves them out names one user, two verbs and one lease, so nobody else and nothing else is hidden by it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACE: Final = "  # --- left out ---\n"
"""Where our policies begin to leave something out: behind the rules that nothing may hide."""

_SHAPE: Final = "NAMESPACE/LEASE=USER, as in ingress/ingress-leader=system:serviceaccount:ingress:controller"
_LABEL: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAMESPACE: Final = re.compile(rf"(?=.{{1,63}}\Z){_LABEL}")
_LEASE: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_GROUPS: Final = ("system:authenticated", "system:masters", "system:nodes", "system:serviceaccounts")


@dataclass(frozen=True, slots=True)
class LeaseExemption:
    """``user`` renews the lease ``name``, as the field user.username of an audit event says it."""

    namespace: str
    name: str
    user: str


def parse_exemption(text: str) -> LeaseExemption:
    """Read ``NAMESPACE/LEASE=USER``. Raises KubewitnessError, also for a group and for whoever is everybody."""
    where, _, user = text.partition("=")
    namespace, _, name = where.partition("/")
    if not (_NAMESPACE.fullmatch(namespace) and _LEASE.fullmatch(name) and user and user == user.strip()):
        raise KubewitnessError(f"{text!r} is no lease and its user: write {_SHAPE}")
    if not user.isprintable() or "*" in user:
        raise KubewitnessError(f"{user!r} is no user: kube-apiserver compares names letter by letter")
    if "," in user:
        raise KubewitnessError(f"{user!r} names several users: give --lease once for each")
    if user in {"system:anonymous", "system:unauthenticated"}:
        raise KubewitnessError(f"{user} is everybody without credentials: name the user who renews the lease")
    if user in _GROUPS or user.startswith("system:serviceaccounts:"):
        raise KubewitnessError(f"{user} is a group: name the one user who renews the lease")
    if user.startswith("system:serviceaccount:") and not _is_service_account(user):
        raise KubewitnessError(f"{user} is no service account: write system:serviceaccount:NAMESPACE:NAME")
    return LeaseExemption(namespace, name, user)


def with_exemptions(policy: str, exemptions: Iterable[LeaseExemption]) -> str:
    """The text of one of our policies with a rule for each. Raises KubewitnessError where it has no place for them."""
    rules = "".join(map(_rule, exemptions))
    if not rules:
        return policy
    before, place, after = policy.partition(PLACE)
    if not place:
        raise KubewitnessError(f'the policy has no line "{PLACE.strip()}": rules that leave something out go there')
    return f"{before}{place}{rules}{after}"


def _rule(exemption: LeaseExemption) -> str:
    return f"""
  # The leader election of one controller, asked for by --lease: its own lease only.
  - level: None
    users: [{json.dumps(exemption.user, ensure_ascii=False)}]
    verbs: [get, update]
    namespaces: [{json.dumps(exemption.namespace)}]
    resources:
      - group: coordination.k8s.io
        resources: [leases]
        resourceNames: [{json.dumps(exemption.name)}]
"""


def _is_service_account(user: str) -> bool:
    parts = user.split(":")
    return len(parts) == 4 and bool(_NAMESPACE.fullmatch(parts[2]) and _LEASE.fullmatch(parts[3]))
