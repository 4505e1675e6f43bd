"""The policy as SQL, beside the evaluator: the same rule for every request, whatever the texts are."""
# ruff: noqa: S608

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Policy, RequestAttributes, Rule, evaluate
from kubewitness.auditpolicy.to_sql import carried, literal, named_entries_condition, rule_expression
from kubewitness.model import ServerVersion

V1_35, V1_36 = ServerVersion(1, 35), ServerVersion(1, 36)
SHAPE = json.dumps(
    [
        dict.fromkeys(
            ("user_name", "verb", "api_group", "resource", "subresource", "name", "namespace", "path"), "VARCHAR"
        )
        | {"resource_request": "BOOLEAN", "user_groups": ["VARCHAR"]}
    ]
)
HOSTILE = (
    "'",
    "''",
    "a'); DROP TABLE q; --",
    "\0",
    "a\0b",
    "\\",
    "--",
    "/*",
    "$1",
    "?",
    "{0}",
    "%",
    "_",
    "\n",
    "é",
    "e\u0301",
    "\u202e",
    "😀",
)

texts = st.sampled_from(("", "*", "a", "b", "pods", *HOSTILE))
patterns = st.sampled_from((
    "pods", "secrets", "*", "*/*", "pods/*", "pods/exec", "*/exec", "*/", "/*", "pods/", "", "/", "'/*", "*/'",
))  # fmt: skip
urls = st.sampled_from(("*", "/", "/*", "/healthz", "/healthz*", "/a'*", "/a'b", "**", "/\0*"))
paths = st.sampled_from(("/", "/healthz", "/healthz/etcd", "/a'b", "/a'", "/\0", "/\0x", "", "*"))


def several(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


entries = st.builds(GroupResources, st.sampled_from(("", "apps", "*", "'")), several(patterns), several(texts))
rules = st.builds(
    Rule,
    st.just(Level.METADATA),
    users=several(texts),
    user_groups=several(texts),
    verbs=several(texts),
    resources=st.lists(entries, max_size=3).map(tuple),
    namespaces=several(texts),
    non_resource_urls=several(urls),
) | st.builds(Rule, st.just(Level.NONE), resources=st.lists(entries, min_size=1, max_size=3).map(tuple))
policies = st.lists(rules, min_size=1, max_size=5).map(lambda found: Policy(tuple(found)))
requests = st.builds(
    RequestAttributes,
    st.none() | texts,
    several(texts),
    texts,
    st.booleans(),
    st.sampled_from(("", "apps", "*", "'")),
    st.sampled_from(("pods", "secrets", "", "*", "'")),
    st.sampled_from(("", "exec", "*", "'", "exec/x")),
    texts,
    texts,
    paths,
)


def deciding_rules(policy: Policy, version: ServerVersion, asked: list[RequestAttributes]) -> list[Any]:
    return ask(rule_expression(policy, version), asked)


def ask(expression: str, asked: list[RequestAttributes]) -> list[Any]:
    rows = [
        {
            ("user_name" if key == "user" else "user_groups" if key == "groups" else key): value
            for key, value in row.items()
        }
        for row in map(asdict, asked)
    ]
    table = "SELECT unnest(from_json(?, ?), recursive := true)"
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {expression} FROM ({table})", [json.dumps(rows), SHAPE]).fetchall()
    return [row[0] for row in found]


@settings(max_examples=60)
@given(policies, st.sampled_from((V1_35, V1_36)), st.lists(requests, min_size=1, max_size=60))
def test_the_same_rule_decides(policy: Policy, version: ServerVersion, asked: list[RequestAttributes]) -> None:
    expected = [evaluate(policy, request, version).rule for request in asked]

    assert deciding_rules(policy, version, asked) == expected


@pytest.mark.parametrize("text", [*HOSTILE, "\0\0", "'\0'"])
def test_a_text_is_a_value_and_nothing_else(text: str) -> None:
    other = RequestAttributes("somebody")

    assert deciding_rules(Policy((Rule(Level.NONE, users=(text,)),)), V1_36, [RequestAttributes(text), other]) == [
        0,
        -1,
    ]


def test_a_name_that_the_policy_does_not_mention_may_be_unknown() -> None:
    policy = Policy(
        (
            Rule(Level.NONE, resources=(GroupResources("", ("pods",), ("web",)),)),
            Rule(Level.NONE, namespaces=("prod",)),
            Rule(Level.METADATA),
        )
    )
    columns = (
        "NULL AS user_name, [] AS user_groups, 'get' AS verb, true AS resource_request, '' AS api_group, 'pods' AS"
    )
    table = f"SELECT {columns} resource, '' AS subresource, NULL AS name, NULL AS namespace, '' AS path"

    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {rule_expression(policy, V1_36)} FROM ({table})").fetchall()

    assert found == [(2,)]


def test_a_byte_that_is_no_utf_8_equals_itself_alone() -> None:
    expression = f"{literal('/' + chr(0xDCFF))} = ?"

    with duckdb.connect() as connection:
        found = [
            connection.execute(f"SELECT {expression}", [carried(text)]).fetchall()[0][0]
            for text in ("/\udcff", "/\udcfe", "/\ufffd")
        ]

    assert found == [True, False, False]


def test_names_matter_where_a_rule_asks_for_them() -> None:
    policy = Policy(
        (
            Rule(
                Level.NONE,
                resources=(GroupResources("", ("configmaps",), ("ca",)), GroupResources("apps", ("deployments",))),
            ),
        )
    )
    asked = [
        RequestAttributes("jane", resource="configmaps"),
        RequestAttributes("jane", resource="secrets"),
        RequestAttributes("jane", api_group="apps", resource="deployments"),
    ]

    assert ask(named_entries_condition(policy, V1_36) or "", asked) == [True, False, False]


def test_names_matter_nowhere_where_no_rule_asks_for_them() -> None:
    assert named_entries_condition(Policy((Rule(Level.METADATA),)), V1_36) is None
