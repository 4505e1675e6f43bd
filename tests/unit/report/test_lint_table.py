from __future__ import annotations

from dataclasses import replace

import pytest

from kubewitness.auditpolicy.lint import lint
from kubewitness.report import Options
from kubewitness.report.lint.table import render
from tests.unit.report import lintreports


def test_findings_of_one_cause_stand_under_the_rule_that_decided() -> None:
    shown = render(lintreports.some(), Options(width=90))

    assert shown.splitlines()[:7] == [
        "policies/a.yaml: 5 found, 1 accepted",
        "  policies/a.yaml:7:5  rules[1]",
        "    high     AP023 Reaching a kubelet through the API server, reading from a pod through",
        "                   the API server and 2 more: not recorded, rules[1] (line 7) says None",
        "    high     AP024 Running a command in a container over WebSocket (get), attaching to a",
        "                   container over WebSocket (get) and forwarding a port of a pod over",
        "                   WebSocket (get): not recorded, rules[1] (line 7) says None; over SPDY",
    ]


def test_what_to_write_stands_once_and_can_be_pasted() -> None:
    lines = render(lintreports.some(), Options()).splitlines()

    at = lines.index("    write before rules[1]:")
    assert lines[at + 1 : at + 5] == [
        "        - level: Metadata",
        "          resources:",
        '            - group: ""',
        "              resources: [nodes/proxy, pods/proxy, services/proxy, pods/log]",
    ]
    assert sum(line.startswith("    write ") for line in lines) == 1


def test_where_a_rule_for_everything_is_to_be_written_no_other_is_shown() -> None:
    head = lintreports.POLICY[: lintreports.POLICY.index("  #")]
    policy = f"{head}  - level: Metadata\n    users: [jane]\n  - level: None\n"

    shown = render(lintreports.report(*lint("p.yaml", policy.encode(), lintreports.NEWEST)), Options())

    assert shown.count("    write ") == 1
    assert "\n    write instead of rules[1]:\n        - level: Metadata\n\n" in shown


@pytest.mark.parametrize(
    ("rules", "once"),
    [
        ("  - level: None\n    userGroups: [system:authenticated]\n", "userGroups: ["),
        (
            "  - level: Request\n    verbs: [create, delete]\n    resources: [{group: apps}]\n"
            "  - level: Request\n    verbs: [update, delete]\n"
            "    resources: [{group: apps, resources: [deployments]}]\n",
            "verbs: [deletecollection]",
        ),
    ],
    ids=["AP042", "AP052"],
)
def test_what_is_to_be_written_holds_no_rule_that_another_makes_needless(rules: str, once: str) -> None:
    head = lintreports.POLICY[: lintreports.POLICY.index("  #")]
    policy = f"{head}{rules}  - level: Metadata\n"

    shown = render(lintreports.report(*lint("p.yaml", policy.encode(), lintreports.NEWEST)), Options())

    assert shown.count("    write ") == 1
    assert shown.count(once) == 1


def test_a_clean_policy_and_one_that_was_not_judged_say_so() -> None:
    shown = render(lintreports.some(), Options())

    assert "\nb.yaml: nothing found\n" in shown
    assert "\nlarge.yaml: not judged by kubewitness: larger than 1048576 bytes\n" in shown


def test_what_was_found_is_shown_though_not_everything_could_be_judged() -> None:
    (found,) = lint("a.yaml", lintreports.POLICY.encode(), lintreports.NEWEST)
    in_part = replace(found, unjudged="Kubernetes 1.20 is not known here: judged as 1.24, and not for sure")

    lines = render(lintreports.report(in_part), Options(width=200)).splitlines()

    assert lines[0] == "a.yaml: Kubernetes 1.20 is not known here: judged as 1.24, and not for sure"
    assert lines[1] == "a.yaml: 5 found, 1 accepted"
    assert sum(line.startswith(("    high ", "    medium ")) for line in lines) == 5


def test_the_end_says_what_was_not_looked_at_and_how_much_was_found() -> None:
    lines = render(lintreports.some(), Options()).splitlines()

    assert lines[-2:] == [
        "not looked at: AP062, AP063 (no flags)",
        "5 findings: 3 high, 2 medium; 1 accepted; 1 not judged",
    ]


def test_a_rule_that_can_go_is_replaced() -> None:
    policy = lintreports.POLICY.replace("verbs: [get, list, watch]", 'resources: [{group: "", resources: [secrets]}]')

    shown = render(lintreports.report(*lint("p", policy.encode(), lintreports.NEWEST)), Options())

    assert "    write instead of rules[1]:\n" in shown


def test_no_colour_unless_it_is_wanted() -> None:
    plain, coloured = (render(lintreports.some(), Options(color=color)) for color in (False, True))

    assert "\x1b" not in plain
    assert "\x1b[1;31mhigh    \x1b[0m AP023" in coloured


def test_a_hostile_name_steers_nothing() -> None:
    shown = render(lintreports.hostile(), Options(width=60))

    assert all(line.isprintable() for line in shown.splitlines())


def test_ascii_alone_where_that_is_all_there_is() -> None:
    assert render(lintreports.hostile(), Options(ascii_only=True)).isascii()


def test_lines_are_as_wide_as_the_terminal() -> None:
    shown = render(lintreports.some(), Options(width=70))

    texts = [line for line in shown.splitlines() if not line.startswith("        ")]
    assert max(map(len, texts)) <= 70
