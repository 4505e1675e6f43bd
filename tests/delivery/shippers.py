"""A shipper on a node: its files, its program and its unit, as the deploy leaves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from tests.lab import program

if TYPE_CHECKING:
    from kubewitness.shippers.shipment import RenderedFile
    from tests.delivery.machine import Machine

_UNIT: Final = """[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart={command}
Restart=always
RestartSec=200ms
[Install]
WantedBy=multi-user.target
"""
_STARTED_BY_PACKAGE: Final = "rsyslog"


@dataclass(frozen=True, slots=True)
class Shipper:
    """A program and all that it was told. ``command``: how it is started; empty: its package knows."""

    program: str
    files: tuple[RenderedFile, ...]
    command: str = ""

    @property
    def service(self) -> str:
        return self.program

    def without(self, setting: str, instead: str = "") -> Shipper:
        """The same, but for one setting in one of its files, or in its command.

        Raises:
            ValueError: nobody has written that setting.
        """
        files = tuple(replace(file, text=file.text.replace(setting, instead)) for file in self.files)
        changed = replace(self, files=files, command=self.command.replace(setting, instead))
        if changed == self:
            raise ValueError(f"{self.program}: {setting!r} is in none of its files")
        return changed

    def install(self, machine: Machine) -> None:
        for file in self.files:
            machine.put(file.path, file.text, mode=file.mode, group=file.group)
        if self.program == _STARTED_BY_PACKAGE:
            # as the deploy leaves it: it comes back as often as it is killed
            drop_in = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=200ms\n"
            machine.put(f"/etc/systemd/system/{self.service}.service.d/lab.conf", drop_in)
            return
        binary = program.binary(machine.lab, self.program)
        machine.put(f"/usr/local/bin/{self.program}", binary.read_bytes(), mode=0o755)
        machine.put(f"/etc/systemd/system/{self.service}.service", _UNIT.format(command=self.command))


Edit: TypeAlias = Callable[[Shipper], Shipper]
