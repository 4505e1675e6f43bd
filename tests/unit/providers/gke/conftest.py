from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.gcp import Gcp, gcp_server
from tests.unit.providers.gke.fleet import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def gcp_process() -> Iterator[Gcp]:
    with gcp_server() as gcp:
        yield gcp


@pytest.fixture
def gcp(gcp_process: Gcp, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gcp]:
    """An organization, a folder in it, a project in that, found by Google's SDKs through the environment."""
    gcp_process.reset()
    gcp_process.add("organizations/9")
    gcp_process.add("folders/1", parent="organizations/9")
    gcp_process.add("projects/shop", parent="folders/1")
    for name, value in {**gcp_process.environment(), **endpoints(gcp_process)}.items():
        monkeypatch.setenv(name, value)
    yield gcp_process
    assert gcp_process.violations() == []
