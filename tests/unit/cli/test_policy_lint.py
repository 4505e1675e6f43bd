"""``kubewitness policy lint`` and ``kubewitness explain``, as their user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubewitness.auditpolicy.lint import LINT_RULES
from kubewitness.cli import main
from tests.checks.servers import Given

HEADER = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
CLEAN = f"{HEADER}- level: Metadata\n"
SILENT = f"{HEADER}- level: None\n  users: [jane]\n- level: Metadata\n"
"""AP042, medium."""
LEAKING = f"{HEADER}- level: Request\n  verbs: [create]\n- level: Metadata\n"
"""AP030, high."""
LOW = f"{HEADER}- level: None\n  nonResourceURLs: [/version]\n- level: Metadata\n"
"""AP044, low."""


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["policy", "lint", *arguments], input=stdin)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {"clean": CLEAN, "silent": SILENT, "leaking": LEAKING, "low": LOW, "bad": f"{HEADER}- level: Full\n"}
    texts["large"] = "#" * ((1 << 20) + 1)
    texts["kube-apiserver"] = Given().manifest_text()
    texts["old"] = Given(version="1.34.4", flags={"audit-log-path": None}).manifest_text()
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["clean.yaml"], 0),
        (["low.yaml"], 0),
        (["low.yaml", "--fail-on", "low"], 1),
        (["silent.yaml"], 1),
        (["silent.yaml", "--fail-on", "high"], 0),
        (["leaking.yaml", "--fail-on", "critical"], 0),
        (["bad.yaml", "--fail-on", "critical"], 1),
        (["large.yaml"], 3),
        (["large.yaml", "silent.yaml"], 1),
        (["silent.yaml", "missing.yaml"], 2),
        ([], 2),
        (["clean.yaml", "--fail-on", "worst"], 2),
        (["clean.yaml", "-o", "html"], 2),
        (["clean.yaml", "--target-version", "1.12"], 2),
        (["clean.yaml", "--flags", "missing.yaml"], 2),
        (["-", "--flags", "-"], 2),
        (["clean.yaml", "-o", "json", "-o", "sarif"], 2),
        (["clean.yaml", "-o", "json=a", "-o", "sarif=./a"], 2),
        (["clean.yaml", "-o", "json="], 2),
        (["--rules", "-o", "json", "-o", "markdown"], 2),
        (["--rules"], 0),
        (["--rules", "clean.yaml"], 2),
        (["--rules", "-o", "sarif"], 2),
    ],
    ids=str,
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    done = run(*arguments)

    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output


def test_a_file_that_cannot_be_read_does_not_hide_the_others() -> None:
    done = run("missing.yaml", "silent.yaml")

    assert done.stderr.startswith("kubewitness: missing.yaml: cannot be read: No such file or directory")
    assert "AP042" in done.stdout


def test_standard_input_is_a_file_too() -> None:
    done = run("-", "-o", "json", stdin=SILENT)

    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["file"], finding["id"], finding["line"], finding["column"]) == ("-", "AP042", 4, 3)


def test_the_table_names_probe_rule_and_what_to_write() -> None:
    done = run("leaking.yaml")

    assert "leaking.yaml:4:3  rules[0]" in done.stdout
    assert (
        "high     AP030 Creating a secret: recorded at Request (rules[0] (line 4)), with the secret in it"
        in done.stdout
    )
    assert (
        '    write before rules[0]:\n      - level: Metadata\n        resources:\n          - group: ""\n'
        in done.stdout
    )


def test_several_formats_at_once() -> None:
    done = run("silent.yaml", "-o", "table", "-o", "sarif=out.sarif", "-o", "json=out.json")

    assert done.stdout.startswith("silent.yaml: 1 found\n")
    assert json.loads(Path("out.sarif").read_text())["version"] == "2.1.0"
    assert len(json.loads(Path("out.json").read_text())["findings"]) == 1


def test_json_goes_to_standard_output_alone() -> None:
    done = run("missing.yaml", "clean.yaml", "-o", "json")

    assert json.loads(done.stdout)["summary"]["files"] == 1
    assert "missing.yaml" in done.stderr


def test_github_gets_a_line_a_finding() -> None:
    done = run("silent.yaml", "-o", "github")

    assert done.stdout.startswith(
        "::warning file=silent.yaml,line=4,col=3,title=AP042 medium::rules[0] (line 4) leaves"
    )


def test_an_unknown_format_is_refused_before_anything_is_read() -> None:
    done = run("missing.yaml", "-o", "html")

    assert done.stderr == "kubewitness: -o html: no such format; there are table, json, sarif, github\n"


def test_the_target_version_decides() -> None:
    Path("any.yaml").write_text(f'{HEADER}- level: Metadata\n  resources: [{{group: "*"}}]\n- level: Metadata\n')

    assert "AP004" in run("any.yaml", "--target-version", "1.35").stdout
    assert "AP004" not in run("any.yaml").stdout


def test_flags_make_the_flag_rules_known() -> None:
    done = run("clean.yaml", "--flags", "kube-apiserver.yaml", "-o", "json")

    document = json.loads(done.stdout)
    assert [(item["id"], item["file"]) for item in document["findings"]] == [("AP062", "clean.yaml")]
    assert {item["id"] for item in document["notLookedAt"]} == {"AF007", "AF008"}
    assert [item["kind"] for item in document["files"]] == ["policy", "manifest"]


def test_a_flag_that_is_wrong_has_its_code_and_the_name_of_the_check() -> None:
    done = run("clean.yaml", "--flags", "old.yaml", "-o", "json")

    document = json.loads(done.stdout)
    (finding,) = [item for item in document["findings"] if item["file"] == "old.yaml"]
    assert (finding["id"], finding["check"], finding["severity"]) == ("AF001", "audit-backend", "high")
    assert done.exit_code == 1


def test_the_version_is_the_manifest_s_unless_it_is_given() -> None:
    versions = [
        [
            item["version"]
            for item in json.loads(run("clean.yaml", "--flags", "old.yaml", "-o", "json", *more).stdout)["files"]
        ]
        for more in ([], ["--target-version", "1.37"])
    ]

    assert versions == [["1.34", "1.34"], ["1.37", "1.37"]]


def test_without_flags_what_needs_them_is_said_to_be_not_looked_at() -> None:
    assert "not looked at: AP062, AP063 (needs the API server's flags: --flags MANIFEST)\n" in run("clean.yaml").stdout


def test_rules_lists_every_rule_and_every_check_with_a_code() -> None:
    listed = json.loads(run("--rules", "-o", "json").stdout)

    ids = [item["id"] for item in listed]
    assert ids[: len(LINT_RULES)] == [rule.id for rule in LINT_RULES]
    assert {item["id"] for item in listed if item["check"]} == {f"AF00{number}" for number in range(1, 9)}
    assert run("--rules").stdout.splitlines()[0] == "AP001 critical  not an audit policy of version v1"


def test_a_hostile_file_name_steers_nothing() -> None:
    name = "a\x1b[31m.yaml"
    Path(name).write_text(SILENT)

    done = run(name)

    assert "\x1b" not in done.output
    assert "a\\x1b[31m.yaml:4:3" in done.stdout


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    assert max(map(len, run("silent.yaml").stdout.splitlines()[:4])) <= 60


def explain(name: str) -> Result:
    return CliRunner().invoke(main, ["explain", name])


def test_explain_knows_a_rule_of_the_linter() -> None:
    done = explain("ap030")

    assert done.stdout.startswith("AP030: secrets in the log\n\n")
    assert "severity  high\nhttps://" in done.stdout


def test_explain_knows_a_code_by_every_check_that_has_it() -> None:
    done = explain("AF002")

    names = [line.partition(":")[0] for line in done.stdout.splitlines() if line.startswith("audit-")]
    assert names == ["audit-log-mounted", "audit-policy-mount-type", "audit-policy-mounted"]
    assert "lint rule  AF002" in done.stdout


def test_explain_knows_a_check() -> None:
    assert explain("audit-canary").stdout.startswith("audit-canary: our own request is found in the audit log\n")


def test_explain_says_where_the_ids_are_listed() -> None:
    done = explain("nope")

    assert done.exit_code == 2
    assert (
        "is not a check, nor a lint rule: `kubewitness checks`, `kubewitness policy lint --rules` and " in done.stderr
    )


def test_explain_knows_a_rule_about_shippers() -> None:
    assert explain("sh001").stdout.startswith("SH001: rotated audit logs are not read\n")
