"""The requests by which a policy is judged: what an intruder does, and what an investigator then asks for.

Whether a policy records enough is decided by putting these through the evaluator, never by looking at its text. Who
asks is somebody whom no policy names, unless the probe is about who asks. Sources of the attributes:
https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb and
https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/request#RequestInfoFactory
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.types import Level, Stage


@dataclass(frozen=True, slots=True)
class Probe:
    """One request.

    ``stages``: those at which its outcome is recorded, in their order; one that stays suffices. RequestReceived is
    never among them: it does not know yet how the request ends. ``title`` completes "the policy records …".
    ``leaks_from``: the level from which the event holds a secret or a token; ``None`` where no body of it does.
    """

    id: str
    title: str
    attributes: RequestAttributes
    stages: tuple[Stage, ...] = (Stage.RESPONSE_COMPLETE,)
    leaks_from: Level | None = None

    @property
    def stage(self) -> Stage:
        """The first stage at which the event is emitted."""
        return self.stages[0]


_STRANGER: Final = "kubewitness-probe"
_NAMESPACE: Final = "kubewitness-probe"
_NAME: Final = "kubewitness-probe"
_NODE: Final = ("system:node:kubewitness-probe", ("system:nodes", "system:authenticated"))
_MASTER: Final = ("kubewitness-probe", ("system:masters", "system:authenticated"))
_SERVICE_ACCOUNT: Final = (
    "system:serviceaccount:kube-system:kubewitness-probe",
    ("system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"),
)
_ANONYMOUS: Final = ("system:anonymous", ("system:unauthenticated",))
_NOBODY: Final[tuple[None, tuple[str, ...]]] = (None, ())

_LONG_RUNNING: Final = (Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE)
"""Watches and the subresources exec, attach, portforward, log and proxy: both stages carry the answer's code."""
_REFUSED: Final = (Stage.RESPONSE_STARTED,)
"""A failed authentication is recorded at this stage only."""

_RBAC: Final = "rbac.authorization.k8s.io"


def _request(
    verb: str, resource: str, *, group: str = "", name: str = "", namespace: str = _NAMESPACE
) -> RequestAttributes:
    """A request of the stranger. ``resource`` may be ``resource/subresource``; ``namespace`` ``""``: cluster-wide."""
    resource, _, subresource = resource.partition("/")
    parts = ["/apis", group, "v1"] if group else ["/api", "v1"]
    parts += ["namespaces", namespace] if namespace else []
    parts += [part for part in (resource, name, subresource) if part]
    return RequestAttributes(
        user=_STRANGER,
        groups=("system:authenticated",),
        verb=verb,
        api_group=group,
        resource=resource,
        subresource=subresource,
        name=name,
        namespace=namespace,
        path="/".join(parts),
    )


def _by(who: tuple[str | None, tuple[str, ...]], attributes: RequestAttributes) -> RequestAttributes:
    return replace(attributes, user=who[0], groups=who[1])


def canary_attributes(name: str, *, anonymous: bool) -> RequestAttributes:
    """The canary: a GET without credentials of a ConfigMap that does not exist.

    ``anonymous``: whether anonymous access is on (403, by system:anonymous) or off (401, by nobody).
    """
    request = _request("get", "configmaps", name=name, namespace="kube-system")
    return _by(_ANONYMOUS if anonymous else _NOBODY, request)


_SECRET: Final = _request("get", "secrets", name=_NAME)

_SECRETS: Final = (
    Probe("secrets-get", "reading a secret by name", _SECRET, leaks_from=Level.REQUEST_RESPONSE),
    Probe(
        "secrets-list",
        "listing the secrets of a namespace",
        _request("list", "secrets"),
        leaks_from=Level.REQUEST_RESPONSE,
    ),
    Probe(
        "secrets-list-all-namespaces",
        "listing the secrets of all namespaces",
        _request("list", "secrets", namespace=""),
        leaks_from=Level.REQUEST_RESPONSE,
    ),
    Probe("secrets-watch", "watching the secrets of a namespace", _request("watch", "secrets"), _LONG_RUNNING),
    Probe("secrets-create", "creating a secret", _request("create", "secrets"), leaks_from=Level.REQUEST),
    Probe("secrets-patch", "changing a secret", _request("patch", "secrets", name=_NAME), leaks_from=Level.REQUEST),
    Probe("secrets-delete", "deleting a secret", _request("delete", "secrets", name=_NAME)),
    Probe(
        "secrets-delete-collection",
        "deleting all secrets of a namespace",
        _request("deletecollection", "secrets"),
        leaks_from=Level.REQUEST_RESPONSE,
    ),
    Probe(
        "secrets-get-by-node",
        "a node reading a secret",
        _by(_NODE, _SECRET),
        leaks_from=Level.REQUEST_RESPONSE,
    ),
    Probe(
        "secrets-get-by-service-account",
        "a service account of kube-system reading a secret",
        _by(_SERVICE_ACCOUNT, _SECRET),
        leaks_from=Level.REQUEST_RESPONSE,
    ),
    Probe(
        "secrets-get-by-admin",
        "a member of system:masters reading a secret",
        _by(_MASTER, _SECRET),
        leaks_from=Level.REQUEST_RESPONSE,
    ),
    Probe(
        "impersonated-get",
        "reading a secret in another's name, recorded under the real user",
        replace(_by(_SERVICE_ACCOUNT, _SECRET), user="system:serviceaccount:kube-system:kubewitness-impersonator"),
        leaks_from=Level.REQUEST_RESPONSE,
    ),
    Probe(
        "service-account-token",
        "issuing a token of a service account",
        _request("create", "serviceaccounts/token", name=_NAME),
        leaks_from=Level.REQUEST_RESPONSE,
    ),
    Probe(
        "token-review",
        "having a token checked",
        _request("create", "tokenreviews", group="authentication.k8s.io", namespace=""),
        leaks_from=Level.REQUEST,
    ),
    Probe(
        "configmaps-write",
        "changing a ConfigMap of kube-system",
        _request("update", "configmaps", name=_NAME, namespace="kube-system"),
        leaks_from=Level.REQUEST,
    ),
)

_INTO_PODS: Final = tuple(
    Probe(f"{short}-{verb}", title.format(how), _request(verb, f"pods/{subresource}", name=_NAME), _LONG_RUNNING)
    for short, subresource, title in (
        ("exec", "exec", "running a command in a container over {}"),
        ("attach", "attach", "attaching to a container over {}"),
        ("portforward", "portforward", "forwarding a port of a pod over {}"),
    )
    for verb, how in (("get", "WebSocket (get)"), ("create", "SPDY (create)"))
)

_WORKLOADS: Final = (
    Probe("logs-get", "reading the log of a container", _request("get", "pods/log", name=_NAME), _LONG_RUNNING),
    Probe(
        "ephemeral-containers",
        "putting a debug container into a pod",
        _request("patch", "pods/ephemeralcontainers", name=_NAME),
    ),
    Probe("pods-create", "creating a pod", _request("create", "pods")),
    Probe("pods-create-by-node", "a node creating a pod", _by(_NODE, _request("create", "pods"))),
    Probe("pods-delete", "deleting a pod", _request("delete", "pods", name=_NAME)),
    Probe("workloads-patch", "changing a Deployment", _request("patch", "deployments", group="apps", name=_NAME)),
    Probe(
        "network-policy-delete",
        "deleting a NetworkPolicy",
        _request("delete", "networkpolicies", group="networking.k8s.io", name=_NAME),
    ),
    Probe("events-delete", "deleting Kubernetes events", _request("deletecollection", "events")),
    # a Namespace object carries its own name as its namespace
    Probe(
        "namespace-delete",
        "deleting a namespace",
        replace(
            _request("delete", "namespaces", name=_NAMESPACE, namespace=""),
            namespace=_NAMESPACE,
        ),
    ),
    Probe(
        "crd-object-write",
        "creating an object of a custom resource",
        _request("create", "probes", group="kubewitness.example.com"),
    ),
)

_CONTROL: Final = (
    Probe(
        "rbac-write",
        "creating a ClusterRoleBinding",
        _request("create", "clusterrolebindings", group=_RBAC, namespace=""),
    ),
    Probe(
        "rbac-patch",
        "changing a ClusterRole",
        _request("patch", "clusterroles", group=_RBAC, name=_NAME, namespace=""),
    ),
    Probe("rbac-delete", "deleting a RoleBinding", _request("delete", "rolebindings", group=_RBAC, name=_NAME)),
    Probe(
        "webhook-write",
        "creating an admission webhook",
        _request("create", "mutatingwebhookconfigurations", group="admissionregistration.k8s.io", namespace=""),
    ),
    Probe(
        "csr-approve",
        "approving a certificate request",
        _request(
            "update", "certificatesigningrequests/approval", group="certificates.k8s.io", name=_NAME, namespace=""
        ),
    ),
    Probe(
        "nodes-proxy-get",
        "reaching a kubelet through the API server",
        _request("get", "nodes/proxy", name=_NAME, namespace=""),
        _LONG_RUNNING,
    ),
)

_STRANGERS: Final = (
    Probe("failed-login", "a failed login", _by(_NOBODY, _request("list", "pods")), _REFUSED),
    Probe(
        "failed-login-discovery",
        "a failed login at a path that is no resource",
        RequestAttributes(user=None, verb="get", resource_request=False, path="/version"),
        _REFUSED,
    ),
    Probe("anonymous-get", "an anonymous request for an object", canary_attributes(_NAME, anonymous=True)),
    Probe(
        "unauthenticated-get",
        "the same request where anonymous access is off",
        canary_attributes(_NAME, anonymous=False),
        _REFUSED,
    ),
)

PROBES: Final[tuple[Probe, ...]] = (*_SECRETS, *_INTO_PODS, *_WORKLOADS, *_CONTROL, *_STRANGERS)
