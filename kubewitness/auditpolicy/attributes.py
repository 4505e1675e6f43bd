"""A JSON object that describes a request, as the attributes by which kube-apiserver asks its policy.

Either the fields of ``authorizer.Attributes``, or a whole audit event: there the attributes come from ``verb`` and
``requestURI``, because ``objectRef`` is completed from the object after the policy has decided.
Sources: https://pkg.go.dev/k8s.io/apiserver/pkg/authorization/authorizer#Attributes and
https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.identity import GROUP
from kubewitness.auditpolicy.requestinfo import RequestInfo, recorded_request_info
from kubewitness.auditpolicy.requesturi import UriError
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS: Final = ("verb", "apiGroup", "resource", "subresource", "name", "namespace", "path")
FIELDS: Final = frozenset({*_TEXTS, "user", "groups", "resourceRequest", "apiVersion"})
"""What an object that is no event may hold. ``apiVersion`` is there for completeness: no policy looks at it."""

_ONLY_IN_EVENTS: Final = ("requestURI", "auditID", "objectRef")
_WORDS: Final = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "a string"}
_LONGEST_REMEMBERED: Final = 1024
_LONGEST_SHOWN: Final = 80


class RecordError(KubewitnessError):
    """The object describes no request; the text says which field is to blame."""


def attributes_of(record: Mapping[str, Any]) -> RequestAttributes:
    """The request that a JSON object describes. ``null`` is as good as absent everywhere.

    Fields: ``user`` (absent: none, a failed authentication), ``groups``, ``verb``, ``apiGroup``, ``resource``,
    ``subresource``, ``name``, ``namespace``, ``path``, and ``resourceRequest`` (absent: true if ``resource`` is there
    and not empty); texts are empty where absent. An unknown field is an error: a misspelt one would change the answer.

    An audit event is an object with ``requestURI``, ``auditID`` or ``objectRef``, or of kind Event; its other fields
    are not looked at. Raises RecordError.
    """
    if is_event(record):
        return _of_event(record)
    if not record.keys() <= FIELDS:
        raise RecordError(_unknown(record))
    user = record.get("user")
    if user is not None and not isinstance(user, str):
        raise _mistyped("user", "a string or null", user)
    verb, api_group, resource, subresource, name, namespace, path = [_text(record, key) for key in _TEXTS]
    resource_request = record.get("resourceRequest")
    if resource_request is None:
        resource_request = bool(resource)
    elif not isinstance(resource_request, bool):
        raise _mistyped("resourceRequest", "a boolean", resource_request)
    groups = _groups(record.get("groups"), "groups")
    return RequestAttributes(
        user, groups, verb, resource_request, api_group, resource, subresource, name, namespace, path
    )


def is_event(record: Mapping[str, Any]) -> bool:
    """Whether the object is meant to be an audit event."""
    return "requestURI" in record or "auditID" in record or "objectRef" in record or "kind" in record


def _of_event(event: Mapping[str, Any]) -> RequestAttributes:
    _require_audit_event(event)
    user, groups = _user(event)
    verb, uri = _text(event, "verb"), _text(event, "requestURI")
    if not uri:
        return _of_object_ref(event, user, groups, verb)
    try:
        info = _remembered(verb, uri) if len(uri) <= _LONGEST_REMEMBERED else recorded_request_info(verb, uri)
    except UriError as error:
        raise RecordError(f"requestURI: {error}") from error
    return RequestAttributes(
        user,
        groups,
        verb,
        info.resource_request,
        info.api_group,
        info.resource,
        info.subresource,
        info.name,
        info.namespace,
        info.path,
    )


@lru_cache(maxsize=8192)
def _remembered(verb: str, uri: str) -> RequestInfo:
    """The URIs of a cluster's clients come again and again; the long ones are not kept, to bound the memory."""
    return recorded_request_info(verb, uri)


def _of_object_ref(event: Mapping[str, Any], user: str | None, groups: tuple[str, ...], verb: str) -> RequestAttributes:
    """Where the URI was taken out of the event. The name of a created object was not known to the policy."""
    ref = event.get("objectRef")
    if ref is None:
        raise RecordError("an audit event without requestURI and without objectRef: the request is not known")
    if not isinstance(ref, dict):
        raise _mistyped("objectRef", "an object", ref)
    texts = {key: _text(ref, key, "objectRef.") for key in ("apiGroup", "resource", "subresource", "name", "namespace")}
    created = verb == "create" and not texts["subresource"]
    return RequestAttributes(
        user,
        groups,
        verb,
        resource_request=True,
        api_group=texts["apiGroup"],
        resource=texts["resource"],
        subresource=texts["subresource"],
        name="" if created else texts["name"],
        namespace=texts["namespace"],
    )


def _require_audit_event(record: Mapping[str, Any]) -> None:
    kind, api_version = record.get("kind", "Event"), record.get("apiVersion", GROUP)
    if kind == "Event" and isinstance(api_version, str) and api_version.split("/")[0] == GROUP:
        return
    if kind == "EventList":
        raise RecordError("an EventList: one event a line is wanted, as `jq -c '.items[]'` writes them")
    shown = kind[:_LONGEST_SHOWN] if isinstance(kind, str) else "no text"
    raise RecordError(f"neither an audit event of {GROUP} nor the fields of a request: its kind is {shown}")


def _user(event: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The real user, whoever it impersonated. One without name and groups is none: the authentication failed."""
    user = event.get("user")
    if user is None:
        return None, ()
    if not isinstance(user, dict):
        raise _mistyped("user", "an object, as the user of an event is", user)
    name, groups = _text(user, "username", "user."), _groups(user.get("groups"), "user.groups")
    return (name if name or groups else None), groups


def _text(record: Mapping[str, Any], key: str, parent: str = "") -> str:
    value = record.get(key)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    raise _mistyped(f"{parent}{key}", "a string", value)


def _groups(value: Any, key: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _mistyped(key, "a list of strings", value)
    for item in value:
        if not isinstance(item, str):
            raise _mistyped(key, "a list of strings", item)
    return tuple(value)


def _mistyped(key: str, wanted: str, value: Any) -> RecordError:
    found = _WORDS.get(type(value), "a list" if isinstance(value, list) else "an object")
    return RecordError(f"{key}: {found}, where {wanted} is wanted")


def _unknown(record: Mapping[str, Any]) -> str:
    unknown = next(key for key in record if key not in FIELDS)[:_LONGEST_SHOWN]
    known = ", ".join(["user", "groups", "verb", "resourceRequest", *_TEXTS[1:]])
    return f'unknown field "{unknown}": neither an audit event nor the fields of a request ({known})'
