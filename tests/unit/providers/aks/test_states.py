"""Each state of a cluster has its verdict; the page says the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubewitness.catalogue import load_catalogue
from kubewitness.ladder import assess
from kubewitness.model import Severity, Source, Status
from tests.unit.providers.aks.fleet import ASKED, reached
from tests.unit.providers.aks.states import STATES, State, page

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

DOCS = Path(__file__).resolve().parents[4] / "docs"
CATALOGUE = load_catalogue()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.words)
def test_verdict(azure: Azure, state: State) -> None:
    state.make(azure)

    target, findings = assess(reached(id=state.id).observe(), ASKED, CATALOGUE)

    cell = target.sources[Source.AUDIT]
    open_ = [one for one in findings if one.status not in (Status.PASS, Status.NOT_APPLICABLE)]
    informing = {one.check for one in open_ if one.severity is Severity.INFO and one.status is Status.FAIL}
    told = {one.check: one.status.value for one in open_ if one.check not in informing}
    assert f"{cell.status} {'-' if cell.rung is None else cell.rung}" == state.verdict
    assert told == state.told
    assert informing <= {"audit-log-format"}


def test_the_page_holds_the_table() -> None:
    assert page() in (DOCS / "aks.md").read_text("utf-8"), "python -m tests.unit.providers.aks.states"
