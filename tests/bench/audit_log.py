"""A large audit log that looks like a cluster's: for benchmarks, the same bytes for the same seed and size.

Made up, after what a kubeadm control plane and its nodes write: leases, watches in two stages, status patches, probes
without credentials, events, tokens, lookups of controllers, people with kubectl, failed logins, a few large bodies.
Keys stand in kube-apiserver's order and ``&``, ``<`` and ``>`` are escaped as Go escapes them.

    python -m tests.bench.audit_log --mib 215 > audit.log
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START: Final = datetime(2026, 11, 20, tzinfo=UTC)
MIB: Final = 2**20
_NAMESPACES: Final = tuple(f"team-{number:02}" for number in range(40))
_CONTROLLERS: Final = ("replicaset-controller", "endpointslice-controller", "deployment-controller", "job-controller")
_GO_ESCAPES: Final = str.maketrans({"&": "\\u0026", "<": "\\u003c", ">": "\\u003e"})
_LARGE_SHARE: Final = 0.04
_ESCAPED_SHARE: Final = 0.1


@dataclass(slots=True)
class Cluster:
    """What the events of one log share. ``nodes`` decides how many kubelets talk."""

    random: random.Random
    nodes: int = 50
    seconds: float = 0.0
    made: int = 0
    pods: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pods = [f"web-{number:05}-{self.hexadecimal(5)}" for number in range(self.nodes * 30)]

    def hexadecimal(self, digits: int) -> str:
        return f"{self.random.getrandbits(digits * 4):0{digits}x}"

    def node(self) -> str:
        return f"node-{self.random.randrange(self.nodes):03}"

    def pod(self) -> str:
        return self.random.choice(self.pods)

    def namespace(self) -> str:
        return self.random.choice(_NAMESPACES)

    def audit_id(self) -> str:
        digits = self.hexadecimal(32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def times(self) -> tuple[str, str]:
        """Received and emitted. Events come one after another at some sixty a second."""
        self.seconds += self.random.expovariate(60)
        received = START + timedelta(seconds=self.seconds)
        emitted = received + timedelta(milliseconds=self.random.expovariate(0.2))
        return f"{received:%Y-%m-%dT%H:%M:%S.%f}Z", f"{emitted:%Y-%m-%dT%H:%M:%S.%f}Z"

    def kubelet(self) -> dict[str, Any]:
        return {
            "username": f"system:node:{self.node()}",
            "groups": ["system:nodes", "system:authenticated"],
            "extra": {"authentication.kubernetes.io/credential-id": [f"X509SHA256={self.hexadecimal(64)}"]},
        }

    def service_account(self, name: str, namespace: str = "kube-system") -> dict[str, Any]:
        return {
            "username": f"system:serviceaccount:{namespace}:{name}",
            "uid": "8da73f26-de68-48e1-b1d3-0c228549b599",
            "groups": ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"],
            "extra": {"authentication.kubernetes.io/credential-id": [f"JTI={self.audit_id()}"]},
        }

    def person(self) -> dict[str, Any]:
        return {
            "username": f"user{self.random.randrange(200)}@example.com",
            "groups": ["developers", "system:authenticated"],
        }


@dataclass(frozen=True, slots=True)
class Request:
    """What differs from request to request. ``stages``: a watch is recorded twice."""

    verb: str
    uri: str
    user: dict[str, Any]
    agent: str
    object_ref: dict[str, str] | None = None
    code: int = 200
    stages: tuple[str, ...] = ("ResponseComplete",)
    body: dict[str, Any] | None = None
    response: dict[str, Any] | None = None


def events(size: int, *, seed: int = 1, nodes: int = 50) -> Iterator[bytes]:
    """Lines, each with its LF, until they are at least ``size`` bytes together."""
    cluster = Cluster(random.Random(seed), nodes)  # noqa: S311  nothing here is secret
    makers, weights = zip(*_MIX, strict=True)
    total = 0
    while total < size:
        request = cluster.random.choices(makers, weights)[0](cluster)
        audit_id = cluster.audit_id()
        for stage in request.stages:
            line = _line(cluster, request, audit_id, stage)
            total += len(line)
            yield line


def write(stream: BinaryIO, size: int, *, seed: int = 1, nodes: int = 50) -> int:
    """The number of events written."""
    count = 0
    for line in events(size, seed=seed, nodes=nodes):
        stream.write(line)
        count += 1
    return count


def _line(cluster: Cluster, request: Request, audit_id: str, stage: str) -> bytes:
    received, emitted = cluster.times()
    level = "Metadata" if request.body is None else "Request" if request.response is None else "RequestResponse"
    event: dict[str, Any] = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": level,
        "auditID": audit_id,
        "stage": stage,
        "requestURI": request.uri,
        "verb": request.verb,
        "user": request.user,
        "sourceIPs": [f"10.0.{cluster.random.randrange(256)}.{cluster.random.randrange(256)}"],
        "userAgent": request.agent,
    }
    if request.object_ref is not None:
        event["objectRef"] = request.object_ref
    event["responseStatus"] = {"metadata": {}, "code": request.code}
    if request.body is not None:
        event["requestObject"] = request.body
    if request.response is not None:
        event["responseObject"] = request.response
    event["requestReceivedTimestamp"] = received
    event["stageTimestamp"] = emitted
    event["annotations"] = {
        "authorization.k8s.io/decision": "allow" if request.code < 400 else "forbid",
        "authorization.k8s.io/reason": "",
    }
    text = json.dumps(event, separators=(",", ":"), ensure_ascii=False).translate(_GO_ESCAPES)
    return text.encode() + b"\n"


def _reference(resource: str, namespace: str = "", name: str = "", group: str = "", sub: str = "") -> dict[str, str]:
    parts = {"resource": resource, "namespace": namespace, "name": name, "apiGroup": group, "apiVersion": "v1"}
    return {key: value for key, value in {**parts, "subresource": sub}.items() if value}


def _spec(cluster: Cluster, size: int) -> dict[str, Any]:
    """A body of about ``size`` bytes, with managed fields; some have characters that Go escapes."""
    words = [f"--flag-{number}={cluster.hexadecimal(16)}" for number in range(max(1, size // 60))]
    command = "while sleep 1; do probe <in >out && sync; done" if cluster.random.random() < _ESCAPED_SHARE else "run"
    fields = [{"manager": "kubectl", "fieldsV1": {"f:spec": {f"f:{word[2:10]}": {}}}} for word in words[:9]]
    return {
        "metadata": {"name": cluster.pod(), "managedFields": fields},
        "spec": {"containers": [{"name": "app", "command": ["sh", "-c", command], "args": words}]},
    }


def _node_lease(cluster: Cluster) -> Request:
    user = cluster.kubelet()
    name = user["username"].removeprefix("system:node:")
    uri = f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{name}?timeout=10s"
    reference = _reference("leases", "kube-node-lease", name, "coordination.k8s.io")
    return Request("update", uri, user, "kubelet/v1.37.1 (linux/amd64) kubernetes/0a1b2c3", reference)


def _leader_lease(cluster: Cluster) -> Request:
    name = cluster.random.choice(("kube-scheduler", "kube-controller-manager"))
    verb = cluster.random.choice(("get", "update"))
    uri = f"/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/{name}?timeout=5s"
    user = {"username": f"system:{name}", "groups": ["system:authenticated"]}
    return Request(verb, uri, user, f"{name}/v1.37.1", _reference("leases", "kube-system", name, "coordination.k8s.io"))


def _watch(cluster: Cluster) -> Request:
    resource, group = cluster.random.choice((("pods", ""), ("configmaps", ""), ("services", ""), ("leases", "apps")))
    prefix = f"/apis/{group}/v1" if group else "/api/v1"
    seconds = cluster.random.randrange(300, 600)
    version = cluster.random.randrange(10**7)
    query = f"allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={seconds}&watch=true"
    if cluster.random.random() < 0.4:
        name = cluster.random.choice(("kube-root-ca.crt", "app-config", "ca"))
        query = f"fieldSelector=metadata.name%3D{name}&{query}"
    uri = f"{prefix}/namespaces/{cluster.namespace()}/{resource}?{query}"
    return Request(
        "watch", uri, cluster.kubelet(), "kubelet/v1.37.1 (linux/amd64) kubernetes/0a1b2c3",
        _reference(resource, "team-00", "", group), stages=("ResponseStarted", "ResponseComplete"),
    )  # fmt: skip


def _pod_status(cluster: Cluster) -> Request:
    namespace, name = cluster.namespace(), cluster.pod()
    uri = f"/api/v1/namespaces/{namespace}/pods/{name}/status"
    reference = _reference("pods", namespace, name, "", "status")
    body = _spec(cluster, 5000) if cluster.random.random() < _LARGE_SHARE else None
    agent = "kubelet/v1.37.1 (linux/amd64) kubernetes/0a1b2c3"
    return Request("patch", uri, cluster.kubelet(), agent, reference, body=body)


def _controller_get(cluster: Cluster) -> Request:
    name = cluster.random.choice(_CONTROLLERS)
    namespace, pod = cluster.namespace(), cluster.pod()
    resource, group = cluster.random.choice((("replicasets", "apps"), ("endpointslices", "discovery.k8s.io")))
    verb = cluster.random.choice(("get", "update", "patch", "create"))
    tail = "" if verb == "create" else f"/{pod}"
    uri = f"/apis/{group}/v1/namespaces/{namespace}/{resource}{tail}"
    writes = verb != "get" and cluster.random.random() < 2 * _LARGE_SHARE
    body = _spec(cluster, cluster.random.randrange(3000, 20_000)) if writes else None
    return Request(
        verb, uri, cluster.service_account(name), "kube-controller-manager/v1.37.1 (linux/amd64) kubernetes/0a1b2c3",
        _reference(resource, namespace, pod, group), code=201 if verb == "create" else 200, body=body,
        response=body if writes and verb == "create" else None,
    )  # fmt: skip


def _probe(cluster: Cluster) -> Request:
    uri = cluster.random.choice(("/livez", "/readyz", "/healthz", "/version", "/openapi/v3", "/apis", "/api/v1"))
    user = {"username": "system:anonymous", "groups": ["system:unauthenticated"]}
    return Request("get", uri, user, "kube-probe/1.37")


def _kubernetes_event(cluster: Cluster) -> Request:
    namespace = cluster.namespace()
    uri = f"/api/v1/namespaces/{namespace}/events"
    reference = _reference("events", namespace, f"{cluster.pod()}.{cluster.hexadecimal(16)}")
    return Request("create", uri, cluster.kubelet(), "kubelet/v1.37.1", reference, code=201)


def _token(cluster: Cluster) -> Request:
    namespace = cluster.namespace()
    uri = f"/api/v1/namespaces/{namespace}/serviceaccounts/default/token"
    reference = _reference("serviceaccounts", namespace, "default", "", "token")
    return Request("create", uri, cluster.kubelet(), "kubelet/v1.37.1", reference, code=201)


def _review(cluster: Cluster) -> Request:
    uri = "/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s"
    reference = _reference("subjectaccessreviews", "", "", "authorization.k8s.io")
    return Request("create", uri, cluster.kubelet(), "kubelet/v1.37.1", reference, code=201)


def _kubectl(cluster: Cluster) -> Request:
    namespace = cluster.namespace()
    resource = cluster.random.choice(("pods", "secrets", "configmaps", "services", "events", "persistentvolumeclaims"))
    name = "" if cluster.random.random() < 0.5 else f"/{cluster.pod()}"
    where = "" if cluster.random.random() < 0.2 else f"/namespaces/{namespace}"
    uri = f"/api/v1{where}/{resource}{name}{'' if name else '?limit=500'}"
    code = 403 if cluster.random.random() < 0.1 else 200
    reference = _reference(resource, namespace, name.removeprefix("/"))
    agent = "kubectl/v1.37.1 (darwin/arm64) kubernetes/0a1b2c3"
    large = not name and cluster.random.random() < _LARGE_SHARE
    items = {"kind": "List", "items": [_spec(cluster, 900) for _ in range(40)]} if large else None
    body = {"kind": "ListOptions"} if large else None
    return Request("get" if name else "list", uri, cluster.person(), agent, reference, code, body=body, response=items)


def _exec(cluster: Cluster) -> Request:
    namespace, pod = cluster.namespace(), cluster.pod()
    uri = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec?command=sh&command=-c&command=ls+%2Ftmp&stdin=true"
    reference = _reference("pods", namespace, pod, "", "exec")
    stages = ("ResponseStarted", "ResponseComplete")
    return Request("get", uri, cluster.person(), "kubectl/v1.37.1", reference, code=101, stages=stages)


def _failed_login(cluster: Cluster) -> Request:
    uri = f"/api/v1/namespaces/{cluster.namespace()}/secrets"
    reference = _reference("secrets", cluster.namespace())
    return Request("list", uri, {}, "curl/8.5.0", reference, code=401, stages=("ResponseStarted",))


_MIX: Final[tuple[tuple[Callable[[Cluster], Request], int], ...]] = (
    (_node_lease, 25),
    (_leader_lease, 6),
    (_watch, 8),
    (_pod_status, 14),
    (_controller_get, 20),
    (_probe, 6),
    (_kubernetes_event, 5),
    (_token, 4),
    (_review, 3),
    (_kubectl, 8),
    (_exec, 1),
    (_failed_login, 1),
)
"""Kind of request -> how many of a hundred."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=float, default=215, help="size of the log")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, default=50)
    chosen = parser.parse_args()
    count = write(sys.stdout.buffer, int(chosen.mib * MIB), seed=chosen.seed, nodes=chosen.nodes)
    print(f"{count} events", file=sys.stderr)


if __name__ == "__main__":
    main()
