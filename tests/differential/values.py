"""Policies as values: mostly what a person would mean, here and there what nobody should."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping as it is written: keys may come twice, and may be anything."""

    pairs: tuple[tuple[Value, Value], ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """A scalar that is written just so, without quotes."""

    text: str


Value: TypeAlias = "Map | Raw | list[Value] | str | int | float | bool | None"

LEVELS: Final = ("None", "Metadata", "Request", "RequestResponse")
STAGES: Final = ("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")
USERS: Final = (
    "alice", "system:anonymous", "system:kube-proxy", "system:node:n1", "", "system:serviceaccount:kube-system:x", "*",
)  # fmt: skip
GROUPS: Final = ("system:authenticated", "system:nodes", "system:masters", "dev", "*", "", "system:unauthenticated")
VERBS: Final = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*", "", "post")
API_GROUPS: Final = ("", "apps", "rbac.authorization.k8s.io", "batch", "foo.example.com", "*")
RESOURCES: Final = (
    "pods", "secrets", "configmaps", "pods/exec", "pods/*", "*/exec", "*", "*/*", "pods/log", "secrets/", "deployments",
    "deployments/scale", "/*", "*/", "", "/", "pods/exec/x", "pods*",
)  # fmt: skip
NAMES: Final = ("a", "b", "", "*", "busybox")
NAMESPACES: Final = ("", "default", "kube-system", "*", "a")
URLS: Final = ("*", "/healthz*", "/healthz", "/version", "/api*", "/logs/*", "/", "/**", "/*", "/healthz/")
PATHS: Final = (
    "/healthz", "/healthz/etcd", "/version", "/api", "/apis/apps", "/", "/logs/x", "*", "/healthzfoo", "", "/healthz/*",
)  # fmt: skip

_BAD_LEVELS: Final = ("none", "", "metadata", "X<>\u2028", "\u00e9\x01", "Request Response", "\U0001f600")
_BAD_GROUPS: Final = ("A", "apps/v1", "-a", "a.", "a_b", "x" * 254, "é", "core ", "*.k8s.io")
_BAD_URLS: Final = ("logs", "/a*b", "", "/*/*", "**", "healthz*", '/"<*>x')
_BAD_STAGES: Final = ("x", "", "requestReceived", "a\tb", "\u200b")
_API_VERSIONS: Final = (
    "audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1", "v1", "", "audit.k8s.io/", "audit.k8s.io/v2", "apps/v1", "a/b/c",
    "Audit.k8s.io/v1", "audit.k8s.io/__internal", "/v1", " audit.k8s.io/v1",
)  # fmt: skip
_KINDS: Final = ("policy", "Event", "", "PolicyList", "ConfigMap", "Policy ", "Status", "EventList")
_TIMES: Final = ("2021-02-03T04:05:06Z", "2021-02-30T04:05:06Z", "2021-02-03T4:05:06,5+01:00", "x", "")
_UNKNOWN: Final = ("foo", "Level", "verb", "username", "resource", "y", "metadata", "verbs", "namespaces", "rules", "")
_WORDS: Final = (
    "y", "N", "yes", "no", "on", "OFF", "true", "False", "~", "null", "5", "-5", "010", "0o17", "0x1F", "0b101",
    "1_000", "1e3", "1e400", ".5", "5.", ".inf", "-.INF", ".nan", "2001-01-01", "2001-01-01T00:00:00Z", "12:30",
    "99999999999999999999", "18446744073709551615", "9223372036854775808", "-0", "0.1", "=", "<<", "*a", "-", "?", "!",
    "NULL", "1.5e-7", "1e21", "123456789.0", "0777", "08", "+.inf", "+1", "''", '""', "!!str 5", "!!binary aGk=",
)  # fmt: skip


def some(random: Random, choices: tuple[str, ...], most: int = 3) -> list[Value]:
    """None to ``most`` of the choices."""
    return [random.choice(choices) for _ in range(random.randint(0, most))]


def odd(random: Random) -> Value:
    """A value that is wrong nearly everywhere."""
    plain: tuple[Value, ...] = (1, "x", True, None, -1.5, [], Map(()), [1], Map((("a", 1),)), [None], [["a"]], "")
    return Raw(random.choice(_WORDS)) if random.random() < 0.6 else random.choice(plain)


def policy(random: Random) -> Map:
    """A policy; about two in three have nothing odd."""
    rate = random.choice((0.0, 0.0, 0.01, 0.05))
    return _Policies(random, rate).policy()


class _Policies:
    def __init__(self, random: Random, rate: float) -> None:
        self.random = random
        self.rate = rate

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def slips(self) -> bool:
        return self.random.random() < self.rate

    def policy(self) -> Map:
        pairs: list[tuple[Value, Value]] = []
        if not self.slips():
            pairs.append(("apiVersion", self.one(("audit.k8s.io/v1",), _API_VERSIONS)))
        if not self.slips():
            pairs.append(("kind", self.one(("Policy",), _KINDS)))
        if self.often(0.1):
            pairs.append(("metadata", self.metadata()))
        if not self.slips():
            pairs.append(("rules", [self.rule() for _ in range(self.random.choice((1, 1, 2, 3, 4, 6)))]))
        if self.often(0.3):
            pairs.append(("omitStages", self.stages()))
        if self.often(0.2):
            pairs.append(("omitManagedFields", self.random.choice((True, False, None))))
        return self.finished(pairs)

    def rule(self) -> Value:
        random = self.random
        pairs: list[tuple[Value, Value]] = []
        if not self.slips():
            pairs.append(("level", self.one(LEVELS, _BAD_LEVELS)))
        if self.often(0.25):
            pairs.append(("users", self.several(USERS)))
        if self.often(0.25):
            pairs.append(("userGroups", self.several(GROUPS)))
        if self.often(0.4):
            pairs.append(("verbs", self.several(VERBS, 4)))
        target = random.random()
        if target < 0.5:
            pairs.append(("resources", [self.group() for _ in range(random.randint(0, 3))]))
        if 0.4 < target < 0.6:
            pairs.append(("namespaces", self.several(NAMESPACES, 2)))
        if target > 0.7 or self.slips():
            pairs.append(("nonResourceURLs", self.several(URLS, wrong=_BAD_URLS)))
        if self.often(0.2):
            pairs.append(("omitStages", self.stages()))
        if self.often(0.15):
            pairs.append(("omitManagedFields", random.choice((True, False, None))))
        return self.finished(pairs)

    def group(self) -> Value:
        pairs: list[tuple[Value, Value]] = []
        if self.often(0.9):
            usual = API_GROUPS if self.often(0.3) else API_GROUPS[:-1]
            pairs.append(("group", self.one(usual, _BAD_GROUPS)))
        if self.often(0.8):
            pairs.append(("resources", self.several(RESOURCES)))
        if self.often(0.2):
            pairs.append(("resourceNames", self.several(NAMES, 2)))
        return self.finished(pairs)

    def metadata(self) -> Value:
        choices: tuple[Value, ...] = (
            Map((("name", "x"),)),
            Map((("labels", Map((("a", "b"), ("c", None)))), ("annotations", Map(())))),
            Map((("creationTimestamp", None), ("generation", 5))),
            Map((("creationTimestamp", self.random.choice(_TIMES)),)),
            Map((("ownerReferences", [Map((("controller", odd(self.random)),))]), ("finalizers", ["a"]))),
            Map((("managedFields", [Map((("fieldsV1", odd(self.random)), ("time", odd(self.random))))]),)),
            None,
            odd(self.random),
        )
        return self.random.choice(choices)

    def stages(self) -> Value:
        return self.several(STAGES, 2, wrong=_BAD_STAGES)

    def one(self, usual: tuple[str, ...], wrong: tuple[str, ...]) -> Value:
        if not self.slips():
            return self.random.choice(usual)
        return self.random.choice(wrong) if self.often(0.7) else odd(self.random)

    def several(self, usual: tuple[str, ...], most: int = 3, wrong: tuple[str, ...] = ()) -> Value:
        if self.slips() and self.often(0.2):
            return odd(self.random)
        choices = usual + wrong if wrong and self.slips() else usual
        return [odd(self.random) if self.slips() else item for item in some(self.random, choices, most)]

    def finished(self, pairs: list[tuple[Value, Value]]) -> Map:
        """In any order, with a key too many at times, or the same key twice."""
        if self.slips():
            key: Value = self.random.choice(_UNKNOWN) if self.often(0.8) else odd(self.random)
            pairs.append((key, odd(self.random)))
        if pairs and self.slips():
            key, value = self.random.choice(pairs)
            pairs.append((key, value if self.often(0.3) else self.random.choice(pairs)[1]))
        self.random.shuffle(pairs)
        return Map(tuple(pairs))
