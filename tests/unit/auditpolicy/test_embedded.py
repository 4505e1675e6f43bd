"""The files are made up, in the shape in which their products have them."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import Loaded, load_bytes
from kubewitness.auditpolicy.embedded import embedded_policies
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
"""
JSON_POLICY = '{"kind":"Policy","apiVersion":"audit.k8s.io/v1","rules":[{"level":"Metadata"}]}'

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
data:
  other.yaml: |
    a: 1
  policy: |
    # ours
    apiVersion: audit.k8s.io/v1
    kind: Policy
    rules:
    - level: Metadata
"""
TALOS = """\
version: v1alpha1
cluster:
  apiServer:
    auditPolicy:
      apiVersion: audit.k8s.io/v1
      kind: Policy
      rules:
      - level: Metadata # all
    # the end
    image: x
"""
KOPS = """\
apiVersion: kops.k8s.io/v1alpha2
kind: Cluster
spec:
  fileAssets:
  - name: webhook
    content: "apiVersion: v1"
  - name: audit-policy
    content: |
      apiVersion: audit.k8s.io/v1
      rules:
      - level: Metadata
"""
BUNDLE = """\
apiVersion: v1
kind: Namespace
---
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
"""
LIST = """\
apiVersion: v1
kind: List
items:
- kind: ConfigMap
- kind: Policy
  apiVersion: audit.k8s.io/v1
  rules:
  - level: Metadata
"""


def found(text: str) -> list[tuple[str, int, int, tuple[int, int]]]:
    """Path, line, column of each policy, and the place of its first rule in the file."""
    answers = []
    for policy in embedded_policies(text.encode()):
        loaded = load_bytes(policy.data, NEWEST)
        assert isinstance(loaded, Loaded)
        rule = loaded.policy.rules[0]
        answers.append((policy.path, policy.line, policy.column, policy.place(rule.line, rule.column)))
    return answers


@pytest.mark.parametrize(
    ("text", "path", "start", "rule"),
    [
        (CONFIG_MAP, "data.policy", (7, 5), (11, 7)),
        (TALOS, "cluster.apiServer.auditPolicy", (5, 7), (8, 9)),
        (KOPS, "spec.fileAssets[1].content", (9, 7), (11, 9)),
        (BUNDLE, "", (4, 1), (7, 3)),
        (LIST, "items[1]", (5, 3), (8, 5)),
    ],
)
def test_a_policy_inside_is_found_with_its_place(
    text: str, path: str, start: tuple[int, int], rule: tuple[int, int]
) -> None:
    assert found(text) == [(path, *start, rule)]


def test_lines_that_end_as_on_windows_count_alike() -> None:
    assert found(TALOS.replace("\n", "\r\n")) == found(TALOS)


def test_a_literal_may_say_its_own_indentation() -> None:
    text = "a:\n  b: |2-  # why\n\n    apiVersion: audit.k8s.io/v1\n    rules: [{level: None}]\n"

    assert found(text) == [("a.b", 4, 5, (5, 13))]


@pytest.mark.parametrize(
    "value", [json.dumps(POLICY), "'apiVersion: audit.k8s.io/v1\n\n  rules: [{level: None}]'", json.dumps(JSON_POLICY)]
)
def test_of_a_policy_in_quotes_only_the_start_is_known(value: str) -> None:
    assert found(f"kind: ConfigMap\ndata:\n  policy: {value}\n") == [("data.policy", 3, 11, (3, 11))]


_ENCODED = base64.b64encode(POLICY.encode()).decode()
_WRAPPED = "\n".join(f"    {_ENCODED[at : at + 30]}" for at in range(0, len(_ENCODED), 30))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (_ENCODED, (3, 12)),
        (f"data:text/yaml;charset=utf-8;base64,{_ENCODED}", (3, 12)),
        (f"|\n{_WRAPPED}", (4, 5)),
    ],
)
def test_a_policy_in_base64_is_found(value: str, place: tuple[int, int]) -> None:
    assert found(f"write_files:\n- encoding: b64\n  content: {value}\n") == [("write_files[0].content", *place, place)]


@pytest.mark.parametrize("value", ["A" * 100, "audit" * 20, base64.b64encode(b"\xff" * 100).decode()])
def test_what_only_looks_like_base64_holds_nothing(value: str) -> None:
    assert found(f"a: {value}\n") == []


def test_a_text_in_a_text_is_looked_into() -> None:
    inner = "".join(f"    {line}\n" for line in CONFIG_MAP.splitlines())

    assert found(f"files:\n- content: |\n{inner}") == [("files[0].content: data.policy", 9, 9, (13, 11))]


def test_of_a_policy_deep_in_quotes_only_their_start_is_known() -> None:
    assert found(f"files:\n- content: {json.dumps(CONFIG_MAP)}\n") == [
        ("files[0].content: data.policy", 2, 12, (2, 12))
    ]


def test_of_a_literal_whose_tag_stands_alone_only_the_start_is_known() -> None:
    literal = "".join(f"  {line}\n" for line in POLICY.splitlines())

    assert found(f"a: !!str\n  |\n{literal}") == [("a", 1, 4, (1, 4))]


def test_a_first_document_that_is_a_text_is_not_an_empty_one() -> None:
    assert found(f"hello\n---\n{POLICY}") == [("", 3, 1, (6, 3))]


def test_json_holds_policies_as_well() -> None:
    items = [json.loads(JSON_POLICY), {"kind": "ConfigMap", "data": {"p": POLICY}}]

    listed = found(json.dumps({"kind": "List", "items": items}, indent="\t"))

    assert [(path, line) for path, line, _, _ in listed] == [("items[0]", 4), ("items[1].data.p", 16)]
    assert listed[0][3] == (8, 5)


def test_all_of_them_come_in_their_order() -> None:
    text = f"{CONFIG_MAP}---\n{LIST}---\na: {JSON_POLICY}\n"

    assert [(path, line) for path, line, _, _ in found(text)] == [("data.policy", 7), ("items[1]", 17), ("a", 22)]


def test_the_copy_that_kubectl_keeps_is_not_another_policy() -> None:
    copy = json.dumps({"kind": "ConfigMap", "data": {"policy": POLICY}})
    annotation = f"metadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {copy}\n"

    assert len(found(CONFIG_MAP + annotation)) == 1


def test_a_policy_inside_a_policy_is_a_part_of_it() -> None:
    annotated = f"metadata: {{annotations: {{a: {json.dumps(POLICY)}}}}}"

    assert found(BUNDLE + annotated) == [("", 4, 1, (7, 3))]


@pytest.mark.parametrize(
    "text",
    [
        POLICY,
        f"{POLICY}---\n{POLICY}",
        JSON_POLICY,
        "# comment\n---\n" + POLICY,
        "\ufeff" + POLICY,
        # broken, removed, without a version, empty: still meant to be policies
        POLICY + "  - a: b: c\n",
        "\n# comment\n" + POLICY + "{{ if x }}\n- level: None\n{{ end }}\n",
        POLICY.replace("v1", "v1beta1"),
        POLICY.replace("apiVersion", "APIVERSION"),
        POLICY.replace("apiVersion: audit.k8s.io/v1\n", "") + f"---\n{POLICY}",
        f"---\n---\n{POLICY}",
        f"null\n---\n{POLICY}",
        # what it is instead is kube-apiserver's to say
        '{"kind":"Event","apiVersion":"audit.k8s.io/v1"}\n{"kind":"Event","apiVersion":"audit.k8s.io/v1"}\n',
        "apiVersion: audit.k8s.io/v1\nkind: PolicyList\nitems: []\n",
        # nothing inside
        "",
        "kind: ConfigMap\n",
        "a: audit.k8s.io/v1\n",
        "- apiVersion: audit.k8s.io/v1\n  kind: Event\n",
        "kind: Policy\napiVersion: kyverno.io/v1\n",
    ],
)
def test_a_file_that_is_meant_to_be_a_policy_or_holds_none_is_left_to_the_server(text: str) -> None:
    assert embedded_policies(text.encode()) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"a: \xff\n---\n" + POLICY.encode(),
        (CONFIG_MAP + "#" * (1 << 20)).encode(),
        b"\xff\xfe\x00",
        b"\x00" + POLICY.encode(),
    ],
)
def test_nothing_is_looked_for_where_nothing_can_be_read(data: bytes) -> None:
    assert embedded_policies(data) == ()


def test_utf_16_is_read() -> None:
    (policy,) = embedded_policies(CONFIG_MAP.encode("utf-16"))

    assert policy.line == 7


@pytest.mark.parametrize("item", ["- apiVersion: audit.k8s.io/v1\n", "- 'x apiVersion audit.k8s.io/'\n"])
def test_too_many_are_refused(item: str) -> None:
    with pytest.raises(KubewitnessError, match="more than 100 policies"):
        embedded_policies(item.encode() * 1001)


@pytest.mark.parametrize("bomb", ["[", "{a: ", "- ", "? "])
def test_a_nesting_without_end_is_left_alone(bomb: str) -> None:
    assert embedded_policies(f"apiVersion: audit.k8s.io/\nb: {bomb * 100_000}".encode()) == ()


def test_an_alias_bomb_costs_nothing() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))

    assert found(f"a0: &a0 {JSON_POLICY}\n{levels}") == [("a0", 1, 5, (1, 66))]


_PARTS = st.sampled_from(
    [
        "apiVersion: audit.k8s.io/v1",
        "kind: Policy",
        "\n",
        "\n  ",
        "\n- ",
        "---\n",
        "a: ",
        "|\n",
        "'",
        '"',
        "#",
        "{",
        "}",
        "```\n",
    ]
)


@given(st.binary() | st.lists(_PARTS, max_size=15).map("".join).map(str.encode))
def test_any_file_is_searched(data: bytes) -> None:
    for policy in embedded_policies(data):
        assert policy.line >= 1
        assert policy.place(1, 1) >= (0, 1)
