"""A shipper on a node: its files, its program, its user and its unit, as the deploy leaves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from kubewitness.shippers.shipment import Rendered, Unsafe
from tests.lab import program
from tests.lab.settings import LabError

if TYPE_CHECKING:
    from kubewitness.shippers.shipment import RenderedFile
    from tests.delivery.machine import Machine


@dataclass(frozen=True, slots=True)
class Shipper:
    """A program and all that it was told.

    ``trust``: what it shows to whom, and whom it trusts. ``packaged``: the node has the program from its distribution.
    """

    program: str
    rendered: Rendered
    trust: tuple[RenderedFile, ...] = ()
    packaged: bool = False

    @property
    def service(self) -> str:
        return self.rendered.unit.removesuffix(".service")

    def without(self, setting: str, instead: str = "") -> Shipper:
        """The same, but for one setting in one of its files.

        Raises:
            ValueError: nobody has written that setting.
        """
        files = tuple(replace(file, text=file.text.replace(setting, instead)) for file in self.rendered.files)
        if files == self.rendered.files:
            raise ValueError(f"{self.program}: {setting!r} is in none of its files")
        return replace(self, rendered=replace(self.rendered, files=files))

    def install(self, machine: Machine, log_folder: str) -> None:
        """All but starting it. Its group may read the log, and nobody else but root."""
        if not self.packaged:
            binary = program.binary(machine.lab, self.program)
            machine.put(self.rendered.validate[0], binary.read_bytes(), mode=0o755)
        put_in_place(machine, self.rendered, self.trust)
        group = self.rendered.user
        machine.sh(
            f"install -d -m 0750 -g {group} {log_folder}; install -m 0640 -g {group} /dev/null {log_folder}/audit.log"
        )

    def check(self, machine: Machine) -> None:
        """By the program itself, as the deploy does it.

        Raises:
            LabError: it refuses what we have rendered.
        """
        last = self.rendered.files[-1].path
        machine.sh(" ".join(last if part == "{}" else part for part in self.rendered.validate))


Edit: TypeAlias = Callable[[Shipper], Shipper]


def put_in_place(machine: Machine, rendered: Rendered, trust: Iterable[RenderedFile]) -> None:
    """The user and the files of what was rendered; nothing is started."""
    user = rendered.user
    machine.sh(f"id {user} >/dev/null 2>&1 || useradd --system --shell /usr/sbin/nologin {user}")
    for file in (*trust, *rendered.files):
        machine.put(file.path, file.text, mode=file.mode, group=file.group)
    machine.sh("systemctl daemon-reload")


def safe(rendered: Rendered | Unsafe) -> Rendered:
    """What was rendered.

    Raises:
        LabError: it was refused.
    """
    match rendered:
        case Unsafe(reason):
            raise LabError(f"this pair is not rendered: {reason}")
        case Rendered():
            return rendered
