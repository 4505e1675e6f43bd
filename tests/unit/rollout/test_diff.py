"""What is shown of a plan: differences, and no secret."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Final
from unicodedata import bidirectional, category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.rollout.diff import describe, diff, masked, printable
from kubewitness.rollout.outcome import FileChange, Plan, Restart
from tests.checks.servers import METADATA, Given
from tests.unit.rollout.test_plan import OFF, STRONGER, plan

MARK: Final = "hunter2Zq"
"""In every secret that is planted here, and in no manifest."""
SPELLINGS: Final = [
    "env: [{{name: A, value: {json}}}]",
    'env: [{{"name": "A", "value":{json}}}]',
    '{{"env": [{{"value": {json}, "name": "A"}}]}}',
    "env:\n- name: A\n  value: {single}",
    "env:\n- value: {json}\n  name: A",
    "env:\n- value: &secret {json}\n  name: A",
    "env:\n- name: A\n  value: !!str {json}",
    "env:\n- name: A\n  ? value\n  : {json}",
    "env:\n- name: A\n  value:\n    {json}\n- name: B",
    "env:\n- name: A\n  value: |\n    first\n\n    {line}\n  more: x",
    "env:\n- name: A\n  value: >-\n    {line}\n     {line}\n- name: B",
    'env:\n- name: A\n  value: "first\n\n   {double} and\n   more"',
    "command:\n- {flag}={line}",
    "command:\n- '{flag}={quoted}'",
    'command:\n- "{flag}={double}"',
    "command: ['{flag}={quoted}', --audit-log-maxage=30]",
    "command:\n- {flag}\n- {json}\n- --audit-log-compress",
    'command: ["{flag}", {json}]',
    "command:\n- --audit-log-compress\n- {flag}\n- {json}",
    "command:\n- {flag} {line}",
    "command: [sh, -c, {json}]",
    "# {line}",
    "#command: {flag}={line}",
    "name: a # {line}",
    "image: {userinfo}",
    "path: {userinfo}",
    "command:\n- --audit-webhook-config-file={userinfo}",
    "command:\n- --audit-webhook-config-file\n- {userinfo}",
    "annotations:\n  example.com/token: {json}",
    "annotations: {{password: {json}}}",
    "httpHeaders:\n- name: Authorization\n  value: Bearer {line}",
]


@st.composite
def planted(draw: st.DrawFn) -> str:
    """A text with a secret somewhere in it, spelt in one of many ways."""
    around = st.text("aZ09/:@.,=#-_ %$", max_size=6)
    secret = draw(around) + MARK + draw(around)
    flag = "--" + draw(
        st.sampled_from(["x-token", "etcd-servers", "oidc_client_secret", "v", "service-account-key-file"])
    )
    return draw(st.sampled_from(SPELLINGS)).format(
        flag=flag,
        json=json.dumps(secret.lstrip("-")),  # a list item with dashes in front would be a flag
        single="'" + secret + "'",
        quoted=secret,
        double=secret,
        line=f"x{secret}x",
        userinfo=draw(st.sampled_from(["https://u:p@{}@h/x", "http://user:{}@h", "https://{}@h", "/a@{}@h"])).format(
            MARK
        ),
    )


@cache
def any_plan() -> Plan:
    return plan()


def described(manifest: str, *, near: str = "# old") -> list[str]:
    """The plan that takes ``manifest`` away, puts it there, or changes what stands around it."""
    texts = (manifest, None), (None, manifest), (f"{near}\n{manifest}\n{near}", manifest)
    changes = [FileChange("/m.yaml", before, after) for before, after in texts]
    return [line for change in changes for line in describe(replace(any_plan(), manifest=change), live=True)]


class TestMasked:
    @given(planted())
    def test_no_secret_is_shown_however_it_is_written(self, manifest: str) -> None:
        assert MARK not in "\n".join(described(manifest))

    @given(planted(), st.sampled_from(["\r\n", "\r", "\x85", "\u2028"]))
    def test_nor_with_other_line_breaks(self, manifest: str, newline: str) -> None:
        assert MARK not in "\n".join(described(manifest.replace("\n", newline)))

    @given(planted())
    def test_nor_in_a_manifest_of_the_deploy(self, spelling: str) -> None:
        part = "".join(
            f"    {line}\n" for line in spelling.splitlines() if not spelling.startswith(("name:", "image:"))
        )
        manifest = Given(**OFF).manifest_text().replace("    image:", f"{part}    image:")

        assert MARK not in "\n".join(described(manifest))

    @pytest.mark.parametrize(
        "line",
        [
            "- --audit-policy-file=/etc/kubernetes/audit/policy.yaml",
            '- "--audit-log-maxage=30"',
            "- --audit_log_format=json",
            "- --audit-log-path=-",
            "- --audit-webhook-version=audit.k8s.io/v1",
            "- --audit-log-maxage\n- '30'\n- --audit-log-compress\n- --audit-log-path\n- /var/log/a.log",
            "- --allow-privileged",
            "- kube-apiserver",
            "- hostPath:\n    path: /etc/kubernetes/audit\n    type: Directory\n  name: audit-policy",
            '- {"hostPath": {"path": "/etc/kubernetes/audit", "type": "Directory"}, "name": "audit-policy"}',
            "- mountPath: /etc/kubernetes/audit\n  name: audit-policy\n  readOnly: true",
            "volumeMounts:",
            "status: {}",
            "image: registry.example:5000/kube-apiserver:v1.37.1@sha256:00ff",
            "name: HTTPS_PROXY",
            "apiVersion: v1\nkind: Pod",
        ],
    )
    def test_what_the_deploy_writes_and_what_names_things_is_shown(self, line: str) -> None:
        assert masked(line) == line.splitlines()

    @pytest.mark.parametrize(
        ("line", "shown"),
        [
            ("- --oidc-client-secret=s3cret", "- --oidc-client-secret=*****"),
            ("- --x-token=/abc", "- --x-token=*****"),
            ("- --x-token\n- /abc", "- --x-token\n- *****"),
            ('"value": "s3cret"', '"value": *****'),
            ("- {name: X, value: s3, cret}", "- {name: X, value: *****, *****}"),
            ("value: |\n  a b\n\n    c", "value: *****\n  *****\n\n    *****"),
            ("- --etcd-servers=https://u:p@ss@h", "- --etcd-servers=*****"),
            ("- --audit-webhook-config-file=https://u:p@h", "- --audit-webhook-config-file=*****"),
            ("path: http://user:pa/ss@h", "path: *****"),
            ("# pass word", "*****"),
            ("valueFrom: {secretKeyRef: {name: a, key: b}}", "valueFrom: {secretKeyRef: {name: a, key: *****}}"),
        ],
    )
    def test_of_the_rest_the_name_is_left(self, line: str, shown: str) -> None:
        assert masked(line) == shown.splitlines()

    def test_all_of_what_is_no_yaml_is_masked(self) -> None:
        assert masked("{\x01\n  a: b") == ["*****", "  *****"]

    @given(st.text())
    def test_any_text_has_as_many_lines_as_before_and_nothing_that_a_terminal_would_act_on(self, text: str) -> None:
        lines = masked(text)

        assert len(lines) == len(text.splitlines())
        assert all(char == "\t" or category(char) not in {"Cc", "Cs"} for line in lines for char in line)
        assert not any(
            bidirectional(char) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "PDI"} for char in "".join(lines)
        )

    def test_a_change_of_what_is_hidden_is_still_seen(self) -> None:
        change = FileChange("/m.yaml", "a: 1\nvalue: old\n", "a: 1\nvalue: new\n")

        assert list(diff(change, is_manifest=True))[2:] == [
            "@@ -1,2 +1,2 @@",
            " a: *****",
            "-value: *****",
            "+value: *****",
        ]


class TestDiff:
    def test_is_one_that_patch_understands(self) -> None:
        change = FileChange("/etc/policy.yaml", "a\nb\nc\nd\ne\n", "a\nb\nC\nd\ne\n")

        assert list(diff(change)) == [
            "--- /etc/policy.yaml",
            "+++ /etc/policy.yaml",
            "@@ -1,5 +1,5 @@",
            " a",
            " b",
            "-c",
            "+C",
            " d",
            " e",
        ]

    def test_of_a_new_file_and_of_one_that_goes(self) -> None:
        assert list(diff(FileChange("/p", None, "a\n")))[:2] == ["--- /dev/null", "+++ /p"]
        assert list(diff(FileChange("/p", "a\n", None)))[:2] == ["--- /p", "+++ /dev/null"]

    def test_of_the_same_is_nothing(self) -> None:
        assert list(diff(FileChange("/p", "a\n", "a\n"))) == []
        assert list(diff(FileChange("/p", None, None))) == []


class TestDescribe:
    def test_a_fresh_server_shows_why_what_and_for_how_long(self) -> None:
        shown = list(describe(plan(**OFF), live=True))

        assert any(line.startswith("--audit-log-path") for line in shown)
        assert "+    - --audit-log-path=/var/log/kubernetes/audit/audit.log" in shown
        assert "+kind: Policy" in shown
        assert shown[-1] == Restart.MANIFEST.outage

    def test_where_nothing_will_be_proved_that_is_said_before(self) -> None:
        change = plan(**{**OFF, "flags": {**OFF["flags"], "audit-log-path": "-"}})

        shown = list(describe(change, live=True))

        assert shown[-2].startswith("no canary is looked for: the events go to standard output: nothing will be proved")
        assert not any("canary" in line for line in describe(plan(**OFF), live=True))

    def test_the_change_of_a_manifest_is_seen_in_full(self) -> None:
        change = plan(**OFF).manifest

        shown = list(diff(change, is_manifest=True))

        assert [line for line in shown if line[0] == "+"] == [line for line in diff(change) if line[0] == "+"]
        assert len([line for line in shown if line[0] == "+"]) > 15

    def test_a_policy_s_diff_is_readable(self) -> None:
        change = replace(any_plan(), restart=Restart.PROCESS, policy=FileChange("/p.yaml", METADATA, STRONGER))

        shown = list(describe(change, live=True))

        assert "+- level: Request" in shown
        assert "+  verbs: [delete]" in shown
        assert shown[-1] == Restart.PROCESS.outage

    def test_a_policy_s_words_about_secrets_are_not_masked(self) -> None:
        words = METADATA + "  # token: serviceaccounts/token\n"

        shown = list(describe(replace(any_plan(), policy=FileChange("/p.yaml", STRONGER, words)), live=True))

        assert "+  # token: serviceaccounts/token" in shown

    def test_a_policy_s_control_characters_are_visible(self) -> None:
        odd = METADATA.replace("kind", "# \x1b[2J\nkind")

        assert printable("# \x1b[2J") == r"# \x1b[2J"
        assert not any("\x1b" in line for line in describe(plan(policy=odd.replace("Metadata", "None")), live=True))

    def test_a_file_tree_is_not_said_to_be_away(self) -> None:
        assert list(describe(plan(**{**OFF, "view": "tree"}), live=False))[-1] == (
            "a file tree: no API server is restarted, and nothing is proved"
        )
