"""What is rendered for Filebeat loses nothing, and each change that would is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from kubewitness.shippers.filebeat.render import render
from kubewitness.shippers.model import Program
from kubewitness.shippers.shipment import FileLog, JournalLog, Kafka, Log, OpenSearch, Relp, Rendered, Syslog, Unsafe
from tests.unit.shippers import realprogram
from tests.unit.shippers.shipments import (
    AUDIT,
    CONTAINERS,
    KAFKA,
    OPENSEARCH,
    TLS,
    VICTORIA_LOGS,
    files_of,
    lint,
    shipment,
)
from tests.unit.shippers.shipments import found as rules_that_find

if TYPE_CHECKING:
    from pathlib import Path

    from kubewitness.shippers.shipment import Destination, Shipment

CONFIG = "/etc/filebeat/filebeat.yml"
AUDIT_ONLY = {"kafka": shipment(KAFKA, logs=(AUDIT,)), "opensearch": shipment(OPENSEARCH, logs=(AUDIT,))}
CERTIFICATE = f'    certificate: "{TLS.certificate}"\n    key: "{TLS.key}"\n'
INPUT = "    fields:\n"


def done(wanted: Shipment) -> Rendered:
    rendered = render(wanted)
    assert isinstance(rendered, Rendered), rendered
    return rendered


@pytest.mark.parametrize("destination", [KAFKA, OPENSEARCH])
def test_what_is_rendered_has_no_finding(destination: Destination) -> None:
    linted = lint(Program.FILEBEAT, files_of(done(shipment(destination))))

    assert (linted.findings, linted.accepted) == ((), ())


@pytest.mark.parametrize(
    ("name", "old", "new", "ids"),
    [
        ("kafka", "audit*.log", "audit.log", {"SH001"}),
        ("kafka", INPUT, "    seek_to_tail: true\n" + INPUT, {"SH002"}),
        ("opensearch", INPUT, "    tail_files: true\n" + INPUT, {"SH002"}),
        ("kafka", "message_max_bytes: 10485760", "message_max_bytes: 1048576", {"SH005"}),
        ("opensearch", "max_bytes: 10485760", "max_bytes: 1048576", {"SH005"}),
        ("kafka", "    enabled: true", "    enabled: false", {"SH012"}),
        ("opensearch", "https://", "http://", {"SH012"}),
        ("kafka", "verification_mode: full", "verification_mode: none", {"SH013"}),
        ("opensearch", "verification_mode: full", "verification_mode: certificate", {"SH014"}),
        ("kafka", CERTIFICATE, "", {"SH015"}),
        ("kafka", "required_acks: -1", "required_acks: 1", {"SH016"}),
        ("kafka", INPUT, "    ignore_older: 24h\n" + INPUT, {"SH017"}),
        ("kafka", INPUT, "    close.reader.after_interval: 5m\n" + INPUT, {"SH017"}),
        ("opensearch", INPUT, "    close_timeout: 5m\n" + INPUT, {"SH017"}),
        ("kafka", "removed: false", "removed: true", {"SH017"}),
        ("kafka", "    close.on_state_change.removed: false\n", "", {"SH017"}),
        ("opensearch", "    close_removed: false\n", "", {"SH017"}),
        ("opensearch", INPUT, "    clean_removed: false\n" + INPUT, {"SH017"}),
        ("opensearch", "processors:\n", "processors:\n  - drop_event: {when.contains.message: get}\n", {"SH017"}),
        ("opensearch", INPUT, "    json.keys_under_root: true\n" + INPUT, {"SH018"}),
        ("kafka", INPUT, "    parsers: [{ndjson: {target: ''}}]\n" + INPUT, {"SH018"}),
        ("opensearch", '"agent", ', '"agent", "message", ', {"SH018"}),
        ("kafka", "%{[message]}", "%{[@timestamp]}", {"SH018"}),
        ("kafka", "max_message_bytes: 8454144", "max_message_bytes: 1000000", {"SH019"}),
        ("kafka", "  max_message_bytes: 8454144\n", "", {"SH019"}),
        ("kafka", "output.kafka:", "output.file:", {"SH020"}),
        ("kafka", "output.kafka:", "output.kafka2:", {"SH020", "SH021"}),
        ("kafka", "/var/lib/kubewitness-shipper", "/run/filebeat", {"SH023"}),
    ],
)
def test_each_lossy_change_gives_the_finding_that_is_meant(name: str, old: str, new: str, ids: set[str]) -> None:
    files = files_of(done(AUDIT_ONLY[name]))
    assert old in files[CONFIG], files[CONFIG]
    files[CONFIG] = files[CONFIG].replace(old, new)

    assert rules_that_find(Program.FILEBEAT, files) == ids


@pytest.mark.parametrize(
    ("destination", "says"),
    [
        (Relp("c", 2514, "c", TLS), "use rsyslog"),
        (Syslog("c", 6514, "c", TLS), "use rsyslog"),
        (VICTORIA_LOGS, "OpenTelemetry Collector"),
        (OpenSearch(("http://search.example.org:9200",), "audit", None), "in the clear"),
        (Kafka(("k1.example.org:9092",), "audit", None), "in the clear"),
        (Kafka(("k1.example.org:9093",), "audit", TLS, largest_bytes=1_000_000), "raise max.message.bytes"),
    ],
)
def test_what_cannot_be_made_safe_is_refused_with_the_reason(destination: Destination, says: str) -> None:
    refused = render(shipment(destination, accept_loss=True))

    assert isinstance(refused, Unsafe)
    assert says in refused.reason


def test_nothing_to_ship_is_refused() -> None:
    assert isinstance(render(shipment(KAFKA, logs=(JournalLog(()),))), Unsafe)


def test_a_larger_event_than_usual_raises_the_limits_of_line_and_message() -> None:
    text = (
        done(shipment(Kafka(KAFKA.brokers, "audit", TLS, 1 << 25), logs=(AUDIT,), largest_event_bytes=1 << 24))
        .files[-1]
        .text
    )

    assert "message_max_bytes: 16777216" in text
    assert "max_message_bytes: 33554432" in text


def test_a_request_to_opensearch_stays_below_what_its_http_takes() -> None:
    output = yaml.safe_load(done(AUDIT_ONLY["opensearch"]).files[-1].text)["output.elasticsearch"]

    assert output["bulk_max_size"] * 2 * AUDIT_ONLY["opensearch"].largest_event_bytes <= 100 * 1024 * 1024


def test_names_that_are_left_out_are_an_expression() -> None:
    logs = (FileLog(Log.CONTAINERS, CONTAINERS.globs, ("/var/log/pods/*/*/*.gz", "/var/log/pods/*/*/0.lo?")),)

    config = yaml.safe_load(done(shipment(KAFKA, logs=logs)).files[-1].text.replace("$$", "$"))

    (item,) = config["filebeat.inputs"]
    assert item["prospector.scanner.exclude_files"] == [r"\.gz$", r"/0\.lo[^/]$"]


def test_units_and_identifiers_are_read_apart() -> None:
    config = yaml.safe_load(done(shipment(KAFKA)).files[-1].text)

    matches = [item["include_matches"] for item in config["filebeat.inputs"] if item["type"] == "journald"]
    assert [{match.split("=")[0] for match in one} for one in matches] == [{"_SYSTEMD_UNIT"}, {"SYSLOG_IDENTIFIER"}]


def test_only_what_reads_container_logs_may_read_what_is_roots() -> None:
    assert "AmbientCapabilities=\n" in done(AUDIT_ONLY["kafka"]).files[0].text
    assert "AmbientCapabilities=CAP_DAC_READ_SEARCH\n" in done(shipment(KAFKA)).files[0].text


def test_the_configuration_is_the_last_file_and_the_groups_alone() -> None:
    rendered = done(shipment(KAFKA))

    last = rendered.files[-1]
    assert (last.path, last.mode, last.group, rendered.unit) == (CONFIG, 0o640, rendered.user, "filebeat.service")


@pytest.mark.parametrize("name", ["kafka", "opensearch"])
def test_filebeat_itself_takes_it(name: str, tmp_path: Path) -> None:
    wanted: dict[str, Destination] = {
        "kafka": Kafka(("127.0.0.1:9092",), "audit", None),
        "opensearch": OpenSearch(("http://127.0.0.1:9200",), "audit", None),
    }
    rendered = done(shipment(wanted[name]))
    file = tmp_path / "filebeat.yml"
    file.write_text(rendered.files[-1].text)

    code, said = realprogram.answer(realprogram.program("filebeat"), *_arguments(rendered, file))

    assert code == 0, said
    assert "Config OK" in said
    assert not (tmp_path / "kubewitness-shipper").exists()


def test_the_key_of_a_message_is_json_whatever_the_names_hold(tmp_path: Path) -> None:
    """Written by the real program, to a file: its format strings are the same in every output."""
    binary = realprogram.program("filebeat")
    fields = {"cluster": 'a"b\\c%{[message]}', "node": "50 % $HOME ${X}"}
    (tmp_path / "audit.log").write_text('{"auditID":"1"}\n')
    logs = (FileLog(Log.AUDIT, (f"{tmp_path}/audit*.log",)),)
    text = (
        done(shipment(Kafka(("127.0.0.1:9092",), "audit", None), logs=logs, fields=fields, state_dir=str(tmp_path)))
        .files[-1]
        .text
    )
    key = next(line.removeprefix("  key: ") for line in text.splitlines() if line.startswith("  key: "))
    start, end = text.index("output.kafka"), text.index("setup.template")
    output = f"output.file:\n  path: {tmp_path}/out\n  filename: out\n  codec.format.string: {key}\n"
    file = tmp_path / "filebeat.yml"
    file.write_text(text[:start] + output + text[end:])

    written = realprogram.written_by(
        tmp_path / "out/out", binary, "--strict.perms=false", "-c", file, "--path.home", tmp_path
    )

    assert json.loads(written) == {**fields, "log": "audit", "path": f"{tmp_path}/audit.log", "unit": ""}


def _arguments(rendered: Rendered, file: Path) -> list[str]:
    words = {"{}": str(file), "/run/kubewitness-filebeat": str(file.parent / "checked")}
    return [words.get(word, word) for word in rendered.validate[1:]]
