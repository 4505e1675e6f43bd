"""A GKE cluster brought to a standard, over the wire: what is changed, what stays, each refusal by its name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import gevent
import pytest

from kubewitness.content import read_standard
from kubewitness.enabling import Deadline, enable
from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import LengthenRetention, SwitchOn, plan_managed
from kubewitness.providers.gke import enable as gke
from kubewitness.providers.gke.permissions import PERMISSIONS
from tests.unit.providers.gke.fleet import (
    APISERVER,
    DEFAULT,
    PROD,
    SYSTEM,
    WORKLOADS,
    audit_configs,
    components,
    create,
    make_bucket,
    make_sink,
    reached,
    record_reads,
    update_bucket,
    update_default_sink,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.gcp import Gcp

READS = {"ADMIN_READ": set[str](), "DATA_READ": set[str]()}
WRITES = {item.name for item in PERMISSIONS if item.enforces and item.name != "container.operations.get"}
RECORD = (
    "switch on ADMIN_READ, DATA_READ in projects/shop, for all its clusters, "
    f"kept in {DEFAULT} beside the project's other logs, billed by volume"
)


def bring(standard: str = "standard", *, wait: float = 20, tell: Callable[[str], None] | None = None) -> list[str]:
    """The steps, as they were told; what is waited for left out."""
    cluster, told = reached(), list[str]()
    plan = partial(
        plan_managed, standard=read_standard(standard), key="", retention_at_least=cluster.retention_at_least
    )
    enable(cluster, plan, tell or told.append, wait)
    return [step for step in told if not step.startswith("waiting")]


def refusal(standard: str = "standard", *, wait: float = 20) -> str:
    with pytest.raises(KubewitnessError) as caught:
        bring(standard, wait=wait)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def notes(standard: str = "standard") -> tuple[str, ...]:
    cluster = reached()
    found = plan_managed(
        cluster.observe(), read_standard(standard), key="", retention_at_least=cluster.retention_at_least
    )
    return getattr(found, "notes", ())


def days(gcp: Gcp, name: str = DEFAULT) -> int:
    return int(gcp.client("config").get_bucket(request={"name": name}).retention_days)


def written(gcp: Gcp) -> set[str]:
    return WRITES & set(gcp.calls())


def test_a_new_cluster_is_brought_to_the_standard(gcp: Gcp) -> None:
    create(gcp, on=())

    told = bring()

    assert set(told) == {
        f"keep {DEFAULT} 90 days instead of 30",
        RECORD,
        "switch on SYSTEM_COMPONENTS, APISERVER",
    }
    assert told[0].startswith("keep"), "the bucket before the first entry"
    assert components(gcp) == [SYSTEM, APISERVER]
    assert audit_configs(gcp) == {"container.googleapis.com": READS}
    assert days(gcp) == 90


def test_the_second_time_nothing_is_written(gcp: Gcp) -> None:
    create(gcp)
    bring()
    gcp.forget_calls()

    assert bring() == []
    assert written(gcp) == set()


def test_components_that_another_team_has_on_stay_on_also_those_without_a_name(gcp: Gcp) -> None:
    create(gcp)
    gcp.alter_cluster(PROD, loggingConfig={"componentConfig": {"enableComponents": [WORKLOADS, 99]}})

    bring()

    assert set(components(gcp)) == {SYSTEM, WORKLOADS, APISERVER, 99}


def test_somebody_else_s_change_in_between_is_not_overwritten(gcp: Gcp) -> None:
    create(gcp)
    cluster = reached()
    update = {"desired_logging_config": {"component_config": {"enable_components": [SYSTEM, WORKLOADS, 4]}}}
    meanwhile = iter([True])

    def call(client: str, method: str, **request: object) -> dict[str, object]:
        found = cluster.call(client, method, **request)
        if method == "get_cluster" and next(meanwhile, False):
            gcp.client("container").update_cluster(name=PROD, update=update)
            gcp.finish_operations()
        return found

    target = gke.Gcp(cluster.which, call, Deadline(20), lambda _: None)
    gke.carry_out(SwitchOn(("APISERVER",)), target)

    assert set(components(gcp)) == {SYSTEM, WORKLOADS, APISERVER, 4}
    assert gcp.calls(outcome="ABORTED")["container.clusters.update"] == 1


def test_audit_configs_of_others_and_their_exemptions_stay_and_are_told(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp, service="storage.googleapis.com")
    record_reads(gcp, types=("DATA_READ",), exempted=("user:ci@example.com",))

    told = notes()
    bring()

    assert audit_configs(gcp) == {
        "storage.googleapis.com": READS,
        "container.googleapis.com": {"DATA_READ": {"user:ci@example.com"}, "ADMIN_READ": set()},
    }
    assert "exempted: user:ci@example.com: DATA_READ (projects/shop)" in told


def test_bindings_of_the_project_stay(gcp: Gcp) -> None:
    create(gcp)
    projects = gcp.client("projects")
    binding = {"role": "roles/owner", "members": ["user:owner@example.com"]}
    projects.set_iam_policy(request={"resource": "projects/shop", "policy": {"bindings": [binding]}})

    bring()

    (kept,) = projects.get_iam_policy(request={"resource": "projects/shop"}).bindings
    assert (kept.role, list(kept.members)) == ("roles/owner", ["user:owner@example.com"])


def test_what_the_organization_records_is_not_set_again(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp, "organizations/9", service="allServices")

    bring()

    assert "resourcemanager.projects.setIamPolicy" not in gcp.calls()


def test_a_policy_that_somebody_else_changes_at_the_same_time_is_read_again(gcp: Gcp) -> None:
    create(gcp)
    gcp.fail("resourcemanager.projects.setIamPolicy", code="ABORTED", status=409, message="concurrent", times=1)

    bring()

    assert audit_configs(gcp) == {"container.googleapis.com": READS}
    assert gcp.calls()["resourcemanager.projects.setIamPolicy"] == 2


def test_two_clusters_of_a_project_at_once_do_not_undo_each_other(gcp: Gcp) -> None:
    create(gcp)
    create(gcp, "blog")
    record_reads(gcp, service="storage.googleapis.com")

    jobs = [gevent.spawn(bring) for _ in range(3)]
    gevent.joinall(jobs, raise_error=True)

    assert set(audit_configs(gcp)) == {"storage.googleapis.com", "container.googleapis.com"}


def test_a_policy_that_is_shown_late_is_read_again_and_set_once(gcp: Gcp) -> None:
    create(gcp)
    gcp.set(policy_lag_seconds=2)

    told = bring()

    assert told.count(RECORD) == 1
    assert audit_configs(gcp) == {"container.googleapis.com": READS}
    assert gcp.calls(outcome="ok")["resourcemanager.projects.setIamPolicy"] == 1


def test_a_policy_that_is_never_shown_is_an_error(gcp: Gcp) -> None:
    create(gcp)
    gcp.set(policy_lag_seconds=600)

    assert "ABORTED: There were concurrent policy changes" in refusal(wait=2)


@pytest.mark.parametrize(("before", "after"), [(30, 90), (89, 90), (365, 365)])
def test_a_retention_is_lengthened_and_never_shortened(gcp: Gcp, before: int, after: int) -> None:
    create(gcp)
    update_bucket(gcp, retention_days=before)

    bring()

    assert days(gcp) == after


def test_a_retention_that_somebody_lengthened_in_between_stays(gcp: Gcp) -> None:
    create(gcp)
    update_bucket(gcp, retention_days=365)

    reached().carry_out(LengthenRetention(DEFAULT, 30, 90), Deadline(20), lambda _: None)

    assert days(gcp) == 365


def test_a_locked_bucket_is_a_note_and_no_change(gcp: Gcp) -> None:
    create(gcp)
    update_bucket(gcp, locked=True)

    told = notes()
    bring()

    assert any("it is locked, and its retention stays for ever" in note for note in told)
    assert days(gcp) == 30


def test_a_bucket_that_is_locked_in_between_is_named(gcp: Gcp) -> None:
    create(gcp)
    update_bucket(gcp, locked=True)

    with pytest.raises(KubewitnessError) as caught:
        reached().carry_out(LengthenRetention(DEFAULT, 30, 90), Deadline(20), lambda _: None)

    said = str(caught.value)
    assert said.startswith("logging.buckets.update: FAILED_PRECONDITION: ")
    assert said.endswith("route a copy by a sink to a bucket of your own")


def test_a_lock_and_a_key_are_notes_as_nobody_can_undo_them(gcp: Gcp) -> None:
    create(gcp)

    told = notes("forensic")
    bring("forensic")

    assert any(
        "gcloud logging buckets update _Default --location=global --project=shop --locked" in one for one in told
    )
    assert any("--cmek-kms-key-name=KEY" in one for one in told)
    assert not gcp.client("config").get_bucket(request={"name": DEFAULT}).locked


def test_a_bucket_of_another_project_is_left_alone(gcp: Gcp) -> None:
    gcp.add("projects/central", parent="organizations/9")
    central = make_bucket(gcp, parent="projects/central/locations/eu", retention_days=7)
    make_sink(gcp, "all", central, parent="organizations/9", include_children=True)
    create(gcp)
    update_default_sink(gcp, disabled=True)

    bring()

    assert days(gcp, central) == 7


def test_a_disabled_sink_is_a_note_and_stays_disabled(gcp: Gcp) -> None:
    create(gcp)
    update_default_sink(gcp, disabled=True)

    told = notes()
    bring()

    assert any("projects/shop/sinks/_Default is disabled" in note for note in told)
    assert gcp.client("config").get_sink(sink_name="projects/shop/sinks/_Default").disabled


def test_components_that_the_legacy_setting_hides_are_left_alone_and_said(gcp: Gcp) -> None:
    create(gcp)
    gcp.alter_cluster(PROD, loggingConfig=None)

    told = notes()
    bring()

    assert any(note.startswith("APISERVER: container.clusters.get: only the legacy loggingService") for note in told)
    assert "container.clusters.update" not in gcp.calls()


def test_an_operation_is_waited_for(gcp: Gcp) -> None:
    create(gcp)
    gcp.set(operation_seconds=1)

    bring()

    assert APISERVER in components(gcp)
    assert gcp.calls()["container.clusters.update"] == 1


def test_another_operation_is_waited_out(gcp: Gcp) -> None:
    create(gcp)
    gcp.set(operation_seconds=1)
    update = {"desired_logging_config": {"component_config": {"enable_components": [SYSTEM, WORKLOADS]}}}
    gcp.client("container").update_cluster(name=PROD, update=update)

    bring()

    assert APISERVER in components(gcp)
    assert gcp.calls(outcome="FAILED_PRECONDITION")["container.clusters.update"] >= 1


def test_another_operation_that_does_not_end_is_named(gcp: Gcp) -> None:
    create(gcp)
    gcp.set(operation_seconds=None)
    update = {"desired_logging_config": {"component_config": {"enable_components": [SYSTEM, WORKLOADS]}}}
    gcp.client("container").update_cluster(name=PROD, update=update)

    said = refusal(wait=2)

    assert said.startswith("container.clusters.update: FAILED_PRECONDITION: Cluster is running incompatible operation")
    assert "not to be waited out in 2 s: run again later" in said


def test_another_precondition_is_no_reason_to_wait(gcp: Gcp) -> None:
    create(gcp)
    gcp.fail("container.clusters.update", code="FAILED_PRECONDITION", status=400, message="Cluster is suspended.")

    assert refusal().startswith("container.clusters.update: FAILED_PRECONDITION: Cluster is suspended.")


def test_our_own_operation_that_does_not_end_is_named(gcp: Gcp) -> None:
    create(gcp)
    gcp.set(operation_seconds=None)

    assert "is still running after 2 s: it goes on by itself" in refusal(wait=2)


def test_an_operation_that_fails_says_why(gcp: Gcp) -> None:
    create(gcp)
    gcp.fail_next_operation("prod", code="RESOURCE_EXHAUSTED", message="no quota for it")

    assert "failed: no quota for it" in refusal()


@pytest.mark.parametrize("action", sorted(WRITES))
def test_an_answer_that_was_lost_makes_no_difference(gcp: Gcp, action: str) -> None:
    create(gcp)
    gcp.lose(action, times=1)

    bring()

    assert bring() == []
    assert audit_configs(gcp) == {"container.googleapis.com": READS}


@pytest.mark.parametrize("action", sorted(WRITES))
def test_throttling_is_waited_out(gcp: Gcp, action: str) -> None:
    create(gcp)
    gcp.throttle(action, times=2)

    bring()

    assert bring() == []


@pytest.mark.parametrize("action", sorted(WRITES))
def test_a_quota_that_does_not_come_back_is_named(gcp: Gcp, action: str) -> None:
    create(gcp)
    gcp.throttle(action)

    said = refusal(wait=2)

    assert said.startswith(f"{action}: RESOURCE_EXHAUSTED: Quota exceeded")
    assert "not to be waited out in 2 s: run again later" in said


@pytest.mark.parametrize(("theirs", "after"), [(400, 400), (60, 90)])
def test_a_retention_that_others_set_while_a_quota_is_waited_for_is_not_shortened(
    gcp: Gcp, theirs: int, after: int
) -> None:
    create(gcp)
    gcp.throttle("logging.buckets.update", times=1)

    def tell(step: str) -> None:
        if step.startswith("waiting: logging.buckets.update"):
            update_bucket(gcp, retention_days=theirs)

    bring(tell=tell)

    assert gcp.calls(outcome="RESOURCE_EXHAUSTED")["logging.buckets.update"] == 1
    assert days(gcp) == after


def test_what_the_legacy_setting_logs_is_not_replaced_by_a_list(gcp: Gcp) -> None:
    create(gcp)
    gcp.alter_cluster(PROD, loggingConfig=None)
    gcp.forget_calls()

    with pytest.raises(KubewitnessError, match=r"only the legacy loggingService .*: not changed"):
        reached().carry_out(SwitchOn(("APISERVER",)), Deadline(5), lambda _: None)

    assert written(gcp) == set()


@pytest.mark.parametrize("action", [*sorted(WRITES), "container.operations.get"])
def test_a_permission_that_is_missing_is_named(gcp: Gcp, action: str) -> None:
    create(gcp)
    gcp.deny(action)

    with pytest.raises(KubewitnessError, match=rf"^{action}: PERMISSION_DENIED: .*: grant it: kubewitness permissions"):
        bring()


def test_credentials_that_end_on_the_way(gcp: Gcp) -> None:
    create(gcp)
    gcp.set(token_seconds=60)  # google-auth renews at each call

    def tell(step: str) -> None:
        if step.startswith("waiting"):
            gcp.deny("token")

    with pytest.raises(KubewitnessError, match=r"container.operations.get: no new token: renew the credentials"):
        bring(tell=tell)


def test_of_a_cluster_that_could_not_be_read_nothing_is_changed(gcp: Gcp) -> None:
    create(gcp)
    gcp.deny("container.clusters.get")

    assert "container.clusters.get: PERMISSION_DENIED" in refusal()
    assert written(gcp) == set()


def test_a_bucket_that_could_not_be_read_is_told_and_not_changed(gcp: Gcp) -> None:
    create(gcp)
    record_reads(gcp)
    gcp.deny("logging.buckets.get")

    told = notes()
    bring()

    assert any(note.startswith("logging.buckets.get: PERMISSION_DENIED") for note in told)
    assert "logging.buckets.update" not in gcp.calls()


def test_audit_configs_that_could_not_be_read_are_told_and_not_set(gcp: Gcp) -> None:
    create(gcp)
    gcp.deny("resourcemanager.folders.getIamPolicy")

    told = notes()
    bring()

    assert any(note.startswith("resourcemanager.folders.getIamPolicy: PERMISSION_DENIED") for note in told)
    assert written(gcp) == {"container.clusters.update"}


def test_a_retention_of_more_than_ten_years_is_refused(gcp: Gcp) -> None:
    with pytest.raises(KubewitnessError, match="more than a log bucket can be told"):
        reached().retention_at_least(4000)
