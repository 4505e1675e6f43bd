from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.gcp import Gcp, gcp_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def gcp_process() -> Iterator[Gcp]:
    with gcp_server() as gcp:
        yield gcp


@pytest.fixture
def gcp(gcp_process: Gcp) -> Iterator[Gcp]:
    """One organization, one folder in it, one project in that: ``projects/shop``."""
    gcp_process.reset()
    gcp_process.add("organizations/9")
    gcp_process.add("folders/1", parent="organizations/9")
    gcp_process.add("projects/shop", parent="folders/1")
    yield gcp_process
    assert gcp_process.violations() == []


@pytest.fixture(params=["grpc", "rest"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)
