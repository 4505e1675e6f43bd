"""Where shippers' programs, services and configurations lie on a node. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kubewitness.shippers.model import Program


@dataclass(frozen=True, slots=True)
class Installation:
    """How a program's packages leave it, or our own deploy.

    ``commands``: names of the executable. ``units``: names of its service. ``files``: its configuration, the main file
    first; a star stands for a whole name but its ending. Sources: the packages' file lists.
    """

    program: Program
    commands: tuple[str, ...]
    units: tuple[str, ...]
    files: tuple[str, ...]


INSTALLATIONS: Final = (
    Installation(Program.RSYSLOG, ("rsyslogd",), ("rsyslog.service",), ("/etc/rsyslog.conf", "/etc/rsyslog.d/*.conf")),
    Installation(Program.RSYSLOG, (), ("kubewitness-rsyslog.service",), ("/etc/kubewitness/shipper/rsyslog.conf",)),
    Installation(
        Program.OTELCOL,
        ("otelcol", "otelcol-contrib"),
        ("otelcol.service", "otelcol-contrib.service"),
        ("/etc/otelcol/config.yaml", "/etc/otelcol-contrib/config.yaml"),
    ),
    Installation(Program.FILEBEAT, ("filebeat",), ("filebeat.service",), ("/etc/filebeat/filebeat.yml",)),
    Installation(
        Program.FLUENT_BIT,
        ("fluent-bit",),
        ("fluent-bit.service",),
        ("/etc/fluent-bit/fluent-bit.conf", "/etc/fluent-bit/fluent-bit.yaml", "/etc/fluent-bit/*.conf"),
    ),
    Installation(
        Program.VECTOR, ("vector",), ("vector.service",), ("/etc/vector/vector.yaml", "/etc/vector/vector.toml")
    ),
)


def probe_table() -> str:
    """The same for the probe's shell: a line each, PROGRAM|COMMANDS|UNITS|FILES."""
    return "\n".join(
        "|".join((found.program, " ".join(found.commands), " ".join(found.units), " ".join(found.files)))
        for found in INSTALLATIONS
    )
