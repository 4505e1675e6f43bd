"""The journal of every machine: kept as the standard asks, or as it was before us."""

from __future__ import annotations

from pyinfra import host, state
from pyinfra.api.deploy import deploy

from kubewitness.content import read_standard
from kubewitness.deploys.runs import owner, run_id, undo_command
from kubewitness.errors import KubewitnessError
from kubewitness.operations.journald import JournalRun, journal_as_before, journal_kept
from kubewitness.operations.refusing import refused
from kubewitness.roles import cluster_of, is_machine


@deploy("Journal")
def enable_journald() -> None:
    """Have journald keep what the standard asks, on every machine: drop-ins for what falls short, one restart.

    Host data: `standard` (a name, or a file), `cluster`.
    """
    if not is_machine(host):
        return
    name = "Journal"  # one name: one operation, on all machines at once
    try:
        standard = read_standard(str(host.data.get("standard") or "standard"))
    except KubewitnessError as error:  # raised here it would end the run on every host, with a traceback
        refused(name=name, reason=str(error))
        return
    journal_kept(name=name, standard=standard, run=_run(undo_command(host.name, "", "undo_journald")))


@deploy("Undo journal")
def undo_journald() -> None:
    """Take away our drop-ins of journald and of services, and start them anew."""
    if is_machine(host):
        journal_as_before(name="Undo journal", run=_run(""))


def _run(undo: str) -> JournalRun:
    return JournalRun(cluster_of(host), run_id(state), owner(), undo)
