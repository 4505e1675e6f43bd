"""Generated pages are what the code would write today."""

from __future__ import annotations

from pathlib import Path

from kubewitness.catalogue import load_catalogue
from kubewitness.report import Options
from kubewitness.report.catalogue import CATALOGUE_FORMATS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_checks_is_the_catalogue() -> None:
    page = (DOCS / "checks.md").read_text("utf-8")

    assert page == CATALOGUE_FORMATS["markdown"](load_catalogue(), Options()), (
        "kubewitness checks -o markdown > docs/checks.md"
    )
