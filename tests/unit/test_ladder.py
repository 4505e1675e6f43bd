"""How checks become findings, how far a source was seen, and with what the command ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.catalogue import load_catalogue
from kubewitness.check import (
    Check,
    Fail,
    NotApplicable,
    Pass,
    Result,
    Unknown,
    from_differences,
)
from kubewitness.check import check as make_check
from kubewitness.demand import Difference
from kubewitness.ladder import UnreadTarget, assess, exit_code
from kubewitness.model import (
    Evidence,
    FieldDifference,
    Finding,
    Kind,
    Reason,
    Rung,
    Severity,
    Source,
    SourceState,
    Status,
    Target,
    Unread,
)
from tests.checks.clusters import cluster
from tests.checks.nodes import node
from tests.checks.servers import server
from tests.checks.standards import standard

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.observed import ApiServer
    from kubewitness.standard import Standard

PASS = Pass("good")
FAIL = Fail("bad", "mend it", "a", "b", (Evidence("cp-1:/f", "b", "2026-11-21T13:00:00Z"),))
UNKNOWN = Unknown(Reason.DENIED, "not read", "run as root")
NOT = NotApplicable("does not arise")
UNREACHABLE = UnreadTarget(
    "cp-2", "lab", Kind.API_SERVER, Unread(Reason.UNREACHABLE, "no route to host"), Rung.EMITTING
)
_SERVERS = {view: server(view=view) for view in ("live", "tree")}


def check(
    result: Result | Callable[[ApiServer, Standard], Result],
    *,
    rung: Rung = Rung.DECLARED,
    climbs: bool = True,
    severity: Severity = Severity.HIGH,
    name: str = "a-check",
    opt_in: str = "",
) -> Check:
    """A check that always says the same."""
    function = result if callable(result) else lambda _server, _standard: result
    return Check(
        id=name,
        kind=Kind.API_SERVER,
        title="all is well",
        severity=severity,
        rung=rung,
        climbs=climbs,
        opt_in=opt_in,
        source="https://example.com",
        controls=("CIS:1",),
        function=function,
    )


EACH = tuple(check(PASS, rung=rung) for rung in (Rung.DECLARED, Rung.EFFECTIVE, Rung.EMITTING))
"""A check a rung that passes."""


def state(*checks: Check, view: str = "live", required: str = "emitting") -> SourceState:
    target, _ = assess(_SERVERS[view], standard(required=required), checks)
    return target.sources[Source.AUDIT]


class TestTheLadder:
    """Rung 1 to 3 by the results of the climbing checks there, on a live node that has to reach rung 3."""

    @pytest.mark.parametrize(
        ("declared", "effective", "emitting", "rung", "status"),
        [
            (PASS, PASS, PASS, 3, Status.PASS),
            (PASS, PASS, NOT, 2, Status.UNKNOWN),
            (NOT, PASS, PASS, None, Status.UNKNOWN),
            (PASS, PASS, FAIL, 2, Status.FAIL),
            (PASS, FAIL, PASS, 1, Status.FAIL),
            (FAIL, PASS, PASS, 0, Status.FAIL),
            (FAIL, UNKNOWN, UNKNOWN, 0, Status.FAIL),
            (PASS, FAIL, UNKNOWN, 1, Status.FAIL),
            (PASS, PASS, UNKNOWN, 2, Status.UNKNOWN),
            (PASS, UNKNOWN, PASS, 1, Status.UNKNOWN),
            (UNKNOWN, PASS, PASS, None, Status.UNKNOWN),
            (UNKNOWN, FAIL, PASS, None, Status.FAIL),
        ],
    )
    def test_ends_where_a_check_does_not_pass(
        self, declared: Result, effective: Result, emitting: Result, rung: int | None, status: Status
    ) -> None:
        found = state(
            check(declared, rung=Rung.DECLARED),
            check(effective, rung=Rung.EFFECTIVE),
            check(emitting, rung=Rung.EMITTING),
        )

        assert (found.rung, found.status) == (rung, status)
        assert (found.required, found.ceiling) == (3, 3)

    def test_a_check_that_fails_beside_one_that_is_unknown_ends_it(self) -> None:
        assert state(check(UNKNOWN), check(FAIL)).rung == 0

    @pytest.mark.parametrize(
        ("required", "failing", "status"),
        [
            ("declared", Rung.EFFECTIVE, Status.PASS),
            ("effective", Rung.EFFECTIVE, Status.FAIL),
            ("effective", Rung.EMITTING, Status.PASS),
            ("off", Rung.DECLARED, Status.PASS),
        ],
    )
    def test_what_is_required_decides(self, required: str, failing: Rung, status: Status) -> None:
        below = [check(PASS, rung=rung) for rung in Rung if rung < failing]

        found = state(*below, check(FAIL, rung=failing, severity=Severity.MEDIUM), required=required)

        assert found.status is status

    @pytest.mark.parametrize("result", [FAIL, UNKNOWN])
    def test_where_rung_0_suffices_no_rung_is_missed(self, result: Result) -> None:
        target, (finding,) = assess(_SERVERS["live"], standard(required="off"), [check(result, severity=Severity.HIGH)])

        found = target.sources[Source.AUDIT]
        assert (found.rung, found.required, found.status) == (0, 0, Status.PASS)
        assert finding.status is Status.NOT_APPLICABLE
        assert exit_code([finding], [target], Severity.LOW) == 0

    def test_a_check_that_does_not_climb_does_not_end_it(self) -> None:
        found = state(*EACH, check(FAIL, climbs=False, severity=Severity.MEDIUM))

        assert (found.rung, found.status) == (3, Status.PASS)

    @pytest.mark.parametrize(
        ("severity", "status"),
        [
            (Severity.CRITICAL, Status.FAIL),
            (Severity.HIGH, Status.FAIL),
            (Severity.MEDIUM, Status.PASS),
            (Severity.LOW, Status.PASS),
        ],
    )
    def test_a_grave_failure_fails_the_source_on_any_rung(self, severity: Severity, status: Status) -> None:
        assert state(*EACH, check(FAIL, climbs=False, severity=severity)).status is status

    @pytest.mark.parametrize(
        ("severity", "status"),
        [
            (Severity.CRITICAL, Status.UNKNOWN),
            (Severity.HIGH, Status.UNKNOWN),
            (Severity.MEDIUM, Status.PASS),
        ],
    )
    def test_what_would_fail_the_source_must_be_known(self, severity: Severity, status: Status) -> None:
        found = state(*EACH, check(UNKNOWN, climbs=False, severity=severity))

        assert (found.rung, found.status) == (3, status)

    def test_what_was_not_asked_for_need_not_be_known(self) -> None:
        found = state(*EACH, check(UNKNOWN, rung=Rung.EMITTING, climbs=False), required="effective")

        assert found.status is Status.PASS

    @pytest.mark.parametrize("nothing", [(), (check(NOT, rung=Rung.EMITTING),)])
    def test_a_rung_that_nothing_shows_is_not_known(self, nothing: tuple[Check, ...]) -> None:
        found = state(*EACH[:2], *nothing)

        assert (found.rung, found.status, found.reason) == (2, Status.UNKNOWN, "not-observed")
        assert found.hint == "nothing shows rung 3: ask for less: --require effective"

    def test_a_rung_that_nothing_shows_and_nobody_asks_for_is_where_it_ends(self) -> None:
        found = state(*EACH[:2], check(NOT, rung=Rung.EMITTING), required="effective")

        assert (found.rung, found.status) == (2, Status.PASS)

    def test_unknown_says_why_and_what_to_do(self) -> None:
        found = state(check(UNKNOWN))

        assert (found.reason, found.hint) == ("denied", "run as root")

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([PASS, FAIL, UNKNOWN, NOT]),
                st.sampled_from([Rung.DECLARED, Rung.EFFECTIVE, Rung.EMITTING]),
                st.booleans(),
                st.sampled_from(Severity),
            )
        ),
        st.sampled_from(["live", "tree"]),
        st.sampled_from(["off", "declared", "effective", "emitting", "delivered", "kept"]),
    )
    def test_unknown_is_never_pass(
        self, results: list[tuple[Result, Rung, bool, Severity]], view: str, required: str
    ) -> None:
        checks = [check(result, rung=rung, climbs=up, severity=how) for result, rung, up, how in results]

        found = state(*checks, view=view, required=required)

        asked = min(found.required, found.ceiling)
        unknown = [
            result
            for result, rung, up, how in results
            if isinstance(result, Unknown) and rung <= asked and (up or how.rank >= Severity.HIGH.rank)
        ]
        failed = [r for r, rung, up, _ in results if up and isinstance(r, Fail) and rung <= found.ceiling]
        shown = {rung for result, rung, up, _ in results if up and isinstance(result, Pass)}
        assert found.rung is None or {rung for rung in Rung if Rung.OFF < rung <= found.rung} <= shown
        if found.status is Status.PASS:
            assert found.rung is not None
            assert found.rung >= found.required
            assert failed or not unknown
        if found.status is Status.UNKNOWN:
            assert found.reason
        assert found.rung is None or found.rung <= found.ceiling


class TestAFileTree:
    def test_shows_rung_1_and_is_unknown_above_it(self) -> None:
        found = state(check(PASS), check(PASS, rung=Rung.EFFECTIVE), view="tree")

        assert (found.rung, found.required, found.ceiling, found.status) == (1, 3, 1, Status.UNKNOWN)
        assert (found.reason, found.hint) == (
            "not-observed",
            "check the live node, or ask for less: --require declared",
        )

    def test_suffices_where_declared_does(self) -> None:
        found = state(check(PASS), check(FAIL, rung=Rung.EFFECTIVE), view="tree", required="declared")

        assert (found.rung, found.status) == (1, Status.PASS)

    def test_fails_below_its_ceiling_whatever_is_required(self) -> None:
        found = state(check(FAIL, severity=Severity.MEDIUM), view="tree")

        assert (found.rung, found.status) == (0, Status.FAIL)

    @pytest.mark.parametrize(("required", "status"), [("emitting", "UNKNOWN"), ("declared", "NOT_APPLICABLE")])
    def test_does_not_run_checks_above_its_ceiling(self, required: str, status: str) -> None:
        def never(_server: ApiServer, _standard: Standard) -> Result:
            raise AssertionError

        _, (finding,) = assess(server(view="tree"), standard(required=required), (check(never, rung=Rung.EFFECTIVE),))

        assert finding.status.value == status
        assert "rung 1 (declared) at most" in finding.message

    def test_is_unknown_where_the_store_is_asked_for(self) -> None:
        assert state(check(PASS), required="kept").status is Status.UNKNOWN


class TestWhereNoEventIsSeen:
    """The whole catalogue on servers whose events go where nobody looks."""

    WEBHOOK: Final = {"audit-log-path": None, "audit-webhook-config-file": "/etc/kubernetes/audit/webhook.yaml"}

    @pytest.mark.parametrize("flags", [WEBHOOK, {"audit-log-path": "-"}], ids=["webhook", "standard output"])
    @pytest.mark.parametrize("options", [(), ("--prove",)])
    def test_whether_they_are_emitted_is_not_known(
        self, flags: dict[str, str | None], options: tuple[str, ...]
    ) -> None:
        subject = server(flags=flags, canary={"problem": "no-log"} if options else None)

        target, _ = assess(subject, standard(), tuple(load_catalogue()), options)

        found = target.sources[Source.AUDIT]
        assert (found.rung, found.status, found.reason) == (2, Status.UNKNOWN, "not-observed")
        assert found.hint == "set --audit-log-path to a file, or ask for less: --require effective"

    @pytest.mark.parametrize("flags", [WEBHOOK, {"audit-log-path": "-"}], ids=["webhook", "standard output"])
    def test_it_is_enough_for_who_asks_for_less(self, flags: dict[str, str | None]) -> None:
        target, findings = assess(server(flags=flags), standard(required="effective"), tuple(load_catalogue()))

        found = target.sources[Source.AUDIT]
        assert (found.rung, found.status) == (2, Status.PASS)
        assert exit_code(findings, [target], Severity.MEDIUM) == 0

    def test_without_a_backend_the_ladder_is_not_climbed(self) -> None:
        target, _ = assess(server(flags={"audit-log-path": None}), standard(), tuple(load_catalogue()))

        assert (target.sources[Source.AUDIT].rung, target.sources[Source.AUDIT].status) == (0, Status.FAIL)


class TestFindings:
    def test_carry_what_the_check_said(self) -> None:
        target, (finding,) = assess(server(), standard(), (check(FAIL),))

        assert finding == Finding(
            check="a-check",
            target="cp-1",
            cluster="lab",
            status=Status.FAIL,
            severity=Severity.HIGH,
            message="bad",
            rung=0,
            required=3,
            expected="a",
            actual="b",
            evidence=FAIL.evidence,
            remediation="mend it",
            controls=("CIS:1",),
        )
        assert (target.name, target.cluster, target.kind) == ("cp-1", "lab", Kind.API_SERVER)

    @pytest.mark.parametrize(
        ("result", "status", "reason", "remediation"),
        [
            (PASS, Status.PASS, None, None),
            (FAIL, Status.FAIL, None, "mend it"),
            (UNKNOWN, Status.UNKNOWN, "denied", "run as root"),
            (NOT, Status.NOT_APPLICABLE, None, None),
        ],
    )
    def test_have_a_reason_where_they_are_unknown(
        self, result: Result, status: Status, reason: str | None, remediation: str | None
    ) -> None:
        _, (finding,) = assess(server(), standard(), (check(result),))

        assert (finding.status, finding.reason, finding.remediation) == (status, reason, remediation)

    def test_come_one_a_check_in_the_order_of_the_catalogue(self) -> None:
        checks = [check(PASS, name=name) for name in ("b", "a", "c")]

        _, findings = assess(server(), standard(), checks)

        assert [finding.check for finding in findings] == ["b", "a", "c"]

    def test_of_a_node_that_was_not_read_are_all_unknown(self) -> None:
        node = UNREACHABLE

        target, findings = assess(node, standard(), (check(PASS), check(FAIL, name="b")))

        assert {finding.status for finding in findings} == {Status.UNKNOWN}
        assert {finding.reason for finding in findings} == {"unreachable"}
        assert target.sources[Source.AUDIT].status is Status.UNKNOWN
        assert exit_code(findings, [target], Severity.MEDIUM) == 2


class TestACheckThatRaises:
    @pytest.mark.parametrize("error", [ValueError("odd"), KeyError("k"), RecursionError(), AssertionError("no")])
    def test_is_unknown_with_the_error_and_the_others_go_on(self, error: Exception) -> None:
        def broken(_server: ApiServer, _standard: Standard) -> Result:
            raise error

        target, (first, second) = assess(server(), standard(), (check(broken), check(PASS, name="b")))

        assert (first.status, first.reason) == (Status.UNKNOWN, "check-error")
        assert type(error).__name__ in first.message
        assert second.status is Status.PASS
        assert target.sources[Source.AUDIT].status is Status.UNKNOWN
        assert exit_code((first, second), [target], Severity.MEDIUM) == 3

    def test_does_not_make_an_interrupt_a_finding(self) -> None:
        def stopped(_server: ApiServer, _standard: Standard) -> Result:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            assess(server(), standard(), (check(stopped),))


class TestACheckThatHasToBeAskedFor:
    @pytest.mark.parametrize(
        ("options", "status", "rung"), [((), Status.NOT_APPLICABLE, 3), (("--prove",), Status.FAIL, 2)]
    )
    def test_runs_with_its_option_only(self, options: tuple[str, ...], status: Status, rung: int) -> None:
        asked = check(FAIL, rung=Rung.EMITTING, opt_in="--prove")

        target, (finding, *_) = assess(server(), standard(), (asked, *EACH), options)

        assert finding.status is status
        assert target.sources[Source.AUDIT].rung == rung

    def test_is_not_asked_for_on_a_node_that_was_not_read_either(self) -> None:
        node = UNREACHABLE

        _, (finding,) = assess(node, standard(), (check(PASS, opt_in="--prove"),))

        assert finding.message == "not asked for: --prove"


class TestFromDifferences:
    ONE = Difference("--a", "30", "7", "set --a=30")
    TWO = Difference("--b", "10", "1", "set --b=10")

    def test_none_is_a_pass(self) -> None:
        assert from_differences((), "good", FAIL.evidence) == Pass("good", FAIL.evidence)

    def test_one_is_told_in_the_message(self) -> None:
        found = from_differences((self.ONE,), "good")

        assert isinstance(found, Fail)
        assert (found.message, found.remedy, found.expected, found.actual) == (
            "--a: 7",
            "set --a=30",
            "--a: 30",
            "--a: 7",
        )

    def test_several_are_counted_and_each_is_kept(self) -> None:
        found = from_differences((self.ONE, self.TWO), "good", noun="odd things")

        assert isinstance(found, Fail)
        assert found.message == "2 odd things"
        assert found.remedy == "set --a=30; set --b=10"
        assert found.differences == (FieldDifference("--a", "30", "7"), FieldDifference("--b", "10", "1"))

    def test_the_same_remedy_is_said_once(self) -> None:
        found = from_differences((self.ONE, self.ONE), "good")

        assert isinstance(found, Fail)
        assert found.remedy == "set --a=30"


def finding(status: Status, severity: Severity = Severity.HIGH) -> Finding:
    return Finding("a-check", "cp-1", "lab", status, severity, "")


def target(status: Status) -> Target:
    return Target("cp-1", "lab", Kind.API_SERVER, {Source.AUDIT: SourceState(1, 1, 1, status)})


class TestExitCode:
    @pytest.mark.parametrize(
        ("findings", "source", "fail_on", "code"),
        [
            ([finding(Status.PASS), finding(Status.NOT_APPLICABLE)], Status.PASS, Severity.MEDIUM, 0),
            ([finding(Status.FAIL)], Status.FAIL, Severity.MEDIUM, 1),
            ([finding(Status.FAIL, Severity.MEDIUM)], Status.PASS, Severity.MEDIUM, 1),
            ([finding(Status.FAIL, Severity.LOW)], Status.PASS, Severity.MEDIUM, 0),
            ([finding(Status.FAIL, Severity.LOW)], Status.PASS, Severity.LOW, 1),
            ([finding(Status.FAIL, Severity.HIGH)], Status.FAIL, Severity.CRITICAL, 0),
            ([finding(Status.PASS), finding(Status.UNKNOWN, Severity.INFO)], Status.PASS, Severity.MEDIUM, 3),
            ([finding(Status.PASS)], Status.UNKNOWN, Severity.MEDIUM, 3),
            ([finding(Status.UNKNOWN), finding(Status.FAIL)], Status.UNKNOWN, Severity.MEDIUM, 1),
            ([finding(Status.UNKNOWN), finding(Status.FAIL, Severity.LOW)], Status.PASS, Severity.MEDIUM, 3),
        ],
    )
    def test_findings_come_before_what_is_unknown(
        self, findings: list[Finding], source: Status, fail_on: Severity, code: int
    ) -> None:
        assert exit_code(findings, [target(source)], fail_on) == code

    @pytest.mark.parametrize("findings", [[], [finding(Status.FAIL)], [finding(Status.UNKNOWN)]])
    def test_nothing_assessed_comes_before_all(self, findings: list[Finding]) -> None:
        assert exit_code(findings, [], Severity.MEDIUM) == 2

    @pytest.mark.parametrize("others", [[], [finding(Status.NOT_APPLICABLE)]])
    def test_targets_that_were_not_read_are_not_assessed(self, others: list[Finding]) -> None:
        findings = [finding(Status.UNKNOWN), *others]

        assert exit_code(findings, [target(Status.UNKNOWN), target(Status.UNKNOWN)], Severity.MEDIUM) == 2

    @pytest.mark.parametrize(("status", "code"), [(Status.PASS, 3), (Status.FAIL, 1)])
    def test_one_verdict_on_one_of_them_is_an_assessment(self, status: Status, code: int) -> None:
        findings = [finding(Status.UNKNOWN), finding(status)]

        assert exit_code(findings, [target(Status.UNKNOWN), target(Status.UNKNOWN)], Severity.MEDIUM) == code

    def test_a_target_of_which_nothing_is_asked_was_read(self) -> None:
        findings = [finding(Status.UNKNOWN), finding(Status.NOT_APPLICABLE)]

        assert exit_code(findings, [target(Status.UNKNOWN), target(Status.NOT_APPLICABLE)], Severity.MEDIUM) == 3

    def test_one_bad_server_among_good_ones_counts(self) -> None:
        several: list[Any] = [target(Status.PASS), target(Status.UNKNOWN), target(Status.PASS)]

        assert exit_code(iter([finding(Status.PASS)]), iter(several), Severity.MEDIUM) == 3


def test_a_target_of_which_nothing_can_be_asked_is_not_applicable_and_ends_with_0() -> None:
    def never(_: object, __: object) -> Result:
        raise AssertionError

    item = replace(check(never), kind=Kind.MANAGED_CLUSTER)

    target, findings = assess(cluster(not_loggable="being deleted"), standard(), [item])

    (state,) = target.sources.values()
    assert (state.status, state.rung, state.reason) == (Status.NOT_APPLICABLE, None, "being deleted")
    assert [finding.message for finding in findings] == ["being deleted"]
    assert exit_code(findings, [target], Severity.INFO) == 0


class TestANode:
    """Two logs of one target, each with a ladder of its own."""

    def test_a_check_climbs_the_ladder_of_its_log_alone(self) -> None:
        target, _ = assess(node(journal={"stores": ["/run/log/journal"]}), standard(), tuple(load_catalogue()))

        cells = {source.value: (state.rung, state.status) for source, state in target.sources.items()}
        assert cells == {"journal": (1, Status.FAIL), "containers": (3, Status.PASS)}

    def test_nothing_is_asked_of_a_log_that_the_standard_leaves_out(self) -> None:
        off = standard().requiring({Source.JOURNAL: Rung.OFF})

        target, findings = assess(node(journal=None), off, tuple(load_catalogue()))

        assert target.sources[Source.JOURNAL].status is Status.NOT_APPLICABLE
        assert target.sources[Source.CONTAINERS].status is Status.PASS
        assert exit_code(findings, [target], Severity.LOW) == 0

    def test_a_log_that_is_left_out_is_no_answer(self) -> None:
        unread = replace(UNREACHABLE, kind=Kind.NODE)
        off = standard().requiring({Source.JOURNAL: Rung.OFF})

        target, findings = assess(unread, off, tuple(load_catalogue()))

        assert exit_code(findings, [target], Severity.LOW) == 2

    def test_a_finding_names_the_log_and_the_kind(self) -> None:
        _, findings = assess(node(), standard(), tuple(load_catalogue()))

        assert {finding.kind for finding in findings} == {Kind.NODE}
        assert {finding.log for finding in findings} == {Source.JOURNAL, Source.CONTAINERS}

    def test_a_check_of_a_log_that_its_target_has_not_is_refused(self) -> None:
        with pytest.raises(ValueError, match="a target of kind node has no log audit"):
            make_check(
                "x", "y", kind=Kind.NODE, log=Source.AUDIT, severity=Severity.LOW, rung=Rung.OFF, source="https://x.y"
            )
