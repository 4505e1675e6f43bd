"""Whatever the text is, it is read: as a configuration, or with a problem that says why it is none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.shippers.fluentbit.read import read
from kubewitness.shippers.fluentbit.sections import size_bytes
from kubewitness.shippers.fluentbit.tags import overlap
from kubewitness.shippers.model import Configuration

LINES = [
    "[SERVICE]", "[INPUT]", "[FILTER]", "[OUTPUT]", "[input", "    Name tail", "    Name kafka", "    Name http",
    "\tName\tlua",
    "    Match *", "    Match_Regex (a+)+", "    Tag kube.*", "    Path /a,/b/*.log", "    DB ${X}", "    DB /tmp/a.db",
    "    Buffer_Max_Size 1x", "    Retry_Limit x", "    Rule $log ^.*$ $TAG.x false", "@SET a=b",
    "@INCLUDE b.conf", "@INCLUDE a.conf", "Name tail", "    storage.type filesystem", "# x", "", "pipeline:",
    "    Name rewrite_tag",
]  # fmt: skip
NAMES = st.sampled_from(["a.conf", "b.conf", "c.yaml"])
KEYS = [
    "service",
    "pipeline",
    "inputs",
    "outputs",
    "filters",
    "name",
    "match",
    "path",
    "processors",
    "logs",
    "includes",
    "env",
]
VALUES = st.recursive(
    st.sampled_from(["tail", "http", "*", "${X}", "on", "1M", "a.conf"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, st.text() | st.lists(st.sampled_from(LINES)).map("\n".join), max_size=3))
def test_any_text_is_a_configuration(files: dict[str, str]) -> None:
    assert isinstance(read(files), Configuration)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_shape_is_a_configuration(document: dict[str, object]) -> None:
    assert isinstance(read({"c.yaml": json.dumps(document)}), Configuration)


def test_a_chain_of_includes_is_not_followed_for_ever() -> None:
    files = {f"{at}.conf": f"@INCLUDE {at + 1}.conf\n[INPUT]\n    Name tail\n" for at in range(300)}

    found = read(files)

    assert set(found.files) == set(files)
    assert any("nested too deep" in problem.message for problem in found.problems)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("32k", 32_000),
        ("5MB", 5_000_000),
        ("1G", 1_000_000_000),
        ("0", 0),
        ("8M", 8_000_000),
        ("x", None),
        ("1.5M", None),
    ],
)
def test_a_size_counts_in_thousands(text: str, size: int | None) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize(
    ("one", "other", "does"),
    [
        ("kube.*", "kube.var.log.*", True),
        ("*", "audit", True),
        ("audit", "audit", True),
        ("audit", "audits", False),
        ("*.log", "audit.*", True),
        ("kube.*", "audit.*", False),
        ("", "", True),
        ("a*c", "a*b", False),
    ],
)
def test_two_patterns_overlap_where_one_tag_matches_both(one: str, other: str, *, does: bool) -> None:
    assert overlap(one, other) is does
    assert overlap(other, one) is does
