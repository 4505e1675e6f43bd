"""The words of a query, and its options: those that matter, and those of kubectl that no policy can see."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE: Final = "'get secrets -n prod --as jane'"

_VALUES: Final = {
    "-n": "namespace", "--namespace": "namespace", "--as": "user", "--as-group": "user_groups", "--group": "group",
    "--subresource": "subresource", "--field-selector": "field_selector", "-l": "selector", "--selector": "selector",
    "--from": "source", "--raw": "raw",
}  # fmt: skip
_SWITCHES: Final = {
    "-A": "all_namespaces", "--all-namespaces": "all_namespaces", "-w": "watch", "--watch": "watch",
    "--watch-only": "watch",
    "--unauthenticated": "unauthenticated", "--all": "every",
}  # fmt: skip
_IDLE_VALUES: Final = frozenset({
    "-o", "--output", "-c", "--container", "--context", "--kubeconfig", "--image", "--type", "--patch", "--replicas",
    "--tail", "--since", "--sort-by", "--timeout", "--grace-period", "--target", "--copy-to", "--profile", "--for",
    "--current-replicas", "--resource-version", "--port", "--target-port", "--name", "--protocol", "--max", "--min",
    "--cpu", "--cpu-percent", "--memory", "--limits", "--requests", "--containers", "--to-revision", "--revision",
    "--restart", "--env", "-e", "--labels", "--field-manager", "--cascade", "--chunk-size", "--clusterrole", "--role",
    "--user", "--serviceaccount", "--verb", "--resource", "--resource-name", "--non-resource-url", "--rule", "--class",
    "--from-literal", "--hard", "--schedule", "--value", "--duration", "--audience", "--tcp", "--external-name",
    "--from-file", "--from-env-file", "--cert", "--key", "-v", "--v", "--request-timeout", "--server", "-s", "--token",
    "--cluster",
    "--docker-server", "--docker-username", "--docker-password", "--docker-email", "--pod-selector",
})  # fmt: skip
_IDLE_SWITCHES: Final = frozenset({
    "-i", "-t", "-f", "--follow", "-p", "--previous", "--stdin", "--tty", "--all-containers", "--force",
    "--overwrite", "--no-headers", "--show-labels", "--ignore-daemonsets", "--delete-emptydir-data", "-q", "--quiet",
    "--list", "--server-side", "--force-conflicts", "--disable-eviction", "--expose", "--rm", "--wait", "--now",
    "--ignore-not-found", "--all-pods", "--show-events", "--attach", "--privileged", "--share-processes",
})  # fmt: skip
_OF_A_FILE: Final = frozenset({"-f", "--filename", "-k", "--kustomize"})
_CHANGES_NOTHING: Final = frozenset({"--dry-run", "--local", "--client"})
_FOLLOWING: Final = frozenset({"", "logs", "log"})
"""Where ``-f`` is no file."""


class QueryError(KubewitnessError):
    """The query cannot be read; the text says why and shows one that can."""


@dataclass(slots=True)
class Options:
    """A query taken apart. ``words``: what is no option; ``None``: not said. ``file``: the option that names a file."""

    words: list[str] = field(default_factory=list)
    namespace: str | None = None
    user: str | None = None
    user_groups: list[str] = field(default_factory=list)
    group: str | None = None
    subresource: str | None = None
    field_selector: str | None = None
    selector: str | None = None
    source: str | None = None
    raw: str | None = None
    file: str | None = None
    all_namespaces: bool = False
    watch: bool = False
    every: bool = False
    unauthenticated: bool = False


def options_of(text: str) -> Options:
    """Take a query apart. What stands behind ``--`` is a command in a container, and no part of the request."""
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise QueryError(f"{_shown(text)}: {error}: write it as {EXAMPLE}") from error
    found = Options()
    words = iter(parts[1:] if parts[:1] == ["kubectl"] else parts)
    for word in words:
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            found.words.append(word)
            continue
        for part in _spelt_out(word):
            _take(found, part, words)
    return _checked(found)


def _spelt_out(word: str) -> Iterator[str]:
    """Short options that stand together, as kubectl takes them: ``-nprod`` is ``-n=prod``, ``-Aw`` is ``-A`` ``-w``."""
    while len(word) > len("-n") and not word.startswith("--") and word[2] != "=":
        name = word[:2]
        if name in _VALUES or name in _IDLE_VALUES:
            word = f"{name}={word[2:]}"
        elif name in _SWITCHES or name in _IDLE_SWITCHES:
            yield name
            word = f"-{word[2:]}"
        else:
            break
    yield word


def _take(found: Options, word: str, words: Iterator[str]) -> None:
    name, equals, value = word.partition("=")
    verb = found.words[0] if found.words else ""
    if name in _OF_A_FILE and verb not in _FOLLOWING:
        found.file = name
        if not equals:
            next(words, None)
        return
    if name == "-p" and verb == "patch":
        name = "--patch"
    if name in _CHANGES_NOTHING and value != "server":
        raise QueryError(f"{_shown(word)}: with it kubectl changes nothing on the server: leave it out")
    if name in _SWITCHES:
        setattr(found, _SWITCHES[name], value != "false")
    elif name in _VALUES or name in _IDLE_VALUES:
        _put(found, name, value if equals else next(words, None))
    elif name not in _IDLE_SWITCHES and name not in _CHANGES_NOTHING:
        raise QueryError(f"{_shown(name)}: not an option of a query: there are {', '.join((*_VALUES, *_SWITCHES))}")


def _put(found: Options, name: str, value: str | None) -> None:
    if value is None:
        raise QueryError(f"{name}: needs a value: write it as {EXAMPLE}")
    match _VALUES.get(name):
        case None:
            return
        case "user_groups":
            found.user_groups.append(value)
        case attribute:
            setattr(found, attribute, value)


def _checked(found: Options) -> Options:
    if found.unauthenticated and (found.user is not None or found.user_groups):
        raise QueryError("--unauthenticated: a failed login has no user: leave --as and --as-group out")
    if found.all_namespaces and found.namespace is not None:
        raise QueryError("-n and -A: a request is for one namespace or for all: leave one of the two out")
    return found


def _shown(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
