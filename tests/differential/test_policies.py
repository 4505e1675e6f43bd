"""Policies as kube-apiserver decodes, validates and evaluates them: our answers beside the oracle's."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random

import pytest

from kubewitness.auditpolicy import PROBES, Decision, Loaded, Refused, RequestAttributes, evaluate, load_bytes
from kubewitness.auditpolicy.types import Policy
from kubewitness.model import ServerVersion
from tests.differential import comparing
from tests.differential.comparing import Case, Tally
from tests.differential.requests import requests
from tests.differential.running import Batch, compared, run, server_version, sources, with_requests, words_of
from tests.differential.shrinking import shrunk, told, told_of
from tests.differential.texts import texts
from tests.oracle.asking import Question
from tests.oracle.building import NEWEST
from tests.oracle.required import oracle

SEED = int(os.environ.get("KUBEWITNESS_SEED", "1"))
BATCHES = 6
POLICY = b"""
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
  resources: [{group: "", resources: ["pods/*"]}]
"""


def require_none(tally: Tally, version: str) -> None:
    """The first difference, whole: an assertion would cut it."""
    if tally.differences:
        pytest.fail(told(shrunk(tally.differences[0], version), version), pytrace=False)


@pytest.mark.parametrize("seed", range(SEED, SEED + BATCHES))
def test_generated_policies(seed: int) -> None:
    oracle()
    batch = Batch(NEWEST, seed, 30, sources())

    differences = run(batch).differences

    if differences:
        pytest.fail(told_of(differences[0], batch), pytrace=False)


def test_texts_that_somebody_thought_of(version: str) -> None:
    tally = compared([Case.of(Question(text), server_version(version)) for text in texts()], version)

    require_none(tally, version)


def test_policies_of_the_project_and_of_a_folder_that_is_given(version: str) -> None:
    target, random = server_version(version), Random(SEED)  # noqa: S311  nobody's secret
    probes = tuple(probe.attributes for probe in PROBES)
    files = [text.encode("utf-8", "surrogateescape") for text in sources()]

    loaded = [Case.of(Question(data), target) for data in files]
    cases = [with_requests(case, probes + requests(random, words_of(case), 200)) for case in loaded]

    require_none(compared(cases, version), version)


@pytest.mark.parametrize("what", ["decision", "text", "decoded policy", "strict error", "verdict"])
def test_a_fault_of_ours_is_found(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """In each of the answers; the engine is broken in the way that its name says."""
    oracle()
    monkeypatch.setattr(comparing, *_FAULTS[what])

    found = run(Batch(NEWEST, SEED, 30, sources())).differences

    assert {difference.what.partition(" about ")[0] for difference in found} == {what}


def test_a_difference_is_shown_small_and_with_the_way_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    oracle()
    monkeypatch.setattr(comparing, *_FAULTS["decision"])
    batch = Batch(NEWEST, SEED, 30, ())
    pods = RequestAttributes("jane", resource="pods", verb="get")
    case = Case.of(
        Question(b"# a comment\n" * 20 + POLICY, (replace(pods, resource="x"), pods)), server_version(NEWEST)
    )
    (difference,) = compared([case], NEWEST).differences

    text = told_of(difference, batch)

    assert "a comment" not in text
    assert "resource='pods'" in text
    assert f"--version {NEWEST} --seed {SEED}" in text


def _without_subresources(policy: Policy, attributes: RequestAttributes, version: ServerVersion) -> Decision:
    """`pods/*` no longer matches `pods`."""
    return evaluate(policy if attributes.subresource else _without_stars(policy), attributes, version)


def _without_stars(policy: Policy) -> Policy:
    rules = []
    for rule in policy.rules:
        entries = [
            replace(entry, resources=tuple(name.replace("/*", "/?") for name in entry.resources))
            for entry in rule.resources
        ]
        rules.append(replace(rule, resources=tuple(entries)))
    return replace(policy, rules=tuple(rules))


def _reworded(data: bytes, version: ServerVersion) -> Loaded | Refused:
    ours = load_bytes(data, version)
    return replace(ours, error=ours.error.replace("Required", "Missing")) if isinstance(ours, Refused) else ours


def _without_last_rule(data: bytes, version: ServerVersion) -> Loaded | Refused:
    ours = load_bytes(data, version)
    return (
        replace(ours, policy=replace(ours.policy, rules=ours.policy.rules[:-1])) if isinstance(ours, Loaded) else ours
    )


def _without_warnings(data: bytes, version: ServerVersion) -> Loaded | Refused:
    return replace(load_bytes(data, version), strict_error=None)


def _too_strict(data: bytes, version: ServerVersion) -> Loaded | Refused:
    ours = load_bytes(data, version)
    return Refused("unknown field", 1, 1) if isinstance(ours, Loaded) and ours.strict_error else ours


_FAULTS = {
    "decision": ("evaluate", _without_subresources),
    "text": ("load_bytes", _reworded),
    "decoded policy": ("load_bytes", _without_last_rule),
    "strict error": ("load_bytes", _without_warnings),
    "verdict": ("load_bytes", _too_strict),
}
