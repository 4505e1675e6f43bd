"""Which files a program takes for a glob, and whether a rotated audit log is one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.shippers.model import Program
from kubewitness.shippers.rules.globs import rotated, sample, takes, widened

R = Program.RSYSLOG
O = Program.OTELCOL  # noqa: E741
F = Program.FILEBEAT
B = Program.FLUENT_BIT
V = Program.VECTOR
ALL = (R, O, F, B, V)


@pytest.mark.parametrize(
    ("pattern", "path", "programs"),
    [
        ("/a/audit.log", "/a/audit.log", ALL),
        ("/a/audit.log", "/a/audit.log1", ()),
        ("/a/audit*.log", "/a/audit-2026-11-21T23-50-00.000.log", ALL),
        ("/a/audit*.log", "/a/audit-2026-11-21T23-50-00.000.log.gz", ()),
        ("/a/audit*", "/a/audit-2026-11-21T23-50-00.000.log.gz", ALL),
        ("/a/audit.log*", "/a/audit-2026-11-21T23-50-00.000.log", ()),
        ("/a/*.log", "/a/b/audit.log", ()),
        ("/a/*/audit.log", "/a/b/audit.log", ALL),
        ("/a/**/audit.log", "/a/b/c/audit.log", (O, F, V)),
        ("/a/**/audit.log", "/a/audit.log", (O, F, V)),
        ("/a/**/audit.log", "/a/b/audit.log", ALL),
        ("/a/**/audit.log", "/a/xaudit.log", ()),
        ("/a/**", "/a/b/audit.log", (O, F, V)),
        ("/a/{audit,other}*.log", "/a/other-1.log", (R, O)),
        ("/a/{audit,other}*.log", "/a/{audit,other}-1.log", (F, B, V)),
        ("/a/audit-[0-9]*.log", "/a/audit-2026.log", ALL),
        ("/a/audit-[!0-9]*.log", "/a/audit-2026.log", ()),
        ("/a/audit-[!0-9]*.log", "/a/audit-x.log", ALL),
        ("/a/audit-????.log", "/a/audit-2026.log", ALL),
        ("/a/*", "/a/.hidden", (O, F, V)),
        ("/a/audit[.log", "/a/audit[.log", ALL),
        ("/a/a\\*.log", "/a/a*.log", ALL),
        ("/a/a\\*.log", "/a/ab.log", ()),
    ],
)
def test_each_program_takes_what_its_own_dialect_says(pattern: str, path: str, programs: tuple[Program, ...]) -> None:
    assert tuple(program for program in ALL if takes(pattern, path, program)) == programs


@pytest.mark.parametrize(
    ("live", "full"),
    [
        ("/var/log/audit.log", "/var/log/audit-2026-11-21T23-50-00.000.log"),
        ("/var/log/audit", "/var/log/audit-2026-11-21T23-50-00.000"),
        ("/var/log/kube.audit.json", "/var/log/kube.audit-2026-11-21T23-50-00.000.json"),
    ],
)
def test_a_full_log_is_renamed_as_lumberjack_does(live: str, full: str) -> None:
    assert rotated(live) == full


@pytest.mark.parametrize(
    ("pattern", "live"),
    [
        ("/a/audit.log", "/a/audit.log"),
        ("/a/audit*.log", "/a/audit.log"),
        ("/a/audit.log*", "/a/audit.log"),
        ("/a/*.log", "/a/audit.log"),
        ("/a/**/[ab]udit?.log", "/a/x/auditx.log"),
        ("/a/[^a]udit.log", "/a/xudit.log"),
        ("/a/*", "/a/audit"),
    ],
)
def test_a_glob_has_a_live_log_that_it_is_meant_for(pattern: str, live: str) -> None:
    assert sample(pattern, O) == live
    assert takes(pattern, live, O)


@pytest.mark.parametrize("live", ["/a/audit.log", "/a/audit", "/a/kube-apiserver-audit.json", "/a/audit.log*"])
@pytest.mark.parametrize("program", ALL)
def test_a_widened_name_takes_the_rotated_one(live: str, program: Program) -> None:
    name = live.rstrip("*")

    assert takes(widened(live), name, program)
    assert takes(widened(live), rotated(name), program)


@given(st.text(alphabet="ab/*?[]{},!^\\-.", max_size=40), st.text(alphabet="ab/.-", max_size=20))
def test_any_pattern_is_answered(pattern: str, path: str) -> None:
    for program in ALL:
        assert takes(pattern, path, program) in {True, False}
        assert isinstance(sample(pattern, program), str)


@pytest.mark.parametrize("pattern", ["*a" * 2000, "{a,b}" * 800, "{" * 4000, "[" * 4000, "**/" * 1300])
def test_a_hostile_pattern_is_answered_soon(pattern: str) -> None:
    assert takes(pattern, "/" + "a" * 60, O) is False
