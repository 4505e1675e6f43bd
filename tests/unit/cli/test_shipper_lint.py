"""``kubewitness shipper lint``, as its user types it. Made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubewitness.cli import main
from kubewitness.report.lint.rules import RULE_FORMATS, shipper_catalogue
from kubewitness.shippers.rules import SHIPPER_RULES

DOCS = Path(__file__).resolve().parents[3] / "docs" / "shippers"
LOSSY = """\
receivers:
  file_log:
    include: [/var/log/kubernetes/audit/audit.log]
exporters:
  otlp_http:
    endpoint: http://loki:3100/otlp
service:
  pipelines:
    logs: {receivers: [file_log], exporters: [otlp_http]}
"""
CLEAN = """\
receivers:
  otlp: {protocols: {grpc: {}}}
exporters:
  otlp_http:
    endpoint: https://loki:3100/otlp
    sending_queue: {storage: file_storage, block_on_overflow: true}
    retry_on_failure: {max_elapsed_time: 0}
extensions:
  file_storage: {directory: /var/lib/otelcol}
service:
  extensions: [file_storage]
  pipelines:
    logs: {receivers: [otlp], exporters: [otlp_http]}
"""
MANIFEST = """\
apiVersion: v1
kind: ServiceAccount
---
apiVersion: v1
kind: ConfigMap
data:
  fluent-bit.conf: |
    @INCLUDE input.conf
    @INCLUDE output.conf
  input.conf: |
    # kubewitness: ignore SH005 small ones only
    [INPUT]
        Name tail
        Path /var/log/kubernetes/audit/audit.log
  output.conf: |
    [OUTPUT]
        Name http
        Match *
        Host h.example.com
  filter.lua: |
    function x() end
---
apiVersion: v1
kind: ConfigMap
data:
  relay: |
    receivers: {}
    exporters: {}
"""
ACCEPTED = LOSSY.replace("exporters:\n  otlp", "exporters:\n  # kubewitness: ignore SH012 a test bench\n  otlp", 1)


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["shipper", "lint", *arguments], input=stdin)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {
        "lossy": LOSSY,
        "clean": CLEAN,
        "accepted": ACCEPTED,
        "notes": "buy milk\n",
        "large": "#" * ((1 << 20) + 1),
    }
    texts["untold"] = CLEAN.replace("{max_elapsed_time: 0}", "\n      max_elapsed_time: ${env:PATIENCE}")
    texts["manifest"] = MANIFEST
    texts["broken"] = "receivers: [\nexporters: {}\n"
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text, "utf-8")
    Path("folder").mkdir()
    Path("empty").mkdir()
    Path("folder/config.yaml").write_text(LOSSY, "utf-8")
    Path("folder/README.md").write_text("not read", "utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["lossy.yaml"], 1),
        (["lossy.yaml", "--fail-on", "critical"], 3),
        (["clean.yaml"], 0),
        (["clean.yaml", "--fail-on", "info"], 1),
        (["untold.yaml"], 3),
        (["broken.yaml", "--fail-on", "critical"], 1),
        (["folder"], 1),
        (["empty"], 2),
        (["notes.yaml"], 2),
        (["notes.yaml", "--program", "otelcol"], 1),
        (["large.yaml"], 2),
        (["missing.yaml"], 2),
        (["lossy.yaml", "missing.yaml"], 2),
        ([], 2),
        (["-", "-"], 2),
        (["lossy.yaml", "--program", "syslog-ng"], 2),
        (["lossy.yaml", "-o", "html"], 2),
        (["lossy.yaml", "-o", "json", "-o", "sarif"], 2),
        (["--rules"], 0),
        (["--rules", "lossy.yaml"], 2),
        (["--rules", "-o", "sarif"], 2),
    ],
    ids=str,
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    done = run(*arguments)

    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output


def test_what_is_no_configuration_is_named_in_one_line() -> None:
    done = run("notes.yaml")

    wanted = "notes.yaml: not a shipper's configuration that is known here: say whose with --program"
    assert done.stderr == f"kubewitness: {wanted}\n"


def test_the_table_says_where_what_it_cost_and_what_to_write() -> None:
    done = run("lossy.yaml")

    assert done.stdout.startswith("lossy.yaml (otelcol): ")
    assert "\n  lossy.yaml:2:3  input file_log\n" in done.stdout
    assert "    high     SH001 include /var/log/kubernetes/audit/audit.log is one file: " in done.stdout
    assert "                   seen: 6,631 of 8,000 lines lost " in done.stdout
    assert '                   write: include: ["/var/log/kubernetes/audit/audit*.log"]\n' in done.stdout


def test_what_could_not_be_told_claims_no_loss() -> None:
    (finding,) = [item for item in json.loads(run("untold.yaml", "-o", "json").stdout)["findings"] if item["unknown"]]

    assert (finding["id"], finding["severity"], finding["costs"], finding["suggestion"]) == (
        "SH011",
        "info",
        None,
        None,
    )
    assert "could not be told" in finding["message"]


def test_standard_input_is_a_file_too() -> None:
    document = json.loads(run("-", "-o", "json", stdin=LOSSY).stdout)

    assert document["schema"] == "kubewitness/shipper-lint/v1"
    assert document["configurations"] == [{"program": "otelcol", "files": ["-"]}]
    found = {item["id"]: item for item in document["findings"]}
    assert (found["SH001"]["file"], found["SH001"]["line"], found["SH001"]["component"]) == ("-", 3, "input file_log")


def test_a_comment_accepts_what_it_names() -> None:
    document = json.loads(run("accepted.yaml", "-o", "json").stdout)

    assert "SH012" not in {item["id"] for item in document["findings"]}
    assert [(item["id"], item["reason"]) for item in document["accepted"]] == [("SH012", "a test bench")]


def test_a_config_map_is_a_configuration_with_the_lines_of_its_manifest() -> None:
    document = json.loads(run("manifest.yaml", "-o", "json").stdout)

    assert document["configurations"] == [
        {"program": "fluent-bit", "files": ["manifest.yaml"]},
        {"program": "otelcol", "files": ["manifest.yaml"]},
    ]
    found = {item["id"]: (item["file"], item["line"]) for item in document["findings"]}
    lines = MANIFEST.splitlines()
    assert found["SH001"] == ("manifest.yaml", lines.index("        Path /var/log/kubernetes/audit/audit.log") + 1)
    assert found["SH012"] == ("manifest.yaml", lines.index("    [OUTPUT]") + 1)
    assert [item["id"] for item in document["accepted"]] == ["SH005"]


def test_every_format_has_the_findings() -> None:
    done = run("lossy.yaml", "-o", "sarif=out.sarif", "-o", "github")

    (sarif,) = json.loads(Path("out.sarif").read_text())["runs"]
    assert {result["ruleId"] for result in sarif["results"]} >= {"SH001", "SH002", "SH012"}
    assert all(rule["helpUri"].startswith("https://") for rule in sarif["tool"]["driver"]["rules"])
    assert "::error file=lossy.yaml,line=3,col=15,title=SH001 high::input file_log: include " in done.stdout


def test_a_hostile_name_steers_nothing() -> None:
    name = "a\x1b[31m.yaml"
    Path(name).write_text(LOSSY.replace("file_log", '"file_log/\\e[2J"'))

    assert "\x1b" not in run(name).output
    assert "\x1b" not in run(name, "-o", "github").output


def test_the_page_of_rules_is_the_catalogue() -> None:
    page = (DOCS / "lint-rules.md").read_text("utf-8")

    written = RULE_FORMATS["markdown"](shipper_catalogue(SHIPPER_RULES))
    assert page == written, "kubewitness shipper lint --rules -o markdown > docs/shippers/lint-rules.md"
