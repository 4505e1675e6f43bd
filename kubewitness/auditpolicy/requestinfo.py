"""What kube-apiserver derives from the HTTP method and the URI of a request, before it asks the audit policy.

``namespaces`` objects carry their own name as namespace; ``/api``, ``/apis/apps/v1`` and all that is neither under
``/api`` nor under ``/apis`` is no resource; a list or watch of one name has that name; a GET without a name is a list.
Equal in 1.24 to 1.37. Source: https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/request#RequestInfoFactory
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kubewitness.auditpolicy.listoptions import list_options
from kubewitness.auditpolicy.requesturi import UriError, split_uri

_VERBS: Final = {
    "POST": "create",
    "GET": "get",
    "HEAD": "get",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}
_PATH_VERBS: Final = frozenset({"proxy", "watch"})
_NAMESPACE_SUBRESOURCES: Final = frozenset({"status", "finalize"})


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """A request as the server sees it. ``verb`` is the server's (``list``), or the HTTP method in lower case.

    ``path`` is decoded. For a non-resource request everything behind ``path`` is empty.
    """

    verb: str
    resource_request: bool
    path: str
    api_group: str = ""
    api_version: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    namespace: str = ""


def resource_request_info(verb_http: str, uri: str) -> RequestInfo:
    """Of a request by its HTTP method (in the case in which it was sent) and its URI, from the first slash on.

    Raises UriError for a URI that the server refuses with 400, or with 500 because it names no resource.
    """
    path, query = split_uri(uri)
    place = _place(path)
    if place is None:
        return RequestInfo(verb_http.lower(), resource_request=False, path=path)
    verb, name = place.path_verb or _VERBS.get(verb_http, ""), place.name
    if verb == "get" and not name:
        options = list_options(query)
        verb, name = "watch" if options.watch else "list", options.name
    elif verb == "delete" and not name:
        verb = "deletecollection"
    return _info(verb, path, place, name)


def recorded_request_info(verb: str, uri: str) -> RequestInfo:
    """Of a recorded request by the ``verb`` and ``requestURI`` of its audit event. Raises UriError as above.

    The verb is what the policy saw: the server derives it once and writes that. The rest it derived from the URI
    alone, but for the name, which a field selector gives to a list or a watch that is not one by its path.
    """
    path, query = split_uri(uri)
    place = _place(path)
    if place is None:
        return RequestInfo(verb, resource_request=False, path=path)
    name = place.name
    if query and not name and not place.path_verb and verb in {"list", "watch"}:
        name = list_options(query).name
    return _info(verb, path, place, name)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a path says. ``path_verb``: the verb of the old ``/watch/`` and ``/proxy/`` paths, else empty."""

    api_group: str
    api_version: str
    path_verb: str
    namespace: str
    resource: str
    name: str
    subresource: str


def _info(verb: str, path: str, place: _Place, name: str) -> RequestInfo:
    return RequestInfo(
        verb,
        resource_request=True,
        path=path,
        api_group=place.api_group,
        api_version=place.api_version,
        resource=place.resource,
        subresource=place.subresource,
        name=name,
        namespace=place.namespace,
    )


def _place(path: str) -> _Place | None:
    """``None`` for a path that is no resource's. Slashes at both ends do not count, between parts they do."""
    parts = path.strip("/").split("/")
    head = {"api": 1, "apis": 2}.get(parts[0])
    if head is None or len(parts) < head + 2:
        return None
    group, version, rest = parts[1] if head == 2 else "", parts[head], parts[head + 1 :]
    path_verb = rest[0] if rest[0] in _PATH_VERBS else ""
    if path_verb:
        rest = rest[1:]
        if not rest:
            raise UriError(f"{path}: kube-apiserver cannot tell its resource, and refuses it before any audit")
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in _NAMESPACE_SUBRESOURCES:
            rest = rest[2:]
    return _Place(
        group,
        version,
        path_verb,
        namespace,
        resource=rest[0],
        name=rest[1] if len(rest) > 1 else "",
        subresource=rest[2] if len(rest) > 2 and path_verb != "proxy" else "",
    )
