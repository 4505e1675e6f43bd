from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.apiserver import (
    AuditSettings,
    Gap,
    RotationMinimum,
    audit_settings,
    capacity_mib,
    is_unbounded,
    parse_flags,
    rotation_gaps,
    unknown_rotation,
)
from kubewitness.model import ServerVersion

CIS = RotationMinimum(maxage_days=30, maxbackup=10, maxsize_mib=100)
V1_35, V1_36 = ServerVersion(1, 35), ServerVersion(1, 36)


def settings(version: ServerVersion | None, *argv: str, log: str = "/var/log/audit.log") -> AuditSettings:
    return audit_settings(parse_flags([f"--audit-log-path={log}", *argv]), version)


@pytest.mark.parametrize("version", [V1_35, V1_36])
def test_values_below_the_minimum_are_gaps(version: ServerVersion) -> None:
    found = settings(version, "--audit-log-maxage=7", "--audit-log-maxbackup=3", "--audit-log-maxsize=5")

    assert rotation_gaps(found, CIS) == (
        Gap("audit-log-maxage", expected=30, actual=7, set_to=30),
        Gap("audit-log-maxbackup", expected=10, actual=3, set_to=10),
        Gap("audit-log-maxsize", expected=100, actual=5, set_to=100),
    )


def test_only_the_weak_value_is_a_gap() -> None:
    found = settings(V1_35, "--audit-log-maxage=29", "--audit-log-maxbackup=50", "--audit-log-maxsize=100")

    assert rotation_gaps(found, CIS) == (Gap("audit-log-maxage", expected=30, actual=29, set_to=30),)


@pytest.mark.parametrize("version", [V1_35, V1_36])
def test_a_server_without_the_flags_meets_the_benchmark(version: ServerVersion) -> None:
    assert rotation_gaps(settings(version), CIS) == ()


@pytest.mark.parametrize(
    ("version", "argv", "unbounded", "capacity"),
    [
        (V1_35, [], True, None),
        (V1_36, [], False, 101 * 100),
        (V1_36, ["--audit-log-maxsize=0"], True, None),
        (V1_35, ["--audit-log-maxsize=0", "--audit-log-maxbackup=10"], False, 11 * 100),
        (V1_36, ["--audit-log-maxage=0", "--audit-log-maxbackup=0"], True, None),
        (V1_36, ["--audit-log-maxbackup=0"], False, None),
        (V1_35, ["--audit-log-maxage=30", "--audit-log-maxbackup=10", "--audit-log-maxsize=100"], False, 1100),
        (None, ["--audit-log-maxage=0", "--audit-log-maxbackup=0", "--audit-log-maxsize=5"], True, None),
        (None, ["--audit-log-maxbackup=0"], None, None),
        (None, ["--audit-log-maxbackup=9"], None, None),
        (None, [], None, None),
    ],
)
def test_what_is_never_taken_away_is_told_apart(
    version: ServerVersion | None, argv: list[str], *, unbounded: bool | None, capacity: int | None
) -> None:
    found = settings(version, *argv)

    assert is_unbounded(found) is unbounded
    assert capacity_mib(found) == capacity


def test_a_file_that_is_never_rotated_loses_nothing() -> None:
    found = settings(V1_36, "--audit-log-maxsize=0", "--audit-log-maxage=1", "--audit-log-maxbackup=1")

    assert rotation_gaps(found, CIS) == ()


def test_what_is_not_known_is_no_gap_and_is_said() -> None:
    found = settings(None, "--audit-log-maxage=7")

    assert [gap.flag for gap in rotation_gaps(found, CIS)] == ["audit-log-maxage"]
    assert unknown_rotation(found) == ("audit-log-maxbackup", "audit-log-maxsize")


@pytest.mark.parametrize("log", ["", "-"])
def test_a_log_that_the_server_does_not_rotate(log: str) -> None:
    found = settings(V1_35, "--audit-log-maxage=1", log=log)

    assert rotation_gaps(found, CIS) == ()
    assert unknown_rotation(found) == ()
    assert is_unbounded(found) is False
    assert capacity_mib(found) is None


@given(
    st.sampled_from([V1_35, V1_36]),
    st.tuples(*[st.none() | st.integers(0, 400)] * 3),
    st.builds(RotationMinimum, st.integers(1, 400), st.integers(1, 400), st.integers(1, 400)),
)
def test_what_is_set_for_a_gap_ends_it_and_lowers_nothing(
    version: ServerVersion, values: tuple[int | None, int | None, int | None], minimum: RotationMinimum
) -> None:
    flags = ("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize")
    argv = [f"--{flag}={value}" for flag, value in zip(flags, values, strict=True) if value is not None]
    found = settings(version, *argv)

    gaps = rotation_gaps(found, minimum)

    assert all(gap.set_to > gap.actual > 0 for gap in gaps)
    mended = settings(version, *argv, *(f"--{gap.flag}={gap.set_to}" for gap in gaps))
    assert rotation_gaps(mended, minimum) == ()
