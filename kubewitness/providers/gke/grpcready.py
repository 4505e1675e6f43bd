"""Makes gRPC work in a process that gevent has patched, as pyinfra patches its own. Call it before gRPC is imported.

Google's clients for logging speak gRPC alone. In a patched process its threads are greenlets, and whoever waits in its
C core keeps the loop from running them: with credentials that have to be renewed inside a call, one host stalls,
several hang or crash (SIGSEGV). ``init_gevent`` makes the core wait through gevent. ``grpc.aio`` hangs either way:
never use it.

Sources: https://github.com/grpc/grpc/blob/v1.76.0/src/python/grpcio/grpc/experimental/gevent.py,
https://github.com/grpc/grpc/issues/43055 (programs started beside a channel end in SIGABRT, grpcio 1.80 and later)
"""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import import_module


@cache
def prepare_grpc() -> None:
    """Once for a process. Where gevent has not patched it, only what starting programs needs is set."""
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
    if "gevent.monkey" in sys.modules and import_module("gevent.monkey").is_module_patched("socket"):
        import_module("grpc.experimental.gevent").init_gevent()
