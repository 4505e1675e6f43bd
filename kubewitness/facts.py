"""What pyinfra reads of a host for us: one fact, one command execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyinfra import host
from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import FactProcessError
from pyinfra.api.facts import FactBase
from typing_extensions import override

from kubewitness.connectors import NodeScript
from kubewitness.errors import KubewitnessError
from kubewitness.model import View
from kubewitness.probe.frames import parse_reading
from kubewitness.probe.reading import Reading
from kubewitness.probe.script import probe_script
from kubewitness.rollout.runs import PastRun, parse_runs
from kubewitness.shell import render
from kubewitness.shipping.script import seen_script
from kubewitness.shipping.seen import parse_seen
from kubewitness.shipping.service import SeenService

if TYPE_CHECKING:
    from pyinfra.api.host import Host


class NodeReading(FactBase[Reading | None]):
    """Everything that is read of a node. ``None`` means "not read" and nothing else.

    + canary: id of a request to send and to look for in the audit log; empty: send none
    + run: id of a run of ours whose saved files are wanted too
    """

    @override
    def command(self, canary: str = "", run: str = "") -> StringCommand:
        return probe_command(host, canary=canary, run=run)

    @override
    def process(self, output: list[str]) -> Reading:
        try:
            return parse_reading(output)
        except KubewitnessError as error:  # any other exception would end the run on every host
            raise FactProcessError(str(error)) from error


class PastRuns(FactBase[tuple[PastRun, ...] | None]):
    """The runs of ours that a host remembers. ``None`` means "not read" and nothing else."""

    @override
    def command(self) -> StringCommand:
        return script_command(render("runs", {"ROOT": (tree_root(host) or "").rstrip("/")}))

    @override
    def process(self, output: list[str]) -> tuple[PastRun, ...]:
        try:
            return parse_runs(output)
        except KubewitnessError as error:
            raise FactProcessError(str(error)) from error


class ServiceFiles(FactBase[SeenService | None]):
    """What lies at some paths of a host, and what our last run left of a service. ``None`` means "not read".

    + paths: path on the host -> whether its text may leave it
    + unit: the service's systemd unit
    """

    @override
    def command(self, paths: dict[str, bool], unit: str) -> StringCommand:
        return script_command(seen_script(paths, unit=unit, root=tree_root(host) or ""))

    @override
    def process(self, output: list[str]) -> SeenService:
        try:
            return parse_seen(output)
        except KubewitnessError as error:
            raise FactProcessError(str(error)) from error


def probe_command(of: Host, *, canary: str = "", run: str = "") -> NodeScript:
    """The one command that reads ``of``: a live node, or a file tree."""
    root = tree_root(of)
    view = View.LIVE if root is None else View.TREE
    return script_command(probe_script(view=view, root=root or "", canary=canary, run=run))


def script_command(script: str) -> NodeScript:
    """``script`` as one command, whatever the login shell is."""
    return NodeScript("sh", "-c", QuoteString(script))


def tree_root(of: Host) -> str | None:
    """The folder of a ``@tree`` host; ``None`` for a machine."""
    return str(of.data.get("root")) if of.name.startswith("@tree/") else None
