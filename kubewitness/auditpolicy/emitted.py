"""What a request leaves in the log if a policy records all of it: at which stages there is an event, with what body.

Sources: https://pkg.go.dev/k8s.io/apiserver/pkg/server/filters#BasicLongRunningRequestCheck,
https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/filters/authn_audit.go,
https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/filters/audit.go and, for bodies, the callers of
https://github.com/kubernetes/apiserver/blob/master/pkg/audit/request.go
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.types import Level, Stage

if TYPE_CHECKING:
    from kubewitness.auditpolicy.evaluate import RequestAttributes

STREAMS: Final = frozenset({"attach", "exec", "portforward"})
"""Subresources that are asked for by get (WebSocket) or create (SPDY), as the client connects."""
PASSED_THROUGH: Final = STREAMS | {"log", "proxy"}
"""Subresources behind which there is no object: what goes through them is recorded by nobody. They go on for long."""
LONG_VERBS: Final = frozenset({"watch", "proxy"})
LONG_PATHS: Final = "/debug/pprof/"
NEITHER_NOR: Final = frozenset({"delete", "deletecollection", "get", "list", "patch"})
"""Verbs whose request holds no object: at most options, or a patch."""

SHORT_STAGES: Final = frozenset(Stage) - {Stage.RESPONSE_STARTED}
REFUSED_STAGES: Final = frozenset({Stage.RESPONSE_STARTED})


@dataclass(frozen=True, slots=True)
class Emitted:
    """``stages``: those at which the request can have an event.

    ``object_from``: the level from which on the event holds an object, and with it managed fields; ``None``: it never
    does.
    """

    stages: frozenset[Stage]
    object_from: Level | None

    def is_told(self, omitted: frozenset[Stage]) -> bool:
        """Whether an event is left where these stages are omitted. That of a panic does not count: there is none."""
        return not self.stages <= omitted | {Stage.PANIC}

    def has_object(self, level: Level) -> bool:
        """Whether an event of this level holds an object."""
        return self.object_from is not None and level.rank >= self.object_from.rank


def emitted(asked: RequestAttributes) -> Emitted:
    """What the request leaves if all is recorded. A failed login has one event; short answers do not start."""
    if asked.user is None:
        return Emitted(REFUSED_STAGES, None)
    return Emitted(frozenset(Stage) if is_long_running(asked) else SHORT_STAGES, object_from(asked))


def is_long_running(asked: RequestAttributes) -> bool:
    """It goes on for long, and alone has the stage ResponseStarted."""
    if asked.verb in LONG_VERBS:
        return True
    if asked.resource_request:
        return asked.subresource in PASSED_THROUGH
    return asked.path.startswith(LONG_PATHS)


def object_from(asked: RequestAttributes) -> Level | None:
    """As ``Emitted.object_from``, of somebody who is logged in."""
    if not asked.resource_request or asked.verb in LONG_VERBS or asked.subresource in PASSED_THROUGH:
        return None
    return Level.REQUEST_RESPONSE if asked.verb in NEITHER_NOR else Level.REQUEST
