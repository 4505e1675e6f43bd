"""What is rendered for the collector loses nothing, and each change that would is found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from kubewitness.shippers.model import Program
from kubewitness.shippers.otelcol.render import render
from kubewitness.shippers.shipment import JournalLog, Kafka, OtlpHttp, Relp, Rendered, Syslog, Unsafe
from tests.unit.shippers import realprogram
from tests.unit.shippers.shipments import (
    AUDIT,
    CONTAINERS,
    JOURNAL,
    KAFKA,
    OPENSEARCH,
    TLS,
    VICTORIA_LOGS,
    files_of,
    found,
    lint,
    shipment,
)

if TYPE_CHECKING:
    from pathlib import Path

    from kubewitness.shippers.shipment import Destination, Shipment

CONFIG = "/etc/otelcol/config.yaml"
UNIT = "/etc/systemd/system/otelcol.service"
AUDIT_ONLY = {
    "http": shipment(VICTORIA_LOGS, logs=(AUDIT,)),
    "kafka": shipment(KAFKA, logs=(AUDIT,)),
}


def done(wanted: Shipment) -> Rendered:
    rendered = render(wanted)
    assert isinstance(rendered, Rendered), rendered
    return rendered


@pytest.mark.parametrize("destination", [VICTORIA_LOGS, KAFKA])
def test_what_is_rendered_has_no_finding(destination: Destination) -> None:
    files = files_of(done(shipment(destination)))

    linted = lint(Program.OTELCOL, files)

    lines = files[CONFIG].splitlines()
    assert linted.findings == ()
    assert [(item.finding.id, lines[item.finding.component.line - 1].strip()) for item in linted.accepted] == [
        ("SH006", "journald/units:"),
        ("SH006", "journald/identifiers:"),
    ]


MUTATIONS = [
    ("http", CONFIG, "start_at: beginning", "start_at: end", {"SH002"}),
    ("http", CONFIG, "    storage: file_storage/positions\n", "", {"SH003"}),
    ("http", CONFIG, "max_log_size: 8388608", "max_log_size: 1MiB", {"SH005"}),
    ("http", CONFIG, "audit*.log", "audit.log", {"SH001"}),
    ("http", UNIT, "--feature-gates=stanza.synchronousLogEmitter ", "", {"SH006"}),
    (
        "http",
        CONFIG,
        "enabled: true\n      max_elapsed_time: 0\n    resource",
        "enabled: false\n    resource",
        {"SH007"},
    ),
    ("http", CONFIG, "max_elapsed_time: 0\n    resource", "max_elapsed_time: 5m\n    resource", {"SH007"}),
    ("http", CONFIG, "      storage: file_storage/queue\n", "", {"SH008"}),
    ("http", CONFIG, "queue_size: 1073741824", "queue_size: 104857600", {"SH010"}),
    ("http", CONFIG, "max_interval: 30s\n      max_elapsed_time: 0", "max_elapsed_time: 10m", {"SH011"}),
    ("http", CONFIG, "https://logs", "http://logs", {"SH012"}),
    ("http", CONFIG, "      ca_file", "      insecure_skip_verify: true\n      ca_file", {"SH013"}),
    ("http", CONFIG, f'      cert_file: "{TLS.certificate}"\n      key_file: "{TLS.key}"\n', "", {"SH015"}),
    ("kafka", CONFIG, "required_acks: all", "required_acks: 1", {"SH016"}),
    ("http", CONFIG, "exporters: [", "processors: [filter]\n      exporters: [", {"SH017"}),
    ("http", CONFIG, "force_flush_period: 0s", "exclude_older_than: 24h", {"SH017"}),
    ("kafka", CONFIG, "encoding: otlp_proto", "encoding: raw", {"SH018"}),
    ("http", CONFIG, "force_flush_period: 0s", "operators: [{type: json_parser, parse_to: body}]", {"SH018"}),
    ("http", CONFIG, "max_size: 8454144", "max_size: 1000000", {"SH019"}),
    ("kafka", CONFIG, "max_message_bytes: 8519680", "max_message_bytes: 1000000", {"SH019"}),
    ("http", CONFIG, "exporters: [otlp_http/audit]", "exporters: [debug]", {"SH020"}),
    ("http", CONFIG, "extensions: [file_storage/positions, ", "extensions: [", {"SH021"}),
    ("http", CONFIG, "storage: file_storage/queue", "storage: file_storage/other", {"SH021"}),
    ("http", CONFIG, "/var/lib/kubewitness-shipper/positions", "/run/positions", {"SH023"}),
]
BESIDES = "processors: {filter: {log_conditions: ['true']}}\n"


@pytest.mark.parametrize(("name", "path", "old", "new", "ids"), MUTATIONS)
def test_each_lossy_change_gives_the_finding_that_is_meant(
    name: str, path: str, old: str, new: str, ids: set[str]
) -> None:
    files = files_of(done(AUDIT_ONLY[name]))
    assert old in files[path], files[path]
    files[path] = files[path].replace(old, new)
    files[CONFIG] = files[CONFIG].replace("exporters:\n  ", "exporters:\n  debug: {}\n  ", 1) + BESIDES

    assert found(Program.OTELCOL, files) == ids


def test_a_queue_that_does_not_block_loses_only_what_is_not_offered_again() -> None:
    files = files_of(done(AUDIT_ONLY["http"]))
    files[CONFIG] = files[CONFIG].replace("block_on_overflow: true", "block_on_overflow: false")
    asked_again = found(Program.OTELCOL, files)
    files[CONFIG] = files[CONFIG].replace(
        "enabled: true\n      max_elapsed_time: 0\n    resource", "enabled: false\n    resource"
    )

    assert asked_again == set()
    assert found(Program.OTELCOL, files) == {"SH007", "SH009"}


@pytest.mark.parametrize(
    ("destination", "says"),
    [
        (Relp("c", 2514, "c", TLS), "use rsyslog"),
        (Syslog("c", 6514, "c", TLS), "use rsyslog"),
        (OPENSEARCH, "Filebeat 7.12"),
        (OtlpHttp("http://logs.example.org/v1/logs", None), "in the clear"),
        (Kafka(("k1.example.org:9092",), "audit", None), "in the clear"),
        (Kafka(("k1.example.org:9093",), "audit", TLS, largest_bytes=1_000_000), "raise max.message.bytes"),
    ],
)
def test_what_cannot_be_made_safe_is_refused_with_the_reason(destination: Destination, says: str) -> None:
    refused = render(shipment(destination, accept_loss=True))

    assert isinstance(refused, Unsafe)
    assert says in refused.reason


def test_a_queue_that_could_stand_still_is_refused_with_the_size_that_could_not() -> None:
    refused = render(shipment(VICTORIA_LOGS, queue_bytes=512 << 20))

    assert isinstance(refused, Unsafe)
    least = re.search(r"at least (\d+)", refused.reason)
    assert least is not None
    assert isinstance(render(shipment(VICTORIA_LOGS, queue_bytes=int(least[1]) << 20)), Rendered)
    assert isinstance(render(shipment(VICTORIA_LOGS, queue_bytes=(int(least[1]) - 1) << 20)), Unsafe)


def test_a_worker_without_an_audit_log_needs_a_small_queue_only() -> None:
    rendered = done(shipment(VICTORIA_LOGS, logs=(CONTAINERS, JOURNAL), queue_bytes=64 << 20))

    assert lint(Program.OTELCOL, files_of(rendered)).findings == ()


def test_nothing_to_ship_is_refused() -> None:
    assert isinstance(render(shipment(VICTORIA_LOGS, logs=(JournalLog(()),))), Unsafe)


def test_the_room_that_the_queue_needs_is_said() -> None:
    assert any("room for 2048 MiB" in note for note in done(shipment(VICTORIA_LOGS)).notes)


def test_loopback_needs_no_certificates() -> None:
    for url in ("http://127.0.0.1:9428/insert/opentelemetry/v1/logs", "http://localhost/v1/logs", "http://[::1]:1/x"):
        assert isinstance(render(shipment(OtlpHttp(url, None))), Rendered)
    assert isinstance(render(shipment(OtlpHttp("http://127.0.0.1.example.org/x", None))), Unsafe)


def test_units_and_identifiers_are_read_apart() -> None:
    """journalctl wants both at once where it is given both: nothing would match."""
    config = yaml.safe_load(files_of(done(shipment(VICTORIA_LOGS)))[CONFIG])

    receivers = {name: one for name, one in config["receivers"].items() if name.startswith("journald")}
    assert [sorted({"units", "identifiers"} & set(one)) for one in receivers.values()] == [["units"], ["identifiers"]]
    assert all(one["all"] is True for one in receivers.values())


def test_fields_stand_on_every_record_whatever_is_in_them() -> None:
    wanted = {"cluster": 'a"b: $HOME ${env:X}\n- c', "node": "ü\x7f", "distribution": "k3s"}

    config = yaml.safe_load(files_of(done(shipment(VICTORIA_LOGS, fields=wanted)))[CONFIG])

    for receiver in config["receivers"].values():
        said = {key: value.replace("$$", "$") for key, value in receiver["resource"].items()}
        assert said == {**said, **wanted}
        assert said["log"] in {"audit", "containers", "journal"}


def test_container_logs_have_a_queue_of_their_own() -> None:
    config = yaml.safe_load(files_of(done(shipment(VICTORIA_LOGS)))[CONFIG])

    sizes = {name: one["sending_queue"]["queue_size"] for name, one in config["exporters"].items()}
    assert sum(sizes.values()) == 1 << 30
    assert sizes["otlp_http/audit"] > sizes["otlp_http/containers"]


def test_only_what_reads_container_logs_may_read_what_is_roots() -> None:
    audit = done(shipment(VICTORIA_LOGS, logs=(AUDIT,))).files[0].text
    containers = done(shipment(VICTORIA_LOGS)).files[0].text

    assert "AmbientCapabilities=\n" in audit
    assert "AmbientCapabilities=CAP_DAC_READ_SEARCH\n" in containers
    assert "SupplementaryGroups" not in audit
    assert "SupplementaryGroups=systemd-journal" in containers


def test_the_configuration_is_the_last_file_and_the_groups_alone() -> None:
    rendered = done(shipment(VICTORIA_LOGS))

    last = rendered.files[-1]
    assert (last.path, last.mode, last.group) == (CONFIG, 0o640, rendered.user)
    assert rendered.unit == "otelcol.service"
    assert "{}" in rendered.validate


@pytest.mark.parametrize("destination", [VICTORIA_LOGS, KAFKA])
def test_the_collector_itself_takes_it(destination: Destination, tmp_path: Path) -> None:
    rendered = done(shipment(destination, fields={"cluster": 'a"$b', "node": "n"}))
    file = tmp_path / "config.yaml"
    file.write_text(rendered.files[-1].text)

    code, said = realprogram.answer(realprogram.program("otelcol"), *_arguments(rendered, file))

    assert (code, said) == (0, "")


def test_the_collector_itself_refuses_a_key_that_it_does_not_know(tmp_path: Path) -> None:
    rendered = done(shipment(VICTORIA_LOGS))
    file = tmp_path / "config.yaml"
    file.write_text(rendered.files[-1].text.replace("start_at", "begin_at"))

    code, said = realprogram.answer(realprogram.program("otelcol"), *_arguments(rendered, file))

    assert code != 0
    assert "begin_at" in said


def _arguments(rendered: Rendered, file: Path) -> list[str]:
    return [str(file) if word == "{}" else word for word in rendered.validate[1:]]
