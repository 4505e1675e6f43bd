from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.azure import Azure, azure_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def azure_process() -> Iterator[Azure]:
    with azure_server() as azure:
        yield azure


@pytest.fixture
def azure(azure_process: Azure) -> Iterator[Azure]:
    """One subscription, and nothing in it."""
    azure_process.reset()
    azure_process.add_subscription()
    yield azure_process
    assert azure_process.violations() == []
