"""Fields of other types than the kubelet decodes."""

from __future__ import annotations

import re

import pytest

from kubewitness.apiserver import ManifestError, read_static_pod
from tests.unit.apiserver.manifests import SMALL


@pytest.mark.parametrize(
    ("line", "with_", "problem"),
    [
        ("    image:", "    env: nonsense\n    image:", "spec.containers[0].env is not a list"),
        (
            "    image:",
            "    env: [{name: A, value: [x]}]\n    image:",
            "spec.containers[0].env[0].value is a list, not",
        ),
        ("    image:", "    livenessProbe: text\n    image:", "spec.containers[0].livenessProbe is not a mapping"),
        ("    image:", "    ports: [{containerPort: text}]\n    image:", "containerPort is a string, not an integer"),
        ("    image:", "    ports: [{containerPort: 1.5}]\n    image:", "containerPort is a number, not an integer"),
        (
            "    image:",
            "    resources: {requests: {cpu: text}}\n    image:",
            "requests.cpu is a string, not a quantity",
        ),
        ("spec:", "spec:\n  hostNetwork: yes please", "spec.hostNetwork is a string, not true or false"),
    ],
)
def test_a_field_of_another_type_is_refused_as_the_kubelet_refuses_it(line: str, with_: str, problem: str) -> None:
    text = SMALL.replace(line, with_, 1)

    with pytest.raises(ManifestError, match=re.escape(problem)):
        read_static_pod(text, "m.yaml")


@pytest.mark.parametrize(
    "with_",
    [
        "    ports: [{containerPort: 6443, name: https}]",
        "    livenessProbe: {httpGet: {path: /livez, port: https}, periodSeconds: 10}",
        "    livenessProbe: {httpGet: {path: /livez, port: 6443}}",
        "    resources: {requests: {cpu: 250m, memory: 1Gi}, limits: {cpu: 1, memory: 1e3}}",
        "    env: null",
        "    unknownField: [1]",
    ],
)
def test_a_field_of_its_type_or_of_no_known_one_is_taken(with_: str) -> None:
    read_static_pod(SMALL.replace("    image:", f"{with_}\n    image:", 1), "m.yaml")
