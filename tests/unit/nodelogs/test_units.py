"""Rate limits of single services."""

from __future__ import annotations

import pytest

from kubewitness.nodelogs.units import UnitLimit, unit_limits
from tests.unit.nodelogs.files import file

UNIT = "/usr/lib/systemd/system/kubelet.service"
DROP_IN = "/etc/systemd/system/kubelet.service.d/90-x.conf"


def limit(text: str) -> UnitLimit:
    found = unit_limits([file(UNIT, "[Service]\n"), file(DROP_IN, text)], ["kubelet.service"])["kubelet.service"]
    assert isinstance(found, UnitLimit)
    return found


def test_a_unit_without_a_limit_of_its_own_drops_as_journald_says() -> None:
    assert limit("[Service]\nRestart=always\n") == UnitLimit("kubelet.service", None, None, "")


@pytest.mark.parametrize(
    ("interval", "burst", "nothing"),
    [("1s", 100_000_000, True), ("30s", 10_000, False), ("1s", 0, False), ("0", 100_000_000, False)],
)
def test_only_a_limit_that_nothing_reaches_drops_nothing(interval: str, burst: int, nothing: bool) -> None:
    found = limit(f"[Service]\nLogRateLimitIntervalSec={interval}\nLogRateLimitBurst={burst}\n")

    assert found.drops_nothing is nothing
    assert found.where == f"{DROP_IN}:2"


def test_a_unit_that_is_not_there_has_no_limit() -> None:
    assert unit_limits([file(DROP_IN)], ["kubelet.service"]) == {}


def test_an_alias_is_not_a_unit_of_its_own() -> None:
    service = file("/usr/lib/systemd/system/ssh.service", "[Service]\n")
    alias = file("/etc/systemd/system/sshd.service", leads_to=service.path)

    assert list(unit_limits([service, alias], ["ssh.service", "sshd.service"])) == ["ssh.service"]


def test_a_masked_unit_is_not_there() -> None:
    assert unit_limits([file(UNIT, leads_to="/dev/null")], ["kubelet.service"]) == {}
