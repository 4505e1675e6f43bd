"""A probe, and how its request is put together.

Who asks is somebody whom no policy names, unless the probe is about who asks. Sources of the attributes:
https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb and
https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/request#RequestInfoFactory
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kubewitness.auditpolicy import membership
from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.membership import Who
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

    def leaks_at(self, level: Level) -> bool:
        """Whether an event of this level holds a secret or a token."""
        return self.leaks_from is not None and level.rank >= self.leaks_from.rank


NAME: Final = "kubewitness-probe"
NAMESPACE: Final = "kubewitness-probe"
STRANGER: Final[Who] = ("kubewitness-probe", ("system:authenticated",))
MASTER: Final[Who] = ("kubewitness-probe", ("system:masters", "system:authenticated"))
NODE: Final[Who] = ("system:node:kubewitness-probe", ("system:nodes", "system:authenticated"))
ANONYMOUS: Final[Who] = ("system:anonymous", ("system:unauthenticated",))
NOBODY: Final[Who] = (None, ())
CONTROLLERS: Final[Who] = ("system:kube-controller-manager", ("system:authenticated",))
SCHEDULER: Final[Who] = ("system:kube-scheduler", ("system:authenticated",))


def service_account(name: str, namespace: str = "kube-system") -> Who:
    """A service account, with the groups that the server gives it."""
    user = membership.service_account(namespace, name)
    return user, membership.usual_groups(user)


LONG_RUNNING: Final = (Stage.RESPONSE_STARTED, Stage.RESPONSE_COMPLETE)
"""Watches and the subresources exec, attach, portforward, log and proxy: both stages carry the answer's code."""
REFUSED: Final = (Stage.RESPONSE_STARTED,)
"""A failed authentication is recorded at this stage only."""

RBAC: Final = "rbac.authorization.k8s.io"
ADMISSION: Final = "admissionregistration.k8s.io"


def request(
    verb: str, resource: str, *, group: str = "", name: str = "", namespace: str = NAMESPACE
) -> RequestAttributes:
    """A request of the stranger. ``resource`` may be ``resource/subresource``; ``namespace`` ``""``: cluster-wide."""
    resource, _, subresource = resource.partition("/")
    parts = ["/apis", group, "v1"] if group else ["/api", "v1"]
    parts += ["namespaces", namespace] if namespace else []
    parts += [part for part in (resource, name, subresource) if part]
    return RequestAttributes(
        user=STRANGER[0],
        groups=STRANGER[1],
        verb=verb,
        api_group=group,
        resource=resource,
        subresource=subresource,
        name=name,
        namespace=namespace,
        path="/".join(parts),
    )


def on_namespace(verb: str, name: str, subresource: str = "") -> RequestAttributes:
    """A request for a Namespace object, which carries its own name as its namespace."""
    resource = f"namespaces/{subresource}" if subresource else "namespaces"
    return replace(request(verb, resource, name=name, namespace=""), namespace=name)


def on_path(verb: str, path: str, who: Who = STRANGER) -> RequestAttributes:
    """A request for a path that is no resource."""
    return RequestAttributes(user=who[0], groups=who[1], verb=verb, resource_request=False, path=path)


def by(who: Who, attributes: RequestAttributes) -> RequestAttributes:
    """The same request of somebody else."""
    return replace(attributes, user=who[0], groups=who[1])


def canary_attributes(name: str, *, anonymous: bool) -> RequestAttributes:
    """The canary: a GET without credentials of a ConfigMap that does not exist.

    ``anonymous``: whether anonymous access is on (403, by system:anonymous) or off (401, by nobody).
    """
    asked = request("get", "configmaps", name=name, namespace="kube-system")
    return by(ANONYMOUS if anonymous else NOBODY, asked)
