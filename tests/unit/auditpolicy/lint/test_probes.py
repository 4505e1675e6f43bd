"""Each probe is asked by a rule, or there is a reason why none does."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from kubewitness.auditpolicy import PROBES, Level, Probe, Rule
from kubewitness.auditpolicy.types import GroupResources
from tests.unit.auditpolicy.lint.linting import linted
from tests.unit.auditpolicy.lint.policies import text_of

#: Left out alone, these are nobody's loss: AP011 names them where no rule matches them at all.
NOT_ASKED: Final = {
    "events-create": "the noise that most policies leave out first",
    "own-rights": "kubectl asks it all the time",
    "path-metrics": "read by monitoring every few seconds",
    "path-debug": "for administrators only, and no object of the cluster",
    "path-write": "what nobody serves",
    "crd-object-get": "reads of objects that nobody here knows",
    "crd-object-list": "reads of objects that nobody here knows",
    "pods-list-all-namespaces": "a list of pods holds no secret",
    "configmaps-get": "ConfigMaps should hold no secret: a read is asked about for its body only",
    "configmaps-get-elsewhere": "likewise",
    "configmaps-write": "most are leader election and what controllers write",
    "configmaps-write-elsewhere": "likewise",
    "token-review": "by every kubelet and webhook, all the time: asked about for its body",
    "token-review-by-node": "likewise",
}


def alone(probe: Probe) -> tuple[Rule, ...]:
    """A policy that records everything but this."""
    asked = probe.attributes
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    about = {"resources": (GroupResources(asked.api_group, (resource,)),)}
    if not asked.resource_request:
        about = {"non_resource_urls": (asked.path,)}  # type: ignore[dict-item]
    rule = Rule(Level.NONE, verbs=(asked.verb,), **about)  # type: ignore[arg-type]
    stranger = asked.user == "kubewitness-probe" and asked.groups == ("system:authenticated",)
    if not stranger and asked.user is not None:
        rule = replace(rule, user_groups=asked.groups[:1])
    return rule, Rule(Level.METADATA)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_what_is_left_out_alone_is_found(probe: Probe) -> None:
    found = {item.id for item in linted(text_of(alone(probe))).findings} - {"AP044"}

    if probe.attributes.user is None:
        return  # a rule that names nobody leaves it out with everybody else's: AP044 has its own cases
    assert bool(found) is (probe.id not in NOT_ASKED)


def test_the_exceptions_are_probes() -> None:
    assert set(NOT_ASKED) <= {probe.id for probe in PROBES}
