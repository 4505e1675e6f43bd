"""What has to be known of an event to judge it: less of it is read, and fewer sorts of events are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from kubewitness.auditpolicy.evaluate import decision_of
from kubewitness.auditpolicy.types import Level

if TYPE_CHECKING:
    from kubewitness.auditpolicy.types import Policy


@dataclass(frozen=True, slots=True)
class Needs:
    """Of one policy. ``groups``: some rule asks for a user's groups. ``namespaces`` and ``names``: those it mentions.

    ``request_managed`` and ``response_managed``: it takes managed fields out of bodies that it keeps, and how large
    they are matters. ``keeps_managed``: it keeps them somewhere, and whether the recording has any matters. ``ids``: it
    keeps requests at some stages only, and which events are of one request matters.
    """

    groups: bool
    namespaces: tuple[str, ...]
    names: tuple[str, ...]
    request_managed: bool
    response_managed: bool
    keeps_managed: bool
    ids: bool

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Worked out from its rules."""
        decisions = [decision_of(policy, index) for index in range(len(policy.rules))]
        with_bodies = [decision for decision in decisions if decision.level.rank >= Level.REQUEST.rank]
        omitting = [decision for decision in with_bodies if decision.omit_managed_fields]
        entries = [entry for rule in policy.rules for entry in rule.resources]
        return cls(
            groups=any(rule.user_groups for rule in policy.rules),
            namespaces=tuple(dict.fromkeys(name for rule in policy.rules for name in rule.namespaces)),
            names=tuple(dict.fromkeys(name for entry in entries for name in entry.resource_names)),
            request_managed=bool(omitting),
            response_managed=any(decision.level is Level.REQUEST_RESPONSE for decision in omitting),
            keeps_managed=len(omitting) < len(with_bodies),
            ids=any(decision.level is not Level.NONE and decision.omit_stages for decision in decisions),
        )
