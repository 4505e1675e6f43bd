"""Log shippers: their configurations read, judged and rendered. Pure.

``model`` says what a shipper does, whatever its program; a program's own folder turns its configuration into that, and
for those that we deploy a ``Shipment`` into its configuration. Both meet in one set of ``rules``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from kubewitness.shippers.model import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kubewitness.shippers.model import Configuration
    from kubewitness.shippers.shipment import Rendered, Shipment, Unsafe

READERS: Final[Mapping[Program, str]] = {
    Program.RSYSLOG: "kubewitness.shippers.rsyslog.read",
    Program.OTELCOL: "kubewitness.shippers.otelcol.read",
    Program.FILEBEAT: "kubewitness.shippers.filebeat.read",
    Program.FLUENT_BIT: "kubewitness.shippers.fluentbit.read",
    Program.VECTOR: "kubewitness.shippers.vector.read",
}
"""Program -> the module whose ``read(files) -> Configuration`` reads it. Imported on use."""

RENDERERS: Final[Mapping[Program, str]] = {
    Program.RSYSLOG: "kubewitness.shippers.rsyslog.render",
    Program.OTELCOL: "kubewitness.shippers.otelcol.render",
    Program.FILEBEAT: "kubewitness.shippers.filebeat.render",
}
"""Program -> the module whose ``render(shipment) -> Rendered | Unsafe`` writes its configuration. Imported on use."""


def read(program: Program, files: Mapping[str, str]) -> Configuration:
    """What ``program`` was told. ``files``: name -> text, the main file first; includes are found among them.

    Nothing in a file is an error: what the program would refuse, or we cannot read, is a problem of the configuration.
    """
    reader = cast("Callable[[Mapping[str, str]], Configuration]", import_module(READERS[program]).read)
    return reader(files)


def render(program: Program, shipment: Shipment) -> Rendered | Unsafe:
    """What ``program`` needs to ship it, or why it cannot be made safe; one of ``RENDERERS``."""
    renderer = cast("Callable[[Shipment], Rendered | Unsafe]", import_module(RENDERERS[program]).render)
    return renderer(shipment)
