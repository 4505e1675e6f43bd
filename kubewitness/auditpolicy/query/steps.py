"""What kubectl's own words make it ask the server for, request by request.

Taken from the audit log of a kube-apiserver 1.37 that kubectl 1.37 and 1.34 were run against. Left out is what kubectl
asks about the API itself, and what it looks up while it waits for an object to be gone. Source:
https://github.com/kubernetes/kubectl/tree/master/pkg (cmd, drain, scale, describe)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

API_VERBS: Final = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
WEBSOCKET: Final = "over WebSocket, as kubectl 1.31 and newer connect"
SPDY: Final = "over SPDY, as older ones and some libraries connect"


@dataclass(frozen=True, slots=True)
class Step:
    """One request. ``resource`` empty: the one that is asked about; ``subresource`` of it. ``named``: with its name.

    ``finds``: where no name is said, a list takes its place. ``everywhere``: of all namespaces, or of none.
    ``namespace``: a fixed one, in which something has the name of the object. ``elsewhere``: in that of something which
    was found, whatever the query says.
    """

    verb: str
    why: str
    subresource: str = ""
    resource: str = ""
    named: bool = True
    finds: bool = False
    everywhere: bool = False
    namespace: str = ""
    elsewhere: bool = False


LOOK: Final = Step("get", "kubectl looks at the object first", finds=True)
_CHANGE: Final = Step("patch", "the change")
_CHANGE_UNLESS_LISTED: Final = Step("patch", "the change; none with --list")


def _into(subresource: str, resource: str = "", when: str = "") -> tuple[Step, ...]:
    return (
        Step("get", f"{when}{WEBSOCKET}", subresource, resource),
        Step("create", f"{when}{SPDY}", subresource, resource),
    )


_INTERACTIVE: Final = (
    Step("watch", "with -i: until it runs", resource="pods"),
    *_into("attach", "pods", "with -i: "),
    Step("get", "with -i: what it has said", "log", "pods"),
)

STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    "annotate": (LOOK, _CHANGE_UNLESS_LISTED),
    "apply": (
        Step("get", "is it there already? not asked with --server-side"),
        Step("get", "if it is not: is its namespace there?", resource="namespaces"),
        Step("create", "if it is not", named=False),
        Step("patch", "if it is and differs; with --server-side in any case"),
    ),
    "apply edit-last-applied": (LOOK, _CHANGE),
    "apply set-last-applied": (LOOK, _CHANGE),
    "apply view-last-applied": (LOOK,),
    "attach": (LOOK, *_into("attach")),
    "auth can-i": (
        Step(
            "create",
            "whether you may; not with --list",
            resource="selfsubjectaccessreviews.authorization.k8s.io",
            named=False,
        ),
        Step("create", "with --list", resource="selfsubjectrulesreviews.authorization.k8s.io", named=False),
    ),
    "auth whoami": (Step("create", "who you are", resource="selfsubjectreviews.authentication.k8s.io", named=False),),
    "autoscale": (
        LOOK,
        Step("create", "the autoscaler", resource="horizontalpodautoscalers.autoscaling", named=False),
    ),
    "certificate approve": (LOOK, Step("update", "the approval", "approval")),
    "certificate deny": (LOOK, Step("update", "the denial", "approval")),
    "cordon": (LOOK, _CHANGE),
    "cp": (LOOK, *_into("exec")),
    "debug": (
        LOOK,
        Step("patch", "the debug container is put into the pod; not with --copy-to", "ephemeralcontainers"),
        Step("create", "or, with --copy-to, a copy of the pod", named=False),
        *_INTERACTIVE,
    ),
    "describe": (LOOK, Step("get", "the object")),
    "diff": (
        Step("get", "the object as it is"),
        Step("patch", "what it would become: a dry run, which is audited as any other patch"),
        Step("create", "if it is not there: a dry run too", named=False),
    ),
    "drain": (
        LOOK,
        Step("patch", "the node is cordoned, if it is not yet"),
        Step("list", "its pods", resource="pods", named=False, everywhere=True),
        Step(
            "create",
            "each of them is evicted, in its own namespace; not with --disable-eviction",
            "eviction",
            "pods",
            elsewhere=True,
        ),
        Step("delete", "or deleted, with --disable-eviction", resource="pods", elsewhere=True),
    ),
    "edit": (LOOK, _CHANGE),
    "exec": (LOOK, *_into("exec")),
    "expose": (LOOK, Step("create", "the service", resource="services", named=False)),
    "label": (LOOK, _CHANGE_UNLESS_LISTED),
    "logs": (LOOK, Step("get", "the log", "log")),
    "port-forward": (LOOK, *_into("portforward")),
    "replace": (
        Step("get", "kubectl looks at the object first"),
        Step("update", "the change"),
        Step("delete", "with --force, in place of the update"),
        Step("create", "and then, with --force", named=False),
    ),
    "rollout history": (LOOK,),
    "rollout pause": (LOOK, _CHANGE),
    "rollout restart": (LOOK, _CHANGE),
    "rollout resume": (LOOK, _CHANGE),
    "rollout status": (LOOK, Step("watch", "until it is done")),
    "rollout undo": (LOOK, Step("patch", "the change, if there is a revision to go back to")),
    "run": (
        Step("create", "the pod", named=False),
        *_INTERACTIVE,
        Step("get", "with --rm"),
        Step("delete", "with --rm"),
        Step("create", "with --expose", resource="services", named=False),
    ),
    "scale": (
        LOOK,
        Step("patch", "the change; with --current-replicas it is an update", "scale"),
        Step("get", "with --current-replicas", "scale"),
        Step("update", "the change, with --current-replicas", "scale"),
    ),
    "set env": (LOOK, _CHANGE_UNLESS_LISTED),
    "set image": (LOOK, _CHANGE),
    "set resources": (LOOK, _CHANGE),
    "set selector": (LOOK, _CHANGE),
    "set serviceaccount": (LOOK, _CHANGE),
    "set subject": (LOOK, _CHANGE),
    "taint": (LOOK, _CHANGE),
    "top nodes": (
        Step("get", "its usage, from the metrics server", resource="nodes.metrics.k8s.io", finds=True, everywhere=True),
        Step("get", "how large it is", finds=True),
    ),
    "top pods": (
        Step("get", "its usage, from the metrics server", resource="pods.metrics.k8s.io", finds=True),
        Step("get", "if there is none: is the pod too young?", finds=True),
    ),
    "uncordon": (LOOK, _CHANGE),
    "wait": (LOOK, Step("watch", "until it is so")),
}
"""Word of kubectl -> the requests that it causes, in their order. Where two are possible, both are there."""

SAME_WORDS: Final[Mapping[str, str]] = {
    "set sa": "set serviceaccount",
    "top node": "top nodes",
    "top no": "top nodes",
    "top pod": "top pods",
    "top po": "top pods",
}
HEADS: Final = frozenset(word.partition(" ")[0] for word in STEPS if " " in word)
"""Words that another one follows."""

USUAL: Final[Mapping[str, str]] = {
    **dict.fromkeys(("attach", "cp", "debug", "exec", "logs", "port-forward", "run", "top pods"), "pods"),
    **dict.fromkeys(("cordon", "drain", "uncordon", "top nodes"), "nodes"),
    **dict.fromkeys(("certificate approve", "certificate deny"), "certificatesigningrequests"),
}
"""What a word is about where no resource is said."""
INTO_PODS: Final = frozenset({"attach", "debug", "exec", "logs", "port-forward"})
"""Words that find a pod of what is said: of a deployment, a service."""
ABOUT_NOTHING: Final = frozenset({"auth can-i", "auth whoami"})
WITHOUT_NAMES: Final = frozenset({
    "describe", "edit", "rollout history", "rollout pause", "rollout restart", "rollout resume", "rollout status",
    "rollout undo", "top nodes", "top pods",
})  # fmt: skip
"""Words that take every object where none is named."""

_NODE_DEBUG: Final = (
    LOOK,
    Step("create", "a pod on the node, with its file system", resource="pods", named=False),
    *_INTERACTIVE,
)

_EVENTLESS: Final = frozenset({
    "clusterrolebindings", "clusterroles", "limitranges", "namespaces", "networkpolicies", "resourcequotas",
    "rolebindings", "roles", "secrets",
})  # fmt: skip
_PODS: Final = Step("list", "its pods", resource="pods", named=False)
_SLICES: Final = Step("list", "its endpoints", resource="endpointslices.discovery.k8s.io", named=False)
_SEEN_BESIDE: Final[Mapping[str, tuple[Step, ...]]] = {
    **dict.fromkeys(("daemonsets", "replicasets", "replicationcontrollers", "statefulsets"), (_PODS,)),
    "deployments": (Step("list", "its replica sets", resource="replicasets.apps", named=False),),
    "ingresses": (_SLICES, Step("get", "its services", resource="services")),
    "namespaces": (
        Step("list", "its quotas", resource="resourcequotas", named=False),
        Step("list", "its limits", resource="limitranges", named=False),
    ),
    "nodes": (
        Step("list", "its pods", resource="pods", named=False, everywhere=True),
        Step("list", "its devices; newer kubectl only", resource="resourceslices.resource.k8s.io", named=False),
        Step("get", "when it was heard of", resource="leases.coordination.k8s.io", namespace="kube-node-lease"),
    ),
    "persistentvolumeclaims": (_PODS,),
    "serviceaccounts": (Step("list", "its tokens: kubectl 1.34, no longer 1.37", resource="secrets", named=False),),
    "services": (_SLICES,),
}
"""What `kubectl describe` looks at too."""


def steps_of(word: str, resource: str, *, namespaced: bool) -> tuple[Step, ...]:
    """The requests of a word about this resource."""
    match word:
        case "debug" if resource == "nodes":
            return _NODE_DEBUG
        case "describe":
            why = "its events, if it is one object"
            events = Step("list", why, resource="events", named=False, everywhere=not namespaced)
            beside = () if resource in _EVENTLESS else (events,)
            return (*STEPS[word], *_SEEN_BESIDE.get(resource, ()), *beside)
        case "rollout history" | "rollout undo":
            kind = "replicasets.apps" if resource == "deployments" else "controllerrevisions.apps"
            look, *change = STEPS[word]
            return (look, Step("list", "what it was before", resource=kind, named=False), *change)
        case _:
            return STEPS[word]


AUTHORIZATION_ONLY: Final = frozenset({"impersonate", "bind", "escalate", "approve", "sign", "attest", "use"})
"""Verbs that no request has: the server asks its authorizer about them while it serves another request."""

_NOTHING: Final = "it asks the server for nothing"
_API: Final = "it asks about the API only: write 'get /api', 'get /apis' or 'get /openapi/v3'"
INSTEAD: Final[Mapping[str, str]] = {
    **dict.fromkeys(("completion", "config", "kuberc", "kustomize", "options", "plugin"), _NOTHING),
    **dict.fromkeys(("api-resources", "api-versions", "explain"), _API),
    "alpha": "its words change: write the requests one by one",
    "auth reconcile": "write the requests one by one: 'get', 'create' and 'update' of its roles and bindings",
    "cluster-info": "write 'list services -n kube-system'; with dump kubectl lists much more, and reads every log",
    "events": "write 'list events -n prod'",
    "proxy": "it sends what others ask it for: write their requests",
    "version": "write 'get /version'",
}
"""Words of kubectl that are no question here, and what to write in their place."""
