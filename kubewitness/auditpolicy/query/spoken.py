"""A request in the words of a query: what ``parse_query`` makes of them is the request again."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from kubewitness.auditpolicy.apiresources import find, homes_of
from kubewitness.auditpolicy.membership import usual_groups
from kubewitness.auditpolicy.query.asked import SOMEBODY
from kubewitness.auditpolicy.query.parse import parse_query
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.model import ServerVersion


def spoken(attributes: RequestAttributes, version: ServerVersion) -> str:
    """``list secrets -n prod --as jane``; as JSON where no words say it."""
    words = shlex.join(_words(attributes, version))
    try:
        understood = parse_query(words, version).asked[0].attributes
    except KubewitnessError:
        return _json(attributes)
    return words if _same(understood) == _same(attributes) else _json(attributes)


def _same(asked: RequestAttributes) -> RequestAttributes:
    """Without what no policy looks at: the order of groups, the path of a resource."""
    path = "" if asked.resource_request else asked.path
    return replace(asked, groups=tuple(sorted(set(asked.groups))), path=path)


def _words(asked: RequestAttributes, version: ServerVersion) -> Iterator[str]:
    yield asked.verb
    if asked.resource_request:
        yield from _object(asked, version)
    else:
        yield asked.path
    if asked.user is None:
        yield "--unauthenticated"
        return
    if asked.user != SOMEBODY:
        yield from ("--as", asked.user)
    usual = usual_groups(asked.user)
    for group in asked.groups:
        if group not in usual:
            yield from ("--as-group", group)


def _object(asked: RequestAttributes, version: ServerVersion) -> Iterator[str]:
    resource = f"{asked.resource}.{asked.api_group}" if asked.api_group else asked.resource
    yield f"{resource}/{asked.subresource}" if asked.subresource else resource
    if asked.name:
        yield asked.name
    homes = homes_of(asked.resource, version)
    if not asked.api_group and homes and homes[0].group:
        yield from ("--group", "")
    known = find(asked.api_group, asked.resource)
    if known is not None and not known.namespaced:
        return
    if asked.namespace:
        yield from ("-n", asked.namespace)
    elif asked.verb in {"list", "watch"}:
        yield "-A"


def _json(asked: RequestAttributes) -> str:
    fields = {
        "user": asked.user,
        "groups": list(asked.groups),
        "verb": asked.verb,
        "resourceRequest": asked.resource_request,
        "apiGroup": asked.api_group,
        "resource": asked.resource,
        "subresource": asked.subresource,
        "name": asked.name,
        "namespace": asked.namespace,
        "path": "" if asked.resource_request else asked.path,
    }
    return json.dumps({key: value for key, value in fields.items() if value or key in {"user", "resourceRequest"}})
