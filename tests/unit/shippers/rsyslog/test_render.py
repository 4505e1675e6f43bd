"""What is rendered for rsyslog loses nothing, and each change that would is found."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubewitness.shippers.model import Program
from kubewitness.shippers.rsyslog.render import render
from kubewitness.shippers.shipment import FileLog, JournalLog, Kafka, Log, Relp, Rendered, Syslog, TlsFiles, Unsafe
from tests.unit.shippers.shipments import (
    AUDIT,
    CONTAINERS,
    JOURNAL,
    KAFKA,
    OPENSEARCH,
    RELP,
    TLS,
    VICTORIA_LOGS,
    files_of,
    found,
    lint,
    shipment,
)

if TYPE_CHECKING:
    from kubewitness.shippers.shipment import Destination, Shipment

CONFIG = "/etc/kubewitness/shipper/rsyslog.conf"
UNIT = "/etc/systemd/system/kubewitness-rsyslog.service"
SYSLOG = Syslog("logs.example.org", 6514, "collector.example.org", TLS)


def done(wanted: Shipment) -> Rendered:
    rendered = render(wanted)
    assert isinstance(rendered, Rendered), rendered
    return rendered


def test_what_is_rendered_has_no_finding() -> None:
    linted = lint(Program.RSYSLOG, files_of(done(shipment(RELP))))

    assert (linted.findings, linted.accepted) == ((), ())


def test_syslog_without_acknowledgement_says_that_the_standard_accepts_it() -> None:
    linted = lint(Program.RSYSLOG, files_of(done(shipment(SYSLOG, accept_loss=True))))

    assert linted.findings == ()
    assert {item.finding.id for item in linted.accepted} == {"SH016"}


MUTATIONS = [
    ("audit*.log", "audit.log", {"SH001"}),
    ('freshStartTail="off"', 'freshStartTail="on"', {"SH002"}),
    (' persistStateInterval="100"', "", {"SH004"}),
    ('persistStateInterval="100"', 'persistStateInterval="100000"', {"SH004"}),
    ('maxMessageSize="8454144"', 'maxMessageSize="64k"', {"SH005"}),
    ('\n       maxMessageSize="8454144"', "", {"SH005"}),
    ('maxSubmitAtOnce="1" ', "", {"SH006"}),
    ('ruleset(name="audit" queue.type="Direct")', 'ruleset(name="audit" queue.type="LinkedList")', {"SH008"}),
    (
        'ruleset(name="audit" queue.type="Direct") {\n    action(',
        'ruleset(name="audit" queue.type="Direct") {\n    action(queue.type="LinkedList" queue.filename="q" ',
        {"SH009"},
    ),
    (
        'ruleset(name="audit" queue.type="Direct")',
        'ruleset(name="audit" queue.type="LinkedList" queue.filename="q" queue.discardSeverity="6")',
        {"SH009"},
    ),
    ('action.resumeRetryCount="-1"\n', 'action.resumeRetryCount="100"\n', {"SH011"}),
    ('           action.resumeRetryCount="-1"\n', "", {"SH011"}),
    ('tls="on" tls.authMode="name"', 'tls="off"', {"SH012"}),
    ('tls="on" tls.authMode="name"', 'tls="on"', {"SH013"}),
    ('tls.authMode="name"', 'tls.authMode="certvalid"', {"SH014"}),
    (f'           tls.myCert="{TLS.certificate}"\n', "", {"SH015"}),
    ('type="omrelp"', 'type="omfwd" protocol="tcp"', {"SH012", "SH016"}),
    ("    action(type=", '    if $msg contains "healthz" then stop\n    action(type=', {"SH017"}),
    ('property(name="msg")', 'property(name="msg" position.from="1" position.to="1000")', {"SH018"}),
    ('target="logs.example.org"', 'target="127.0.0.1"', {"SH020"}),
    ('ruleset="audit"', 'ruleset="other"', {"SH020", "SH021"}),
    ("/var/lib/kubewitness-shipper", "/run/kubewitness", {"SH023"}),
]


@pytest.mark.parametrize(("old", "new", "ids"), MUTATIONS)
def test_each_lossy_change_gives_the_finding_that_is_meant(old: str, new: str, ids: set[str]) -> None:
    files = files_of(done(shipment(RELP, logs=(AUDIT,))))
    assert old in files[CONFIG]
    files[CONFIG] = files[CONFIG].replace(old, new)

    assert found(Program.RSYSLOG, files) == ids


@pytest.mark.parametrize(
    ("old", "new", "ids"),
    [
        ('Ratelimit.Interval="0"', 'Ratelimit.Interval="600"', {"SH017"}),
        ('IgnorePreviousMessages="off"', 'IgnorePreviousMessages="on"', {"SH002"}),
        ('       StateFile="/var/lib/kubewitness-shipper/imjournal.state"\n', "", {"SH003"}),
        ('main_queue(queue.type="Direct")', "", {"SH008", "SH009"}),
    ],
)
def test_each_lossy_change_of_the_journal_is_found(old: str, new: str, ids: set[str]) -> None:
    files = files_of(done(shipment(RELP, logs=(JOURNAL,))))
    assert old in files[CONFIG]
    files[CONFIG] = files[CONFIG].replace(old, new)

    assert found(Program.RSYSLOG, files) == ids


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rsyslog-rewind", "true"),
        (" 34 files ", " 8 files "),
        (" 34 journal ", " 8 journal "),
        ("8388608 /var/log/kubernetes/audit", "8388608 /var/log/other"),
    ],
)
def test_a_start_that_puts_nothing_back_is_found(old: str, new: str) -> None:
    files = files_of(done(shipment(RELP)))
    assert old in files[UNIT]
    files[UNIT] = files[UNIT].replace(old, new)

    assert found(Program.RSYSLOG, files) == {"SH006"}


def test_a_larger_window_than_what_is_put_back_is_found() -> None:
    files = files_of(done(shipment(RELP)))
    files[CONFIG] = files[CONFIG].replace('windowSize="32" ', "")

    assert found(Program.RSYSLOG, files) == {"SH006"}


def test_how_rsyslog_is_started_is_not_asked_where_it_is_not_told() -> None:
    files = {CONFIG: files_of(done(shipment(RELP)))[CONFIG]}

    assert found(Program.RSYSLOG, files) == set()


@pytest.mark.parametrize(
    ("destination", "changes", "says"),
    [
        (VICTORIA_LOGS, {}, "use otelcol"),
        (KAFKA, {}, "use filebeat"),
        (OPENSEARCH, {}, "use filebeat"),
        (Kafka(("k1.example.org:9092",), "audit", None), {}, "use filebeat"),
        (SYSLOG, {}, "accept_loss"),
        (RELP, {"fields": {"cluster": 'a"] b', "node": "n"}}, "the field cluster"),
        (RELP, {"logs": (FileLog(Log.AUDIT, ("/l/audit*",), ("/l/*.tmp",)),)}, "cannot leave out"),
        (RELP, {"logs": (JournalLog(()),)}, "no log to ship"),
    ],
)
def test_what_cannot_be_made_safe_is_refused_with_the_reason(
    destination: Destination, changes: dict[str, object], says: str
) -> None:
    refused = render(shipment(destination, **changes))

    assert isinstance(refused, Unsafe)
    assert says in refused.reason


def test_a_glob_takes_full_logs_of_containers_and_not_those_that_are_compressed() -> None:
    text = files_of(done(shipment(RELP)))[CONFIG]

    name = next(line.split('"')[1] for line in text.splitlines() if "/var/log/pods" in line)
    assert [Path(f"/var/log/pods/a/b/{file}").match(name) for file in ("0.log", "0.log.20261121-235000")] == [True] * 2
    assert not any(Path(f"/var/log/pods/a/b/0.log.20261121-235000{end}").match(name) for end in (".gz", ".tmp"))


def test_only_what_reads_container_logs_may_read_what_is_roots() -> None:
    audit = done(shipment(RELP, logs=(AUDIT,))).files[-2].text
    containers = done(shipment(RELP, logs=(CONTAINERS,))).files[-2].text

    assert "AmbientCapabilities=\n" in audit
    assert "AmbientCapabilities=CAP_DAC_READ_SEARCH\n" in containers


def test_each_log_is_put_back_before_the_start() -> None:
    unit = done(shipment(RELP)).files[-2].text

    starts = [line.split()[1:] for line in unit.splitlines() if line.startswith("ExecStartPre=")]
    assert [start[2:4] for start in starts] == [["files", "8388608"], ["files", "65536"], ["journal", starts[2][3]]]
    assert [start[-1] for start in starts] == ["/var/log/kubernetes/audit", "/var/log/pods", "SYSLOG_IDENTIFIER=sudo"]


def test_a_client_without_a_certificate_names_none() -> None:
    text = files_of(done(shipment(Relp("h", 1, "n", TlsFiles("/ca")))))[CONFIG]

    assert "myCert" not in text


@pytest.mark.parametrize("destination", [RELP, SYSLOG])
def test_rsyslog_itself_takes_what_is_rendered(destination: Destination, tmp_path: Path) -> None:
    program = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin")
    if program is None:
        pytest.skip("rsyslogd is not installed: its own check of a configuration cannot be asked")
    path = tmp_path / "rsyslog.conf"
    path.write_text(files_of(done(shipment(destination, accept_loss=True, state_dir=str(tmp_path))))[CONFIG])

    answer = subprocess.run([program, "-N1", "-f", path], capture_output=True, text=True, timeout=60, check=False)

    if "could not load module" in answer.stderr:
        pytest.skip(f"a module of rsyslog is not installed: {answer.stderr.splitlines()[-2]}")
    assert (answer.returncode, "error" in answer.stderr) == (0, False), answer.stderr
