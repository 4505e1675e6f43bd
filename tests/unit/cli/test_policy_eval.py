from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from kubewitness.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: [joe]
- level: Metadata
  resources: [{group: "", resources: [secrets]}]
"""
REQUEST = '{"user":"jane","verb":"get","resource":"secrets"}\n'
ANSWER = '{"level":"Metadata","omitStages":["RequestReceived"],"omitManagedFields":false,"rule":1}\n'


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    return str(tmp_path / "policy.yaml")


def run(*arguments: str, requests: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["policy", "eval", *arguments], input=requests)


def test_requests_come_by_standard_input(policy: str) -> None:
    done = run(policy, requests=REQUEST)

    assert (done.exit_code, done.stdout, done.stderr) == (0, ANSWER, "")


def test_an_audit_event_is_a_request(policy: str) -> None:
    event = {"kind": "Event", "requestURI": "/api/v1/secrets", "verb": "list", "user": {"username": "jane"}}

    done = run(policy, requests=json.dumps(event))

    assert done.stdout == ANSWER


def test_requests_may_come_from_a_file(policy: str, tmp_path: Path) -> None:
    (tmp_path / "requests.jsonl").write_text(REQUEST * 3, "utf-8")

    done = run(policy, "--input", str(tmp_path / "requests.jsonl"), requests="nothing")

    assert (done.exit_code, done.stdout) == (0, ANSWER * 3)


def test_the_policy_may_come_by_standard_input_when_the_requests_do_not(tmp_path: Path) -> None:
    (tmp_path / "requests.jsonl").write_text(REQUEST, "utf-8")

    done = run("-", "--input", str(tmp_path / "requests.jsonl"), requests=POLICY)

    assert (done.exit_code, done.stdout) == (0, ANSWER)


def test_both_cannot_come_by_standard_input() -> None:
    done = run("-", requests=POLICY)

    assert done.exit_code == 2
    assert "use --input" in done.stderr


def test_a_line_that_is_not_read_keeps_its_place_and_ends_with_3(policy: str) -> None:
    done = run(policy, requests=REQUEST + "\n{\n" + REQUEST)

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("rule", "error") for answer in answers] == [1, "error", "error", 1]
    assert done.stderr == "kubewitness: 2 of 4 lines not read; the first is line 2: blank\n"
    assert done.exit_code == 3


def test_no_requests_have_no_answers(policy: str) -> None:
    done = run(policy)

    assert (done.exit_code, done.stdout) == (0, "")


def test_a_policy_that_does_not_load_is_refused_in_the_words_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY.replace("level: None", "level: none"), "utf-8")

    done = run(str(tmp_path / "policy.yaml"), requests=REQUEST)

    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        'policy.yaml:5:10: kube-apiserver 1.37 would not start with it: rules[0].level: Unsupported value: "none"'
        in (done.stderr)
    )


def test_what_the_server_would_drop_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY.replace("users", "user"), "utf-8")

    done = run(str(tmp_path / "policy.yaml"), requests=REQUEST)

    assert (done.exit_code, json.loads(done.stdout)["level"]) == (0, "None")
    assert done.stderr.count('unknown field "rules[0].user"') == 1


def test_the_version_of_the_server_counts(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY.replace('group: ""', 'group: "*"'), "utf-8")

    assert run(str(tmp_path / "policy.yaml"), requests=REQUEST).exit_code == 0
    assert run(str(tmp_path / "policy.yaml"), "--target-version", "1.35", requests=REQUEST).exit_code == 2


def test_a_second_document_is_said_to_be_left(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY + "---\nrules: []\n", "utf-8")

    done = run(str(tmp_path / "policy.yaml"), requests=REQUEST)

    assert done.exit_code == 0
    assert "a second YAML document: kube-apiserver does not read it" in done.stderr


def test_requests_may_be_packed(policy: str, tmp_path: Path) -> None:
    packed = tmp_path / "requests.gz"
    packed.write_bytes(gzip.compress(REQUEST.encode()))

    done = run(policy, "--input", str(packed))

    assert (done.exit_code, done.stdout) == (0, run(policy, requests=REQUEST).stdout)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(b"{}" * 10_000)[:-20], "cannot be read: "),
        (b"\x1f\x8b no gzip at all", "cannot be read: "),
        (b"\x28\xb5\x2f\xfd and more", "zstdcat"),
    ],
)
def test_what_cannot_be_unpacked_is_said(policy: str, tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "requests").write_bytes(data)

    done = run(policy, "--input", str(tmp_path / "requests"))

    assert done.exit_code == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["absent", "."])
def test_requests_that_cannot_be_read_are_said(policy: str, name: str, tmp_path: Path) -> None:
    done = run(policy, "--input", str(tmp_path / name))

    assert done.exit_code == 2
    assert done.stderr.startswith(f"kubewitness: {tmp_path / name}: cannot be read: ")


@pytest.fixture
def filter_process(policy: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "kubewitness", "policy", "eval", policy]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"COLUMNS": "80"},
    ) as process:
        yield process


def test_a_line_is_answered_before_the_next_one_comes(filter_process: subprocess.Popen[bytes]) -> None:
    assert filter_process.stdin is not None
    assert filter_process.stdout is not None
    for _ in range(2):
        filter_process.stdin.write(REQUEST.encode())
        filter_process.stdin.flush()

        assert filter_process.stdout.readline() == ANSWER.encode()

    filter_process.stdin.close()
    assert filter_process.wait() == 0


def test_a_reader_that_goes_away_ends_it_without_a_word(filter_process: subprocess.Popen[bytes]) -> None:
    assert filter_process.stdin is not None
    assert filter_process.stdout is not None
    assert filter_process.stderr is not None
    filter_process.stdout.close()
    filter_process.stdin.write(REQUEST.encode())
    filter_process.stdin.close()

    assert filter_process.stderr.read() == b""
    assert filter_process.wait() == 141  # as of a program that SIGPIPE ended
