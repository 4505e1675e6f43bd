"""Shippers and stores for tests: a safe shipper as our deploy leaves it, and what a test changes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kubewitness.canary import CANARY_PATH
from kubewitness.delivered import Delivery
from kubewitness.model import Reason, Unread
from kubewitness.probe.reading import File, Shape
from kubewitness.probe.shippers import InstalledShipper, LogReader, LogShippers, ShipperProcess
from kubewitness.shippers import render
from kubewitness.shippers.model import Program
from kubewitness.shippers.shipment import FileLog, Log, OtlpHttp, Rendered, Shipment, TlsFiles
from kubewitness.stores import Found

_SAFE: Final = Shipment(
    logs=(FileLog(Log.AUDIT, ("/var/log/kubernetes/audit/audit*.log",)),),
    destination=OtlpHttp("https://v.example/insert", TlsFiles("/ca.pem", "/client.pem", "/client.key")),
    fields={"cluster": "lab", "node": "cp-1"},
    queue_bytes=1 << 30,
    state_dir="/var/lib/kubewitness-otelcol",
)
STORE: Final = "VictoriaLogs at https://v.example"


def shippers(given: Sequence[Mapping[str, Any]], pods: Sequence[str], log: str) -> LogShippers:
    """``given``: ``program``, ``text`` (safe: as we render it; denied), ``active``, ``process``; ``pods`` read it."""
    return LogShippers(
        tuple(_installed(**item) for item in given), tuple(LogReader(log, 1, name, in_pod=True) for name in pods)
    )


def _installed(
    program: str = "otelcol",
    text: str = "safe",
    active: str = "active",
    process: Mapping[str, Any] | None = None,
    path: str = "/etc/otelcol/config.yaml",
) -> InstalledShipper:
    who = {"uid": 0, "gids": [0], "capabilities": 0, **(process or {})}
    seen = ShipperProcess(7, 0.0, 1, who["uid"], frozenset(who["gids"]), who["capabilities"])
    content: str | Unread = Unread(Reason.DENIED, "may not be read") if text == "denied" else text
    if text == "safe":
        rendered = render(Program.OTELCOL, _SAFE)
        assert isinstance(rendered, Rendered)
        content = rendered.files[-1].text
    return InstalledShipper(
        program=Program(program),
        command=f"/usr/local/bin/{program}",
        unit=f"{program}.service",
        version="1.0",
        modules=frozenset(),
        active=active,
        process=seen if active == "active" else None,
        files=(File(path, Shape(0o100644, 0, 0, 1, 1, 1, 0, 0), content),),
    )


def delivery(given: Mapping[str, Any] | None, canary: Sequence[str], started: float) -> Delivery | None:
    """``newest``: seconds after the start of kube-apiserver; ``canary``: written (as in the log), lost or altered.

    ``unread``: newest or canary; ``waited``: seconds.
    """
    if given is None:
        return None
    denied = Unread(Reason.DENIED, "HTTP 403")
    newest = None if given.get("newest") is None else started + given["newest"]
    altered = json.dumps({"auditID": "kubewitness-r1", "requestURI": CANARY_PATH})
    found: dict[str, tuple[str, ...]] = {"written": tuple(canary), "lost": (), "altered": (altered,)}
    return Delivery(
        STORE,
        denied if given.get("unread") == "newest" else Found((), newest),
        denied
        if given.get("unread") == "canary"
        else Found(found[given["canary"]], newest)
        if "canary" in given
        else None,
        given.get("waited", 2),
    )
