from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kubewitness.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: [bot, robot]
- level: RequestResponse
  verbs: [create, update]
  resources:
  - {group: "", resources: [pods, configmaps]}
  omitManagedFields: true
- level: None
  nonResourceURLs: ["/healthz*"]
- level: Metadata
  userGroups: [system:authenticated]
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return str(tmp_path / "policy.yaml")


def explain(*arguments: str, stdin: str | None = None, columns: str = "200") -> Result:
    environment = {"COLUMNS": columns, "NO_COLOR": "1"}
    return CliRunner().invoke(main, ["policy", "explain", *arguments], input=stdin, env=environment)


def test_the_rule_the_level_the_stages_and_why_not_the_others(policy: str) -> None:
    done = explain(policy, "get secrets web -n prod --as jane")

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "get secrets web -n prod --as jane",
        "  by jane, in system:authenticated",
        "",
        f"Metadata  rules[3] at {policy}:14:3",
        "  written at       ResponseComplete, Panic",
        "  stages left out  RequestReceived",
        "  managed fields   no body is recorded",
        "",
        "the rules before it do not match:",
        "  rules[0] (line 5)   users: jane is not one of bot, robot",
        "  rules[1] (line 7)   verbs: get is not one of create, update",
        "  rules[2] (line 12)  nonResourceURLs: secrets is a resource",
    ]


def test_managed_fields_are_told_where_there_is_a_body(policy: str) -> None:
    done = explain(policy, "create pods -n prod")

    assert "RequestResponse  rules[1]" in done.stdout
    assert "left out of the bodies" in done.stdout


def test_what_is_not_recorded(policy: str) -> None:
    done = explain(policy, "get", "/healthz/etcd")

    assert "not recorded (None)  rules[2]" in done.stdout
    assert "written at" not in done.stdout


def test_where_no_rule_matches_each_says_why(policy: str) -> None:
    done = explain(policy, "get pods x -n prod --unauthenticated")

    assert "by nobody: a failed login has no user and no groups" in done.stdout
    assert "no rule matches" in done.stdout
    assert "userGroups: nobody (a failed login) is not system:authenticated" in done.stdout


def test_words_need_no_quotes(policy: str) -> None:
    quoted = explain(policy, "get secrets web -n prod --as jane --as-group devs")

    assert explain(policy, "get", "secrets", "web", "-n", "prod", "--as", "jane", "--as-group", "devs").stdout == (
        quoted.stdout
    )


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        (["get", "pods", "-n", "prod", "-o", "wide"], "get pods -n prod"),
        (["-n", "prod", "get", "pods"], "get pods -n prod"),
        (["exec", "web-0", "-n", "prod", "--", "ls", "-la", "--help"], "exec web-0 -n prod"),
        (["kubectl", "get", "po", "--output=yaml"], "get po"),
    ],
)
def test_what_follows_the_first_word_is_kubectls(policy: str, words: list[str], quoted: str) -> None:
    done = explain(policy, *words)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:-2] == explain(policy, quoted).stdout.splitlines()[1:-2]


@pytest.mark.parametrize("first", [["-o", "json"], ["-ojson"], ["--output=json", "--target-version", "1.36"]])
def test_own_options_stand_before_the_words(policy: str, first: list[str]) -> None:
    for arguments in ([*first, policy], [policy, *first]):
        done = explain(*arguments, "get", "pods", "-o", "wide")

        assert json.loads(done.stdout)["query"] == "get pods -o wide"


def test_own_options_among_the_words_are_told(policy: str) -> None:
    done = explain(policy, "get", "pods", "x", "-o", "json")
    refused = explain(policy, "get", "pods", "x", "--target-version", "1.30")

    assert done.stdout == explain(policy, "get pods x").stdout
    assert "write it before FILE" in done.stderr
    assert refused.exit_code == 2
    assert "--target-version stands before FILE" in refused.stderr


def test_the_help_is_there_behind_words_too(policy: str) -> None:
    assert explain(policy, "get", "pods", "--help").stdout == explain("--help").stdout


def test_words_of_kubectl_are_told_request_by_request(policy: str) -> None:
    done = explain(policy, "exec web-0 -n prod -- id")

    assert done.stdout.startswith("exec web-0 -n prod -- id\n")
    assert "get pods/exec web-0 -n prod  (over WebSocket" in done.stdout
    assert "create pods/exec web-0 -n prod  (over SPDY" in done.stdout
    assert f"kubewitness policy explain {policy} 'create pods/exec web-0 -n prod'" in done.stdout


def test_an_exec_by_one_verb_names_the_other(policy: str) -> None:
    done = explain(policy, "create pods/exec web-0 -n prod")

    assert "the rules before it do not match" in done.stdout
    assert "belongs to it:" in done.stdout
    assert "get pods/exec web-0 -n prod" in done.stdout


def test_a_trap_is_a_note(policy: str) -> None:
    assert "note: get without a name is a list" in explain(policy, "get secrets -n prod").stdout


def test_json_goes_to_standard_output_alone(policy: str) -> None:
    found = json.loads(explain(policy, "get secrets web -n prod --as jane", "-o", "json").stdout)

    assert found["schema"] == "kubewitness/policy-explain/v1"
    [request] = found["requests"]
    assert (request["level"], request["rule"], request["line"], request["column"]) == ("Metadata", 3, 14, 3)
    assert request["omitStages"] == ["RequestReceived"]
    assert request["writtenAt"] == ["ResponseComplete", "Panic"]
    assert request["notMatched"][1]["text"] == "verbs: get is not one of create, update"
    assert request["request"]["namespace"] == "prod"


def test_json_where_no_rule_matches(policy: str) -> None:
    [request] = json.loads(explain(policy, "get pods x --unauthenticated", "-o", "json").stdout)["requests"]

    assert (request["rule"], request["line"], request["level"], len(request["notMatched"])) == (-1, None, "None", 4)


def test_an_audit_event_from_standard_input(policy: str) -> None:
    event = {"kind": "Event", "verb": "create", "requestURI": "/api/v1/namespaces/prod/pods", "user": {"username": "a"}}

    done = explain(policy, "-", stdin=json.dumps(event))

    assert done.exit_code == 0
    assert "RequestResponse  rules[1]" in done.stdout


def test_policy_and_request_cannot_both_come_from_standard_input() -> None:
    assert explain("-", "-", stdin="").exit_code == 2


@pytest.mark.parametrize("words", ["gett secrets", "get", "get secrets --asgroup x", '{"a": 1}', "impersonate users x"])
def test_what_cannot_be_read_is_one_line(policy: str, words: str) -> None:
    done = explain(policy, words)

    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_a_policy_that_does_not_load_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("rules: []\n")

    done = explain(str(tmp_path / "broken"), "get pods x")

    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_the_group_wildcard_depends_on_the_version(tmp_path: Path) -> None:
    (tmp_path / "wild").write_text(
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n  resources: [{group: '*'}]\n"
    )

    assert "Metadata  rules[0]" in explain(str(tmp_path / "wild"), "get deploy x", "--target-version", "1.36").stdout
    assert explain(str(tmp_path / "wild"), "get deploy x", "--target-version", "1.35").exit_code == 2


@pytest.mark.parametrize("columns", ["30", "60", "100"])
def test_no_line_but_a_command_is_wider_than_the_terminal(policy: str, columns: str) -> None:
    done = explain(policy, "get secrets web -n prod --as jane", columns=columns)

    assert max(map(len, done.stdout.splitlines())) <= int(columns)


def test_a_hostile_user_cannot_steer_the_terminal(policy: str) -> None:
    for output in ("table", "json"):
        assert "\x1b" not in explain(policy, "get pods x --as 'a\x1b[2J'", "-o", output).stdout


def test_the_help_tells_whose_request_it_is() -> None:
    done = explain("--help")

    assert "never the" in done.stdout
    assert "Exit codes: 0" in done.stdout
