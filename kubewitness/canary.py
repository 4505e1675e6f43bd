"""Our own request: what it asks for, at which level a policy records it, and whether the event found is it. Pure.

An anonymous GET of an object that does not exist: 403 where anonymous access is on, else 401, which the API server
records at stage ResponseStarted and without a user. It changes nothing and carries no credential.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy import Level, Policy, Stage, canary_attributes, evaluate

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion

#: It does not exist, so nothing is read; no rule of RBAC lets an anonymous user have it.
CANARY_PATH: Final = "/api/v1/namespaces/kube-system/configmaps/kubewitness-canary"


@dataclass(frozen=True, slots=True)
class Prediction:
    """The level at which the event is recorded, by the answer's code. ``Level.NONE``: not at all."""

    forbidden: Level
    unauthorized: Level

    def level(self, code: int) -> Level | None:
        """``None`` for a code that the canary does not expect."""
        return {403: self.forbidden, 401: self.unauthorized}.get(code)


def predict(policy: Policy, version: ServerVersion) -> Prediction:
    """What kube-apiserver of ``version`` with ``policy`` records of the canary."""
    return Prediction(
        forbidden=_level(policy, version, Stage.RESPONSE_COMPLETE, anonymous=True),
        unauthorized=_level(policy, version, Stage.RESPONSE_STARTED, anonymous=False),
    )


def _level(policy: Policy, version: ServerVersion, stage: Stage, *, anonymous: bool) -> Level:
    attributes = canary_attributes(CANARY_PATH.rpartition("/")[2], anonymous=anonymous)
    decision = evaluate(policy, attributes, version)
    return Level.NONE if stage in decision.omit_stages else decision.level


def recorded_level(lines: tuple[str, ...], canary_id: str) -> Level | None:
    """The level of the event among ``lines`` that really is our canary; ``None`` when none is.

    Callers choose the Audit-ID themselves, so the id alone proves nothing: path and verb must be ours too.
    """
    for line in lines:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(event, dict) or event.get("auditID") != canary_id:
            continue
        if event.get("verb") == "get" and event.get("requestURI") == CANARY_PATH and event.get("level") in set(Level):
            return Level(event["level"])
    return None
