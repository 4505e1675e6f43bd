from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Policy, RequestAttributes, Rule, Stage, evaluate
from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
V1_35 = ServerVersion(1, 35)
V1_36 = ServerVersion(1, 36)

# few words, so that rules and requests meet; "*" and "" are where the traps are
WORDS = st.sampled_from(["", "*", "pods", "exec", "pods/exec", "pods/*", "*/exec", "a/b", "b", "a", "jane"])
LISTS = st.lists(WORDS, max_size=2).map(tuple)
URLS = st.lists(st.sampled_from(["*", "/", "/healthz", "/healthz*", "/api*", "/x**"]), max_size=2).map(tuple)
STAGES = st.lists(st.sampled_from(list(Stage)), max_size=2).map(tuple)
RULES = st.builds(
    Rule,
    level=st.sampled_from(list(Level)),
    users=LISTS,
    user_groups=LISTS,
    verbs=LISTS,
    resources=st.lists(st.builds(GroupResources, group=WORDS, resources=LISTS, resource_names=LISTS), max_size=2).map(
        tuple
    ),
    namespaces=LISTS,
    non_resource_urls=URLS,
    omit_stages=STAGES,
    omit_managed_fields=st.sampled_from([None, True, False]),
)
POLICIES = st.builds(
    Policy, rules=st.lists(RULES, max_size=6).map(tuple), omit_stages=STAGES, omit_managed_fields=st.booleans()
)
REQUESTS = st.builds(
    RequestAttributes,
    user=st.none() | WORDS,
    groups=LISTS,
    verb=WORDS,
    resource_request=st.booleans(),
    api_group=WORDS,
    resource=WORDS,
    subresource=WORDS,
    name=WORDS,
    namespace=WORDS,
    path=st.sampled_from(["", "/", "/healthz", "/healthz/etcd", "/x*", "/api"]),
)


@given(policy=POLICIES, requests=st.lists(REQUESTS, min_size=1, max_size=20), version=st.sampled_from([V1_35, V1_36]))
def test_the_answers_are_those_of_the_evaluator(
    policy: Policy, requests: list[RequestAttributes], version: ServerVersion
) -> None:
    decide = compile_policy(policy, version)

    assert [decide(request) for request in requests] == [evaluate(policy, request, version) for request in requests]


def test_an_answer_is_the_same_when_it_is_asked_for_again() -> None:
    rules = (Rule(Level.NONE, user_groups=("dev",), non_resource_urls=("/x*",)), Rule(Level.METADATA))
    decide = compile_policy(Policy(rules), NEWEST)
    request = RequestAttributes("jane", ("dev", "ops"), "get", resource_request=False, path="/x/y")

    first, second = decide(request), decide(request)

    assert first == second
    assert first.rule == 0


def test_a_name_that_no_rule_names_is_not_the_empty_one() -> None:
    rule = Rule(Level.REQUEST, resources=(GroupResources("", ("pods",), ("",)),))
    decide = compile_policy(Policy((rule,)), NEWEST)

    found = [decide(RequestAttributes("jane", resource="pods", name=name)).rule for name in ("", "web")]

    assert found == [0, -1]


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Level.NONE, non_resource_urls=("/x",), namespaces=("prod",)),
        Rule(Level.NONE, non_resource_urls=("/x",), resources=(GroupResources("", ("pods",)),)),
    ],
)
def test_a_rule_for_both_counts_for_resources_alone(rule: Rule) -> None:
    decide = compile_policy(Policy((rule,)), NEWEST)
    pods = RequestAttributes("jane", resource="pods", namespace="prod")
    path = RequestAttributes("jane", resource_request=False, path="/x")

    assert [decide(request).rule for request in (pods, path)] == [0, -1]


def test_more_requests_than_are_remembered_are_answered_alike() -> None:
    rules = (
        Rule(Level.NONE, resources=(GroupResources("", ("r7",)),)),
        Rule(Level.REQUEST, non_resource_urls=("/r7",)),
        Rule(Level.METADATA, user_groups=("g7",)),
    )
    policy = Policy(rules)
    decide = compile_policy(policy, NEWEST)
    requests = [
        RequestAttributes(
            "jane", (f"g{number}", "x" * 600), "get", number % 2 == 0, resource=f"r{number}", path=f"/r{number}"
        )
        for number in [*range(9000), *range(20)]
    ]

    assert [decide(request) for request in requests] == [evaluate(policy, request, NEWEST) for request in requests]


def test_what_is_remembered_is_bounded() -> None:
    decide = compile_policy(Policy((Rule(Level.NONE, user_groups=("dev",)),)), NEWEST)
    tracemalloc.start()

    for number in range(20_000):
        decide(RequestAttributes("jane", (f"group-{number}",), resource=f"resource-{number}", name=f"name-{number}"))

    for number in range(100):
        long = f"{number}" * 50_000
        decide(RequestAttributes("jane", (long,), resource=long))
        decide(RequestAttributes("jane", resource_request=False, path=long))

    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 4 << 20
