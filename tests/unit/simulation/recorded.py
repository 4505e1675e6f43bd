"""Audit events for tests, made up; lines as Go's encoder writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_ESCAPES = str.maketrans({"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def event(**changed: Any) -> dict[str, Any]:
    """One event at level Metadata; ``changed`` replaces fields, and takes those out that are ``None``.

    Keys in kube-apiserver's order.
    """
    fields: dict[str, Any] = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": "0b0e3b1c-0000-4000-8000-000000000001",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/prod/pods/web",
        "verb": "get",
        "user": {"username": "jane", "groups": ["dev", "system:authenticated"]},
        "sourceIPs": ["192.0.2.7"],
        "objectRef": {"resource": "pods", "namespace": "prod", "name": "web", "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestObject": None,
        "responseObject": None,
        "requestReceivedTimestamp": "2026-11-20T00:00:00.000000Z",
        "stageTimestamp": "2026-11-20T00:00:00.000000Z",
        "annotations": {"authorization.k8s.io/decision": "allow"},
    }
    return {key: value for key, value in {**fields, **changed}.items() if value is not None}


def line(fields: Any) -> bytes:
    """As kube-apiserver writes it, with its newline."""
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    return text.translate(_ESCAPES).encode("utf-8", "surrogatepass") + b"\n"


def write_log(path: Path, events: Iterable[dict[str, Any] | bytes]) -> str:
    """A log of events, and of bytes that are written as they are. Its name."""
    path.write_bytes(b"".join(item if isinstance(item, bytes) else line(item) for item in events))
    return str(path)
