"""Configurations inside Kubernetes manifests. Made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubewitness.shippers.embedded import embedded

MANIFEST = """\
kind: Service
---
kind: ConfigMap
data:
  one.conf: |
    first
      second
  two: "in quotes"
---
kind: OpenTelemetryCollector
spec:
  mode: daemonset
  args: |
    not this
  config: |-
    receivers:
"""
LINES = ["kind: ConfigMap", "---", "data:", "  a: |", "    x", "spec:", "  config: |", "- a", "{", "\t"]


def test_a_text_keeps_the_lines_of_its_manifest() -> None:
    found = embedded(MANIFEST)

    assert [(item.within, item.key) for item in found] == [(1, "one.conf"), (2, "config")]
    assert found[0].text.splitlines()[5] == "first"
    assert MANIFEST.splitlines()[5] == "    first"
    assert found[1].text.splitlines()[15] == "receivers:"
    assert MANIFEST.splitlines()[15] == "    receivers:"


def test_any_other_file_has_none() -> None:
    assert embedded("receivers: {}\n") == ()
    assert embedded("kind: Deployment\ndata:\n  a: |\n    x\n") == ()


@given(st.text() | st.lists(st.sampled_from(LINES)).map("\n".join))
def test_any_text_is_looked_through(text: str) -> None:
    assert all(item.text.count("\n") <= text.count("\n") + 2 for item in embedded(text))
