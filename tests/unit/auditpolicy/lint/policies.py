"""Policies and requests to lint and to judge, made of names that meet each other often."""

from __future__ import annotations

from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, RequestAttributes, Rule, Stage
from kubewitness.auditpolicy.policyyaml import rules_yaml
from tests.unit.auditpolicy.lint.linting import HEADER

USERS = ("jane", "system:kube-scheduler", "system:node:n1", "system:anonymous", "system:apiserver")
MEMBERS = ("system:nodes", "system:masters", "system:authenticated", "system:unauthenticated", "devs")
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "post", "impersonate")
GROUPS = ("", "apps", "rbac.authorization.k8s.io", "example.com", "extensions", "*")
RESOURCES = (
    "pods", "pods/exec", "pods/*", "*", "*/status", "secrets", "configmaps", "deployments", "namespaces", "nodes/proxy",
    "serviceaccounts/token", "*/exec", "roles",
)  # fmt: skip
NAMESPACES = ("", "kube-system", "prod", "kubewitness-probe")
URLS = ("*", "/healthz", "/healthz*", "/version", "/api*", "/livez*", "/", "/metrics")
NAMES = ("a", "kubewitness-probe")


def some(names: tuple[str, ...], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    """Often none at all, which means any."""
    return st.just(()) | st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True).map(tuple)


@st.composite
def entries(draw: st.DrawFn) -> GroupResources:
    resources = draw(some(RESOURCES))
    return GroupResources(draw(st.sampled_from(GROUPS)), resources, draw(some(NAMES, 2)) if resources else ())


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    about_urls = draw(st.booleans()) and draw(st.booleans())
    return Rule(
        draw(st.sampled_from(list(Level))),
        draw(some(USERS)),
        draw(some(MEMBERS)),
        draw(some(VERBS)),
        () if about_urls else tuple(draw(st.lists(entries(), max_size=2))),
        () if about_urls else draw(some(NAMESPACES, 2)),
        draw(some(URLS)) if about_urls else (),
        tuple(draw(st.lists(st.sampled_from(list(Stage)), max_size=2, unique=True))),
        draw(st.none() | st.booleans()),
    )


def policies() -> st.SearchStrategy[tuple[Rule, ...]]:
    """The rules of one; the last one is often for everything."""
    return st.tuples(st.lists(rules(), min_size=1, max_size=6), st.booleans()).map(
        lambda made: (*made[0], *((Rule(Level.METADATA),) if made[1] else ()))
    )


def text_of(made: tuple[Rule, ...]) -> str:
    written = rules_yaml(made, 2)
    assert written is not None
    return HEADER + written


@st.composite
def requests(draw: st.DrawFn) -> RequestAttributes:
    """Any that the names of the policies can be about, by somebody known, unknown, or nobody."""
    user = draw(st.none() | st.sampled_from((*USERS, "joe", "")))
    members = tuple(draw(st.lists(st.sampled_from((*MEMBERS, "others")), max_size=3, unique=True))) if user else ()
    resource, _, subresource = draw(st.sampled_from((*RESOURCES, "things", "things/exec", "things/x"))).partition("/")
    return RequestAttributes(
        user,
        members,
        draw(st.sampled_from((*VERBS, "put", ""))),
        draw(st.booleans()),
        draw(st.sampled_from((*GROUPS, "other.com"))),
        "things" if resource == "*" else resource,
        "x" if subresource == "*" else subresource,
        draw(st.sampled_from(("", *NAMES, "b"))),
        draw(st.sampled_from((*NAMESPACES, "default"))),
        draw(st.sampled_from((*URLS[1:], "/healthz/etcd", "/apis/apps", "/x", ""))),
    )
