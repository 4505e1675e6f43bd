"""Several destinations, one result."""

from __future__ import annotations

from dataclasses import replace

from kubewitness.check import Fail, NotApplicable, Pass, Unknown
from kubewitness.managed import Destination, ManagedCluster
from kubewitness.managedverdict import of_each_part, of_what_exists, parts
from kubewitness.model import Reason, Unread
from tests.checks.clusters import cluster

DENIED = Unread(Reason.DENIED, "logging.buckets.get: denied")


def writes_to(*destinations: Destination) -> ManagedCluster:
    types = {"changes": True, "reads": True, "programs": True}
    audit = frozenset({"changes", "reads"})
    return replace(cluster(), log_types=types, audit_types=audit, destinations=destinations)


def destination(part: str, days: int, *, exists: bool | Unread = True) -> Destination:
    return Destination("bucket", f"{part}-{days}", frozenset({part}), exists, retention_days=days, part=part)


def kept(item: Destination) -> Pass | Fail:
    return Pass(item.id) if item.retention_days == 400 else Fail(item.id, "keep it longer")


def test_the_best_destination_of_a_part_is_enough() -> None:
    of = writes_to(destination("changes", 30), destination("changes", 400), destination("reads", 400))

    assert of_what_exists(of, kept) == Pass("changes: changes-400; reads: reads-400")


def test_the_worst_part_decides() -> None:
    of = writes_to(destination("changes", 400), destination("reads", 30))

    found = of_what_exists(of, kept)

    assert isinstance(found, Fail)
    assert (found.message, found.remedy) == ("reads: reads-30", "keep it longer")


def test_a_destination_that_was_not_read_may_be_the_good_one() -> None:
    of = writes_to(destination("changes", 400), destination("reads", 30), destination("reads", 400, exists=DENIED))

    found = of_what_exists(of, kept)

    assert isinstance(found, Unknown)
    assert found.reason is Reason.DENIED


def test_one_that_does_not_exist_counts_for_nothing() -> None:
    of = writes_to(destination("changes", 400, exists=False))

    assert isinstance(of_what_exists(of, kept), NotApplicable)


def test_a_part_that_is_off_is_not_asked_for() -> None:
    of = writes_to(destination("changes", 400), destination("reads", 30))

    found = parts(replace(of, log_types={"changes": True, "reads": False}))

    assert not isinstance(found, (Unknown, NotApplicable))
    assert list(found) == ["changes"]


def test_of_an_audit_log_that_is_off_nothing_is_asked() -> None:
    of = replace(writes_to(destination("changes", 400)), log_types={"changes": False})

    assert isinstance(of_each_part(of, lambda _: Pass("")), NotApplicable)
