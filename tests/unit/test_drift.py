"""What differs from what our last run left. The cases of the check are in tests/checks/drift-from-last-run."""

from __future__ import annotations

from kubewitness.drift import since_last_run
from kubewitness.observed import LastRun
from tests.checks.servers import METADATA, Given, server


def last_run() -> LastRun:
    return LastRun("r1", Given().manifest_text(), METADATA, None, None)


def test_a_policy_that_was_not_read_is_no_difference() -> None:
    assert since_last_run(server(unread=["policy"]), last_run()) == ()


def test_a_policy_that_is_gone_is_one() -> None:
    fields = [difference.field for difference in since_last_run(server(policy=None), last_run())]

    assert fields == ["omitStages", "omitManagedFields", "rules[0] removed"]
