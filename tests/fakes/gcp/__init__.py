"""A Google Cloud on loopback: ``with gcp_server() as gcp: ...``."""

from tests.fakes.gcp.handle import Gcp, gcp_server

__all__ = ["Gcp", "gcp_server"]
