"""For tests that ask the oracle: its binary, or a skip that says why; a failure where a skip would look like a pass."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lab.settings import LabError
from tests.oracle.building import NEWEST, build

SIGN = "the oracle: "
"""How the reason of such a skip starts."""


def oracle(version: str = NEWEST) -> Path:
    """The binary for a version of Kubernetes, built if need be."""
    try:
        return build(version)
    except LabError as error:
        reason = f"{SIGN}{error}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
