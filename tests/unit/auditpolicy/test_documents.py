from __future__ import annotations

import pytest

from kubewitness.auditpolicy.documents import second_document
from kubewitness.godecode.tree import Mark

TWO = "a: 1\n---\nb: 2\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: 1\n",
        "---\na: 1\n",
        "# x\n%YAML 1.1\n---\na: 1\n...\n",
        "a: 1\n---\n# no\n",
        "a: |\n  ---\n  b\n",
        '{"a":1}',
    ],
)
def test_one_document_or_none(text: str) -> None:
    assert second_document(text.encode()) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [(TWO, 2), (f"---\n{TWO}", 3), ("a: 1\n--- b\n", 2), ("a: 1\n...\nb\n", 2), ("a: 1\n---\n---\nb\n", 2)],
)
def test_a_second_one_begins_at_its_marker(text: str, line: int) -> None:
    assert second_document(text.encode()) == Mark(line, 1)
    assert second_document(text.replace("\n", "\r\n").encode()) == Mark(line, 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_hides_nothing(encoding: str) -> None:
    assert second_document(TWO.encode(encoding)) == Mark(2, 1)
