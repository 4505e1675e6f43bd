"""An Azure on loopback: ``with azure_server() as azure: ...``."""

from tests.fakes.azure.handle import Azure, azure_server

__all__ = ["Azure", "azure_server"]
