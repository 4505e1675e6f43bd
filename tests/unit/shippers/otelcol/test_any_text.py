"""Whatever the text is, it is read: as a configuration, or with a problem that says why it is none."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kubewitness.shippers.model import Configuration
from kubewitness.shippers.otelcol.read import read

WORDS = ["filelog", "otlphttp", "forward", "beginning", "${env:X}", "5m", "1MiB", "true", "-1", "kafka"]
KEYS = [
    *["include", "storage", "endpoint", "tls", "operators", "type", "batch", "sending_queue", "filelog", "forward"],
    *["otlphttp", "kafka", "pipelines", "logs", "receivers", "exporters", "extensions"],
]
GROUPS = ["receivers", "exporters", "processors", "connectors", "extensions", "service"]
VALUES = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


def refused(configuration: Configuration) -> list[str]:
    return [problem.message for problem in configuration.problems if problem.refused]


def test_an_alias_bomb_and_a_deep_nest_are_refused_at_once() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    for text in (bomb, "[" * 100_000, "service: " + "{a: " * 100):
        assert len(refused(read({"c.yaml": text}))) == 1


@given(
    st.dictionaries(
        st.sampled_from(["a", "b"]),
        st.text() | st.sampled_from(["service: {}", "receivers: [a]", "A=${env:A}"]),
        max_size=2,
    )
)
def test_any_text_is_a_configuration(files: dict[str, str]) -> None:
    assert isinstance(read(files), Configuration)


@given(st.dictionaries(st.sampled_from(GROUPS), VALUES))
def test_any_shape_is_a_configuration(document: dict[str, object]) -> None:
    assert isinstance(read({"c.yaml": json.dumps(document)}), Configuration)
