"""How the volume of our policies is counted, on a log made up by hand."""

from __future__ import annotations

import json

from kubewitness.model import ServerVersion
from tests.bench.volume.counting import EARLY, count, digest, left_out, load, requests_of
from tests.bench.volume.measured import Amount, LeftOut, Measured, Policy, parse
from tests.bench.volume.table import tables

NEWEST = ServerVersion(1, 37)
POLICY = """\
apiVersion: audit.k8s.io/v1
rules:
  # Leases: left out, whoever
  # renews them.
  - level: None
    resources: [{group: coordination.k8s.io, resources: [leases]}]

  # Watches begin. They do not end.
  - level: Metadata
    verbs: [watch]
    omitStages: [ResponseComplete]

  # Everything else
  - level: Request
"""


def line(verb: str, uri: str, stage: str = "ResponseComplete", level: str = "Metadata", group: str = "") -> bytes:
    event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": level,
        "stage": stage,
        "requestURI": uri,
        "verb": verb,
        "user": {"username": "jane", "groups": [group or "system:authenticated"]},
    }
    return json.dumps(event).encode() + b"\n"


LEASE = line("update", "/apis/coordination.k8s.io/v1/namespaces/a/leases/b")
EVERYTHING = [
    LEASE,
    line("update", "/apis/coordination.k8s.io/v1/namespaces/a/leases/b", "RequestReceived"),
    line("watch", "/api/v1/pods?watch=true", "ResponseStarted"),
    line("watch", "/api/v1/pods?watch=true"),
    line("get", "/api/v1/pods"),
]


def test_a_rule_is_called_what_its_comment_begins_with() -> None:
    assert load(POLICY, NEWEST).titles == ("Leases", "Watches begin", "Everything else")


def test_a_log_is_counted_by_level_by_rule_and_by_kubelet() -> None:
    kubelet = line("get", "/api/v1/nodes/n1", level="Request", group="system:nodes")
    lines = [line("watch", "/api/v1/pods?watch=true", "ResponseStarted"), line("get", "/", level="Request"), kubelet]

    found = count(lines, load(POLICY, NEWEST), seconds=60, requests=10)

    assert found.written == Amount(3, sum(map(len, lines)))
    assert {name: amount.events for name, amount in found.levels.items()} == {"Request": 2, "Metadata": 1}
    assert {name: amount.events for name, amount in found.rules.items()} == {"Everything else": 2, "Watches begin": 1}
    assert found.of_kubelets == Amount(1, len(kubelet))
    assert found.longest == max(map(len, lines))


def test_what_a_policy_leaves_out_of_another_s_log_is_counted_by_the_rule_that_leaves_it_out() -> None:
    found = left_out(EVERYTHING, load(POLICY, NEWEST))

    assert {name: amount.events for name, amount in found.items()} == {EARLY: 1, "Leases": 1, "Watches begin": 1}
    assert found["Leases"].bytes == len(LEASE)


def test_requests_are_those_of_all_levels() -> None:
    metrics = (
        "# HELP apiserver_audit_level_total counter\n"
        'apiserver_audit_level_total{level="Metadata"} 1.2e+01\n'
        'apiserver_audit_level_total{level="None"} 30\n'
        "apiserver_audit_event_total 7\n"
    )

    assert requests_of(metrics) == 42


def test_a_comment_does_not_change_what_a_policy_is_and_a_rule_does() -> None:
    before = digest(load(POLICY, NEWEST).policy)

    assert digest(load("# by us\n" + POLICY, NEWEST).policy) == before
    assert digest(load(POLICY.replace("watch", "list"), NEWEST).policy) != before


def measured() -> Measured:
    policy = load(POLICY, NEWEST)
    idle = count([LEASE] * 864, policy, seconds=86.4, requests=1000)
    work = count(EVERYTHING * 100, policy, seconds=60, requests=500)
    silence = left_out(EVERYTHING, policy)
    return Measured(
        "2026-01-02",
        "v1.37.1",
        4,
        {"catch-all": Policy("0", idle, work), "standard": Policy(digest(policy.policy), idle, work)},
        {"standard": LeftOut({"Leases": silence["Leases"]}, silence)},
    )


def test_what_was_measured_is_read_as_it_was_written() -> None:
    assert parse(measured().as_json()) == measured()


def test_the_tables_are_for_a_day_and_for_a_thousand_requests() -> None:
    shown = tables(measured(), {"standard": measured().policies["standard"].digest})

    size = len(LEASE) * 864_000 / 1_000_000
    assert f"| standard | 864,000 events, {size:.1f} MB | - | 1,000 events," in shown
    assert "| Leases | S | 1,000 events, 0.3 MB | 2 events, 1 kB |" in shown
    assert "Changed since" not in shown


def test_a_policy_that_was_changed_since_is_named() -> None:
    assert "Changed since then, and to be measured again: standard." in tables(measured(), {"standard": "other"})
