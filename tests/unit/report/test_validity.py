from __future__ import annotations

import json

from kubewitness.auditpolicy.verdict import judge
from kubewitness.model import ServerVersion
from kubewitness.report import Options
from kubewitness.report.validity import as_json, as_text

NEWEST = ServerVersion(1, 37)
PLAIN = Options(width=1000)
HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
TWO_INSIDE = """\
kind: ConfigMap
data:
  one: |
    apiVersion: audit.k8s.io/v1
    rules:
    - level: Metadata
  two: |
    apiVersion: audit.k8s.io/v1
    rules: [{level: Some}]
"""


def text(policy: str, options: Options = PLAIN, file: str = "p.yaml") -> str:
    return as_text(judge(file, policy.encode("utf-8", "surrogateescape"), NEWEST), NEWEST, options)


def fields(policy: str) -> list[dict[str, object]]:
    return [json.loads(as_json(verdict)) for verdict in judge("p.yaml", policy.encode(), NEWEST)]


def test_what_is_fine_is_one_line() -> None:
    assert text(HEAD + "rules:\n- level: None\n- level: Metadata\n") == "p.yaml: ok, 2 rules\n"
    assert text(HEAD + "rules:\n- level: None\n") == "p.yaml: ok, 1 rule\n"


def test_what_is_refused_names_each_place_and_cause() -> None:
    assert text(HEAD + "rules:\n- level: None\n  nonResourceURLs: [a, /b*c]\n") == (
        "p.yaml: kube-apiserver 1.37 would not start with it:\n"
        '  p.yaml:5:21: rules[0].nonResourceURLs[0]: Invalid value: "a": '
        "non-resource URL rules must begin with a '/' character\n"
        '  p.yaml:5:24: rules[0].nonResourceURLs[1]: Invalid value: "/b*c": '
        "non-resource URL wildcards '*' must be the final character of the rule\n"
    )


def test_a_second_document_is_said_not_to_be_read() -> None:
    policy = HEAD + "rules:\n- level: None\n---\nrules: [{level: Metadata}]\n"

    assert text(policy) == (
        "p.yaml: ok, but kube-apiserver 1.37 reads a part of it only; 1 rule:\n"
        "  p.yaml:5:1: a second YAML document: it is not read, and kube-apiserver does not say so\n"
    )
    assert fields(policy) == [
        {"file": "p.yaml", "ok": True, "error": None, "strictError": None, "rules": 1, "ignoredFromLine": 5}
    ]


def test_a_second_document_inside_something_is_shown_where_it_stands_in_the_file() -> None:
    inside = "".join(f"    {line}\n" for line in (HEAD + "rules: [{level: None}]\n---\na: 1").splitlines())

    assert "  p.yaml:7:" in text(f"kind: ConfigMap\ndata:\n  policy: |\n{inside}")


def test_what_is_dropped_is_said_with_what_is_left() -> None:
    policy = HEAD + "rules:\n- level: None\n  verb: [get]\n- level: Metadata\n  resources: [{resource: pods}]\n"

    assert text(policy) == (
        "p.yaml: ok, but kube-apiserver 1.37 drops a part of it; 2 rules left:\n"
        '  p.yaml:5:3: unknown field "rules[0].verb"\n'
        '  p.yaml:7:16: unknown field "rules[1].resources[0].resource"\n'
        '  rules[0] is then {"level": "None"}: it matches every request\n'
        '  rules[1] is then {"level": "Metadata", "resources": [{"group": ""}]}: '
        "it matches any resource of the core group\n"
    )


def test_a_rule_that_is_left_is_written_with_all_that_it_says() -> None:
    rule = (
        "- {level: Request, users: [u], userGroups: [g], verbs: [get], namespaces: [prod], omitStages: [Panic], "
        "omitManagedFields: false, foo: 1, resources: [{group: a, resources: [b], resourceNames: [c]}, {group: d.e}]}\n"
    )

    found = text(f"{HEAD}rules:\n{rule}")

    assert found.endswith(
        'rules[0] is then {"level": "Request", "users": ["u"], "userGroups": ["g"], "verbs": ["get"], '
        '"resources": [{"group": "a", "resources": ["b"], "resourceNames": ["c"]}, {"group": "d.e"}], '
        '"namespaces": ["prod"], "omitStages": ["Panic"], "omitManagedFields": false}: '
        "it matches any resource of the group d.e\n"
    )


def test_policies_inside_are_named_with_their_lines() -> None:
    assert text(TWO_INSIDE) == (
        "p.yaml: no policy itself, but 2 policies inside:\n"
        "p.yaml:4 (data.one): ok, 1 rule\n"
        "p.yaml:8 (data.two): kube-apiserver 1.37 would not start with it:\n"
        '  p.yaml:9:21: rules[0].level: Unsupported value: "Some": '
        'supported values: "None", "Metadata", "Request", "RequestResponse"\n'
    )


def test_a_file_without_a_version_gets_a_hint() -> None:
    assert text("rules: []\n").splitlines()[2] == (
        "  apiVersion is missing, or the first document is empty: only that one is read"
    )


def test_what_is_beyond_our_limits_is_not_called_refused() -> None:
    assert text("#" * (1 << 21)) == (
        "p.yaml: was not judged:\n  p.yaml:1:1: not judged by kubewitness: larger than 1048576 bytes\n"
    )


def test_colour_is_for_the_verdict_alone() -> None:
    coloured = Options(width=1000, color=True)

    assert text(HEAD + "rules:\n- level: None\n", coloured) == "p.yaml: \x1b[32mok\x1b[0m, 1 rule\n"
    assert "\x1b[33mok, but\x1b[0m kube-apiserver" in text(HEAD + "rules:\n- level: None\n  a: 1\n", coloured)
    assert "\x1b[1;31mkube-apiserver 1.37 would not start with it\x1b[0m:" in text("a: 1", coloured)


def test_nothing_that_was_read_steers_the_terminal() -> None:
    found = text(f'{HEAD}rules:\n- level: "\\e[31m"\n  "\\e[2J\\u202e": 1\n', file="a\x1b]0;b.yaml")
    inside = text('a: {"\\e[2J": {apiVersion: audit.k8s.io/v1}}', Options(ascii_only=True), "é")

    assert not set(found) & {"\x1b", "\u202e"}
    assert inside.startswith("\\xe9: no policy")
    assert "(a.\\x1b[2J)" in inside


def test_a_text_that_is_quoted_whole_is_cut_for_people() -> None:
    policy = f"apiVersion: other/\nkind: Policy\na: {'x' * 10_000}\n"

    assert max(map(len, text(policy).splitlines())) < 600
    assert len(str(fields(policy)[0]["error"])) > 10_000


def test_a_line_of_json_has_all_keys_always() -> None:
    assert fields(HEAD + "rules: [{level: None}]") == [
        {"file": "p.yaml", "ok": True, "error": None, "strictError": None, "rules": 1}
    ]
    assert fields(HEAD + "rules: [{level: None, a: 1}]") == [
        {
            "file": "p.yaml",
            "ok": True,
            "error": None,
            "strictError": 'strict decoding error: unknown field "rules[0].a"',
            "rules": 1,
        }
    ]
    assert fields(HEAD + "a: 1") == [
        {
            "file": "p.yaml",
            "ok": False,
            "error": "loaded illegal policy with 0 rules",
            "strictError": 'strict decoding error: unknown field "a"',
            "rules": 0,
        }
    ]


def test_a_policy_inside_has_its_line_in_json() -> None:
    assert [(found["line"], found["ok"], found["rules"]) for found in fields(TWO_INSIDE)] == [
        (4, True, 1),
        (8, False, 0),
    ]


def test_a_narrow_terminal_wraps_it_and_cuts_nothing() -> None:
    policy = HEAD + "rules:\n- level: None\n  nonResourceURLs: [a, /b*c]\n"

    wrapped = text(policy, Options(width=60))

    assert max(map(len, wrapped.splitlines())) <= 60
    assert wrapped.split() == text(policy).split()


def test_a_pod_is_told_which_command_reads_it() -> None:
    found = text("apiVersion: v1\nkind: Pod\nspec: {}\n", file="kube-apiserver.yaml")

    assert "kubewitness policy lint POLICY --flags kube-apiserver.yaml" in found
