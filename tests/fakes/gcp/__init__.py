"""A Google Cloud on loopback: ``with gcp_server() as gcp: ...``."""

import os

# Else one program in twenty that a process with a gRPC channel starts ends in SIGABRT before it begins ("Epoll1Poller
# ... Bad file descriptor"): its own handlers run between fork and exec. To be said before gRPC is first imported.
# https://github.com/grpc/grpc/issues/43055 (grpcio 1.80 and later)
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

from tests.fakes.gcp.handle import Gcp, gcp_server

__all__ = ["Gcp", "gcp_server"]
