from __future__ import annotations

import json

import pytest
import yaml

from kubewitness.apiserver import (
    ManifestEdit,
    StaticPod,
    parse_flags,
    patch,
    read_static_pod,
)
from tests.unit.apiserver.manifests import (
    AUDIT,
    AUDITED,
    KUBEADM,
    POLICY_VOLUME,
    SMALL,
    changed_lines,
    flags,
    mounts,
    small,
)

WHERE = "m.yaml"


def read(text: str) -> StaticPod:
    return read_static_pod(text, WHERE)


def test_kubeadms_manifest_gets_its_audit_log() -> None:
    assert patch(KUBEADM, AUDIT, WHERE) == AUDITED


def test_a_second_time_changes_nothing_at_all() -> None:
    assert patch(AUDITED, AUDIT, WHERE) is AUDITED


def test_nothing_asked_for_is_nothing_changed() -> None:
    assert patch(KUBEADM, ManifestEdit({}), WHERE) is KUBEADM


def test_carriage_returns_stay() -> None:
    assert patch(KUBEADM.replace("\n", "\r\n"), AUDIT, WHERE) == AUDITED.replace("\n", "\r\n")


def test_a_byte_order_mark_stays() -> None:
    assert patch("\ufeff" + KUBEADM, AUDIT, WHERE) == "\ufeff" + AUDITED
    assert patch("\ufeff" + AUDITED, AUDIT, WHERE) == "\ufeff" + AUDITED


def test_a_last_line_without_an_end_stays_so() -> None:
    text = SMALL.removesuffix("\n")

    assert patch(text, mounts(POLICY_VOLUME), WHERE) == (
        text
        + """
    volumeMounts:
    - mountPath: /etc/kubernetes/audit
      name: audit-policy
      readOnly: true
  volumes:
  - hostPath:
      path: /etc/kubernetes/audit
      type: Directory
    name: audit-policy"""
    )


def test_a_later_document_is_left_alone() -> None:
    rest = "---\nnot: [yaml\n"

    assert patch(KUBEADM + rest, AUDIT, WHERE) == AUDITED + rest


def test_only_the_setting_in_force_is_written_anew() -> None:
    text = small("--audit-log-maxage=7  # weeks", "--v=2", "--audit-log-maxage=8  # days ", "--x=y")

    after = patch(text, flags(audit_log_maxage="30"), WHERE)

    assert changed_lines(text, after) == [
        "-    - --audit-log-maxage=8  # days \n",
        "+    - --audit-log-maxage=30  # days \n",
    ]


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("--audit-log-maxage=7", "--audit-log-maxage=30"),
        ("--audit_log_maxage=7", "--audit_log_maxage=30"),
        ("'--audit-log-maxage=7'", "'--audit-log-maxage=30'"),
        ('"--audit-log-maxage=7"', '"--audit-log-maxage=30"'),
        ('"--audit-log-m\\x61xage=7"', '"--audit-log-maxage=30"'),
        ("--audit-log-maxage\n    - '7'", "--audit-log-maxage\n    - '30'"),
        ('--audit-log-maxage\n    - "7"', '--audit-log-maxage\n    - "30"'),
        ("  --audit-log-maxage=7", "  --audit-log-maxage=30"),
    ],
)
def test_a_value_is_replaced_in_the_way_it_is_written(written: str, becomes: str) -> None:
    text = small("--v=2", written, "--x=y")

    assert patch(text, flags(audit_log_maxage="30"), WHERE) == small("--v=2", becomes, "--x=y")


def test_a_bare_boolean_can_be_switched_off() -> None:
    text = small("--audit-log-compress", "--v=2")

    assert patch(text, flags(audit_log_compress="true"), WHERE) is text
    assert patch(text, flags(audit_log_compress="false"), WHERE) == small("--audit-log-compress=false", "--v=2")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["--a=1", "--b=2"], ["--a=1", "--audit-log-path=/l", "--b=2"]),
        (["--allow", "x", "--b=2"], ["--allow", "x", "--audit-log-path=/l", "--b=2"]),
        (["--z=1", "--b=2"], ["--z=1", "--b=2", "--audit-log-path=/l"]),
        (["--z=1", "--audit-log-maxage=1", "--b=2"], ["--z=1", "--audit-log-maxage=1", "--audit-log-path=/l", "--b=2"]),
        (["--b=1"], ["--b=1", "--audit-log-path=/l"]),
        ([], ["--audit-log-path=/l"]),
        (["# only comments"], ["--audit-log-path=/l", "# only comments"]),
    ],
    ids=["sorted", "sorted, two items", "not sorted", "beside its kind", "one", "none", "comment"],
)
def test_where_a_new_flag_goes(before: list[str], after: list[str]) -> None:
    def text(lines: list[str]) -> str:
        return small(*lines).replace("- #", "#")

    assert patch(text(before), flags(audit_log_path="/l"), WHERE) == text(after)


def test_new_flags_are_quoted_as_their_neighbours_are() -> None:
    text = small("'--v=2'")

    assert patch(text, flags(audit_log_path="/it's"), WHERE) == small("'--v=2'", "'--audit-log-path=/it''s'")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("/a b", '"--audit-log-path=/a b"'),
        ("/a #b", '"--audit-log-path=/a #b"'),
        ("/a: b", '"--audit-log-path=/a: b"'),
        ("/a:", '"--audit-log-path=/a:"'),
        ("/a:b,c", "--audit-log-path=/a:b,c"),
        ('/"', r'"--audit-log-path=/\""'),
        ("/é", '"--audit-log-path=/é"'),
        ("", "--audit-log-path="),
    ],
)
def test_a_value_is_quoted_where_yaml_needs_it(value: str, written: str) -> None:
    after = patch(small("--v=2"), flags(audit_log_path=value), WHERE)

    assert after == small("--v=2", written)
    assert parse_flags(read(after).argv).get("audit-log-path") == value


def test_args_are_used_where_the_flags_are_there() -> None:
    text = SMALL.replace("    - --secure-port=6443\n", "    args:\n        -   --secure-port=6443\n        # end\n")

    after = patch(text, flags(audit_log_path="/l"), WHERE)

    assert changed_lines(text, after) == ["+        - --audit-log-path=/l\n"]
    assert read(after).argv[-1] == "--audit-log-path=/l"


def test_a_flag_across_command_and_args() -> None:
    text = small("--audit-log-maxage").replace("    image:", "    args: ['7']\n    image:")

    assert patch(text, flags(audit_log_maxage="30"), WHERE) == text.replace("'7'", "'30'")


@pytest.mark.parametrize(
    ("command", "new"),
    [
        ("[kube-apiserver, --b=1|]", ", ONE, TWO"),
        ('["kube-apiserver"|]', ", ONE, TWO"),
        ('[kube-apiserver, --a=1, |"--b=1"]', "ONE, TWO, "),
        ('["kube-apiserver",\n      "--a=1",\n      |"--b=1"]', "ONE,\n      TWO,\n      "),
        ('[\n      "kube-apiserver",\n      "--b=1"|,\n    ]', ",\n      ONE,\n      TWO"),
        ('[\n      "kube-apiserver",  # it\n      "--b=1",  # one\n|    ]', "      ONE,\n      TWO,\n"),
    ],
    ids=["plain", "program only", "sorted", "sorted lines", "lines", "comments"],
)
def test_lists_in_brackets(command: str, new: str) -> None:
    new = new.replace("ONE", '"--audit-log-path=/l"').replace("TWO", '"--audit-policy-file=/p"')

    after = patch(bracketed(command.replace("|", "")), flags(audit_log_path="/l", audit_policy_file="/p"), WHERE)

    assert after == bracketed(command.replace("|", new))


def test_a_list_in_brackets_whose_last_item_has_a_comment_and_no_comma() -> None:
    text = bracketed('[\n      "kube-apiserver",\n      "--b=1"  # one\n    ]')

    after = patch(text, flags(audit_log_path="/l"), WHERE)

    assert after == bracketed('[\n      "kube-apiserver",\n      "--b=1",  # one\n      "--audit-log-path=/l"\n    ]')


def bracketed(command: str) -> str:
    return SMALL.replace("command:\n    - kube-apiserver\n    - --secure-port=6443", f"command: {command}")


def test_replacing_a_value_in_brackets_quotes_a_comma() -> None:
    text = bracketed("[kube-apiserver, --x=1]")

    assert patch(text, flags(x="1,2"), WHERE) == text.replace("--x=1", '"--x=1,2"')


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_stays_json(indent: int | str | None) -> None:
    text = json.dumps(yaml.safe_load(KUBEADM), indent=indent)

    after = patch(text, AUDIT, WHERE)

    assert json.loads(after) == yaml.safe_load(AUDITED)
    assert patch(after, AUDIT, WHERE) is after


def test_an_anchor_elsewhere_does_no_harm() -> None:
    text = KUBEADM.replace("    component: kube-apiserver\n", "    component: &c kube-apiserver\n    other: *c\n")

    assert all(line.startswith("+") for line in changed_lines(text, patch(text, AUDIT, WHERE)))
