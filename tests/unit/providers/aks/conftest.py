from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.azure import Azure, azure_server
from tests.unit.providers.aks import fleet

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def azure_process() -> Iterator[Azure]:
    with azure_server() as azure:
        yield azure


@pytest.fixture
def azure(azure_process: Azure, monkeypatch: pytest.MonkeyPatch) -> Iterator[Azure]:
    """One subscription, found by azure-identity and by us through the environment."""
    azure_process.reset()
    azure_process.add_subscription()
    for name, value in azure_process.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AZURE_RESOURCE_MANAGER_ENDPOINT", azure_process.endpoint)
    yield azure_process
    assert azure_process.violations() == []


@pytest.fixture
def new(azure: Azure) -> Azure:
    """A cluster that logs nothing, and a workspace that keeps 90 days."""
    fleet.cluster(azure)
    fleet.workspace(azure)
    azure.forget_calls()
    return azure
