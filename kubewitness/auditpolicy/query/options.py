"""The words of a query, and its options: those that matter, and those of kubectl that no policy can see."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Final

from kubewitness.errors import KubewitnessError

EXAMPLE: Final = "'get secrets -n prod --as jane'"

_VALUES: Final = {
    "-n": "namespace", "--namespace": "namespace", "--as": "user", "--as-group": "user_groups", "--group": "group",
    "--subresource": "subresource", "--field-selector": "field_selector",
}  # fmt: skip
_SWITCHES: Final = {
    "-A": "all_namespaces", "--all-namespaces": "all_namespaces", "-w": "watch", "--watch": "watch",
    "--unauthenticated": "unauthenticated", "--all": "every",
}  # fmt: skip
_IDLE_VALUES: Final = frozenset({
    "-l", "--selector", "-o", "--output", "-c", "--container", "--context", "--kubeconfig", "--image", "--type",
    "--patch", "--replicas", "--tail", "--since", "--sort-by", "--timeout", "--grace-period", "--target",
})  # fmt: skip
_IDLE_SWITCHES: Final = frozenset({
    "-i", "-t", "-it", "-ti", "-f", "--follow", "-p", "--previous", "--stdin", "--tty", "--all-containers", "--force",
    "--overwrite", "--dry-run", "--no-headers", "--show-labels", "--ignore-daemonsets", "--delete-emptydir-data", "-q",
})  # fmt: skip
_OF_A_FILE: Final = frozenset({"-f", "--filename"})
_FOLLOWING: Final = frozenset({"", "logs", "log"})
"""Where ``-f`` is no file."""


class QueryError(KubewitnessError):
    """The query cannot be read; the text says why and shows one that can."""


@dataclass(slots=True)
class Options:
    """A query taken apart. ``words``: what is no option; ``None``: not said."""

    words: list[str] = field(default_factory=list)
    namespace: str | None = None
    user: str | None = None
    user_groups: list[str] = field(default_factory=list)
    group: str | None = None
    subresource: str | None = None
    field_selector: str | None = None
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
        name, equals, value = word.partition("=")
        verb = found.words[0] if found.words else ""
        if name in _OF_A_FILE and verb not in _FOLLOWING:
            raise QueryError(
                f"{name}: no file is read here: name the resource instead, '{verb} deployments web -n prod'"
            )
        if name == "-p" and verb == "patch":
            name = "--patch"
        if name in _SWITCHES:
            setattr(found, _SWITCHES[name], value != "false")
        elif name in _VALUES or name in _IDLE_VALUES:
            _put(found, name, value if equals else next(words, None))
        elif name not in _IDLE_SWITCHES:
            raise QueryError(f"{_shown(name)}: not an option of a query: there are {', '.join((*_VALUES, *_SWITCHES))}")
    return _checked(found)


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
