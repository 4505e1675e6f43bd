"""Whatever the text is, it is read: as a configuration, or with a problem that says why it is none."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kubewitness.shippers.filebeat.read import read
from kubewitness.shippers.model import Configuration

WORDS = ["filestream", "log", "journald", "kafka", "true", "${X}", "5m", "1MiB", "-1", ""]
KEYS = [
    *["type", "paths", "id", "processors", "drop_event", "fields", "when", "parsers", "ssl", "hosts", "kafka"],
    *["queue.disk", "max_size", "json", "a.b", "ignore_older", "exclude_files", "enabled", "codec.format.string"],
]
TOP = ["filebeat.inputs", "filebeat", "output.kafka", "output", "queue", "processors", "path.data", "filebeat.modules"]
VALUES = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.dictionaries(st.sampled_from(["a", "b"]), st.text() | st.sampled_from(["output: {}", "- type: log"]), max_size=2)
)
def test_any_text_is_a_configuration(files: dict[str, str]) -> None:
    assert isinstance(read(files), Configuration)


@given(st.dictionaries(st.sampled_from(TOP), VALUES))
def test_any_shape_is_a_configuration(document: dict[str, object]) -> None:
    assert isinstance(read({"filebeat.yml": json.dumps(document)}), Configuration)


def test_bombs_and_nests_are_refused_at_once() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    for text in (bomb, "[" * 100_000, "output: " + "{a: " * 100):
        problems = read({"filebeat.yml": text}).problems

        assert [problem.refused for problem in problems] == [True]


def test_dots_without_end_are_taken_apart_only_so_far() -> None:
    nest = "{a.b.c.d.e.f.g.h: " * 60 + "1" + "}" * 60

    for text in (
        f"filebeat.{'a.' * 100_000}b: 1\n",
        f"filebeat: {nest}\n",
        "".join(f"output.a{n}: 1\n" for n in range(20_000)),
    ):
        assert isinstance(read({"filebeat.yml": text}), Configuration)
