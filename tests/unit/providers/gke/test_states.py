"""Each state that a GKE cluster can be in, made over the wire, and the verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubewitness.catalogue import load_catalogue
from kubewitness.content import read_standard
from kubewitness.ladder import Subject, UnreadTarget, assess
from kubewitness.model import Finding, Kind, Rung, Severity, Source, Status
from kubewitness.providers import NotReadError
from tests.unit.providers.gke.fleet import reached
from tests.unit.providers.gke.states import STATES, State, table

if TYPE_CHECKING:
    from tests.fakes.gcp import Gcp

DOCS = Path(__file__).resolve().parents[4] / "docs"
GOOD = {Status.PASS, Status.NOT_APPLICABLE}


def seen(state: State) -> Subject:
    """As ``collect`` sees it."""
    try:
        found = reached().observe()
    except NotReadError as error:
        return UnreadTarget("@managed/prod", "prod", Kind.MANAGED_CLUSTER, error.unread, Rung.KEPT)
    later = datetime.fromisoformat(found.read_at) + timedelta(minutes=state.minutes)
    return replace(found, read_at=later.isoformat(timespec="seconds").replace("+00:00", "Z"))


def told(findings: tuple[Finding, ...]) -> set[str]:
    return {
        f"{one.check} {one.status}" + (f" {one.reason}" if one.reason else "")
        for one in findings
        if one.status not in GOOD and not (one.severity is Severity.INFO and one.status is Status.FAIL)
    }


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.title)
def test_state(gcp: Gcp, state: State) -> None:
    state.make(gcp)
    subject = seen(state)

    target, findings = assess(subject, read_standard("standard"), load_catalogue())

    audit = target.sources[Source.AUDIT]
    rung = "-" if audit.rung is None else str(int(audit.rung))
    verdict = (
        str(audit.status) if audit.status is Status.NOT_APPLICABLE else f"{audit.status} {rung}/{int(audit.required)}"
    )
    assert (verdict, told(findings)) == (state.verdict, expected(state, findings))


def expected(state: State, findings: tuple[Finding, ...]) -> set[str]:
    """``everything UNKNOWN denied`` stands for each check."""
    everything = [text.removeprefix("everything ") for text in state.findings if text.startswith("everything ")]
    if not everything:
        return set(state.findings)
    return {f"{one.check} {everything[0]}" for one in findings}


def test_the_page_holds_the_table() -> None:
    page = (DOCS / "gke.md").read_text("utf-8")

    assert table() in page, "python -m tests.unit.providers.gke.states"
