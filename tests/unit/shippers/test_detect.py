"""Which program a file is written for, and which other files it asks for. Made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.shippers.detect import program_of
from kubewitness.shippers.includes import includes_of
from kubewitness.shippers.model import Program


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("[INPUT]\n    Name tail\n", Program.FLUENT_BIT),
        ("@INCLUDE inputs.conf\n", Program.FLUENT_BIT),
        ("pipeline:\n  inputs: []\n", Program.FLUENT_BIT),
        ('[sources.audit]\ntype = "file"\n', Program.VECTOR),
        ("sources: {}\nsinks: {}\n", Program.VECTOR),
        ('{"sinks": {}}', Program.VECTOR),
        ("receivers: {}\nservice: {}\n", Program.OTELCOL),
        ("receivers: [\nservice: {}\n", Program.OTELCOL),
        ("filebeat.inputs: []\n", Program.FILEBEAT),
        ("- type: filestream\n  paths: [/a]\n", Program.FILEBEAT),
        ('module(load="imfile")\n', Program.RSYSLOG),
        ("$ModLoad imfile\n", Program.RSYSLOG),
        ("*.* @@logs.example.com:514\n", Program.RSYSLOG),
        ("auth,authpriv.*\t/var/log/auth.log\n", Program.RSYSLOG),
        ("[Unit]\n[Service]\nExecStart=/usr/bin/otelcol\n", None),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n", None),
        ("from pathlib import Path\n\ncontrol_plane = []\n", None),
        ("", None),
    ],
)
def test_a_file_says_whose_it_is(text: str, program: Program | None) -> None:
    assert program_of(text) is program


@pytest.mark.parametrize(
    ("program", "text", "names"),
    [
        (Program.RSYSLOG, "$IncludeConfig /etc/rsyslog.d/*.conf\n", ("/etc/rsyslog.d/*.conf",)),
        (Program.RSYSLOG, 'include(file="a.conf" mode="optional")\n# include(file="b.conf")\n', ("a.conf",)),
        (Program.FLUENT_BIT, "@INCLUDE a.conf\n[SERVICE]\n    Parsers_File b.conf\n", ("a.conf", "b.conf")),
        (Program.FLUENT_BIT, "includes:\n  - inputs.yaml\n", ("inputs.yaml",)),
        (Program.FILEBEAT, "filebeat.config.inputs:\n  path: ${path.config}/inputs.d/*.yml\n", ("inputs.d/*.yml",)),
        (Program.VECTOR, "sources: {}\n", ()),
    ],
)
def test_a_configuration_names_what_it_includes(program: Program, text: str, names: tuple[str, ...]) -> None:
    assert includes_of(program, text) == names


@given(st.text())
def test_any_text_is_somebody_s_or_nobody_s(text: str) -> None:
    assert program_of(text) is None or isinstance(program_of(text), Program)
