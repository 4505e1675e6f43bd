"""Which program a file is written for, by what stands in it. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from kubewitness.shippers.model import Program
from kubewitness.yamldoc import YamlError, compose

if TYPE_CHECKING:
    from collections.abc import Mapping

_FLUENT_BIT: Final = re.compile(
    r"^[ \t]*\[(?:SERVICE|INPUT|FILTER|OUTPUT|PARSER|MULTILINE_PARSER)\][ \t]*$|^@INCLUDE[ \t]",
    re.IGNORECASE | re.MULTILINE,
)
_UNIT: Final = re.compile(r"^Exec[A-Z][A-Za-z]*=", re.MULTILINE)
_VECTOR_TOML: Final = re.compile(r"^[ \t]*\[{1,2}(?:sources|transforms|sinks|enrichment_tables)\.", re.MULTILINE)
_RSYSLOG: Final = re.compile(
    r"^[ \t]*(?:(?:module|input|action|ruleset|template|global|main_queue|include|parser|lookup_table)[ \t]*\("
    r"|\$[A-Z][A-Za-z]+[ \t]+\S"
    r"|[a-z*,]+\.(?:\*|=?[a-z]+)(?:;[a-z*,]+\.[a-z*=!]+)*[ \t]+(?:-?/|@|\||:om|~|stop|\*|action))",
    re.MULTILINE,
)
_KEY: Final = re.compile(r"^([a-z_]+(?:\.[a-z_]+)*):", re.MULTILINE)
_FILEBEAT_INPUTS: Final = {
    "filestream",
    "log",
    "journald",
    "container",
    "stdin",
    "syslog",
    "tcp",
    "udp",
    "kafka",
    "docker",
}


def program_of(text: str) -> Program | None:
    """The program that reads ``text``; ``None``: nothing gives it away."""
    if _UNIT.search(text):
        return None  # systemd's sections look like Fluent Bit's
    if _FLUENT_BIT.search(text):
        return Program.FLUENT_BIT
    if _VECTOR_TOML.search(text):
        return Program.VECTOR
    try:
        found = _of_tree(compose(text, ""))
    except YamlError:  # its reader says what is wrong with it
        found = _of_keys(set(_KEY.findall(text)))
    return found or (Program.RSYSLOG if _RSYSLOG.search(text) else None)


def program_of_all(files: Mapping[str, str]) -> Program | None:
    """The one program that reads ``files`` together: that of the first file which gives it away."""
    return next((found for text in files.values() if (found := program_of(text)) is not None), None)


def _of_tree(root: yaml.Node | None) -> Program | None:
    if isinstance(root, yaml.SequenceNode):
        types = {value for item in root.value for key, value in _scalars(item) if key == "type"}
        return Program.FILEBEAT if types & _FILEBEAT_INPUTS else None
    if not isinstance(root, yaml.MappingNode):
        return None
    if ("kind", "OpenTelemetryCollector") in _scalars(root):
        return Program.OTELCOL
    return _of_keys({key.value for key, _ in root.value if isinstance(key, yaml.ScalarNode)})


def _of_keys(keys: set[str]) -> Program | None:
    if any(key == "filebeat" or key.startswith(("filebeat.", "output.")) for key in keys):
        return Program.FILEBEAT
    if keys & {"receivers", "exporters"}:
        return Program.OTELCOL
    if keys & {"pipeline", "multiline_parsers"} or {"service", "parsers"} <= keys:
        return Program.FLUENT_BIT
    if keys & {"sources", "sinks", "transforms"}:
        return Program.VECTOR
    return None


def _scalars(node: yaml.Node) -> list[tuple[str, str]]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [
        (key.value, value.value)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    ]
