"""Where a finding says it is, in a file of any shape."""

from __future__ import annotations

import base64

from kubewitness.auditpolicy.lint import lint
from tests.unit.auditpolicy.lint.linting import HEADER, NEWEST, linted

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: audit}
data:
  policy.yaml: |
    apiVersion: audit.k8s.io/v1
    kind: Policy
    rules:
      - level: None
        users: [system:apiserver]
      - level: Metadata
        verbs: [GET]
      # kubewitness: ignore AP042 a robot
      - level: None
        users: [jane]
      - level: Metadata
"""


def test_a_rule_in_a_config_map_stands_where_the_file_has_it() -> None:
    (found,) = lint("cm.yaml", CONFIG_MAP.encode(), NEWEST)

    assert (found.file, found.path, found.rules) == ("cm.yaml", "data.policy.yaml", 4)
    places = [(item.id, item.line, item.column) for item in found.findings]
    assert places == [("AP013", 12, 17), ("AP042", 9, 9)]
    assert "rules[0] (line 9)" in found.findings[1].message
    assert [item.finding.line for item in found.accepted] == [14]


def test_what_is_suggested_has_the_indentation_of_the_file() -> None:
    (found,) = lint("cm.yaml", CONFIG_MAP.encode(), NEWEST)

    suggestion = found.findings[1].suggestion
    assert suggestion is not None
    assert suggestion.startswith("      - level: Metadata\n        users: [")


def test_in_base64_everything_stands_where_the_value_begins() -> None:
    text = base64.b64encode(f"{HEADER}- level: None\n".encode()).decode()
    data = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: audit}}\ndata:\n  policy: {text}\n"

    (found,) = lint("secret.yaml", data.encode(), NEWEST)

    assert [(item.id, item.line, item.column) for item in found.findings] == [("AP010", 5, 11)]


def test_each_policy_of_a_file_is_linted() -> None:
    data = (
        CONFIG_MAP
        + "  other.yaml: |\n    apiVersion: audit.k8s.io/v1\n    kind: Policy\n    rules:\n    - level: None\n"
    )

    found = lint("cm.yaml", data.encode(), NEWEST)

    assert [(item.path, len(item.findings)) for item in found] == [("data.policy.yaml", 2), ("data.other.yaml", 1)]
    assert found[1].findings[0].line == 21


def test_no_rule_is_shown_behind_the_last() -> None:
    finding = linted(HEADER + "- level: Metadata\n  users: [jane]\n- level: Metadata\n  users: [joe]\n").findings[0]

    assert (finding.rule, finding.rule_line, finding.rule_column) == (-1, 6, 3)


def test_the_culprit_and_the_rule_that_decided_have_a_place_each() -> None:
    policy = HEADER + '- level: Request\n  resources: [{group: "", resources: [deployments]}]\n- level: Metadata\n'

    finding = linted(policy).findings[0]

    assert finding.id == "AP020"
    assert (finding.line, finding.column) == (5, 39)
    assert (finding.rule, finding.rule_line) == (1, 6)


def test_bytes_that_are_no_text_are_refused_in_the_server_s_words() -> None:
    (found,) = lint("p", b"\xff\xfe\x00", NEWEST)

    assert [item.id for item in found.findings] == ["AP002"]


def test_what_is_beyond_our_limits_is_not_judged() -> None:
    (found,) = lint("p", b"#" * ((1 << 20) + 1), NEWEST)

    assert found.unjudged is not None
    assert found.findings == ()


def test_a_policy_of_more_rules_than_anybody_writes_is_not_judged() -> None:
    found = linted(HEADER + "- level: Metadata\n" * 1001)

    assert found.unjudged == "not judged by kubewitness: more than 1000 rules"
    assert found.findings == ()


def test_lines_are_counted_as_yaml_counts_them() -> None:
    found = linted(f"# the next line\x85# and one more\r\n{HEADER}- level: None\n  users: [jane]\n- level: Metadata\n")

    assert [(item.id, item.line) for item in found.findings] == [("AP042", 6)]
    assert found.findings[0].suggestion is not None
    assert found.findings[0].suggestion.startswith("- level: Metadata\n")


def test_a_policy_too_large_to_be_sure_of_says_so() -> None:
    users = ", ".join(f"u{number}" for number in range(400))
    rule = f"- level: Metadata\n  users: [{users}]\n  verbs: [{users}]\n"

    found = linted(f"{HEADER}{rule}{rule}- level: Metadata\n")

    assert "AP012" in {item.id for item in found.not_looked_at}
    assert "AP012" not in {item.id for item in found.findings}
