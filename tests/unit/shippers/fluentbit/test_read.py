"""Fluent Bit's two ways of writing a configuration. Made up, in the shapes that its documentation shows."""

from __future__ import annotations

from kubewitness.model import Unread
from kubewitness.shippers.fluentbit.read import read
from kubewitness.shippers.model import Checkpoint, Configuration, InputKind, OutputKind, Place, Setting, Start

CLASSIC = """\
[SERVICE]
    Flush 1
[INPUT]
    Name        tail
    Tag         kube.*
    Path        /var/log/containers/*.log
    DB          /var/lib/fluent-bit/kube.db
[INPUT]
    Name\tsystemd
    Systemd_Filter _SYSTEMD_UNIT=kubelet.service
    Systemd_Filter _SYSTEMD_UNIT=containerd.service
[INPUT]
    Name cpu
[OUTPUT]
    name  es
    match kube.*
    Host  ${STORE}
    tls   ${ENCRYPT}
"""
YAML = """\
env:
  folder: /var/log/kubernetes
service:
  flush: 1
pipeline:
  inputs:
    - name: tail
      tag: audit
      path: ${folder}/audit*.log
      read_from_head: true
      processors:
        logs:
          - name: sampling
  outputs:
    - name: forward
      match: '*'
      host: aggregator
"""


def one(text: str, name: str = "fluent-bit.conf") -> Configuration:
    return read({name: text})


def value(setting: object) -> object:
    assert isinstance(setting, Setting)
    return setting.value


def test_a_classic_input_has_what_is_written_and_the_defaults() -> None:
    tail = one(CLASSIC).routes[0].inputs[0]

    assert (tail.name, tail.kind, tail.place) == ("tail.0", InputKind.FILES, Place("fluent-bit.conf", 3, 1))
    assert [path.value for path in tail.paths] == ["/var/log/containers/*.log"]
    assert (value(tail.start), value(tail.checkpoint), value(tail.line_limit)) == (
        Start.END,
        Checkpoint.DISK,
        32_000,
    )
    assert value(tail.state_dir) == "/var/lib/fluent-bit"


def test_an_input_that_no_output_takes_has_a_route_to_nowhere() -> None:
    systemd = one(CLASSIC).routes[1]

    assert systemd.inputs[0].kind is InputKind.JOURNAL
    assert [unit.value for unit in systemd.inputs[0].units] == ["kubelet.service", "containerd.service"]
    assert systemd.outputs == ()


def test_metrics_are_no_logs() -> None:
    assert len(one(CLASSIC).routes) == 2


def test_a_variable_that_is_set_elsewhere_is_unread() -> None:
    output = one(CLASSIC).routes[0].outputs[0]

    assert isinstance(output.tls, Unread)
    assert output.kind is OutputKind.ELASTICSEARCH
    assert not output.local


def test_a_set_variable_is_known() -> None:
    output = one("@SET ENCRYPT=on\n" + CLASSIC).routes[0].outputs[0]

    assert value(output.tls) == "any-name"


def test_the_yaml_form_says_the_same() -> None:
    (route,) = one(YAML, "fluent-bit.yaml").routes

    assert [path.value for path in route.inputs[0].paths] == ["/var/log/kubernetes/audit*.log"]
    assert value(route.inputs[0].start) is Start.BEGINNING
    assert [item.name for item in route.filters] == ["sampling"]
    assert value(route.outputs[0].acknowledged) is False


def test_includes_are_found_beside_the_main_file_or_by_their_name() -> None:
    main = "@INCLUDE inputs/*.conf\n@INCLUDE /etc/fluent-bit/outputs.conf\n"
    files = {
        "a/fluent-bit.conf": main,
        "a/inputs/tail.conf": "[INPUT]\n    Name tail\n    Tag x\n",
        "outputs.conf": "[OUTPUT]\n    Name http\n    Match x\n    Host h\n",
    }

    found = read(files)

    assert found.problems == ()
    assert [(route.inputs[0].place.file, route.outputs[0].place.file) for route in found.routes] == [
        ("a/inputs/tail.conf", "outputs.conf")
    ]


def test_a_host_that_is_not_written_is_this_machine() -> None:
    output = one("[INPUT]\n    Name tail\n[OUTPUT]\n    Name loki\n    Match *\n").routes[0].outputs[0]

    assert (output.address, output.local) == ("127.0.0.1", True)
