"""Whether a running API server has read the policy file that lies on its node now. Pure.

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
