"""Vector's three ways of writing a configuration. Made up, in the shapes that its documentation shows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.shippers.model import Configuration, InputKind, Place, Setting
from kubewitness.shippers.vector.read import read

TOML = """\
data_dir = "/var/lib/vector"
[sources.audit]
type = "file"
include = [
  "/var/log/kubernetes/audit/audit*.log",
]

[transforms.parse]
type = "remap"
inputs = ["audit"]
source = '''
. = parse_json!(.message)
'''

[sinks.store]
type = "loki"
inputs = ["parse"]
endpoint = "https://user:secret@loki:3100"
encoding.codec = "json"
request.retry_attempts = 3
  [sinks.store.tls]
  verify_hostname = false
"""
DOCUMENT = {
    "sources": {"audit": {"type": "file", "include": ["/var/log/kubernetes/audit/audit*.log"]}},
    "sinks": {"store": {"type": "kafka", "inputs": ["audit"], "librdkafka_options": {"message.max.bytes": "8388608"}}},
}
KEYS = ["sources", "sinks", "transforms", "a", "b", "type", "inputs", "include", "buffer", "tls", "encoding", "source"]
VALUES = st.recursive(
    st.sampled_from(["file", "http", "a", "b", "a*", "remap", "${X}", "lua", "on", 5, True, None, "del(.x)"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=30,
)


def value(setting: object) -> object:
    assert isinstance(setting, Setting)
    return setting.value


def test_toml_has_places_too() -> None:
    (route,) = read({"vector.toml": TOML}).routes
    (output,) = route.outputs

    assert route.inputs[0].place == Place("vector.toml", 2, 1)
    assert route.inputs[0].paths[0].place == Place("vector.toml", 4, 1)
    assert isinstance(output.gives_up, Setting)
    assert (output.gives_up.value, output.gives_up.place) == ("after 3 retries", Place("vector.toml", 20, 1))
    assert isinstance(output.tls, Setting)
    assert (output.tls.value, output.tls.place) == ("any-name", Place("vector.toml", 22, 3))


def test_no_credential_is_kept() -> None:
    assert "secret" not in repr(read({"vector.toml": TOML}))


def test_json_is_read_with_tabs() -> None:
    (route,) = read({"-": json.dumps(DOCUMENT, indent="\t")}).routes

    assert value(route.outputs[0].message_limit) == 8_388_608


def test_files_of_a_folder_are_components_of_its_kind() -> None:
    files = {
        "etc/vector.yaml": "data_dir: /var/lib/vector\n",
        "etc/sources/audit.yaml": "type: file\ninclude: [/var/log/kubernetes/audit/audit*.log]\n",
        "etc/sinks/store.toml": 'type = "http"\ninputs = ["audit"]\nuri = "https://h/"\n',
    }

    found = read(files)

    assert found.problems == ()
    assert [(route.inputs[0].name, route.outputs[0].name) for route in found.routes] == [("audit", "store")]


def test_an_output_of_a_transform_leads_on() -> None:
    document = {
        "sources": {"pods": {"type": "kubernetes_logs"}, "numbers": {"type": "host_metrics"}},
        "transforms": {"split": {"type": "route", "inputs": ["pods", "numbers"], "route": {"audit": "true"}}},
        "sinks": {"store": {"type": "console", "inputs": ["split.audit"]}},
    }

    (route,) = read({"-": json.dumps(document)}).routes

    assert (route.inputs[0].kind, route.outputs[0].local) == (InputKind.FILES, True)


def test_a_circle_of_transforms_ends() -> None:
    turn = {"type": "remap", "inputs": ["turn", "back"]}
    document = {**DOCUMENT, "transforms": {"turn": turn, "back": turn}}
    document["sinks"] = {"store": {"type": "http", "inputs": ["turn", "audit"], "uri": "https://h/"}}

    assert len(read({"-": json.dumps(document)}).routes) == 1


def test_a_source_that_leads_nowhere_is_told() -> None:
    found = read({"-": json.dumps({**DOCUMENT, "sinks": {"x": {"type": "console", "inputs": ["nothing"]}}})})

    assert [problem.message for problem in found.problems] == ["x: there is no input 'nothing'"]
    assert found.routes[0].outputs == ()


@pytest.mark.parametrize(
    ("name", "text"), [("a.toml", "[sinks\n"), ("a.yaml", "a: [\n"), ("a.yaml", "- a\n"), ("a", "a: &a [*a]\n")]
)
def test_what_is_no_configuration_is_refused(name: str, text: str) -> None:
    assert any(problem.refused for problem in read({name: text}).problems)


@given(st.dictionaries(st.sampled_from(["a.toml", "b.yaml", "sinks/c.json", "-"]), st.text(), max_size=3))
def test_any_text_is_a_configuration(files: dict[str, str]) -> None:
    assert isinstance(read(files), Configuration)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_shape_is_a_configuration(document: dict[str, object]) -> None:
    assert isinstance(read({"c.json": json.dumps(document)}), Configuration)
