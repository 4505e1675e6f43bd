from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws import Aws, aws_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def aws_process() -> Iterator[Aws]:
    with aws_server() as aws:
        yield aws


@pytest.fixture
def aws(aws_process: Aws) -> Iterator[Aws]:
    """An AWS where nothing has happened yet. What it says against AWS's own models fails the test that made it."""
    aws_process.reset()
    yield aws_process
    assert aws_process.violations() == []
