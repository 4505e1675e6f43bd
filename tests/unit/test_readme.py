"""The README's table of platforms is the code's own. After a change: ``python -m tests.unit.test_readme``."""

from __future__ import annotations

import re
from pathlib import Path

from kubewitness.apiserver import DISTRIBUTIONS
from kubewitness.catalogue import load_catalogue
from kubewitness.model import Kind

README = Path(__file__).resolve().parents[2] / "README.md"
_MANAGED = re.compile(r"^\| \[(\w+)\]\(docs/\w+\.md\) \| yes \| yes \| (\w+) \|$", re.MULTILINE)
_TABLE = re.compile(r"(?<=<!-- platforms -->\n).*?(?=<!-- /platforms -->)", re.DOTALL)


def test_the_table_of_platforms_is_the_table_in_the_code() -> None:
    written = _TABLE.search(README.read_text(encoding="utf-8"))

    assert written is not None
    assert written[0] == platforms(), "run: python -m tests.unit.test_readme"


def test_a_platform_promises_no_proof_of_what_it_cannot_read() -> None:
    assert [row.id for row in DISTRIBUTIONS if row.can_prove and not row.can_read] == []


def test_the_transcript_of_the_lab_counts_the_checks_that_there_are() -> None:
    asked = sum(item.kind in {Kind.API_SERVER, Kind.NODE} for item in load_catalogue())

    told = f"\n2 targets, {asked} results: "
    assert told in README.read_text(encoding="utf-8"), "record it anew on the lab: deploy, then check --prove"


def test_no_event_is_caused_in_a_managed_cluster_and_the_page_claims_no_other() -> None:
    proved = any(item.opt_in == "--prove" and item.kind is Kind.MANAGED_CLUSTER for item in load_catalogue())

    told = dict(_MANAGED.findall(README.read_text(encoding="utf-8")))
    assert told == dict.fromkeys(("EKS", "AKS", "GKE"), "yes" if proved else "no")


def platforms() -> str:
    """The table between the two marks."""
    words = {True: "yes", False: "no"}
    head = ["| platform | enable | read | prove |", "| --- | --- | --- | --- |"]
    rows = [
        f"| {row.title} | {words[row.can_enable]} | {words[row.can_read]} | {words[row.can_prove]} |"
        for row in DISTRIBUTIONS
    ]
    return "".join(f"{line}\n" for line in (*head, *rows))


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    README.write_text(_TABLE.sub(lambda _: platforms(), text), encoding="utf-8")
