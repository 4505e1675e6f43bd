"""A service of a node for the transaction: files in a folder, systemd played by the shell.

Everything of the transaction is real but the outside world: ``systemctl`` and ``sleep`` are functions that come after
ours. The service starts unless its main file says ``crash``; its own check refuses ``wrong``.
"""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.model import View
from kubewitness.shipping.script import change_input, change_script, seen_script
from kubewitness.shipping.seen import parse_seen
from kubewitness.shipping.service import SeenFile, ServiceChange, WantedFile, differs

if TYPE_CHECKING:
    from pathlib import Path

UNIT: Final = "ship.service"
MAIN: Final = "/etc/ship/main.conf"
KEY: Final = "/etc/kubewitness/shipper/key.pem"
STATE: Final = "/var/lib/ship"
LOG: Final = "/var/log/kubernetes/audit/audit.log"
_START: Final = '\nlock\nif [ -n "$UNDONE" ]'

WORLD: Final = r"""
world=$ROOT/../world
clock() { cat "$world/clock"; }
sleep() { echo $(($(clock) + 2)) >"$world/clock"; }
own() { :; }
flush() { # a run may be ended at any of them
  calls=$((${calls:-0} + 1))
  [ "$calls" != "$KILL_AT" ] || kill -9 $$
}
sync() { :; }
df() { printf "FS 1K Used Available\\n/dev/sda1 9 9 %s\\n" "$(cat "$world/free")"; }
journalctl() { echo 'password: s3cret is wrong'; }
ids() { id -u | sed 's/.*/&:&/'; }
identity() { [ ! -s "$world/pid" ] || printf '%s.1\n' "$(cat "$world/pid")"; }
main_pid() { cat "$world/pid"; }
begins() {
  echo "restart" >>"$world/systemctl"
  : >"$world/pid"
  if grep -q crash "$ROOT$SERVES" 2>/dev/null; then echo failed >"$world/active" && return 0; fi
  echo active >"$world/active"
  echo $(($(cat "$world/pids") + 1)) >"$world/pids"
  cat "$world/pids" >"$world/pid"
  cp "$ROOT$SERVES" "$world/running"
}
systemctl() {
  [ "$1" != --quiet ] || shift
  case $1 in
  is-active) cat "$world/active" ;;
  is-enabled) cat "$world/enabled" ;;
  restart) begins ;;
  enable) echo enabled >"$world/enabled" ;;
  disable) [ "$2" = --now ] && echo "$*" >>"$world/systemctl" || echo disabled >"$world/enabled" ;;
  stop) echo inactive >"$world/active" && : >"$world/pid" ;;
  esac
}
"""


@dataclass(frozen=True)
class Service:
    """``root``: of the node's files; beside it is the world."""

    root: Path

    @classmethod
    def of(cls, folder: Path, *, active: bool = True) -> Service:
        made = cls(folder / "node")
        made.root.mkdir()
        world = folder / "world"
        world.mkdir()
        said = {"clock": "1000", "pids": "40", "pid": "40" if active else "", "systemctl": "", "free": "1048576"}
        said |= {"active": "active" if active else "inactive", "enabled": "enabled" if active else "disabled"}
        for name, text in said.items():
            (world / name).write_text(text)
        return made

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str | None:
        return self.at(path).read_text() if self.at(path).exists() else None

    def write(self, path: str, text: str) -> None:
        self.at(path).parent.mkdir(parents=True, exist_ok=True)
        self.at(path).write_text(text)

    def says(self, name: str) -> str:
        return (self.root.parent / "world" / name).read_text().strip()

    def files(self) -> list[str]:
        """What lies in /etc."""
        return sorted(str(path.relative_to(self.root)) for path in self.at("/etc").rglob("*"))

    def change(self, *wanted: WantedFile, **more: object) -> ServiceChange:
        """What ``wanted`` comes to on this node as it is now. The last file is the main one."""
        paths = {file.path: True for file in wanted}
        script = seen_script(paths, unit=UNIT, root=str(self.root))
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        seen = parse_seen(done.stdout.splitlines()).files
        change = ServiceChange(
            unit=UNIT,
            files=tuple(
                (seen[file.path], file) for file in wanted if differs(seen[file.path], file, owners_matter=False)
            ),
            owned=tuple(paths),
            main=wanted[-1].path,
            check=("sh", "-c", '! grep -q wrong "$0" || { echo "error: line 1"; exit 1; }', "{}"),
            check_all=(),
            user="",
            folders=((STATE, 0o700),),
            reads_log="",
            gives_way=(),
            also=(),
            reasons=(),
        )
        return replace(change, **more)  # type: ignore[arg-type]

    def run(
        self, change: ServiceChange, run: str = "r1", *, view: View = View.LIVE, kill_at: int = 0, then: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """The transaction. ``kill_at``: the flush to disk at which it is killed; ``then``: shell that comes last."""
        script = change_script(change, view=view, root=str(self.root), run=run, owner="me")
        assert script.count(_START) == 1
        known = f"SERVES={MAIN} KILL_AT={kill_at}\n"
        script = script.replace(_START, f"\n{known}{WORLD}{then}\n{_START}")
        given = "".join(f"{line}\n" for line in change_input(change))
        return subprocess.run(["sh", "-c", script], input=given, capture_output=True, text=True, check=False)


def main(text: str, path: str = MAIN) -> WantedFile:
    return WantedFile(path, text)


def key(text: str = "secret\n") -> WantedFile:
    return WantedFile(KEY, text, 0o640, secret=True, first=True)


def seen(path: str, text: str | None) -> SeenFile:
    """A file as ``filestate`` would tell of it."""
    if text is None:
        return SeenFile(path, "absent")
    return SeenFile(path, hashlib.sha256(text.encode()).hexdigest(), 0o644, "root:root", text, 1.0)
