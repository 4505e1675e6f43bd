"""A question as one would put it to kubectl, as the requests that the audit policy sees.

``get secrets -n prod --as jane``, ``create pods/exec web-0``, ``delete ns old``, ``get /healthz``, ``exec web-0``. Who
asks is, where it is not said, somebody who is logged in and whom no rule names. ``--as`` says who asks: with kubectl's
own ``--as`` the policy sees who impersonates, not who is impersonated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.emitted import STREAMS
from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.query.asked import SOME_NAME, Asked, Builder
from kubewitness.auditpolicy.query.kubectl import requests_of
from kubewitness.auditpolicy.query.objects import found_by, targets
from kubewitness.auditpolicy.query.options import EXAMPLE, Options, QueryError, options_of
from kubewitness.auditpolicy.query.recorded import recorded_attributes
from kubewitness.auditpolicy.query.resourcenames import meant
from kubewitness.auditpolicy.query.steps import (
    API_VERBS,
    AUTHORIZATION_ONLY,
    HEADS,
    INSTEAD,
    SAME_WORDS,
    SPDY,
    STEPS,
    USUAL,
    WEBSOCKET,
)
from kubewitness.auditpolicy.requestinfo import resource_request_info
from kubewitness.auditpolicy.requesturi import UriError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.query.objects import Target
    from kubewitness.auditpolicy.query.resourcenames import Meant
    from kubewitness.model import ServerVersion

_METHODS: Final = ("get", "head", "post", "put", "patch", "delete", "options")
_RAW: Final = {"get": "get", "create": "post", "replace": "put", "delete": "delete"}
"""kubectl's words with --raw, and the method that they use."""
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
        attributes, notes = recorded_attributes(text)
        return Query((Asked(attributes),), several=False, notes=notes)
    options = options_of(text)
    if not options.words:
        raise QueryError(f"nothing is asked: write it as {EXAMPLE}")
    return _Reader(options, version).query()


class _Reader:
    def __init__(self, options: Options, version: ServerVersion) -> None:
        self._options, self._version = options, version
        self._builder = Builder(options)

    def query(self) -> Query:
        first, *rest = self._options.words
        if first.startswith("/") and not rest:
            first, rest = "get", [first]
        verb = first.lower()
        if self._options.raw is not None:
            asked, several = [self._raw(verb, self._options.raw)], False
        elif rest and rest[0].startswith("/") and verb in _METHODS:
            asked, several = [self._path(verb, rest[0])], False
        elif (word := self._word(verb, rest)) is not None:
            self._check_no_file(word)
            words = rest[1:] if " " in word else rest
            asked, several = requests_of(word, words, self._options, self._builder, self._version), True
        else:
            self._check_no_file(verb)
            asked, several = self._api(verb, rest)
        return Query(tuple(asked), several, tuple(self._builder.notes))

    def _word(self, verb: str, rest: list[str]) -> str | None:
        """The word of kubectl that is said, if it is one; ``None`` for a verb of the API."""
        both = " ".join((verb, *rest[:1]))
        both = SAME_WORDS.get(both, both)
        if verb in AUTHORIZATION_ONLY:
            raise QueryError(f"{verb}: a verb of authorization, which no request has: ask for the request itself")
        for word in (both, verb):
            if word in INSTEAD:
                raise QueryError(f"{word}: {INSTEAD[word]}")
            if word in STEPS:
                return word
        if verb in API_VERBS:
            return None
        if verb in HEADS:
            words = ", ".join(word for word in STEPS if word.startswith(f"{verb} "))
            raise QueryError(f"{both[:60]}: of what? there are {words}")
        words = ", ".join((*API_VERBS, *STEPS))
        raise QueryError(f"{verb[:60]}: not a verb: there are {words}; write it as {EXAMPLE}")

    def _check_no_file(self, word: str) -> None:
        if (option := self._options.file) is not None:
            example = f"{word} {SOME_NAME if word in USUAL else 'deployments web -n prod'}"
            raise QueryError(f"{option}: no file is read here: name the resource instead, '{example}'")

    def _raw(self, verb: str, uri: str) -> Asked:
        if verb not in _RAW:
            raise QueryError(f"{verb} --raw: there are {', '.join(_RAW)}")
        if not uri.startswith("/"):
            raise QueryError(f"--raw {uri[:60]}: no path of the server: it begins with /")
        return self._path(_RAW[verb], uri)

    def _path(self, method: str, uri: str) -> Asked:
        """A path, or the URI of a resource."""
        try:
            info = resource_request_info(method.upper(), uri)
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

    def _api(self, verb: str, words: list[str]) -> tuple[list[Asked], bool]:
        """The requests, and whether they are several of one kind."""
        if not words:
            raise QueryError(f"{verb}: of what? write it as {EXAMPLE}")
        if verb == "create":
            words = _created(words)
        found = targets(verb, words, self._options, self._builder, self._version)
        asked = [asked for target in found for asked in self._of(verb, target)]
        return asked, len(found) > 1 or (verb == "delete" and not found[0].name)

    def _of(self, verb: str, target: Target) -> Iterator[Asked]:
        what, name = target.what, target.name
        if verb == "delete" and not name:
            yield from self._deleted(what)
            return
        main = self._builder.request(verb, what, name)
        yield Asked(main)
        if self._options.watch and verb == "get":
            yield Asked(self._builder.request("watch", what, name), "the watch behind it")
        if verb == "patch":
            yield Asked(replace(main, verb="get"), "kubectl looks at the object first")
        if verb == "create" and self._options.source is not None:
            source = meant(self._options.source, None, self._version)
            yield Asked(self._builder.request("get", source, source.name), "what it is made from")
        if what.subresource in STREAMS and verb in {"get", "create"}:
            yield (
                Asked(replace(main, verb="create"), SPDY)
                if verb == "get"
                else Asked(replace(main, verb="get"), WEBSOCKET)
            )

    def _deleted(self, what: Meant) -> Iterator[Asked]:
        """kubectl asks for a list, and then deletes one by one."""
        if not found_by(self._options):
            path = what.path if not what.group else f"{what.resource}.{what.group}"
            raise QueryError(
                f"delete {path}: of which? 'delete {path} --all' is what kubectl does, one by one; 'deletecollection "
                f"{path}' the one request for all of them"
            )
        self._builder.note("kubectl deletes one by one; the one request for all of them is a deletecollection")
        yield Asked(self._builder.request("list", what, ""), "kubectl looks for the objects first")
        yield Asked(self._builder.request("delete", what, SOME_NAME, each=True), "one request for each object")


def _created(words: list[str]) -> list[str]:
    """Without what stands between resource and name: `create secret generic NAME`."""
    resource, *names = words
    if len(names) > 1 and names[0] in _CREATE_KINDS:
        names = names[1:]
    return ["serviceaccounts/token" if resource == "token" else resource, *names]
