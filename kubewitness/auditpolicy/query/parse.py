"""A question as one would put it to kubectl, as the requests that the audit policy sees.

``get secrets -n prod --as jane``, ``create pods/exec web-0``, ``delete ns old``, ``get /healthz``, ``exec web-0``. Who
asks is, where it is not said, somebody who is logged in and whom no rule names. ``--as`` says who asks: with kubectl's
own ``--as`` the policy sees who impersonates, not who is impersonated.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.attributes import attributes_of
from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.query.asked import SOME_NAME, Asked, Builder
from kubewitness.auditpolicy.query.options import EXAMPLE, Options, QueryError, options_of
from kubewitness.auditpolicy.query.resourcenames import meant
from kubewitness.auditpolicy.query.steps import (
    API_VERBS,
    AUTHORIZATION_ONLY,
    NODE_DEBUG,
    ON_NODES,
    ON_PODS,
    SPDY,
    STEPS,
    STREAMING,
    WEBSOCKET,
    Step,
)
from kubewitness.auditpolicy.requestinfo import resource_request_info
from kubewitness.auditpolicy.requesturi import UriError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.query.resourcenames import Meant
    from kubewitness.model import ServerVersion

_METHODS: Final = ("get", "head", "post", "put", "patch", "delete", "options")
_CREATE_KINDS: Final = frozenset({"generic", "tls", "docker-registry", "clusterip", "nodeport", "loadbalancer"})
"""What stands between resource and name in `kubectl create secret generic NAME`."""


@dataclass(frozen=True, slots=True)
class Query:
    """``asked``: the requests, the one that was asked for first; further ones are what belongs to it.

    ``several``: the words are kubectl's, and stand for all of them. ``notes``: what the reader should know.
    """

    asked: tuple[Asked, ...]
    several: bool
    notes: tuple[str, ...] = ()


def parse_query(text: str, version: ServerVersion) -> Query:
    """The requests that ``text`` stands for: words, or a JSON object (a request, an audit event).

    ``version``: of the server; it decides which group has a resource. Raises QueryError, or RecordError for JSON.
    """
    if text.lstrip().startswith("{"):
        return Query((Asked(attributes_of(_record(text))),), several=False)
    options = options_of(text)
    if not options.words:
        raise QueryError(f"nothing is asked: write it as {EXAMPLE}")
    return _Reader(options, version).query()


def _record(text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QueryError(f"a request in JSON that cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise QueryError("a request in JSON is one object")
    return record


class _Reader:
    def __init__(self, options: Options, version: ServerVersion) -> None:
        self._options, self._version = options, version
        self._builder = Builder(options)

    def query(self) -> Query:
        first, *rest = self._options.words
        if first.startswith("/") and not rest:
            first, rest = "get", [first]
        verb = first.lower()
        several = verb in STEPS
        if verb in AUTHORIZATION_ONLY:
            raise QueryError(f"{verb}: a verb of authorization, which no request has: ask for the request itself")
        if rest and rest[0].startswith("/") and verb in _METHODS:
            asked = [self._path(verb, rest[0])]
        elif several:
            asked = list(self._steps(verb, rest))
        elif verb in API_VERBS:
            asked = list(self._api(verb, rest))
        else:
            words = ", ".join((*API_VERBS, *STEPS))
            raise QueryError(f"{first[:60]}: not a verb: there are {words}; write it as {EXAMPLE}")
        return Query(tuple(asked), several, tuple(self._builder.notes))

    def _path(self, verb: str, uri: str) -> Asked:
        """A path, or the URI of a resource."""
        try:
            info = resource_request_info(verb.upper(), uri)
        except UriError as error:
            raise QueryError(str(error)) from error
        user, groups = self._builder.who()
        if not info.resource_request:
            return Asked(RequestAttributes(user, groups, info.verb, resource_request=False, path=info.path))
        return Asked(
            RequestAttributes(
                user,
                groups,
                info.verb,
                api_group=info.api_group,
                resource=info.resource,
                subresource=info.subresource,
                name=info.name,
                namespace=info.namespace,
                path=info.path,
            )
        )

    def _api(self, verb: str, words: list[str]) -> Iterator[Asked]:
        if not words:
            raise QueryError(f"{verb}: of what? write it as {EXAMPLE}")
        resource, *names = words
        if verb == "create" and resource == "token":
            resource = "serviceaccounts/token"
        if verb == "create" and len(names) > 1 and names[0] in _CREATE_KINDS:
            names = names[1:]
        what = self._meant(resource)
        names = [what.name, *names] if what.name else names
        if len(names) > 1:
            raise QueryError(f"{' '.join(names)[:60]}: one object at a time: leave {names[1][:60]} out")
        name = names[0] if names else ""
        if verb == "delete" and self._options.every and not name:
            yield Asked(self._builder.request("delete", what, SOME_NAME), "one request for each object")
            yield Asked(self._builder.request("list", what, ""), "to find them")
            return
        main = self._builder.request(verb, what, name)
        yield Asked(main)
        if self._options.watch and verb == "get":
            yield Asked(self._builder.request("watch", what, name), "the watch behind it")
        if what.subresource in STREAMING and verb in {"get", "create"}:
            yield (
                Asked(replace(main, verb="create"), SPDY)
                if verb == "get"
                else Asked(replace(main, verb="get"), WEBSOCKET)
            )

    def _steps(self, word: str, words: list[str]) -> Iterator[Asked]:
        what, name = self._object(word, words)
        steps = STEPS[word]
        if word in ON_PODS and what.resource != "pods":
            if word == "debug" and what.resource == "nodes":
                steps = NODE_DEBUG
            else:
                yield Asked(self._builder.request("get", what, name), "kubectl looks at the object first")
                what, name = self._meant("pods"), SOME_NAME
                yield Asked(self._builder.request("list", what, ""), "to find one of its pods")
        for step in steps:
            yield self._step(step, what, name)

    def _step(self, step: Step, what: Meant, name: str) -> Asked:
        target = self._meant(step.resource) if step.resource else what
        target = replace(target, subresource=step.subresource)
        name = name if target.resource == what.resource else SOME_NAME
        request = self._builder.request(step.verb, target, name if step.named else "", everywhere=step.all_namespaces)
        return Asked(request, step.why)

    def _object(self, word: str, words: list[str]) -> tuple[Meant, str]:
        """What kubectl's word is about: a pod or a node where no resource is said."""
        words = [text for text in words if "=" not in text and not text.endswith("-")]
        usual = "pods" if word in ON_PODS else "nodes" if word in ON_NODES else None
        if not words:
            raise QueryError(f"{word}: of what? write it as '{word} {'web-0' if usual else 'deployments web'} -n prod'")
        if word == "cp":
            return self._copied(words)
        if usual is not None and "/" not in words[0]:
            words = [usual, *words]
        what = self._meant(words[0])
        return what, what.name or (words[1] if len(words) > 1 else SOME_NAME)

    def _copied(self, words: list[str]) -> tuple[Meant, str]:
        """``cp NAMESPACE/POD:PATH PATH``, or the other way round."""
        place = next((text.partition(":")[0] for text in words if ":" in text), words[0])
        namespace, slash, name = place.rpartition("/")
        if slash and self._options.namespace is None:
            self._options.namespace = namespace
        return self._meant("pods"), name

    def _meant(self, text: str) -> Meant:
        what = meant(text, self._options.group, self._version)
        if self._options.subresource is not None:
            what = replace(what, subresource=self._options.subresource)
        self._builder.about(what)
        return what
