"""Filebeat's configuration, read. Texts are our own, shaped as its documentation shows them."""

from __future__ import annotations

from typing import Any

from kubewitness.model import Unread
from kubewitness.shippers.filebeat.inputs import glob_of
from kubewitness.shippers.filebeat.read import read
from kubewitness.shippers.model import (
    Checkpoint,
    Configuration,
    InputKind,
    Output,
    OutputKind,
    Place,
    QueueKind,
    Route,
    Setting,
    Start,
    Tls,
    WhenFull,
)

SHORT = """\
filebeat.inputs:
  - type: filestream
    id: audit
    paths: [/var/log/kubernetes/audit.log]
    close.on_state_change.removed: false
output.kafka:
  hosts: ["k1:9092"]
  topic: audit
"""


def said(setting: object) -> Any:
    """The value of a setting that was read."""
    assert isinstance(setting, Setting), setting
    return setting.value


def problems(configuration: Configuration, *, refused: bool) -> list[str]:
    return [problem.message for problem in configuration.problems if problem.refused is refused]


def only(text: str, **more: str) -> Route:
    (route,) = read({"filebeat.yml": text, **more}).routes
    return route


def sent(text: str) -> Output:
    (output,) = only(text).outputs
    return output


def test_a_memory_queue_loses_nothing_where_positions_are_saved_behind_it() -> None:
    route = only(SHORT)

    (found,) = route.inputs
    assert (found.name, found.kind, [path.value for path in found.paths]) == (
        "audit",
        InputKind.FILES,
        ["/var/log/kubernetes/audit.log"],
    )
    assert route.queue is not None
    assert said(route.queue.kind) is QueueKind.MEMORY
    assert said(route.queue.when_full) is WhenFull.BLOCK
    assert (said(found.waits), said(found.offers_again), said(found.saves_ahead)) == (True, True, False)
    assert said(found.checkpoint) is Checkpoint.DISK


def test_what_comes_over_the_network_is_lost_with_the_queue() -> None:
    route = only(SHORT.replace("filestream", "tcp"))

    assert route.inputs[0].kind is InputKind.NETWORK
    assert route.inputs[0].waits is None


def test_a_queue_on_disk_is_read_with_its_size_and_folder() -> None:
    route = only(SHORT + "queue.disk: {max_size: 10GB, path: /var/lib/filebeat/q}\n")

    assert route.queue is not None
    assert (said(route.queue.kind), route.queue.limit_bytes) == (QueueKind.DISK, 10 * 1000**3)
    assert said(route.queue.state_dir) == "/var/lib/filebeat/q"
    assert route.inputs[0].waits is None


def test_the_defaults_of_an_input_are_its_own() -> None:
    (found,) = only(SHORT).inputs

    assert (said(found.start), said(found.line_limit)) == (Start.BEGINNING, 10 * 1024 * 1024)
    assert isinstance(found.line_limit, Setting)
    assert found.line_limit.by_default


def test_dotted_and_nested_keys_are_the_same() -> None:
    dotted = "output.kafka.hosts: [k1]\noutput.kafka.ssl.verification_mode: none\nfilebeat.inputs: []\n"
    nested = "output:\n  kafka:\n    hosts: [k1]\n    ssl: {verification_mode: none}\nfilebeat: {inputs: []}\n"
    inputs = "  - {type: log, paths: [/a]}\n"

    for text in (dotted.replace(" []", "\n" + inputs), nested.replace("[]}", "[{type: log, paths: [/a]}]}")):
        assert said(sent(text).tls) is Tls.UNVERIFIED


def test_each_kind_of_input_calls_its_settings_otherwise() -> None:
    for kind, tail, limit in (("filestream", "seek_to_tail", "message_max_bytes"), ("log", "tail_files", "max_bytes")):
        text = SHORT.replace("filestream", kind).replace(
            "audit.log]", f"audit.log]\n    {tail}: true\n    {limit}: 1048576"
        )

        (found,) = only(text).inputs

        assert (said(found.start), said(found.line_limit)) == (Start.END, 1048576)
        assert found.start == Setting(tail, Start.END, "true", Place("filebeat.yml", 5, len(tail) + 7))


def test_settings_that_pass_files_over_are_filters() -> None:
    for setting in (
        "ignore_older: 24h",
        "close.reader.after_interval: 5m",
        "ignore_inactive: since_last_start",
        "clean_removed: false",
        "include_lines: ['create']",
        "exclude_lines: ['get']",
        "processors: [{drop_event: {when: {regexp: {message: get}}}}]",
        "processors: [{if: {equals: {a: b}}, then: [{drop_event: }]}]",
    ):
        route = only(SHORT.replace("audit.log]", f"audit.log]\n    {setting}"))

        assert len(route.filters) == 1, setting
        assert route.filters[0].place.line == 5


def test_settings_that_pass_nothing_over_are_none() -> None:
    for setting in ("ignore_older: 0", "clean_removed: true", "close.reader.after_interval: 0s", "exclude_lines: []"):
        assert only(SHORT.replace("audit.log]", f"audit.log]\n    {setting}")).filters == (), setting


def test_what_a_removed_file_still_holds_is_lost_by_default_unless_a_queue_on_disk_has_it() -> None:
    for text, filters in (
        (SHORT, 0),
        (SHORT.replace("    close.on_state_change.removed: false\n", ""), 1),
        (SHORT.replace("removed: false", "removed: true"), 1),
        (SHORT.replace("filestream", "log"), 1),
        (SHORT.replace("filestream", "log").replace("close.on_state_change.removed", "close_removed"), 0),
        (SHORT.replace("removed: false", "removed: true") + "queue.disk.max_size: 10GB\n", 0),
    ):
        assert len(only(text).filters) == filters, text


def test_a_filter_of_the_whole_program_is_one_of_every_input() -> None:
    assert [
        found.name for found in only(SHORT + "processors: [{drop_event: {when: {has_fields: [x]}}}]\n").filters
    ] == ["drop_event"]


def test_what_changes_the_message_alters_the_record() -> None:
    for setting, alters in (
        ("parsers: [{ndjson: {target: ''}}]", True),
        ("parsers: [{multiline: {type: count}}]", False),
        ("processors: [{drop_fields: {fields: [message]}}]", True),
        ("processors: [{drop_fields: {fields: [agent]}}]", False),
        ("processors: [{truncate_fields: {fields: [message], max_bytes: 100}}]", True),
        ("processors: [{include_fields: {fields: [host]}}]", True),
        ("processors: [{include_fields: {fields: [message]}}]", False),
        ("processors: [{replace: {fields: [{field: message, pattern: a, replacement: b}]}}]", True),
        ("processors: [{add_host_metadata: }]", False),
    ):
        output = sent(SHORT.replace("audit.log]", f"audit.log]\n    {setting}"))

        assert (output.alters is not None) is alters, setting


def test_the_container_input_takes_the_message_out_of_its_line() -> None:
    text = SHORT.replace("filestream", "container").replace(
        "/var/log/kubernetes/audit.log", "/var/log/containers/*.log"
    )

    assert sent(text).alters is not None


def test_kafka_with_its_defaults_is_plain_small_and_acknowledged_by_the_leader_alone() -> None:
    output = sent(SHORT)

    assert (output.kind, output.address) == (OutputKind.KAFKA, "k1:9092")
    assert (said(output.tls), said(output.acknowledged), said(output.message_limit)) == (Tls.OFF, False, 1_000_000)
    assert said(output.gives_up) is None


def test_kafka_set_safe_is_read_so() -> None:
    output = sent(
        SHORT + "  required_acks: -1\n  max_message_bytes: 9000000\n  codec.format.string: '%{[message]}'\n"
        "  ssl: {certificate_authorities: [/ca.pem], certificate: /c.pem, key: /k.pem}\n"
    )

    assert (said(output.tls), said(output.acknowledged), said(output.message_limit)) == (Tls.VERIFIED, True, 9_000_000)
    assert said(output.client_certificate) is True
    assert output.alters is None


def test_a_format_without_the_message_alters_it() -> None:
    assert sent(SHORT + "  codec.format.string: '%{[@timestamp]}'\n").alters is not None


def test_how_sure_each_output_is_of_the_other_end() -> None:
    for output, kind, tls in (
        ("elasticsearch: {hosts: ['e:9200']}", OutputKind.ELASTICSEARCH, Tls.OFF),
        ("elasticsearch: {hosts: ['e:9200'], protocol: https}", OutputKind.ELASTICSEARCH, Tls.VERIFIED),
        (
            "elasticsearch: {hosts: ['https://e'], ssl.verification_mode: certificate}",
            OutputKind.ELASTICSEARCH,
            Tls.ANY_NAME,
        ),
        ("logstash: {hosts: ['l:5044']}", OutputKind.FORWARD, Tls.OFF),
        ("logstash: {hosts: ['l:5044'], ssl: {enabled: true}}", OutputKind.FORWARD, Tls.VERIFIED),
        ("logstash: {hosts: ['l:5044'], ssl: {enabled: false}}", OutputKind.FORWARD, Tls.OFF),
        ("kafka: {hosts: ['k'], ssl.verification_mode: none}", OutputKind.KAFKA, Tls.UNVERIFIED),
    ):
        text = SHORT[: SHORT.index("output")] + f"output.{output}\n"

        found = sent(text)

        assert (found.kind, said(found.tls)) == (kind, tls), output


def test_a_file_and_the_console_stay_here() -> None:
    for output, kind in (("file: {path: /tmp/x}", OutputKind.FILE), ("console: {pretty: true}", OutputKind.NOWHERE)):
        found = sent(SHORT[: SHORT.index("output")] + f"output.{output}\n")

        assert (found.kind, found.local) == (kind, True)


def test_the_registry_is_where_path_data_or_the_command_line_says() -> None:
    assert only(SHORT).inputs[0].state_dir is None
    assert said(only(SHORT + "path.data: /data\n").inputs[0].state_dir) == "/data"
    unit = "ExecStart=/usr/bin/filebeat -c filebeat.yml --path.data /run/filebeat\n"
    assert said(only(SHORT, unit=unit).inputs[0].state_dir) == "/run/filebeat"


def test_inputs_of_a_folder_are_read_with_the_main_file() -> None:
    main = (
        SHORT[SHORT.index("output") :]
        + "filebeat.config.inputs: {enabled: true, path: '${path.config}/inputs.d/*.yml'}\n"
    )

    alone = read({"filebeat.yml": main})
    both = read(
        {"filebeat.yml": main, "inputs.d/audit.yml": "- type: log\n  paths: [/var/log/kubernetes/audit*.log]\n"}
    )

    assert problems(alone, refused=False)[-1].startswith("filebeat.config.inputs: what it brings is not among")
    assert problems(both, refused=False) == []
    assert [path.place for route in both.routes for path in route.inputs[0].paths] == [
        Place("inputs.d/audit.yml", 2, 11)
    ]


def test_what_the_program_refuses_is_said() -> None:
    for wrong, message in (
        (SHORT.replace("kafka", "syslog"), "output.syslog: there is no such output"),
        (SHORT[: SHORT.index("output")], "output: there is none"),
        (SHORT + "output.file: {path: /x}\n", "output.file: there is another output, and only one can be"),
        (SHORT.replace("    paths: [/var/log/kubernetes/audit.log]\n", ""), "input audit: paths is not set"),
        (SHORT.replace("  - type: filestream\n    id", "  - id"), "an input without a type"),
        (SHORT + "  max_message_bytes: 5MiB\n", "max_message_bytes: '5MiB' is not a value that it takes"),
        ("a: [b\n", "did not find expected ',' or ']'"),
        ("kind: Pod\n", "not a configuration of Filebeat: no filebeat.inputs and no output"),
    ):
        assert problems(read({"filebeat.yml": wrong}), refused=True) == [message]


def test_an_input_that_is_switched_off_is_none() -> None:
    assert read({"filebeat.yml": SHORT.replace("id: audit", "enabled: false")}).routes == ()


def test_the_journal_begins_at_its_head_and_names_its_units() -> None:
    text = SHORT.replace("filestream", "journald").replace(
        "paths: [/var/log/kubernetes/audit.log]", "include_matches: ['_SYSTEMD_UNIT=kubelet.service']"
    )

    (found,) = only(text).inputs

    assert (found.kind, said(found.start)) == (InputKind.JOURNAL, Start.BEGINNING)
    assert [unit.value for unit in found.units] == ["kubelet"]
    assert said(only(text.replace("include", "seek: tail\n    include")).inputs[0].start) is Start.END


def test_a_variable_is_not_read_unless_a_companion_sets_it() -> None:
    text = SHORT.replace("audit.log]", "audit.log]\n    message_max_bytes: ${LINE}")

    assert isinstance(only(text).inputs[0].line_limit, Unread)
    assert said(only(text, env="LINE=1000\n").inputs[0].line_limit) == 1000


def test_excluded_names_are_globs_in_the_folders_that_are_read() -> None:
    text = SHORT.replace("audit.log]", "audit.log]\n    prospector.scanner.exclude_files: ['\\.gz$']")

    assert [one.value for one in only(text).inputs[0].excluded] == ["/var/log/kubernetes/*.gz"]


def test_a_simple_expression_is_a_glob_and_another_is_none() -> None:
    for expression, glob in (
        (r"\.gz$", "*.gz"),
        (".gz$", "*?gz"),
        ("audit-.*", "*audit-**"),
        (r"^/var/log/a\.log$", "a.log"),
        ("[0-9]{4}", None),
        ("(a|b)", None),
    ):
        assert glob_of(expression) == glob, expression


def test_no_password_of_an_address_is_kept() -> None:
    assert "hidden" not in repr(read({"filebeat.yml": SHORT.replace("k1:9092", "http://me:hidden@k1:9092")}))
