"""Host data of managed clusters that nobody reads, and that looks like what is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kubewitness.managed import Provider
from kubewitness.providers import HOST_DATA, misspelt

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = {Provider.EKS: "managed.md", Provider.AKS: "aks.md", Provider.GKE: "gke.md"}


@pytest.mark.parametrize(
    ("given", "meant"),
    [("regoin", "region"), ("kms-key", "kms_key"), ("Role", "role"), ("managed_wait_second", "managed_wait_seconds")],
)
def test_what_is_nearly_read_is_named(given: str, meant: str) -> None:
    assert misspelt(Provider.EKS, [given]) == [f"host data {given}: nobody reads it: did you mean {meant}?"]


@pytest.mark.parametrize("given", ["region", "_sudo", "ssh_user", "team", "owner"])
def test_what_is_read_and_what_is_of_others_is_not(given: str) -> None:
    assert misspelt(Provider.EKS, [given]) == []


@pytest.mark.parametrize("provider", list(Provider))
def test_all_that_a_page_documents_is_known(provider: Provider) -> None:
    page = (DOCS / PAGES[provider]).read_text("utf-8")
    table = page.partition("## Host data")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert documented >= HOST_DATA[provider]
    assert misspelt(provider, [f"{name}x" for name in documented]) != []
    assert misspelt(provider, documented) == []
