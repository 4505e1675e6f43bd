"""What is not in the collector's one file: its command line, its variables, a second file, the operator's wrapping."""

from __future__ import annotations

from kubewitness.model import Unread
from kubewitness.shippers.model import Place, Setting, Start, Tls
from kubewitness.shippers.otelcol.read import read
from tests.unit.shippers.otelcol.test_read import SHORT, UNIT, said


def test_the_gate_is_read_from_the_unit_beside_the_configuration() -> None:
    for unit, ahead in (
        (UNIT, False),
        (UNIT.replace("=stanza", " +stanza"), False),
        (UNIT.replace("=stanza", "=x.y,stanza"), False),
        (UNIT.replace("=stanza", "=-stanza"), True),
        ("ExecStart=/usr/bin/otelcol-contrib --config=c.yaml\n", True),
        ('args: ["--config=/c.yaml", "--feature-gates=stanza.synchronousLogEmitter"]\n', False),
    ):
        (route,) = read({"c.yaml": SHORT, "otelcol.service": unit}).routes

        assert said(route.inputs[0].saves_ahead) is ahead, unit


def test_without_a_command_line_nobody_knows_of_the_gate() -> None:
    (route,) = read({"c.yaml": SHORT}).routes

    ahead = route.inputs[0].saves_ahead
    assert isinstance(ahead, Unread)
    assert "stanza.synchronousLogEmitter" in ahead.detail


def test_a_variable_is_not_read_unless_a_companion_sets_it() -> None:
    text = SHORT.replace("https://logs.example.org:4318", "${env:STORE}")

    (alone,) = read({"c.yaml": text}).routes
    (told,) = read({"c.yaml": text, "otelcol.env": "STORE=http://logs.example.org\n"}).routes

    assert isinstance(alone.outputs[0].tls, Unread)
    assert said(told.outputs[0].tls) is Tls.OFF


def test_a_collector_of_the_operator_holds_its_configuration_and_its_command_line() -> None:
    inner = "".join(f"    {line}\n" for line in SHORT.splitlines())
    head = "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nspec:\n"
    gate = "  args:\n    feature-gates: stanza.synchronousLogEmitter\n"

    told = read({"c.yaml": f"{head}{gate}  config:\n{inner}"})
    silent = read({"c.yaml": f"{head}  image: otel/opentelemetry-collector-contrib:0.158.0\n  config:\n{inner}"})

    assert (told.problems, [said(route.inputs[0].saves_ahead) for route in told.routes]) == ((), [False])
    assert [said(route.inputs[0].saves_ahead) for route in silent.routes] == [True]
    assert told.routes[0].inputs[0].place.line == 8


def test_two_files_are_one_configuration_and_the_last_wins() -> None:
    more = "receivers:\n  filelog:\n    start_at: beginning\n    include: [/var/log/kubernetes/audit*.log]\n"

    (route,) = read({"c.yaml": SHORT, "more.yaml": more}).routes

    assert [path.value for path in route.inputs[0].paths] == ["/var/log/kubernetes/audit*.log"]
    assert route.inputs[0].start == Setting("start_at", Start.BEGINNING, "beginning", Place("more.yaml", 3, 15))
