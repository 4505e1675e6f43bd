"""A node of the lab as these tests use it: a shell, its files, its services, its cable."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.lab import node as nodes
from tests.lab import ssh
from tests.lab.command import run
from tests.lab.settings import Lab, LabError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.topology import Node

_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Machine:
    """One node of a lab that is up."""

    lab: Lab
    node: Node

    def sh(self, script: str) -> str:
        """What ``script`` prints, run by root.

        Raises:
            LabError: it failed; with its last lines.
        """
        return ssh.call(self.lab, self.node, "sh", "-c", script)

    def path(self, path: str) -> Path:
        """Where this machine has the node's file: both see the same, but for what the node mounts itself."""
        return nodes.root(self.lab, self.node) / path.lstrip("/")

    def put(self, path: str, content: str | bytes, *, mode: int = 0o644, group: str = "root") -> None:
        """Write a file as a careful administrator would: whole, then in its place."""
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = target.with_name(f"{target.name}.new")
        staged.write_bytes(content.encode() if isinstance(content, str) else content)
        staged.chmod(mode)
        staged.rename(target)
        if group != "root":
            self.sh(f"chgrp {group} {path}")

    def start(self, service: str) -> None:
        """Now, and after every boot."""
        look = f"journalctl -n 20 -u {service} >&2; false"
        self.sh(f"systemctl --quiet enable {service}; systemctl start {service} || {{ {look}; }}")

    def stop(self, service: str) -> None:
        # whoever logs would start rsyslog again through its socket
        self.sh(f"systemctl stop syslog.socket {service} 2>/dev/null || systemctl stop {service}")

    def main_pid(self, service: str) -> int:
        """Of the service, as the node counts; 0: it does not run."""
        return int(self.sh(f"systemctl show --property MainPID --value {service}"))

    def kill(self, service: str) -> None:
        """SIGKILL to all processes of a service, as the kernel's out-of-memory killer does it."""
        self.sh(f"systemctl kill --signal={signal.SIGKILL.name} {service}")

    def cpu_seconds(self, service: str) -> float:
        """That the service's main process has used, on all cores, since it started."""
        script = f"cut -d')' -f2- /proc/{self.main_pid(service)}/stat; getconf CLK_TCK"
        fields, ticks = self.sh(script).strip().splitlines()
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / int(ticks)

    def link(self, state: str) -> None:
        """Pull the node's cable (``down``), or put it back (``up``)."""
        run("ip", "-n", self.lab.name, "link", "set", f"v-{self.node.name}", state)

    def reboot(self) -> None:
        """And wait until it answers again."""
        before = nodes.leader(self.lab, self.node)
        self.sh("systemd-run --quiet --on-active=0.2 systemctl reboot")  # after this connection has ended
        deadline = time.monotonic() + _SECONDS
        while nodes.leader(self.lab, self.node) in {before, None} or not self._answers():
            if time.monotonic() > deadline:
                raise LabError(f"{self.node.name} does not come back after a reboot")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            self.sh("true")
        except LabError:
            return False
        return True
