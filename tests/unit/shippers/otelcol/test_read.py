"""The collector's configuration, read. Texts are our own, shaped as its documentation shows them."""

from __future__ import annotations

from typing import Any

from kubewitness.shippers.model import (
    Checkpoint,
    Configuration,
    InputKind,
    OutputKind,
    Place,
    QueueKind,
    Setting,
    Start,
    Tls,
    WhenFull,
)
from kubewitness.shippers.otelcol.read import read

SHORT = """\
receivers:
  filelog:
    include: [/var/log/kubernetes/audit.log]
exporters:
  otlphttp:
    endpoint: https://logs.example.org:4318
service:
  pipelines:
    logs:
      receivers: [filelog]
      exporters: [otlphttp]
"""

UNIT = "[Service]\nExecStart=/usr/bin/otelcol-contrib --config=c.yaml --feature-gates=stanza.synchronousLogEmitter\n"


def said(setting: object) -> Any:
    """The value of a setting that was read."""
    assert isinstance(setting, Setting), setting
    return setting.value


def refused(configuration: Configuration) -> list[str]:
    return [problem.message for problem in configuration.problems if problem.refused]


def test_the_defaults_of_a_receiver_are_those_that_lose() -> None:
    configuration = read({"c.yaml": SHORT})

    (route,) = configuration.routes
    (found,) = route.inputs
    assert configuration.problems == ()
    assert (found.kind, [path.value for path in found.paths]) == (InputKind.FILES, ["/var/log/kubernetes/audit.log"])
    assert said(found.start) is Start.END
    assert said(found.checkpoint) is Checkpoint.MEMORY
    assert said(found.line_limit) == 1024 * 1024
    assert said(found.offers_again) is False
    assert found.waits is None
    assert isinstance(found.start, Setting)
    assert found.start.by_default


def test_the_defaults_of_an_exporter_are_those_that_lose() -> None:
    (route,) = read({"c.yaml": SHORT}).routes

    (sent,) = route.outputs
    assert (sent.kind, sent.address) == (OutputKind.OTLP_HTTP, "https://logs.example.org:4318")
    assert said(sent.tls) is Tls.VERIFIED
    assert said(sent.client_certificate) is False
    assert said(sent.gives_up) == "after 5m"
    assert sent.queue is not None
    assert said(sent.queue.kind) is QueueKind.MEMORY
    assert said(sent.queue.when_full) is WhenFull.DROP
    assert said(sent.queue.limit) == "1000 requests"
    assert sent.queue.limit_bytes is None


def test_a_setting_knows_its_line_and_column() -> None:
    text = SHORT.replace("audit.log]\n", "audit.log]\n    start_at: beginning\n")

    (route,) = read({"c.yaml": text}).routes

    assert route.inputs[0].start == Setting("start_at", Start.BEGINNING, "beginning", Place("c.yaml", 4, 15))
    assert route.place == Place("c.yaml", 10, 5)


def test_a_storage_that_is_not_there_or_not_started_ends_the_program() -> None:
    text = SHORT.replace("audit.log]\n", "audit.log]\n    storage: file_storage/cp\n")
    defined = text + "extensions:\n  file_storage/cp: {directory: /var/lib/otelcol/cp}\n"
    started = defined.replace("service:\n", "service:\n  extensions: [file_storage/cp]\n")

    assert refused(read({"c.yaml": text})) == ["storage: there is no extension 'file_storage/cp'"]
    assert refused(read({"c.yaml": defined})) == [
        "storage: the extension 'file_storage/cp' is not in service.extensions"
    ]
    assert refused(read({"c.yaml": started})) == []
    (route,) = read({"c.yaml": started}).routes
    assert said(route.inputs[0].checkpoint) is Checkpoint.DISK
    assert said(route.inputs[0].state_dir) == "/var/lib/otelcol/cp"


def test_what_the_program_refuses_is_said() -> None:
    for wrong, message in (
        (SHORT.replace("exporters: [otlphttp]", "exporters: [otlp]"), "pipeline logs: there is no exporter 'otlp'"),
        (SHORT.replace("receivers: [filelog]", "receivers: []"), "pipeline logs: it has no receivers"),
        (SHORT.replace("    include: [/var/log/kubernetes/audit.log]\n", ""), "receiver filelog: include is not set"),
        (
            SHORT.replace("audit.log]\n", "audit.log]\n    start_at: top\n"),
            "start_at: 'top' is not a value that it takes",
        ),
        (SHORT + "exporter: {}\n", "exporter: not a part of a collector's configuration"),
        ("a: [b\n", "did not find expected ',' or ']'"),
        ("kind: Pod\n", "not a collector's configuration: no receivers, exporters or service"),
        ("", "not a collector's configuration: no receivers, exporters or service"),
    ):
        assert refused(read({"c.yaml": wrong})) == [message]


def test_a_batch_smaller_than_a_record_limits_the_record() -> None:
    batch = "    sending_queue:\n      sizer: bytes\n      queue_size: 1000000\n      batch: {max_size: 3145728}\n"

    (route,) = read({"c.yaml": SHORT.replace("4318\n", "4318\n" + batch)}).routes

    (sent,) = route.outputs
    assert said(sent.message_limit) == 3145728
    assert sent.queue is not None
    assert sent.queue.limit_bytes == 1000000
    assert said(sent.queue.stalls).startswith("100 lines of up to 1048576 bytes come at once")


def test_a_batch_counted_in_records_limits_no_record() -> None:
    batch = "    sending_queue:\n      batch: {max_size: 100, min_size: 10}\n"

    (route,) = read({"c.yaml": SHORT.replace("4318\n", "4318\n" + batch)}).routes

    assert said(route.outputs[0].message_limit) is None


def test_an_exporter_without_a_queue_makes_the_receiver_wait() -> None:
    for queue in ("{enabled: false}", "{wait_for_result: true}"):
        text = SHORT.replace("4318\n", f"4318\n    sending_queue: {queue}\n")

        (route,) = read({"c.yaml": text}).routes

        assert said(route.inputs[0].waits) is True


def test_a_batch_processor_is_a_queue_in_memory_and_nobody_waits() -> None:
    text = SHORT.replace("4318\n", "4318\n    sending_queue: {enabled: false}\n").replace(
        "      exporters", "      processors: [batch]\n      exporters"
    )

    (route,) = read({"c.yaml": text + "processors:\n  batch:\n"}).routes

    assert route.queue is not None
    assert said(route.queue.kind) is QueueKind.MEMORY
    assert route.inputs[0].waits is None


def test_processors_and_operators_that_drop_are_filters() -> None:
    for processor in (
        "filter: {logs: {log_record: ['IsMatch(body, \"get\")']}}",
        "filter: {log_conditions: ['severity_number < 9']}",
        "probabilistic_sampler: {sampling_percentage: 15}",
        "log_dedup: {interval: 60s}",
    ):
        name = processor.split(":", 1)[0]
        text = SHORT.replace("      exporters", f"      processors: [{name}]\n      exporters")

        (route,) = read({"c.yaml": f"{text}processors:\n  {processor}\n"}).routes

        assert [found.name for found in route.filters] == [name]


def test_a_receiver_that_passes_over_files_or_lines_filters() -> None:
    for setting in (
        "exclude_older_than: 24h",
        "ordering_criteria: {top_n: 1, regex: x}",
        "operators: [{type: filter, expr: 'body matches \"get\"'}]",
        "operators: [{type: json_parser, on_error: drop}]",
        "operators: [{type: router, routes: []}]",
    ):
        (route,) = read({"c.yaml": SHORT.replace("audit.log]\n", f"audit.log]\n    {setting}\n")}).routes

        assert len(route.filters) == 1, setting


def test_what_writes_the_body_anew_alters_the_record() -> None:
    for statement, alters in (
        ("set(log.body, ParseJSON(log.body))", True),
        ('delete_key(body, "requestObject")', True),
        ('replace_pattern(log.body, "token", "***")', True),
        ("set(log.attributes['a'], ParseJSON(log.body))", False),
        ("truncate_all(log.attributes, 10)", False),
    ):
        for listed in (f'["{statement}"]', f'[{{context: log, statements: ["{statement}"]}}]'):
            text = SHORT.replace("      exporters", "      processors: [transform]\n      exporters")
            quoted = listed.replace('"requestObject"', "'requestObject'").replace('"token", "***"', "'token', '***'")

            (route,) = read({"c.yaml": f"{text}processors:\n  transform:\n    log_statements: {quoted}\n"}).routes

            assert (route.outputs[0].alters is not None) is alters, statement


def test_an_operator_that_writes_the_body_alters_the_record() -> None:
    for operator, alters in (
        ("{type: container}", True),
        ("{type: move, from: body, to: attributes.x}", True),
        ("{type: json_parser, parse_to: body}", True),
        ("{type: json_parser}", False),
        ("{type: remove, field: attributes.x}", False),
        ("{type: retain, fields: [attributes.x]}", True),
    ):
        (route,) = read({"c.yaml": SHORT.replace("audit.log]\n", f"audit.log]\n    operators: [{operator}]\n")}).routes

        assert (route.outputs[0].alters is not None) is alters, operator


def test_kafka_with_its_defaults_is_plain_small_and_acknowledged_by_the_leader_alone() -> None:
    text = SHORT.replace("otlphttp", "kafka").replace(
        "endpoint: https://logs.example.org:4318", "brokers: [k1:9093, k2:9093]"
    )

    (route,) = read({"c.yaml": text}).routes

    (sent,) = route.outputs
    assert (sent.kind, sent.address) == (OutputKind.KAFKA, "k1:9093, k2:9093")
    assert (said(sent.tls), said(sent.acknowledged), said(sent.message_limit)) == (Tls.OFF, False, 1_000_000)
    assert sent.alters is None


def test_kafka_set_safe_is_read_so() -> None:
    safe = (
        "brokers: [k1:9093]\n    tls: {ca_file: /c, cert_file: /c, key_file: /k}\n    logs: {encoding: raw}\n"
        "    producer: {required_acks: all, max_message_bytes: 9000000}"
    )
    text = SHORT.replace("otlphttp", "kafka").replace("endpoint: https://logs.example.org:4318", safe)

    (sent,) = read({"c.yaml": text}).routes[0].outputs

    assert (said(sent.tls), said(sent.acknowledged), said(sent.message_limit)) == (Tls.VERIFIED, True, 9_000_000)
    assert said(sent.client_certificate) is True
    assert sent.alters is not None


def test_the_transport_of_each_exporter_is_told() -> None:
    for exporter, kind, tls in (
        ("otlphttp: {endpoint: 'http://h:4318'}", OutputKind.OTLP_HTTP, Tls.OFF),
        (
            "otlp_http: {logs_endpoint: 'https://h/x', tls: {insecure_skip_verify: true}}",
            OutputKind.OTLP_HTTP,
            Tls.UNVERIFIED,
        ),
        ("otlp: {endpoint: 'h:4317'}", OutputKind.OTLP_GRPC, Tls.VERIFIED),
        ("otlp: {endpoint: 'h:4317', tls: {insecure: true}}", OutputKind.OTLP_GRPC, Tls.OFF),
        ("otlp_grpc: {endpoint: 'http://h:4317'}", OutputKind.OTLP_GRPC, Tls.OFF),
        ("elasticsearch: {endpoints: ['https://e:9200']}", OutputKind.ELASTICSEARCH, Tls.VERIFIED),
        ("elasticsearch: {endpoint: 'http://e:9200'}", OutputKind.ELASTICSEARCH, Tls.OFF),
        ("loki: {endpoint: 'http://l:3100/loki/api/v1/push'}", OutputKind.LOKI, Tls.OFF),
        ("syslog: {endpoint: s, network: udp}", OutputKind.SYSLOG_UDP, Tls.OFF),
        ("syslog: {endpoint: s}", OutputKind.SYSLOG_TCP, Tls.VERIFIED),
    ):
        name = exporter.split(":", 1)[0]
        text = (
            f"receivers: {{filelog: {{include: [/a*.log]}}}}\nexporters:\n  {exporter}\n"
            f"service: {{pipelines: {{logs: {{receivers: [filelog], exporters: [{name}]}}}}}}\n"
        )

        (sent,) = read({"c.yaml": text}).routes[0].outputs

        assert (sent.kind, said(sent.tls)) == (kind, tls), exporter


def test_elasticsearch_gives_up_after_two_tries() -> None:
    text = SHORT.replace("otlphttp", "elasticsearch")

    (sent,) = read({"c.yaml": text}).routes[0].outputs

    assert said(sent.gives_up) == "after 2 tries"
    assert said(sent.message_limit) == 5_000_000


def test_a_connector_is_followed_to_its_exporters() -> None:
    text = """\
receivers: {filelog: {include: [/a*.log]}}
processors: {"filter/a": {log_conditions: [x]}}
exporters: {debug: {}, "file/x": {path: /tmp/x}}
connectors: {forward: {}}
service:
  pipelines:
    logs/in: {receivers: [filelog], exporters: [forward, debug]}
    logs/out: {receivers: [forward], processors: [filter/a], exporters: [file/x]}
"""

    routes = read({"c.yaml": text}).routes

    assert [(route.name, [sent.name for sent in route.outputs], len(route.filters)) for route in routes] == [
        ("logs/in", ["debug"], 0),
        ("logs/in > logs/out", ["file/x"], 1),
    ]
    assert all(sent.local for route in routes for sent in route.outputs)


def test_connectors_in_a_ring_end() -> None:
    text = """\
receivers: {filelog: {include: [/a*.log]}}
exporters: {debug: {}}
connectors: {forward/a: {}, forward/b: {}}
service:
  pipelines:
    logs/1: {receivers: [filelog, forward/b], exporters: [forward/a]}
    logs/2: {receivers: [forward/a], exporters: [forward/b, debug]}
"""

    assert [route.name for route in read({"c.yaml": text}).routes] == ["logs/1 > logs/2"]


def test_the_journal_saves_ahead_whatever_the_gate_says() -> None:
    text = SHORT.replace("include: [/var/log/kubernetes/audit.log]", "units: [kubelet, ssh]").replace(
        "filelog", "journald"
    )

    (found,) = read({"c.yaml": text, "unit": UNIT}).routes[0].inputs

    assert (found.kind, [unit.value for unit in found.units]) == (InputKind.JOURNAL, ["kubelet", "ssh"])
    assert said(found.saves_ahead) is True
    assert said(found.start) is Start.END


def test_a_component_that_is_not_known_is_said_and_not_refused() -> None:
    text = SHORT.replace("otlphttp", "mystore").replace("      exporters", "      processors: [odd]\n      exporters")

    configuration = read({"c.yaml": text + "processors: {odd: {}}\n"})

    assert [(problem.message, problem.refused) for problem in configuration.problems] == [
        ("processor odd: whether it drops or alters is not known", False),
        ("exporter mystore: not one that is judged here", False),
    ]


def test_no_password_of_an_address_is_kept() -> None:
    text = SHORT.replace("https://logs", "https://me:hidden@logs").replace("4318", "4318/x?token=hidden")

    assert "hidden" not in repr(read({"c.yaml": text}))
