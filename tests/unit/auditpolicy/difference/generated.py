"""Policies and requests in which everything meets everything: few names, odd ones among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Policy, RequestAttributes, Rule, Stage

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

USERS = ["a", "b", "system:anonymous", ""]
GROUPS = ["g", "h", "i", "system:authenticated"]
VERBS = ["get", "list", "create", ""]
API_GROUPS = ["", "apps", "*", "x.io"]
PATTERNS = [
    "pods", "pods/*", "pods/exec", "*/exec", "*", "*/*", "secrets", "*/scale", "", "pods/", "/exec", "/*", "a/b/c",
    "*/", "secrets/exec",
]  # fmt: skip
NAMES = ["n", "m", ""]
NAMESPACES = ["", "kube-system", "prod"]
URLS = ["*", "/", "/*", "/healthz", "/healthz*", "/healthz/*", "/healthz/etcd", "/healthz**", "/a*", "/api*", "/api"]


def some(texts: list[str], most: int = 2) -> SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(texts), max_size=most, unique=True).map(tuple)


def stages() -> SearchStrategy[tuple[Stage, ...]]:
    return st.lists(st.sampled_from(list(Stage)), max_size=4, unique=True).map(tuple)


@st.composite
def entries(draw: st.DrawFn) -> GroupResources:
    resources = draw(some(PATTERNS, 3))
    return GroupResources(draw(st.sampled_from(API_GROUPS)), resources, draw(some(NAMES)) if resources else ())


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    about = draw(st.sampled_from(["everything", "resources", "resources", "namespaces", "urls"]))
    return Rule(
        draw(st.sampled_from(list(Level))),
        users=draw(some(USERS)),
        user_groups=draw(some(GROUPS)),
        verbs=draw(some(VERBS)),
        resources=tuple(draw(st.lists(entries(), min_size=1, max_size=2))) if about == "resources" else (),
        namespaces=draw(some(NAMESPACES)) if about in {"resources", "namespaces"} else (),
        non_resource_urls=draw(some(URLS, 3)) if about == "urls" else (),
        omit_stages=draw(stages()),
        omit_managed_fields=draw(st.sampled_from([None, None, True, False])),
    )


def policies(most: int = 5) -> SearchStrategy[Policy]:
    return st.builds(
        Policy,
        st.lists(rules(), min_size=1, max_size=most).map(tuple),
        stages(),
        st.booleans(),
    )


@st.composite
def requests(draw: st.DrawFn) -> RequestAttributes:
    user = draw(st.sampled_from([None, *USERS, "other"]))
    groups = tuple(draw(st.lists(st.sampled_from([*GROUPS, "other"]), unique=True)))
    verb = draw(st.sampled_from([*VERBS, "watch", "update", "other"]))
    if draw(st.booleans()):
        paths = ["/debug/pprof/profile", "/healthz/", "/healthz/etcd/1", "/healthz*", "/zz", "/hea", "/apis", "", "*"]
        path = draw(st.sampled_from([*(url.rstrip("*") for url in URLS), *paths]))
        return RequestAttributes(user, groups, verb, resource_request=False, path=path)
    return RequestAttributes(
        user,
        groups,
        verb,
        api_group=draw(st.sampled_from([*API_GROUPS, "other"])),
        resource=draw(st.sampled_from(["pods", "secrets", "*", "", "a", "other"])),
        subresource=draw(st.sampled_from(["", "", "exec", "scale", "*", "other"])),
        name=draw(st.sampled_from([*NAMES, "other"])),
        namespace=draw(st.sampled_from([*NAMESPACES, "other"])),
    )
