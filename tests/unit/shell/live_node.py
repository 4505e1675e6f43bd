"""A control plane's node for the transaction: files in a folder, kubelet and kube-apiserver played by the shell.

Everything of the transaction is real but the outside world. ``/proc`` and ``/var/log/pods`` lie in a folder, so the
processes there are files; ``sleep`` lets seven seconds pass and the kubelet act; ``kill``, HTTPS, ``df`` and
``journalctl`` are functions that come after ours. A scenario replaces what it wants: its text comes last.
"""

from __future__ import annotations

import hashlib
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kubewitness.apiserver import read_static_pod
from kubewitness.model import View
from kubewitness.rollout.outcome import Plan, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from kubewitness.rollout.script import transaction_input, transaction_script
from tests.checks.servers import METADATA, server
from tests.checks.standards import standard

OFF: Final[dict[str, Any]] = {
    "flags": dict.fromkeys(
        ["audit-policy-file", "audit-log-path", "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"]
    ),
    "mounts": {"policy": None, "log": None},
    "policy": None,
    "log": {"inode": None, "last_event": None},
}
"""A kubeadm node as kubeadm leaves it."""
STATE: Final = "/var/lib/kubewitness"
OLD_PID: Final = "4711"
NOTHING: Final = METADATA.replace("Metadata", "None")
LOST: Final = "canary_code() { case $1 in *-before) echo 403 ;; *) echo 500 ;; esac; }\n"
"""The canary is answered before the change and not after it."""
RUN_LINES: Final = "\nlock\nreceive\n"
PODS: Final = "/var/log/pods/"

WORLD: Final = r"""
began() { # PID FILE-WITH-ARGUMENTS CGROUP NETWORK: a process called kube-apiserver
  mkdir -p "$world/proc/$1/ns"
  echo kube-apiserver >"$world/proc/$1/comm"
  cp "$2" "$world/proc/$1/cmdline"
  echo "0::/$3" >"$world/proc/$1/cgroup"
  ln -s "net:[$4]" "$world/proc/$1/ns/net"
  echo "$1 (kube-apiserver) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 $(clock)" >"$world/proc/$1/stat"
}
serves() { began "$1" "$2" kubepods 1 && echo "$1" >"$world/alive"; } # the process that the kubelet started
alive() { cat "$world/alive"; }
appears() { serves "$((5000 + k_start))" "${1:-$world/argv/$k_sha}"; }
exits() { printf '2026-11-21T13:00:00Z stderr F Error: %s\n' "$*" >"$k_log"; }
appears_until() { appears && echo "$(($(clock) + $1))" >"$world/ends"; } # then it is gone, and is not started again
fate() { appears; } # NUMBER: what becomes of the container started as the NUMBERth
kubelet() {
  [ ! -e "$world/frozen" ] || return 0
  [ ! -e "$world/ends" ] || [ "$(clock)" -lt "$(cat "$world/ends")" ] || gone "$(alive)"
  k_sha=$(sha256sum <"$manifest" | cut -d ' ' -f 1)
  [ -e "$world/argv/$k_sha" ] || return 0
  if [ "$k_sha" = "$(cat "$world/pod")" ]; then
    [ -z "$(alive)" ] && [ ! -e "$world/ends" ] || return 0
  fi
  rm -f "$world/ends"
  gone "$(alive)"
  printf '%s' "$k_sha" >"$world/pod"
  k_start=$(($(cat "$world/starts") + 1))
  echo "$k_start" >"$world/starts"
  k_dir=$world/pods/kube-system_kube-apiserver-cp-1_$k_sha/kube-apiserver
  mkdir -p "$k_dir"
  k_log=$k_dir/$(ls "$k_dir" | wc -l).log
  : >"$k_log"
  fate "$k_start"
}
pass() {
  k_clock=$(($(clock) + $1))
  echo "$k_clock.00 1.00" >"$world/proc/uptime"
}
gone() { # PID
  [ -n "$1" ] || return 0
  rm -rf "$world/proc/$1"
  [ "$1" != "$(alive)" ] || : >"$world/alive"
}
sleep() { pass 7 && kubelet; }
kill() {
  echo "$*" >>"$world/killed"
  [ "$1 $(cat "$world/stubborn" 2>/dev/null)" = "-TERM $2" ] || gone "$2"
}
journalctl() { :; }
systemctl() { # the only thing asked of it: a kubelet that starts anew
  echo "$*" >>"$world/systemctl"
  [ -e "$world/dead" ] || rm -f "$world/frozen"
}
df() { printf 'Filesystem\nx 1 1 99999999 1%% /\n'; }
health() { echo 200; }
canary_code() { echo 403; } # AUDIT-ID
canary_uri() { echo "$CANARY_PATH"; }
https_get() { # ENDPOINT PATH AUDIT-ID
  k_pid=$(alive)
  if [ -z "$k_pid" ]; then
    echo 000
  elif [ -z "$3" ]; then
    health
  else
    canary_code "$3"
    [ -z "$(flag_of "$k_pid" audit-log-path)" ] ||
      printf '{"level":"Metadata","auditID":"%s","requestURI":"%s","verb":"get"}\n' "$3" "$(canary_uri)" >>"$log"
  fi
}
"""


def plan(wanted: str = METADATA, **changes: Any) -> Plan:
    """The plan for a live node without auditing, with ``changes``."""
    found = plan_audit(server(**{**OFF, **changes}), standard(), WantedPolicy(wanted, "mine.yaml", exact=True))
    assert isinstance(found, Plan), found
    return found


@dataclass(frozen=True)
class Ended:
    """What a run came to. ``killed``: the arguments of each ``kill``."""

    code: int
    stdout: str
    stderr: str
    journal: str
    killed: list[str]


@dataclass(frozen=True)
class LiveNode:
    """A node as ``plan`` expects it: its files below ``root``, its kube-apiserver as pid 4711 in ``world``."""

    root: Path
    world: Path
    plan: Plan

    @classmethod
    def of(cls, folder: Path, plan: Plan) -> LiveNode:
        node = cls(folder / "root with space", folder / "world", plan)
        for change, mode in ((plan.manifest, 0o640), (plan.policy, 0o604)):
            if change is not None and change.before is not None:
                node.write(change.path, change.before)
                node.at(change.path).chmod(mode)
        for name in ("proc/1/ns", "argv", "pods"):
            (node.world / name).mkdir(parents=True)
        (node.world / "proc/1/ns/net").symlink_to("net:[1]")
        (node.world / "proc/1/comm").write_text("systemd\n")
        (node.world / "proc/uptime").write_text("1000.00 1.00\n")
        for text in (plan.manifest.before, plan.manifest.after):
            node.runs(text or "")
        (node.world / "pod").write_text(_sha256(plan.manifest.before or ""))
        (node.world / "starts").write_text("0")
        node.restarted(0)
        return node

    def runs(self, manifest: str) -> Path:
        """Let the kubelet know which arguments a container of ``manifest`` has."""
        argv = self.world / "argv" / _sha256(manifest)
        argv.write_text("\0".join(read_static_pod(manifest, "manifest").argv) + "\0")
        return argv

    def restarted(self, times: int) -> None:
        """The container of the manifest before the run has been started again so often."""
        logs = self.world / "pods" / f"kube-system_kube-apiserver-cp-1_{_sha256(self.plan.manifest.before or '')}"
        (logs / "kube-apiserver").mkdir(parents=True, exist_ok=True)
        for number in range(times + 1):
            (logs / "kube-apiserver" / f"{number}.log").touch()

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, text: str) -> None:
        self.at(path).parent.mkdir(parents=True, exist_ok=True)
        self.at(path).write_text(text)

    def text(self, path: str) -> str:
        return self.at(path).read_text()

    def files(self) -> dict[str, tuple[str, int]]:
        """Path -> text and mode of every file but our own state and the audit log."""
        return {
            str(path.relative_to(self.root)): (path.read_text(), stat.S_IMODE(path.stat().st_mode))
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.is_relative_to(self.at(STATE)) and path.name != "audit.log"
        }

    def freeze_kubelet(self, *, for_good: bool = False) -> None:
        """It acts on nothing until it is started anew, or not even then."""
        for name in ("frozen", "dead") if for_good else ("frozen",):
            (self.world / name).touch()

    def asked_of_systemd(self) -> list[str]:
        asked = self.world / "systemctl"
        return asked.read_text().splitlines() if asked.exists() else []

    def run(self, scenario: str = "", *, decoys: str = "", wait_seconds: int = 40) -> Ended:
        """Run the transaction with ``scenario``, shell functions that replace those of ``WORLD``."""
        script = transaction_script(
            self.plan, view=View.LIVE, root=str(self.root), run="r1", owner="anna@laptop", wait_seconds=wait_seconds
        )
        ours, between, run_lines = script.partition(RUN_LINES)
        assert between, "the script's last lines are no longer what they were"
        here = ours.replace("/proc/", f"{self.world}/proc/").replace(PODS, f"{self.world}/pods/")
        old = f'\nserves {OLD_PID} "$world/argv/$MANIFEST_SHA256"\n'
        done = subprocess.run(
            ["sh", "-c", f"world={self.world}\n{here}\n{WORLD}{scenario}{old}{decoys}{between}{run_lines}"],
            input="".join(f"{line}\n" for line in transaction_input(self.plan)),
            capture_output=True, text=True, check=False, timeout=60, cwd=self.root,
        )  # fmt: skip
        journal, killed = self.at(f"{STATE}/runs/r1/journal"), self.world / "killed"
        return Ended(
            done.returncode,
            done.stdout,
            done.stderr,
            journal.read_text() if journal.exists() else "",
            killed.read_text().splitlines() if killed.exists() else [],
        )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
