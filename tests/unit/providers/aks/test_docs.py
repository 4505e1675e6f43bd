"""What the pages tell about Azure's environment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kubewitness.providers.aks.connections import ENDPOINT_VARIABLE

ROOT = Path(__file__).resolve().parents[4]


def read_by_somebody() -> str:
    """Our own, and all of the SDK's code that reads the environment."""
    import azure.core  # noqa: PLC0415
    import azure.identity  # noqa: PLC0415

    folders = [Path(str(package.__file__)).parent for package in (azure.core, azure.identity)]
    sources = [folders[0] / "settings.py", *folders[1].rglob("*.py")]
    return "\n".join([ENDPOINT_VARIABLE, *(path.read_text(encoding="utf-8") for path in sources)])


@pytest.mark.parametrize("page", ["aks.md", "discovery.md"])
def test_each_variable_that_a_page_names_is_read_by_somebody(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")

    named = set(re.findall(r"\bAZURE_[A-Z_]+", text)) - {"AZURE_US_GOVERNMENT", "AZURE_CHINA_CLOUD"}

    assert named
    assert {name for name in named if not re.search(rf"\b{name}\b", read_by_somebody())} == set()
