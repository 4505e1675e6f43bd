"""The lab's cluster as the workload's clients use it: kubectl for people and pipelines, plain HTTPS for programs."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

_SECONDS: Final = 180


@dataclass(frozen=True, slots=True)
class Cluster:
    """One identity in the cluster. ``home``: an empty folder, for kubectl's cache: each run starts cold."""

    kubectl: Path
    kubeconfig: Path
    home: Path

    def run(self, *arguments: str, stdin: str | None = None, may_fail: bool = False, **environment: str) -> str:
        """What kubectl prints. ``may_fail``: the request counts, not its answer."""
        done = subprocess.run(
            [str(self.kubectl), "--kubeconfig", str(self.kubeconfig), *arguments],
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin", **environment},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode and not may_fail:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def apply(self, *objects: dict[str, Any]) -> None:
        """``kubectl apply -f -`` of all of them."""
        self.run("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    def service_account(self, namespace: str, name: str) -> Cluster:
        """The same cluster with a token of this service account."""
        token = self.run("create", "token", "-n", namespace, name).strip()
        config = _read(self.kubeconfig)
        config["users"][0]["user"] = {"token": token}
        path = self.home / f"{name}.conf"
        path.write_text(yaml.safe_dump(config))
        return Cluster(self.kubectl, path, Path(tempfile.mkdtemp(dir=self.home)))

    def programs(self, token: str | None = None) -> Api:
        """A program's connection: with this token, with none (``""``), or with that of the kubeconfig."""
        config = _read(self.kubeconfig)
        cluster = config["clusters"][0]["cluster"]
        trust = base64.b64decode(cluster["certificate-authority-data"]).decode()
        if token is None:
            token = str(config["users"][0]["user"]["token"])
        return Api(urlsplit(cluster["server"]).netloc, ssl.create_default_context(cadata=trust), token)


@dataclass(frozen=True, slots=True)
class Api:
    """A program that speaks HTTPS with the API server. ``token`` empty: without credentials."""

    address: str
    trust: ssl.SSLContext
    token: str

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
        """Code and body of the answer. A watch is read until the server ends it."""
        headers = {"User-Agent": "kubewitness-workload", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPSConnection(self.address, context=self.trust, timeout=_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def _read(kubeconfig: Path) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(kubeconfig.read_text())
    return config
