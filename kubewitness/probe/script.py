"""The probe, rendered for one node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubewitness.apiserver import DISTRIBUTIONS
from kubewitness.demand import LOG_PATH, POLICY_PATH
from kubewitness.filesize import MAX_BYTES
from kubewitness.shell import render
from kubewitness.shippers.programs import probe_table

if TYPE_CHECKING:
    from kubewitness.model import View


def probe_script(*, view: View, root: str = "", canary: str = "", run: str = "") -> str:
    """The text for ``sh -c``. ``canary``: id of the request to send; ``run``: whose saved files to read."""
    markers = sorted({marker for distribution in DISTRIBUTIONS for marker in distribution.markers})
    processes = sorted({"kube-apiserver", *(name for d in DISTRIBUTIONS for name in d.processes)})
    return render(
        "probe",
        {
            "ROOT": root.rstrip("/"),
            "VIEW": view,
            "MAX_BYTES": str(MAX_BYTES),
            "CANARY_ID": canary,
            "RUN": run,
            "MARKERS": " ".join(markers),
            "PROCESSES": " ".join(processes),
            "DEFAULT_POLICY": POLICY_PATH,
            "DEFAULT_LOG": LOG_PATH,
            "SHIPPERS": probe_table(),
        },
    )
