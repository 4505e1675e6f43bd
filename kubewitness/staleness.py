"""Whether a running API server runs what its manifest and its policy say now, and writes where it should. Pure.

kube-apiserver reads its policy once, at its start; there is no reload. So a process older than the file is stale, and
that is decided from what is seen alive, not from what a run remembers: a run that stopped half way is finished by the
next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.model import Unread
from kubewitness.observed import LastRun

if TYPE_CHECKING:
    from kubewitness.observed import ApiServer
    from kubewitness.probe.reading import File, Process


def differing_flags(server: ApiServer) -> tuple[str, ...]:
    """Flags that the process runs with otherwise than the manifest says; none where one of the two was not read.

    What the kubelet fills in, ``$(NAME)``, is not compared.
    """
    if server.declared is None or server.running is None:
        return ()
    ours, theirs = server.declared.flags, server.running.flags
    return tuple(
        name
        for name in sorted({*ours.names, *theirs.names})
        if ours.all(name) != theirs.all(name) and not any("$" in value for value in ours.all(name))
    )


def needs_new_process(server: ApiServer) -> str | None:
    """Why kube-apiserver has to be started again although none of its files differs; ``None``: it has not."""
    if is_stale(server):
        return "the process is older than its policy file"
    return "the process writes to a log that is not there any more" if log_is_lost(server) else None


def log_is_lost(server: ApiServer) -> bool:
    """Whether the log was removed or renamed under the process; False where that cannot be seen."""
    if server.process is None or server.log is None or isinstance(server.log.file.shape, Unread):
        return False
    held = {(item.shape.inode, item.shape.device) for item in server.process.open_logs}
    shape = server.log.file.shape
    return bool(held) and (shape is None or (shape.inode, shape.device) not in held)


def is_stale(server: ApiServer) -> bool:
    """Whether the process runs with an older policy than the file's; False where that cannot be seen."""
    file = server.policy.file if server.policy else None
    if server.process is None or file is None or isinstance(file, Unread) or file.shape is None:
        return False
    if isinstance(file.shape, Unread) or _proved(server, file, server.process):
        return False
    # The change time too: `mv` and `cp -p` keep the modification time of the file that they bring.
    return max(file.shape.mtime, file.shape.ctime) > server.process.started


def _proved(server: ApiServer, file: File, process: Process) -> bool:
    """Our last run proved this very process with this very text: then a later chmod or touch means nothing."""
    last = server.last_run
    if not isinstance(last, LastRun) or last.policy is None or last.policy != file.text:
        return False
    return (last.pid, last.started) == (process.pid, process.started_ticks)
