"""Each state of a cluster has its verdict; the page says the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubewitness.catalogue import load_catalogue
from kubewitness.content import read_standard
from kubewitness.ladder import Subject, UnreadTarget, assess
from kubewitness.model import Kind, Rung, Severity, Source, Status
from kubewitness.providers import NotReadError
from tests.unit.providers.eks.fleet import reached
from tests.unit.providers.eks.states import STATES, State, page

if TYPE_CHECKING:
    from tests.fakes.aws import Aws

DOCS = Path(__file__).resolve().parents[4] / "docs"
CATALOGUE = load_catalogue()
ASKED = read_standard("standard")


def seen(state: State) -> Subject:
    """As ``collect`` sees it."""
    try:
        found = reached(**state.data).observe()
    except NotReadError as error:
        return UnreadTarget("@managed/prod", "prod", Kind.MANAGED_CLUSTER, error.unread, Rung.KEPT)
    later = datetime.fromisoformat(found.read_at) + timedelta(minutes=state.minutes)
    return replace(found, read_at=later.isoformat(timespec="seconds").replace("+00:00", "Z"))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.words)
def test_verdict(aws: Aws, state: State) -> None:
    state.make(aws)

    target, findings = assess(seen(state), ASKED, CATALOGUE)

    cell = target.sources[Source.AUDIT]
    open_ = [one for one in findings if one.status not in (Status.PASS, Status.NOT_APPLICABLE)]
    informing = {one.check for one in open_ if one.severity is Severity.INFO and one.status is Status.FAIL}
    told = {one.check: one.status.value for one in open_ if one.check not in informing}
    assert f"{cell.status} {'-' if cell.rung is None else int(cell.rung)}" == state.verdict
    assert told == state.told
    assert informing <= {"audit-policy-limits", "audit-log-format"}


def test_the_page_holds_the_table() -> None:
    assert page() in (DOCS / "managed.md").read_text("utf-8"), "python -m tests.unit.providers.eks.states"
