"""The lab's control plane as a test uses it: our two commands, as a user runs them, and a shell on the node."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from kubewitness.content import standard_text
from tests.lab.settings import kubernetes_version

ROOT: Final = Path(__file__).resolve().parents[2]
MANIFEST: Final = "/etc/kubernetes/manifests/kube-apiserver.yaml"
POLICY: Final = "/etc/kubernetes/audit/policy.yaml"
LOG: Final = "/var/log/kubernetes/audit/audit.log"
_BIN: Final = Path(sys.executable).parent

Finished = subprocess.CompletedProcess[str]


def wanted_version() -> str:
    """The Kubernetes version that this run is for."""
    return kubernetes_version()


@cache
def audit_alone() -> str:
    """A file with the standard ``standard`` for the audit log only: a lab is too young for a rate, and has one disk."""
    text = standard_text("standard")
    for source in ("journal", "containers"):
        text = text.replace(f"\n  {source}: emitting\n", f"\n  {source}: off\n")
    text = re.sub(r"node_hours: \d+", "node_hours: 0", text)
    file = Path(mkdtemp(prefix="kubewitness-e2e-")) / "audit-alone.yaml"
    file.write_text(text, "utf-8")
    return str(file)


_NOTHING: Final = "kubewitness: nothing was assessed: "


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """cp-1 of the lab. ``inside``: our commands run in the lab's network, as on a machine beside its nodes."""

    inventory: str = "inventories/lab.py"
    inside: bool = False

    def lab_version(self) -> str | None:
        """The Kubernetes version of the lab that is up; ``None`` when none is."""
        version = json.loads(self._python("tests.lab", "status", "--json").stdout).get("version")
        return str(version) if version else None

    def lab(self, *arguments: str) -> str:
        done = self._python("tests.lab", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def node(self, script: str) -> str:
        """What ``script`` prints, run by root on the node."""
        done = self._python("tests.lab", "ssh", "cp-1", script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def deploy(self, *arguments: str, policy: Path | None = None, inventory: str | None = None) -> Finished:
        """``pyinfra inventories/lab.py deploys/audit.py``, without questions."""
        how = arguments or ("-y",)
        return self.pyinfra(inventory or self.inventory, "deploys/audit.py", *how, policy=policy)

    def pyinfra(self, *arguments: str, policy: Path | None = None) -> Finished:
        environment = {"KUBEWITNESS_AUDIT_POLICY": str(policy)} if policy else {}
        return self._ours("pyinfra", *arguments, environment=environment)

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        """``pyinfra`` in a process group of its own, which a test may kill; nobody reads what it says."""
        return subprocess.Popen(
            [str(_BIN / "pyinfra"), *arguments],
            cwd=ROOT, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def check(self, *arguments: str, inventory: str | None = None) -> Finished:
        """About the audit log alone, unless ``--standard`` is among ``arguments``."""
        of = () if "--standard" in arguments else ("--standard", audit_alone())
        return self._ours("kubewitness", "check", inventory or self.inventory, *of, *arguments)

    def report(self, *arguments: str, inventory: str | None = None) -> dict[str, Any]:
        done = self.check("-o", "json", *arguments, inventory=inventory)
        # where nothing was assessed the report is printed all the same, and a line says so
        assert done.stderr == "" or (done.returncode == 2 and done.stderr.startswith(_NOTHING)), done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        if "--standard" not in arguments:
            for part in ("targets", "findings"):
                report[part] = [item for item in report[part] if item["kind"] == "apiserver"]
        return report

    def verdicts(self, *arguments: str) -> dict[str, str]:
        """Check -> status."""
        return {item["check"]: item["status"] for item in self.report(*arguments)["findings"]}

    def server(self) -> str:
        """What names the running kube-apiserver for good: its pid and its start."""
        return self.node(
            "for p in $(pgrep -x kube-apiserver); do echo $p $(sed 's/.*) //' /proc/$p/stat | cut -d' ' -f20); done"
        )

    def state(self) -> str:
        """Everything that a change would change: manifests, policy, and the running process."""
        files = (
            "find /etc/kubernetes/manifests /etc/kubernetes/audit -type f 2>/dev/null"
            " -exec stat -c '%n %a %u %Y %i' {} + -exec sha256sum {} +"
        )
        return self.node(f"{files} | sort") + self.server()

    def wait_until_ready(self, *, other_than: str = "", seconds: int = 180) -> None:
        """Ready, and the same process, for five seconds; a process ``other_than`` the given one."""
        deadline, steady = time.monotonic() + seconds, 0
        seen = ""
        while time.monotonic() < deadline:
            now = self.server()
            code = self.node("curl -sk -o /dev/null -w '%{http_code}' https://127.0.0.1:6443/readyz || :")
            steady = steady + 1 if code == "200" and now == seen and now != other_than else 0
            seen = now
            if steady >= 5:
                return
            time.sleep(1)
        raise AssertionError(f"kube-apiserver is not ready after {seconds} s")

    def change_manifest(self, script: str) -> None:
        """Run ``script``, which writes the manifest, and wait for the server that the kubelet makes of it.

        The old process is ended as soon as its successor is due: without that it holds the port for half a minute.
        """
        before = self.server()
        self.node(script)
        time.sleep(1)
        self.node(f"kill -9 {before.split()[0]} || :")
        self.wait_until_ready(other_than=before)

    def start_afresh(self, manifest: str = MANIFEST) -> None:
        """A new pod from ``manifest`` (a file on the node): unlike a killed process it waits for no back-off."""
        lines = [line for line in self.node(f"cat {manifest}").splitlines() if not line.startswith("    lab: ")]
        lines.insert(lines.index("  annotations:") + 1, f"    lab: '{time.time()}'")
        self.write_manifest("\n".join(lines) + "\n")

    def write_manifest(self, text: str) -> None:
        """Atomically, as anybody should; the kubelet is started if it was not."""
        self.change_manifest(
            f"cat > /root/manifest <<'E'\n{text}E\nchmod 600 /root/manifest; mv /root/manifest {MANIFEST};"
            " systemctl start kubelet"
        )

    def _ours(self, program: str, *arguments: str, environment: dict[str, str] | None = None) -> Finished:
        enter = [sys.executable, "-m", "tests.lab", "run", "--"] if self.inside else []
        return self._run([*enter, str(_BIN / program), *arguments], environment or {})

    def _python(self, *module: str) -> Finished:
        return self._run([sys.executable, "-m", *module], {})

    @staticmethod
    def _run(command: list[str], environment: dict[str, str]) -> Finished:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1", **environment},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
            stdin=subprocess.DEVNULL,
        )
