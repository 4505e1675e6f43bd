"""The nodes of the tests of delivery: one lab without Kubernetes for all of them, and the programs that they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.delivery.experiment import Site, build_programs, site

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These come last: `.ci/run` builds their programs while the others run."""
    items.sort(key=lambda item: FOLDER in item.path.parents)


@pytest.fixture(scope="session")
def place() -> Iterator[Site]:
    """A worker and a collector node; each experiment begins with both as they were made."""
    build_programs()
    with site() as nodes:
        yield nodes
