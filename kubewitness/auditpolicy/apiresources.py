"""The resources that kube-apiserver itself serves, and those that it no longer does.

What a policy names outside of this is served by a custom resource, by an aggregated API, or by nobody. Sources:
https://kubernetes.io/docs/reference/kubernetes-api/,
https://kubernetes.io/docs/reference/using-api/deprecation-guide/ and
https://github.com/kubernetes/kubernetes/blob/v1.37.1/api/discovery/aggregated_v2.json
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.model import ServerVersion


ALL_VERBS: Final = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
"""The verbs of requests for resources. Authorization knows more of them; requests have no others."""


@dataclass(frozen=True, slots=True)
class ApiResource:
    """A resource, or ``resource/subresource``, of an API group; group ``""`` is the core group.

    ``last_minor``: the last minor of Kubernetes 1 that serves it; ``None``: the newest that is known does.
    """

    group: str
    name: str
    namespaced: bool
    last_minor: int | None = None

    def is_served(self, version: ServerVersion) -> bool:
        """Whether it was not removed before this version; from when on it is there does not matter."""
        return self.last_minor is None or version.minor <= self.last_minor


_TABLE: Final = {
    "": """
        bindings !componentstatuses configmaps endpoints events limitranges !namespaces/finalize,status
        !nodes/proxy,status persistentvolumeclaims/status !persistentvolumes/status
        pods/attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status podtemplates
        replicationcontrollers/scale,status resourcequotas/status secrets serviceaccounts/token services/proxy,status
    """,
    "admissionregistration.k8s.io": """
        !initializerconfigurations@13 !mutatingadmissionpolicies !mutatingadmissionpolicybindings
        !mutatingwebhookconfigurations !validatingadmissionpolicies/status !validatingadmissionpolicybindings
        !validatingwebhookconfigurations
    """,
    "apiextensions.k8s.io": "!customresourcedefinitions/status",
    "apiregistration.k8s.io": "!apiservices/status",
    "apps": """
        controllerrevisions daemonsets/status deployments/scale,status +deployments/rollback@17
        replicasets/scale,status statefulsets/scale,status
    """,
    "auditregistration.k8s.io": "!auditsinks@18",
    "authentication.k8s.io": "!selfsubjectreviews !tokenreviews",
    "authorization.k8s.io": """
        localsubjectaccessreviews !selfsubjectaccessreviews !selfsubjectrulesreviews !subjectaccessreviews
    """,
    "autoscaling": "horizontalpodautoscalers/status",
    "batch": "cronjobs/status jobs/status",
    "certificates.k8s.io": """
        !certificatesigningrequests/approval,status !clustertrustbundles podcertificaterequests/status
    """,
    "coordination.k8s.io": "leasecandidates leases",
    "discovery.k8s.io": "endpointslices",
    "events.k8s.io": "events",
    "flowcontrol.apiserver.k8s.io": "!flowschemas/status !prioritylevelconfigurations/status",
    "internal.apiserver.k8s.io": "!storageversions/status",
    "lifecycle.k8s.io": "evictionrequests/status evictions/status",
    "networking.k8s.io": """
        !clustercidrs@28 !ingressclasses ingresses/status !ipaddresses networkpolicies +networkpolicies/status@27
        !servicecidrs/status
    """,
    "node.k8s.io": "!runtimeclasses",
    "policy": "poddisruptionbudgets/status !podsecuritypolicies@24",
    "rbac.authorization.k8s.io": "!clusterrolebindings !clusterroles rolebindings roles",
    "resource.k8s.io": """
        !deviceclasses !devicetaintrules/status podschedulingcontexts/status@31 podschedulings/status@26
        resourceclaimparameters@30 resourceclaims/status resourceclaimtemplates !resourceclasses@30
        resourceclassparameters@30 !resourcepoolstatusrequests/status !resourceslices
    """,
    "scheduling.k8s.io": "compositepodgroups/status podgroups/status !priorityclasses workloads",
    "settings.k8s.io": "podpresets@19",
    "storage.k8s.io": """
        !csidrivers !csinodes/status csistoragecapacities !storageclasses !volumeattachments/status
        !volumeattributesclasses
    """,
    "storagemigration.k8s.io": "!storageversionmigrations/status",
    "extensions": """
        daemonsets/status@15 deployments/rollback,scale,status@15 ingresses/status@21 networkpolicies@15
        !podsecuritypolicies@15 replicasets/scale,status@15 replicationcontrollers/scale@15
    """,
}
"""``!``: without a namespace. ``a/b,c``: with subresources. ``+a/b``: without ``a``. ``@15``: by default until 1.15."""

_VERBS_OF: Final = {
    **dict.fromkeys(("binding", "eviction", "token"), ("create",)),
    **dict.fromkeys(("attach", "exec", "portforward"), ("get", "create")),
    "proxy": ("get", "create", "update", "patch", "delete"),
    "log": ("get",),
    "finalize": ("update",),
    "componentstatuses": ("get", "list"),
    "namespaces": ALL_VERBS[:-1],
}
"""Resources that do not know all verbs, and subresources that know others than get, update and patch."""

ADDED_GROUPS: Final = frozenset(
    {
        "app.k8s.io",
        "autoscaling.k8s.io",
        "cluster.k8s.io",
        "custom.metrics.k8s.io",
        "external.metrics.k8s.io",
        "gateway.networking.k8s.io",
        "groupsnapshot.storage.k8s.io",
        "metrics.k8s.io",
        "multicluster.k8s.io",
        "policy.networking.k8s.io",
        "snapshot.storage.k8s.io",
    }
)
"""Groups that end like the built-in ones and are served by add-ons of the Kubernetes project."""


def _parsed() -> Iterator[ApiResource]:
    for group, text in _TABLE.items():
        for token in text.split():
            written, _, last = token.lstrip("!+").partition("@")
            name, _, subresources = written.partition("/")
            names = [] if token.startswith("+") else [name]
            names += [f"{name}/{item}" for item in subresources.split(",") if item]
            for each in names:
                yield ApiResource(group, each, not token.startswith("!"), int(last) if last else None)


_RESOURCES: Final = {(item.group, item.name): item for item in _parsed()}
GROUPS: Final = frozenset(_TABLE)


def find(group: str, name: str) -> ApiResource | None:
    """The resource ``name`` (``pods``, ``pods/exec``) of the group; ``None``: no version from 1.12 on has served it."""
    return _RESOURCES.get((group, name))


def resources_of(group: str) -> tuple[ApiResource, ...]:
    """What the group has, subresources included."""
    return tuple(item for item in _RESOURCES.values() if item.group == group)


def homes_of(name: str, version: ServerVersion) -> tuple[ApiResource, ...]:
    """The resource in every group that has it, those first that this version still serves."""
    found = [item for item in _RESOURCES.values() if item.name == name]
    return tuple(sorted(found, key=lambda item: not item.is_served(version)))


def is_removed_group(group: str, version: ServerVersion) -> bool:
    """A group that kube-apiserver once had, of which this version serves nothing."""
    return group in GROUPS and not any(item.is_served(version) for item in resources_of(group))


def verbs_of(name: str) -> tuple[str, ...]:
    """The verbs that ``resource`` or ``resource/subresource`` knows; all eight where nothing else is known."""
    base, _, subresource = name.partition("/")
    if subresource:
        return _VERBS_OF.get(subresource, ("get", "update", "patch"))
    if base == "bindings" or base.endswith("reviews"):
        return ("create",)
    return _VERBS_OF.get(base, ALL_VERBS)
