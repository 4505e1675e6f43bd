"""What kubectl's own words make it ask the server for, request by request.

Left out is what it asks about the API itself, and what it looks up while it waits. Source:
https://github.com/kubernetes/kubectl/tree/master/pkg (cmd, drain, scale)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

API_VERBS: Final = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
STREAMING: Final = frozenset({"exec", "attach", "portforward"})
"""Subresources for which the verb depends on how the client connects."""
WEBSOCKET: Final = "over WebSocket, as kubectl 1.31 and newer connect"
SPDY: Final = "over SPDY, as older ones and some libraries connect"


@dataclass(frozen=True, slots=True)
class Step:
    """One request. ``resource`` empty: the one that is asked about; ``subresource`` of it. ``named``: with its name."""

    verb: str
    why: str
    subresource: str = ""
    resource: str = ""
    named: bool = True
    all_namespaces: bool = False


_LOOK: Final = Step("get", "kubectl looks at the object first")
_CHANGE: Final = Step("patch", "the change")


def _into(subresource: str) -> tuple[Step, ...]:
    return (_LOOK, Step("get", WEBSOCKET, subresource), Step("create", SPDY, subresource))


STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    "annotate": (_LOOK, _CHANGE),
    "apply": (
        Step("get", "is it there already?"),
        Step("create", "if it is not", named=False),
        Step("patch", "if it is; with --server-side in any case"),
    ),
    "attach": _into("attach"),
    "cordon": (_LOOK, _CHANGE),
    "cp": _into("exec"),
    "debug": (
        _LOOK,
        Step("patch", "the debug container is put into the pod", "ephemeralcontainers"),
        Step("get", WEBSOCKET, "attach"),
        Step("create", SPDY, "attach"),
    ),
    "describe": (Step("get", "the object"), Step("list", "its events", resource="events", named=False)),
    "drain": (
        _LOOK,
        Step("patch", "the node is cordoned"),
        Step("list", "its pods", resource="pods", named=False, all_namespaces=True),
        Step("create", "each of them is evicted, in its own namespace", "eviction", "pods"),
        Step("delete", "or deleted, with --disable-eviction", resource="pods"),
    ),
    "edit": (_LOOK, _CHANGE),
    "exec": _into("exec"),
    "label": (_LOOK, _CHANGE),
    "logs": (_LOOK, Step("get", "the log", "log")),
    "port-forward": _into("portforward"),
    "replace": (_LOOK, Step("update", "the change")),
    "run": (Step("create", "the pod", named=False),),
    "scale": (
        _LOOK,
        Step("patch", "the change", "scale"),
        Step("update", "the change, with --current-replicas", "scale"),
    ),
    "taint": (_LOOK, _CHANGE),
    "uncordon": (_LOOK, _CHANGE),
}
"""Word of kubectl -> the requests that it causes, in their order."""

ON_PODS: Final = frozenset({"attach", "cp", "debug", "exec", "logs", "port-forward", "run"})
"""Words whose object is a pod where no resource is said."""
ON_NODES: Final = frozenset({"cordon", "drain", "uncordon"})

NODE_DEBUG: Final = (
    Step("get", "kubectl looks at the node first", resource="nodes"),
    Step("create", "a pod on the node, with its file system", resource="pods", named=False),
    Step("get", WEBSOCKET, "attach", "pods"),
    Step("create", SPDY, "attach", "pods"),
)
"""`kubectl debug node/NAME`."""

AUTHORIZATION_ONLY: Final = frozenset({"impersonate", "bind", "escalate", "approve", "sign", "attest", "use"})
"""Verbs that no request has: the server asks its authorizer about them while it serves another request."""
