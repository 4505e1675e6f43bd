from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import Loaded, load_bytes
from kubewitness.auditpolicy.leaseexemption import PLACE, LeaseExemption, parse_exemption, with_exemptions
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion

POLICY = (Path(__file__).resolve().parents[3] / "policies" / "audit" / "essential.yaml").read_text("utf-8")
NEWEST = ServerVersion(1, 37)


def test_a_lease_and_its_user_are_read() -> None:
    assert parse_exemption("kube-system/a.b=CN=jane") == LeaseExemption("kube-system", "a.b", "CN=jane")


@given(st.text() | st.builds("ns/lease={}".format, st.text()))
def test_any_text_is_one_more_rule_for_one_user_or_is_refused(text: str) -> None:
    try:
        exemption = parse_exemption(text)
    except KubewitnessError:
        return

    found = load_bytes(with_exemptions(POLICY, [exemption]).encode(), NEWEST)

    assert isinstance(found, Loaded)
    before = load_bytes(POLICY.encode(), NEWEST)
    assert isinstance(before, Loaded)
    assert len(found.policy.rules) == len(before.policy.rules) + 1
    assert [rule.users for rule in found.policy.rules].count((exemption.user,)) == 1


@pytest.mark.parametrize("name", ["essential", "standard", "forensic"])
def test_our_policies_have_one_place_for_them(name: str) -> None:
    text = (Path(__file__).resolve().parents[3] / "policies" / "audit" / f"{name}.yaml").read_text("utf-8")

    assert text.count(PLACE) == 1


def test_a_policy_without_that_place_is_refused() -> None:
    with pytest.raises(KubewitnessError, match="left out"):
        with_exemptions("rules: []\n", [LeaseExemption("a", "b", "c")])
