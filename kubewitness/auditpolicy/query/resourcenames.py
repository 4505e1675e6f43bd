"""The resource that somebody means: ``po``, ``deploy``, ``secret``, ``deployments.apps``, ``deployments.v1.apps``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.apiresources import GROUPS, find, homes_of, resources_of
from kubewitness.auditpolicy.query.options import EXAMPLE, QueryError

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion

_SHORT: Final = {
    "cm": "configmaps", "cs": "componentstatuses", "ep": "endpoints", "ev": "events", "limits": "limitranges",
    "no": "nodes", "ns": "namespaces", "po": "pods", "pv": "persistentvolumes", "pvc": "persistentvolumeclaims",
    "quota": "resourcequotas", "rc": "replicationcontrollers", "sa": "serviceaccounts", "svc": "services",
    "cj": "cronjobs", "crd": "customresourcedefinitions", "crds": "customresourcedefinitions",
    "csr": "certificatesigningrequests", "deploy": "deployments", "ds": "daemonsets",
    "hpa": "horizontalpodautoscalers", "ing": "ingresses", "netpol": "networkpolicies", "pc": "priorityclasses",
    "pdb": "poddisruptionbudgets", "rs": "replicasets", "sc": "storageclasses", "sts": "statefulsets",
    "vap": "validatingadmissionpolicies",
}  # fmt: skip
"""As `kubectl api-resources` lists them."""
_RESOURCE: Final = re.compile(r"[\w.-]+")
_VERSION: Final = re.compile(r"v\d+((alpha|beta)\d+)?")
_CUSTOM_SUBRESOURCES: Final = frozenset({"status", "scale"})
"""Those that a custom resource can have."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A resource. ``namespaced`` is ``None`` where the server does not serve it itself: nobody knows then.

    ``elsewhere``: other groups that have it too. ``known``: the server serves it, or did.
    """

    group: str
    resource: str
    subresource: str
    name: str
    namespaced: bool | None
    known: bool
    elsewhere: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """``pods/exec``."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def meant(text: str, group: str | None, version: ServerVersion) -> Meant:
    """The resource that ``text`` names. ``group``: where it is said apart; ``None``: by the text, or the usual one.

    What stands behind a slash is a subresource where there is one of that name, else the name of an object; in
    ``deploy/web/scale`` it is both. Raises QueryError for several resources.
    """
    written, _, behind = text.partition("/")
    if "://" in text:
        path = f"/{text.partition('://')[2].partition('/')[2]}"
        raise QueryError(f"{text[:60]}: an address: write the path alone, as in 'get {path[:60]}'")
    if "," in written:
        raise QueryError(f"{text}: one resource at a time: leave {text.partition(',')[2]} out")
    if not written:
        raise QueryError(f"{text or 'an empty word'}: no resource: write it as {EXAMPLE}")
    if not _RESOURCE.fullmatch(written):
        raise QueryError(f"{text[:60]}: no resource: its name has letters, digits, - and . only, as in {EXAMPLE}")
    resource, _, suffix = written.partition(".")
    if suffix and group is None:
        first, _, rest = suffix.partition(".")
        group = rest if _VERSION.fullmatch(first) else suffix
    resource = _plural(resource)
    homes = homes_of(resource, version)
    if group is None:
        group = homes[0].group if homes else ""
    known = find(group, resource)
    name, slash, subresource = behind.rpartition("/")
    if not slash:
        is_subresource = _is_subresource(group, resource, behind, known=known is not None)
        name, subresource = ("", behind) if is_subresource else (behind, "")
    return Meant(
        group,
        resource,
        subresource,
        name,
        None if known is None else known.namespaced,
        known is not None,
        tuple(home.group for home in homes if home.group != group and home.is_served(version)),
    )


def _is_subresource(group: str, resource: str, text: str, *, known: bool) -> bool:
    if not text:
        return False
    return find(group, f"{resource}/{text}") is not None if known else text in _CUSTOM_SUBRESOURCES


def _plural(text: str) -> str:
    """The resource that a short or a singular name stands for; any other text is what it is."""
    lowered = text.lower()
    return _SHORT.get(lowered) or _SINGULARS.get(lowered, lowered)


def _singular(resource: str) -> str:
    if resource.endswith("ies"):
        return f"{resource[:-3]}y"
    if resource.endswith(("sses", "statuses")):
        return resource[:-2]
    return resource.removesuffix("s")


_SINGULARS: Final = {_singular(item.name): item.name for group in GROUPS for item in resources_of(group)}
