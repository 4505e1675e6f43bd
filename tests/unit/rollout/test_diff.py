"""What is shown of a plan: differences, and no secret."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from unicodedata import bidirectional, category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.rollout.diff import describe, diff, mask, printable
from kubewitness.rollout.plan import FileChange, Restart
from tests.checks.servers import METADATA, Given
from tests.unit.rollout.test_plan import OFF, STRONGER, plan

SECRET: Final = "hunter2-Zq"  # noqa: S105  made up


class TestMask:
    @pytest.mark.parametrize(
        "line",
        [
            f"+      value: {SECRET}",
            f" - value: {SECRET}",
            f'       value: "{SECRET} and more"',
            f"-      value: http://user:{SECRET}@proxy.example:3128",
            f'+      "value": "{SECRET}"',
            f"     - {{name: PLAIN, value: {SECRET}}}",
            f'     - {{"name": "PLAIN", "value": "{SECRET}, {SECRET}"}}',
            f"+    - --oidc-client-secret={SECRET}",
            f"+    - --some_token={SECRET}",
            f"     - --password={SECRET}",
            f"     - --api-key={SECRET}",
            f"     - --etcd-servers=https://root:{SECRET}@10.0.0.1:2379,https://root:{SECRET}@10.0.0.2:2379",
            f"     example.com/token: {SECRET}",
            f"     example.com/api-token-old: '{SECRET}'",
            f"# password: {SECRET}",
        ],
    )
    def test_hides_what_may_be_a_secret(self, line: str) -> None:
        assert SECRET not in mask(line)
        assert "*****" in mask(line)

    @pytest.mark.parametrize(
        "line",
        [
            "+    - --audit-policy-file=/etc/kubernetes/audit/policy.yaml",
            "     - --service-account-key-file=/etc/kubernetes/pki/sa.pub",
            "     - --token-auth-file=/etc/kubernetes/tokens.csv",
            "     - --etcd-servers=https://127.0.0.1:2379",
            "     - --service-account-issuer=https://kubernetes.default.svc.cluster.local",
            "+    - mountPath: /etc/kubernetes/audit",
            "+      name: audit-policy",
            "   labels:",
            "-      valueFrom:",
        ],
    )
    def test_leaves_the_rest_as_it_is(self, line: str) -> None:
        assert mask(line) == line

    def test_makes_control_characters_visible(self) -> None:
        assert mask("a\x1b[31mb\u202ec\udcffd") == r"a\x1b[31mb\u202ec\udcffd"

    @given(st.text())
    def test_leaves_nothing_that_a_terminal_would_act_on(self, line: str) -> None:
        shown = mask(line)

        assert all(char in "\n\t" or category(char) not in {"Cc", "Cs"} for char in shown)
        assert not any(
            bidirectional(char) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "PDI"} for char in shown
        )

    def test_a_manifest_s_diff_hides_what_stands_near(self) -> None:
        environment = [
            "    env:",
            "    - name: HTTPS_PROXY",
            f"      value: http://a:{SECRET}@proxy",
            f"    - {{name: B, value: {SECRET}}}",
            "    image:",
        ]
        manifest = Given(**OFF).manifest_text().replace("    image:", "\n".join(environment))

        shown = "\n".join(describe(plan(**{**OFF, "view": "tree", "manifest": manifest}), live=False))

        assert SECRET not in shown
        assert "+    - --audit-policy-file=" in shown

    def test_a_value_of_several_lines_is_hidden_to_its_end(self) -> None:
        block = f"env:\n- name: A\n  value: |\n    {SECRET}\n\n    {SECRET} again\n- name: B\n  value:\n    {SECRET}\n"
        manifest = FileChange("/m.yaml", f"old\n{block}old\n", f"new\n{block}new\n")

        shown = list(describe(replace(plan(), manifest=manifest), live=True))

        assert shown[:-1] == [
            "--- /m.yaml", "+++ /m.yaml",
            "@@ -1,3 +1,3 @@", "-old", "+new", " env:", " - name: A",
            "@@ -9,3 +9,3 @@", "   value:", " *****", "-old", "+new",
        ]  # fmt: skip
        assert not any(
            SECRET in line for line in describe(replace(plan(), manifest=replace(manifest, after="")), live=True)
        )


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

    def test_a_policy_s_diff_is_readable(self) -> None:
        shown = list(describe(plan(STRONGER, exact=True, policy=METADATA), live=True))

        assert "+- level: Request" in shown
        assert "+  verbs: [delete]" in shown
        assert shown[-1] == Restart.PROCESS.outage

    def test_a_policy_s_words_about_secrets_are_not_masked(self) -> None:
        words = METADATA + "  # token: serviceaccounts/token\n"

        shown = list(describe(plan(words, exact=True, policy=STRONGER), live=True))

        assert "+  # token: serviceaccounts/token" in shown

    def test_a_policy_s_control_characters_are_visible(self) -> None:
        odd = METADATA.replace("kind", "# \x1b[2J\nkind")

        assert printable("# \x1b[2J") == r"# \x1b[2J"
        assert not any("\x1b" in line for line in describe(plan(policy=odd.replace("Metadata", "None")), live=True))

    def test_a_file_tree_is_not_said_to_be_away(self) -> None:
        assert list(describe(plan(**{**OFF, "view": "tree"}), live=False))[-1] == (
            "a file tree: no API server is restarted, and nothing is proved"
        )
