"""The node-side script of the transaction, rendered from a plan, and what it is given on standard input."""

from __future__ import annotations

import base64
import hashlib
import json
from math import ceil
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy import Level
from kubewitness.shell import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubewitness.canary import Prediction
    from kubewitness.model import View
    from kubewitness.rollout.outcome import Plan

#: Ready once is not ready: the same process has to stay ready this long.
STEADY_SECONDS: Final = 15
#: A kubelet that acts tells the old process to end within seconds; it looks at all manifests every 20 s by itself.
KUBELET_SECONDS: Final = 60
#: A container that crashed lately may wait for the kubelet's whole back-off, which is five minutes at most.
WAIT_SECONDS: Final = 330


def transaction_script(
    plan: Plan, *, view: View, root: str, run: str, owner: str, wait_seconds: int = WAIT_SECONDS
) -> str:
    """The text for ``sh -c``. ``run`` names the run and its backups; ``owner`` is shown to a second operator."""
    policy = plan.policy
    forbidden, unauthorized = _levels(plan.prediction)
    return render(
        "transaction",
        {
            "ROOT": root.rstrip("/"),
            "VIEW": view,
            "RUN": run,
            "OWNER": owner,
            "MANIFEST": plan.manifest.path,
            "MANIFEST_SHA256": _sha256(plan.manifest.before),
            "POLICY": policy.path if policy else "",
            "POLICY_SHA256": _sha256(policy.before) if policy else "absent",
            "POD": "kube-system_kube-apiserver",
            "LOG": plan.log_path or "",
            "LOG_DIR": plan.log_path.rpartition("/")[0] if plan.log_path else "",
            "NEED_KIB": str(plan.need_mib * 1024) if plan.need_mib else "",
            "RESTART": plan.restart,
            "EXPECT": _lines(plan.expect),
            "EXPECT_OLD": _lines(plan.expect_before),
            "LEVEL_403": forbidden,
            "LEVEL_401": unauthorized,
            "DRAIN_SECONDS": str(5 + ceil(plan.buffered_seconds)),
            "PROVE_SECONDS": str(15 + ceil(plan.buffered_seconds)),
            "STEADY_SECONDS": str(STEADY_SECONDS),
            "LIMIT_SECONDS": str(wait_seconds),
            "KUBELET_SECONDS": str(KUBELET_SECONDS),
            "UNPROVED": plan.unproved,
            "UNDONE": plan.undone,
            "RECORD": json.dumps(
                {
                    "run": run,
                    "pid": "@PID@",
                    "started": "@STARTED@",
                    "policy": policy.path if policy else "",
                    "undone": plan.undone,
                }
            ),
        },
    )


def transaction_input(plan: Plan) -> list[str]:
    """The new files, a line each; the script uses none of them before it has seen the last line."""
    names = {plan.manifest.path: "manifest"} | ({plan.policy.path: "policy"} if plan.policy else {})
    lines = []
    for change in plan.written:
        data = "-" if change.after is None else base64.b64encode(_bytes(change.after)).decode("ascii")
        lines.append(f"{names[change.path]} {data}")
    return [*lines, "end"]


def _levels(prediction: Prediction | None) -> tuple[str, str]:
    if prediction is None:
        return "", ""
    levels = (prediction.forbidden, prediction.unauthorized)
    forbidden, unauthorized = ("" if level is Level.NONE else level.value for level in levels)
    return forbidden, unauthorized


def _lines(flags: Mapping[str, str]) -> str:
    return "\n".join(f"{name} {value}".rstrip() for name, value in flags.items())


def _sha256(text: str | None) -> str:
    return "absent" if text is None else hashlib.sha256(_bytes(text)).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
