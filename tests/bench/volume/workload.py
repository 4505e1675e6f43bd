"""The workload: a fixed mix of what a cluster is used for, in two to three minutes.

The same requests in the same order for the same seed; what the kubelet and the controllers make of them is their own.

    python -m tests.lab run -- python -m tests.bench.volume.workload
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.volume import objects
from tests.bench.volume.client import Cluster
from tests.bench.volume.objects import NAMESPACES, RUNNING
from tests.lab.settings import Lab

SEED: Final = 4
RENEWALS: Final = 60
"""Of the operator's lease, one in two seconds, each a get and an update, as most controllers do it."""
SECRET_READS: Final = 50
FAILED_LOGINS: Final = 50
ANONYMOUS: Final = 20
EXECS: Final = 5
"""Over each of the two protocols."""
LOOKS: Final = 20
"""How often somebody looks at the pods of all namespaces."""

_SCANNED: Final = ("/", "/version", "/api", "/apis", "/api/v1/secrets", "/api/v1/namespaces", "/metrics", "/healthz")
_TRIED: Final = ("/api/v1/namespaces", "/api/v1/secrets", "/version", "/apis/apps/v1/deployments")
_OPERATOR_SEES: Final = ("/api/v1/pods", "/api/v1/secrets", "/apis/apps/v1/deployments")
_IN: Final = NAMESPACES[0]


@dataclass(frozen=True, slots=True)
class Workload:
    """``admin``: a person with the cluster's administrator certificate."""

    admin: Cluster
    random: random.Random

    def run(self) -> None:
        for place in NAMESPACES:
            self.admin.apply(objects.namespace(place), *objects.configuration(place), objects.network_policy(place))
        self._let_in()
        operator = threading.Thread(target=self._operator)
        operator.start()
        self._release("1")
        self._release("1")
        self._release("2")
        self._people()
        self._intruder()
        self._rights()
        operator.join()
        self._clean()

    def _let_in(self) -> None:
        reads = {"apiGroups": ["", "apps"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
        leases = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["*"]}
        self.admin.apply(
            objects.cluster_role("workload-operator", reads, leases),
            *objects.service_account(_IN, "operator", "workload-operator"),
            *objects.service_account(_IN, "pipeline", "edit"),
        )

    def _release(self, release: str) -> None:
        """A pipeline applies all Deployments and waits until they have rolled out."""
        image = self._pause()
        pipeline = self.admin.service_account(_IN, "pipeline")
        for place in NAMESPACES:
            pipeline.apply(*objects.deployments(place, image, release))
        for place in NAMESPACES:
            for number in range(RUNNING):
                pipeline.run("rollout", "status", f"deployment/web-{number}", "-n", place, "--timeout=150s")

    def _pause(self) -> str:
        """The only image that the lab's node has and that does nothing."""
        nodes = json.loads(self.admin.run("get", "nodes", "-o", "json"))["items"]
        names: list[str] = [name for node in nodes for image in node["status"]["images"] for name in image["names"]]
        return next(name for name in names if "/pause:" in name)

    def _operator(self) -> None:
        """A program lists what it looks after, watches it, and renews its lease."""
        api = self.admin.service_account(_IN, "operator").programs()
        for path in _OPERATOR_SEES:
            api.request("GET", path)
        watches = [
            threading.Thread(target=api.request, args=("GET", f"{path}?watch=true&timeoutSeconds=100"))
            for path in _OPERATOR_SEES
        ]
        for watch in watches:
            watch.start()
        leases = f"/apis/coordination.k8s.io/v1/namespaces/{_IN}/leases"
        api.request("POST", leases, objects.lease(_IN, "operator"))
        for _ in range(RENEWALS):
            found = json.loads(api.request("GET", f"{leases}/operator")[1])
            api.request("PUT", f"{leases}/operator", found)
            time.sleep(2)
        for watch in watches:
            watch.join()

    def _people(self) -> None:
        for _ in range(LOOKS):
            self.admin.run("get", "pods", "-A")
        for number in range(EXECS):
            place = self.random.choice(NAMESPACES)
            pod = f"deployment/web-{number % RUNNING}"
            self.admin.run("logs", "-n", place, pod)
            # there is no shell in the image; the request is recorded before that is found out
            for websocket in ("true", "false"):
                self.admin.run(
                    *("exec", "-n", place, pod, "--", "id"),
                    may_fail=True,
                    KUBECTL_REMOTE_COMMAND_WEBSOCKETS=websocket,
                )
            self.admin.run(
                "scale", "-n", place, f"deployment/web-{objects.DEPLOYMENTS - 1}", f"--replicas={number % 2}"
            )

    def _intruder(self) -> None:
        operator = self.admin.service_account(_IN, "operator")
        operator.run("auth", "can-i", "--list")
        known = operator.programs()
        for _ in range(SECRET_READS):
            place, number = self.random.choice(NAMESPACES), self.random.randrange(RUNNING)
            known.request("GET", f"/api/v1/namespaces/{place}/secrets/web-{number}")
        for _ in range(SECRET_READS // 5):
            known.request("DELETE", f"/api/v1/namespaces/{self.random.choice(NAMESPACES)}/secrets/web-0")
        for number in range(FAILED_LOGINS):
            self.admin.programs(f"guess-{number}").request("GET", self.random.choice(_TRIED))
        for _ in range(ANONYMOUS):
            self.admin.programs("").request("GET", self.random.choice(_SCANNED))

    def _rights(self) -> None:
        for number in range(5):
            role = objects.cluster_role(
                f"workload-{number}", {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
            )
            self.admin.apply(role, objects.webhook())
        for number in range(5):
            self.admin.run("delete", "clusterrole", f"workload-{number}")

    def _clean(self) -> None:
        self.admin.run("delete", "validatingwebhookconfiguration", "workload")
        self.admin.run("delete", "clusterrolebinding", "workload-operator", "workload-pipeline")
        self.admin.run("delete", "clusterrole", "workload-operator")
        self.admin.run("delete", "namespace", *NAMESPACES)


def main() -> int:
    """Run it in the network of the lab that is up."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.volume.workload", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    seed = parser.parse_args().seed
    lab = Lab.from_environment()
    if "KUBEWITNESS_LAB_KUBECONFIG" not in os.environ:
        print("workload: run it as: python -m tests.lab run -- python -m tests.bench.volume.workload", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as home:
        try:
            Workload(Cluster(lab.kubectl, lab.kubeconfig, Path(home)), random.Random(seed)).run()  # noqa: S311
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print(f"workload: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
