"""What a GKE cluster can be like, and what has to be said of it: made on the fake cloud, and a table of the docs.

``python -m tests.unit.providers.gke.states`` prints the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.unit.providers.gke.fleet import (
    APISERVER,
    DEFAULT,
    PROD,
    SYSTEM,
    WORKLOADS,
    create,
    exclude,
    make_bucket,
    make_sink,
    record_reads,
    update_bucket,
    update_default_sink,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.gcp import Gcp


@dataclass(frozen=True, slots=True)
class State:
    """``verdict``: of the source audit, by the standard ``standard``; ``findings``: all that is neither PASS nor n/a,
    but for audit-policy-limits, which is the same for every cluster. ``minutes``: it is looked at so much later.
    """

    title: str
    make: Callable[[Gcp], None]
    verdict: str
    findings: tuple[str, ...] = ()
    minutes: int = 0


def good(gcp: Gcp, *, reads: bool = True, days: int = 90, locked: bool = True) -> None:
    create(gcp, on=(SYSTEM, APISERVER))
    if reads:
        record_reads(gcp)
    update_bucket(gcp, retention_days=days)
    if locked:
        update_bucket(gcp, locked=True)


def inherited(gcp: Gcp) -> None:
    good(gcp, reads=False)
    record_reads(gcp, "organizations/9", service="allServices")


def half(gcp: Gcp) -> None:
    good(gcp, reads=False)
    record_reads(gcp, types=("DATA_READ",))


def unseen_above(gcp: Gcp, *, reads: bool) -> None:
    good(gcp, reads=reads)
    gcp.deny("resourcemanager.organizations.getIamPolicy")


def exempted(gcp: Gcp) -> None:
    good(gcp)
    record_reads(gcp, "folders/1", types=("DATA_READ",), exempted=("user:ci@example.com",))


def altered(gcp: Gcp, **members: object) -> None:
    good(gcp)
    gcp.alter_cluster(PROD, **members)


def no_sink(gcp: Gcp) -> None:
    good(gcp)
    update_default_sink(gcp, disabled=True)


def central(gcp: Gcp) -> None:
    no_sink(gcp)
    gcp.add("projects/central", parent="organizations/9")
    bucket = make_bucket(gcp, parent="projects/central/locations/eu", retention_days=400, locked=True)
    make_sink(gcp, "all", bucket, parent="organizations/9", include_children=True)


def to_storage(gcp: Gcp) -> None:
    no_sink(gcp)
    make_sink(gcp, "archive", "storage.googleapis.com/audit-archive")


def to_project(gcp: Gcp) -> None:
    no_sink(gcp)
    gcp.add("projects/central", parent="organizations/9")
    make_sink(gcp, "all", "logging.googleapis.com/projects/central")


def two_sinks(gcp: Gcp) -> None:
    good(gcp)
    make_sink(gcp, "own", DEFAULT)


def unseen_sinks(gcp: Gcp) -> None:
    no_sink(gcp)
    gcp.deny("logging.sinks.list", folder="1")


def excluded(gcp: Gcp, text: str, *, disabled: bool = False) -> None:
    good(gcp)
    exclude(gcp, text, disabled=disabled)


def bucket_gone(gcp: Gcp) -> None:
    no_sink(gcp)
    make_sink(gcp, "own", DEFAULT.replace("_Default", "gone"))


def busy(gcp: Gcp) -> None:
    good(gcp)
    gcp.set(operation_seconds=None)
    update = {"desired_logging_config": {"component_config": {"enable_components": [SYSTEM, APISERVER, WORKLOADS]}}}
    gcp.client("container").update_cluster(name=PROD, update=update)


def silent(gcp: Gcp) -> None:
    good(gcp)
    gcp.set(emits=False)


def autopilot(gcp: Gcp) -> None:
    create(gcp, autopilot={"enabled": True})
    record_reads(gcp)
    update_bucket(gcp, retention_days=90)
    update_bucket(gcp, locked=True)


def refused(gcp: Gcp, permission: str) -> None:
    good(gcp)
    gcp.deny(permission)


def away(gcp: Gcp) -> None:
    gcp.set(missing_zones=["europe-west1"])


_DESTINATION, _RECORDS, _TYPES = "audit-log-destination", "audit-policy-records", "audit-log-types"
_DATA_ACCESS: Final = 'log_id("cloudaudit.googleapis.com/data_access")'
_ASKS_THE_CLUSTER: Final = (
    "audit-backend",
    _TYPES,
    _RECORDS,
    "audit-policy-exemptions",
    "audit-log-once",
    "audit-policy-limits",
)

_NOT_LOOKED_INTO: Final = tuple(
    f"{name} UNKNOWN not-observed"
    for name in (_DESTINATION, "audit-log-written", "audit-retention", "audit-log-protected")
)

STATES: Final = (
    State("as the standard asks", good, "PASS 3/3"),
    State("as GKE makes it: reads are not recorded", create, "FAIL 3/3", (f"{_TYPES} FAIL", f"{_RECORDS} FAIL")),
    State("reads set by allServices of the organization", inherited, "PASS 3/3"),
    State("DATA_READ without ADMIN_READ", half, "FAIL 3/3", (f"{_RECORDS} FAIL",)),
    State(
        "what the organization sets may not be read, the project sets nothing",
        lambda gcp: unseen_above(gcp, reads=False),
        "UNKNOWN 3/3",
        (f"{_RECORDS} UNKNOWN denied", "audit-policy-exemptions UNKNOWN denied"),
    ),
    State(
        "the same, and the project sets reads",
        lambda gcp: unseen_above(gcp, reads=True),
        "PASS 3/3",
        ("audit-policy-exemptions UNKNOWN denied",),
    ),
    State("somebody is exempted at a folder", exempted, "PASS 3/3", ("audit-policy-exemptions FAIL",)),
    State(
        "components off (`loggingService: none`)",
        lambda gcp: altered(gcp, loggingService="none"),
        "PASS 3/3",
        (f"{_TYPES} FAIL",),
    ),
    State(
        "legacy loggingService without components",
        lambda gcp: altered(gcp, loggingConfig=None),
        "PASS 3/3",
        (f"{_TYPES} UNKNOWN unsupported",),
    ),
    State("Autopilot: SYSTEM_COMPONENTS and WORKLOADS alone", autopilot, "PASS 3/3", (f"{_TYPES} FAIL",)),
    State("`_Default` sink disabled", no_sink, "FAIL 1/3", (f"{_DESTINATION} FAIL",)),
    State("the same, and a sink of the organization keeps all", central, "PASS 3/3"),
    State("the same, and a sink into Cloud Storage", to_storage, "UNKNOWN 1/3", _NOT_LOOKED_INTO),
    State("the same, and a sink into another project", to_project, "UNKNOWN 1/3", _NOT_LOOKED_INTO),
    State(
        "the same, and the sinks of a folder may not be read",
        unseen_sinks,
        "UNKNOWN 1/3",
        tuple(
            f"{name} UNKNOWN denied"
            for name in (
                _DESTINATION,
                "audit-log-written",
                "audit-retention",
                "audit-log-protected",
                "audit-log-once",
            )
        ),
    ),
    State("two sinks into one bucket", two_sinks, "PASS 3/3", ("audit-log-once UNKNOWN not-observed",)),
    State(
        "an exclusion drops Data Access", lambda gcp: excluded(gcp, _DATA_ACCESS), "FAIL 1/3", (f"{_DESTINATION} FAIL",)
    ),
    State("the same, disabled", lambda gcp: excluded(gcp, _DATA_ACCESS, disabled=True), "PASS 3/3"),
    State(
        "an exclusion that may drop a part of it",
        lambda gcp: excluded(gcp, 'timestamp>"2030-01-01T00:00:00Z"'),
        "UNKNOWN 1/3",
        _NOT_LOOKED_INTO,
    ),
    State("an exclusion of container logs", lambda gcp: excluded(gcp, 'resource.type="k8s_container"'), "PASS 3/3"),
    State("a sink into a bucket that is gone", bucket_gone, "FAIL 1/3", (f"{_DESTINATION} FAIL",)),
    State("an update of the cluster runs", busy, "UNKNOWN 1/3", (f"{_DESTINATION} UNKNOWN not-observed",)),
    State("nothing arrives, an hour later", silent, "FAIL 2/3", ("audit-log-written FAIL",), minutes=60),
    State("no event yet, just made", silent, "UNKNOWN 2/3", ("audit-log-written UNKNOWN not-observed",)),
    State(
        "kept 30 days",
        lambda gcp: good(gcp, days=30, locked=False),
        "PASS 3/3",
        ("audit-retention FAIL", "audit-log-protected FAIL"),
    ),
    State("locked at 30 days", lambda gcp: good(gcp, days=30), "PASS 3/3", ("audit-retention FAIL",)),
    State("not locked", lambda gcp: good(gcp, locked=False), "PASS 3/3", ("audit-log-protected FAIL",)),
    State(
        "the time of events may not be read",
        lambda gcp: refused(gcp, "logging.logEntries.list"),
        "UNKNOWN 2/3",
        ("audit-log-written UNKNOWN denied",),
    ),
    State(
        "the cluster may not be read",
        lambda gcp: refused(gcp, "container.clusters.get"),
        "UNKNOWN -/3",
        tuple(f"{name} UNKNOWN denied" for name in _ASKS_THE_CLUSTER),
    ),
    State("its zone cannot be reached by GKE", away, "UNKNOWN -/3", ("everything UNKNOWN unreachable",)),
    State(
        "the API is disabled", lambda gcp: gcp.disable_api("shop"), "UNKNOWN -/3", ("everything UNKNOWN not-observed",)
    ),
    State(
        "the credentials have ended",
        lambda gcp: refused(gcp, "token"),
        "UNKNOWN -/3",
        ("everything UNKNOWN expired-credential",),
    ),
    State("being deleted", lambda gcp: altered(gcp, status="STOPPING"), "NOT_APPLICABLE"),
)


def table() -> str:
    """As Markdown."""
    rows = [f"| {state.title} | {state.verdict} | {', '.join(state.findings) or 'nothing'} |" for state in STATES]
    return "\n".join(["| a GKE cluster | audit | checks that do not pass |", "| --- | --- | --- |", *rows, ""])


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201
