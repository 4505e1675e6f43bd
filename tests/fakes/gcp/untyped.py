"""What Google ships without types, imported in one place."""

import grpc  # type: ignore[import-untyped]
from google.auth.transport.grpc import secure_authorized_channel
from google.iam.v1 import iam_policy_pb2, policy_pb2  # type: ignore[import-untyped]
from google.protobuf import any_pb2, duration_pb2, empty_pb2, json_format  # type: ignore[import-untyped]
from google.protobuf.unknown_fields import UnknownFieldSet  # type: ignore[import-untyped]
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

__all__ = [
    "UnknownFieldSet",
    "any_pb2",
    "duration_pb2",
    "empty_pb2",
    "error_details_pb2",
    "grpc",
    "iam_policy_pb2",
    "json_format",
    "policy_pb2",
    "secure_authorized_channel",
    "status_pb2",
]
