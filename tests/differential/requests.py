"""Requests that a policy has something to say about: its own words, mixed with words of nobody."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from kubewitness.auditpolicy import Policy, RequestAttributes
from tests.differential import values

_SUBRESOURCES = ("exec", "log", "scale", "status", "*", "")


def requests(random: Random, policy: Policy | None, count: int) -> tuple[RequestAttributes, ...]:
    """``count`` requests; ``policy`` lends its words where there is one."""
    words = _Words(random, policy)
    return tuple(words.request() for _ in range(count))


class _Words:
    def __init__(self, random: Random, policy: Policy | None) -> None:
        self.random = random
        rules = policy.rules if policy is not None else ()
        entries = [entry for rule in rules for entry in rule.resources]
        self.users = (*values.USERS, *_own(rule.users for rule in rules))
        self.groups = (*values.GROUPS, *_own(rule.user_groups for rule in rules))
        self.verbs = (*values.VERBS, *_own(rule.verbs for rule in rules))
        self.api_groups = (*values.API_GROUPS, *_own((entry.group,) for entry in entries))
        self.resources = (*values.RESOURCES, *_own(entry.resources for entry in entries))
        self.names = (*values.NAMES, *_own(entry.resource_names for entry in entries))
        self.namespaces = (*values.NAMESPACES, *_own(rule.namespaces for rule in rules))
        self.urls = tuple(_own(rule.non_resource_urls for rule in rules))

    def request(self) -> RequestAttributes:
        random = self.random
        user = None if random.random() < 0.1 else random.choice(self.users)
        groups = tuple(random.choice(self.groups) for _ in range(random.choice((0, 1, 1, 2))))
        verb = random.choice(self.verbs)
        if random.random() < 0.25:
            return RequestAttributes(user, groups, verb, resource_request=False, path=self.path())
        resource, _, subresource = random.choice(self.resources).partition("/")
        if random.random() < 0.2:
            subresource = random.choice(_SUBRESOURCES)
        return RequestAttributes(
            user,
            groups,
            verb,
            resource_request=True,
            api_group=random.choice(self.api_groups),
            resource=resource,
            subresource=subresource,
            name=random.choice(self.names),
            namespace=random.choice(self.namespaces),
            path=self.path() if random.random() < 0.1 else "",
        )

    def path(self) -> str:
        if not self.urls or self.random.random() < 0.4:
            return self.random.choice(values.PATHS)
        url = self.random.choice(self.urls)
        if self.random.random() < 0.3:
            return url
        return url.rstrip("*") + self.random.choice(("", "", "/", "x", "/x", "*"))


def _own(lists: Iterable[Iterable[str]]) -> list[str]:
    """Each word once. Bytes that are no UTF-8 cannot be said in JSON."""
    return [word for word in dict.fromkeys(word for words in lists for word in words) if _is_utf8(word)]


def _is_utf8(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
