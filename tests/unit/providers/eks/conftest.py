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
def aws(aws_process: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An AWS where nothing has happened yet, found by boto3 through the environment."""
    aws_process.reset()
    for name, value in aws_process.environment().items():
        monkeypatch.setenv(name, value)
    yield aws_process
    assert aws_process.violations() == []
