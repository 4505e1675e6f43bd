"""Texts: k8s.io/apiserver/pkg/apis/audit/validation, 0.24 to 0.37."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy import Draft, DraftRule, GroupResources, validate
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
V1_33 = ServerVersion(1, 33)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
SLASH = "non-resource URL rules must begin with a '/' character"
STAR = "non-resource URL wildcards '*' must be the final character of the rule"
BOTH = "rules cannot apply to both regular resources and non-resource URLs"
STAGES = "allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic"


def texts(*rules: DraftRule, version: ServerVersion = NEWEST, stages: tuple[str, ...] = ()) -> list[str]:
    return [invalid.text for invalid in validate(Draft(rules, stages), version)]


def group(name: str) -> tuple[GroupResources, ...]:
    return (GroupResources(name),)


@pytest.mark.parametrize(
    "rule",
    [
        DraftRule("None"),
        DraftRule("RequestResponse", resources=group("rbac.authorization.k8s.io"), namespaces=("kube-system",)),
        DraftRule("Request", resources=group("")),
        DraftRule("Metadata", non_resource_urls=("/logs*", "/healthz*", "/metrics", "*", "/")),
        DraftRule("Metadata", omit_stages=("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")),
        DraftRule("Metadata", users=("*", ""), verbs=("never",), namespaces=("no/such",)),
        DraftRule("Metadata", resources=(GroupResources("apps", ("*/*",), ("a",)),)),
    ],
)
def test_these_are_valid(rule: DraftRule) -> None:
    assert texts(rule) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (DraftRule(""), ["rules[0].level: Required value"]),
        (
            DraftRule("metadata"),
            [
                'rules[0].level: Unsupported value: "metadata": supported values: '
                '"None", "Metadata", "Request", "RequestResponse"'
            ],
        ),
        (
            DraftRule("None", non_resource_urls=("logs", "")),
            [
                f'rules[0].nonResourceURLs[0]: Invalid value: "logs": {SLASH}',
                f'rules[0].nonResourceURLs[1]: Invalid value: "": {SLASH}',
            ],
        ),
        (
            DraftRule("None", non_resource_urls=("a*b", "/**")),
            [
                f'rules[0].nonResourceURLs[0]: Invalid value: "a*b": {SLASH}',
                f'rules[0].nonResourceURLs[0]: Invalid value: "a*b": {STAR}',
                f'rules[0].nonResourceURLs[1]: Invalid value: "/**": {STAR}',
            ],
        ),
        (
            DraftRule("None", resources=group("apps/v1")),
            [f'rules[0].resources.group: Invalid value: "apps/v1": {SUBDOMAIN}'],
        ),
        (
            DraftRule("None", resources=group("Apps\n")),
            [f'rules[0].resources.group: Invalid value: "Apps\\n": {SUBDOMAIN}'],
        ),
        (
            DraftRule("None", resources=group("a" * 254)),
            [f'rules[0].resources.group: Invalid value: "{"a" * 254}": must be no more than 253 characters'],
        ),
        (
            DraftRule("None", omit_stages=("Panic", "foo")),
            [f'rules[0].omitStages[1]: Invalid value: "foo": {STAGES}'],
        ),
        (
            DraftRule("None", non_resource_urls=("/logs<",), namespaces=("a",)),
            [f'rules[0].nonResourceURLs: Invalid value: ["/logs\\u003c"]: {BOTH}'],
        ),
    ],
)
def test_these_are_not(rule: DraftRule, expected: list[str]) -> None:
    assert texts(rule) == expected


def test_the_same_text_comes_once() -> None:
    twice = DraftRule("None", resources=(*group("A"), *group("A")))

    assert len(texts(twice)) == 1


def test_the_stages_of_the_policy_come_first() -> None:
    assert texts(DraftRule(""), stages=("x",)) == [
        f'omitStages[0]: Invalid value: "x": {STAGES}',
        "rules[0].level: Required value",
    ]


def test_until_1_33_values_are_written_as_go_writes_them() -> None:
    rule = DraftRule("a<b", non_resource_urls=("/a<b",), namespaces=("a",))

    assert texts(rule, version=V1_33) == [
        'rules[0].level: Unsupported value: "a<b": supported values: "None", "Metadata", "Request", "RequestResponse"',
        f'rules[0].nonResourceURLs: Invalid value: []string{{"/a<b"}}: {BOTH}',
    ]


def test_the_path_names_the_entry_that_the_text_leaves_out() -> None:
    rule = DraftRule("None", resources=(*group("apps"), *group("A")))

    assert [invalid.path for invalid in validate(Draft((rule,)), NEWEST)] == ["rules[0].resources[1].group"]
