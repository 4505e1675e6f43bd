"""What can be asked: taken from the SDK's own transports, so that paths, types and routes are Google's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.cloud.container_v1.services.cluster_manager.transports import ClusterManagerGrpcTransport
from google.cloud.container_v1.services.cluster_manager.transports.rest_base import _BaseClusterManagerRestTransport
from google.cloud.logging_v2.services.config_service_v2.transports import ConfigServiceV2GrpcTransport
from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport
from google.cloud.resourcemanager_v3.services.folders.transports import FoldersGrpcTransport
from google.cloud.resourcemanager_v3.services.folders.transports.rest_base import _BaseFoldersRestTransport
from google.cloud.resourcemanager_v3.services.organizations.transports import OrganizationsGrpcTransport
from google.cloud.resourcemanager_v3.services.organizations.transports.rest_base import _BaseOrganizationsRestTransport
from google.cloud.resourcemanager_v3.services.projects.transports import ProjectsGrpcTransport
from google.cloud.resourcemanager_v3.services.projects.transports.rest_base import _BaseProjectsRestTransport

from tests.fakes.gcp.untyped import grpc, iam_policy_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TRANSPORTS: tuple[tuple[str, Any, Any], ...] = (
    ("container.googleapis.com", ClusterManagerGrpcTransport, _BaseClusterManagerRestTransport),
    ("cloudresourcemanager.googleapis.com", ProjectsGrpcTransport, _BaseProjectsRestTransport),
    ("cloudresourcemanager.googleapis.com", FoldersGrpcTransport, _BaseFoldersRestTransport),
    ("cloudresourcemanager.googleapis.com", OrganizationsGrpcTransport, _BaseOrganizationsRestTransport),
    ("logging.googleapis.com", ConfigServiceV2GrpcTransport, None),
    ("logging.googleapis.com", LoggingServiceV2GrpcTransport, None),
)
"""Service, and where the SDK describes it. Its clients for logging know no REST."""

_PLAIN = {
    "GetIamPolicy": iam_policy_pb2.GetIamPolicyRequest,
    "SetIamPolicy": iam_policy_pb2.SetIamPolicyRequest,
    "TestIamPermissions": iam_policy_pb2.TestIamPermissionsRequest,
}
"""Requests of which a transport tells no type: those that proto-plus does not wrap."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to ask by REST."""

    method: str
    pattern: re.Pattern[str]
    fields: tuple[str, ...]
    """Of the request, in the order of the pattern's groups."""
    body: str
    """The field that the body fills; ``*``: the whole request; empty: there is no body."""


@dataclass(frozen=True, slots=True)
class Rpc:
    api: str
    """``container.googleapis.com``"""
    path: str
    """``/google.container.v1.ClusterManager/ListClusters``"""
    request: Any
    """protobuf's own class."""
    answer: Any
    routes: tuple[Route, ...]

    @property
    def name(self) -> str:
        """``ClusterManager.ListClusters``"""
        service, _, method = self.path.rpartition("/")
        return f"{service.rpartition('.')[2]}.{method}"


class _Recorder:
    """Stands where the SDK has its channel, and notes what it is asked to prepare."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any, Any]] = []

    def unary_unary(self, path: str, request_serializer: Any, response_deserializer: Any) -> Callable[..., None]:
        self.seen.append((path, request_serializer, response_deserializer))
        return lambda *_: None

    def stream_stream(self, *_: Any, **__: Any) -> None:
        """Tailing of logs: this fake does not do it."""


def all_rpcs() -> Iterator[Rpc]:
    for api, transport, rest in _TRANSPORTS:
        made = transport(channel=grpc.insecure_channel("127.0.0.1:9"))  # never used: gRPC connects when it is asked
        made._logged_channel = recorder = _Recorder()
        made._stubs = {}
        for name, member in vars(type(made)).items():
            if isinstance(member, property) and name not in ("kind", "grpc_channel"):
                getattr(made, name)
        for path, serialize, deserialize in recorder.seen:
            method = path.rpartition("/")[2]
            request = _PLAIN.get(method) or _class_of(serialize)
            answer = _class_of(deserialize)
            if request is not None:
                yield Rpc(api, path, request, answer, tuple(_routes(rest, method)))


def _class_of(bound: Any) -> Any:
    """The protobuf class behind ``Type.serialize`` or ``Type.FromString``. ``None`` of None (google.protobuf.Empty)."""
    owner: Any = getattr(bound, "__self__", None)
    return owner.pb() if hasattr(owner, "pb") else owner


def _routes(rest: Any, method: str) -> Iterator[Route]:
    described = getattr(rest, f"_Base{method}", None)
    for option in described._get_http_options() if described else ():
        pattern, fields = _pattern(option["uri"])
        yield Route(option["method"].upper(), pattern, fields, option.get("body", ""))


def _pattern(uri: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """``/v1/{name=projects/*/locations/*}`` as a pattern of one group, and the field that it fills."""
    fields: list[str] = []

    def group(found: re.Match[str]) -> str:
        fields.append(found[1])
        shape = (found[2] or "*").replace("**", "\0").replace("*", "[^/]+").replace("\0", ".+")
        return f"({shape})"

    return re.compile(re.sub(r"\{([\w.]+)(?:=([^}]+))?\}", group, uri)), tuple(fields)
