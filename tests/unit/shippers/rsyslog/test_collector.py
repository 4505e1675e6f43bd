"""The collector node: who is let in, where what they send comes to lie, and that it can only grow.

What rsyslog itself does with it is tried on the lab's nodes (tests/delivery).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kubewitness.shippers.model import Program
from kubewitness.shippers.rsyslog import sealing
from kubewitness.shippers.rsyslog.collector import CONFIGURATION, render
from kubewitness.shippers.rsyslog.record import GROUPS, PATTERN, path, structured_data, wrong_field
from kubewitness.shippers.shipment import Log, Rendered, TlsFiles, Unsafe
from tests.unit.shippers.shipments import COLLECTOR, TLS, files_of, lint

if TYPE_CHECKING:
    from kubewitness.shippers.rsyslog.collector import CollectorNode

FIELDS = {"cluster": "prod", "node": "cp-1.example.org", "distribution": "kubeadm"}


def done(node: CollectorNode) -> dict[str, str]:
    rendered = render(node)
    assert isinstance(rendered, Rendered), rendered
    return files_of(rendered)


def taken_apart(data: str) -> dict[str, str | None]:
    """As rsyslog's re_extract does it; POSIX's ``[[]`` and ``[]]`` are Python's ``\\[`` and ``\\]``."""
    found = re.search(PATTERN.replace("[[]", r"\[").replace("[]]", r"\]"), data)
    return {name: found[group] for name, group in GROUPS.items()} if found else {}


@pytest.mark.parametrize("log", list(Log))
def test_what_a_node_sends_the_collector_takes_apart(log: Log) -> None:
    data = structured_data(FIELDS, log)

    assert taken_apart(f'{data} file="/var/log/pods/a_b_c/d/0.log"]') == {
        "cluster": "prod",
        "node": "cp-1.example.org",
        "log": log,
        "file": "/var/log/pods/a_b_c/d/0.log",
    }
    assert taken_apart(f"{data}]")["log"] == log


@pytest.mark.parametrize(
    "data",
    [
        '[kubewitness@32473 cluster="../x" node="n" log="audit"]',
        '[kubewitness@32473 cluster="prod" node=".." log="audit"]',
        '[kubewitness@32473 cluster="prod" node="a/b" log="audit"]',
        '[kubewitness@32473 cluster="prod" node="" log="audit"]',
        '[kubewitness@32473 cluster="prod" node="n\\n" log="audit"]',
        '[kubewitness@32473 cluster="prod" node="n" log="audit/../x"]',
        '[kubewitness@32473 cluster="prod" node="n" log="other"]',
        '[kubewitness@32473 cluster="prod" node="n" log="audit" file="a" b="c"]',
        '[a@1 x="y"][kubewitness@32473 cluster="prod" node="n" log="audit"]',
        '[kubewitness@32473 cluster="prod" node="n" log="audit"][a@1 x="y"]',
        f'[kubewitness@32473 cluster="{"a" * 300}" node="n" log="audit"]',
        "-",
        "",
    ],
)
def test_a_name_that_would_lead_elsewhere_is_no_name(data: str) -> None:
    assert taken_apart(data) == {}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        (FIELDS, ""),
        ({"cluster": "prod"}, "node"),
        ({**FIELDS, "cluster": "a/b"}, "cluster"),
        ({**FIELDS, "node": ".hidden"}, "node"),
        ({**FIELDS, "distribution": 'x" y="z'}, "distribution"),
        ({**FIELDS, "Odd Name": "x"}, "Odd Name"),
    ],
)
def test_a_field_that_cannot_travel_is_told(fields: dict[str, str], wrong: str) -> None:
    assert wrong_field(fields) == wrong


def test_what_is_rendered_has_no_finding() -> None:
    assert lint(Program.RSYSLOG, done(COLLECTOR)).findings == ()


def test_who_comes_in_has_a_certificate_with_a_permitted_name() -> None:
    text = done(COLLECTOR)[CONFIGURATION]

    assert 'tls="on" tls.authMode="name"' in text
    assert 'tls.permittedPeer=["*.nodes.example.org"]' in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"clients": ()}, "nobody would be let in"),
        ({"clients": ("*",)}, "a star alone"),
        ({"clients": ("*.*",)}, "a star alone"),
        ({"tls": TlsFiles(TLS.authority)}, "needs a certificate"),
        ({"folder": "logs"}, "no absolute path"),
        ({"folder": "/logs/%x%"}, "no absolute path"),
    ],
)
def test_what_would_let_in_anybody_is_refused(change: dict[str, Any], says: str) -> None:
    refused = render(replace(COLLECTOR, **change))

    assert isinstance(refused, Unsafe)
    assert says in refused.reason


def test_addresses_are_compared_where_they_are_known() -> None:
    files = done(COLLECTOR)

    table = json.loads(files["/etc/kubewitness/collector/senders.json"])
    assert {row["index"]: row["value"] for row in table["table"]} == {
        "192.0.2.11": "prod/cp-1",
        "2001:db8::1": "prod/worker-1",
    }
    assert "$fromhost-ip" in files[CONFIGURATION]
    assert "lookup" not in done(replace(COLLECTOR, senders={}))[CONFIGURATION]


def test_the_notes_say_what_is_left_open() -> None:
    bare = render(replace(COLLECTOR, senders={}, keep_days=0))
    whole = render(replace(COLLECTOR, sync=True))

    assert isinstance(bare, Rendered)
    assert isinstance(whole, Rendered)
    assert (len(bare.notes), whole.notes) == (3, ())


def test_a_low_port_needs_one_capability_and_another_none() -> None:
    unit = "/etc/systemd/system/kubewitness-collector.service"

    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" in done(replace(COLLECTOR, port=514))[unit]
    assert "CapabilityBoundingSet=\n" in done(COLLECTOR)[unit]


def test_a_folder_outside_of_var_log_is_opened_by_its_path() -> None:
    unit = "/etc/systemd/system/kubewitness-collector.service"

    assert "ReadWritePaths=/data/logs\n" in done(replace(COLLECTOR, folder="/data/logs"))[unit]
    assert "LogsDirectory=kubewitness\n" in done(COLLECTOR)[unit]


def test_each_log_of_each_node_has_a_file_for_each_day() -> None:
    where = path("/var/log/kubewitness", "prod", "cp-1", "audit", "2026-11-22")

    assert where == "/var/log/kubewitness/prod/cp-1/audit-2026-11-22.log"


def test_rsyslog_itself_takes_what_is_rendered(tmp_path: Path) -> None:
    program = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin")
    if program is None:
        pytest.skip("rsyslogd is not installed: its own check of a configuration cannot be asked")
    config = tmp_path / "rsyslog.conf"
    config.write_text(done(replace(COLLECTOR, senders={}))[CONFIGURATION])

    answer = subprocess.run([program, "-N1", "-f", config], capture_output=True, text=True, timeout=60, check=False)

    if "could not load module" in answer.stderr:
        pytest.skip(f"a module of rsyslog is not installed: {answer.stderr.splitlines()[-2]}")
    assert (answer.returncode, "error" in answer.stderr) == (0, False), answer.stderr


class Folder:
    """A collector's folder; ``chattr`` and ``lsattr`` only write down what they were asked, as root alone may do it."""

    def __init__(self, home: Path) -> None:
        self.asked = home / "asked"
        self.asked.touch()
        self.logs = home / "logs" / "prod" / "cp-1"
        self.logs.mkdir(parents=True)
        self.script = home / "seal"
        self.script.write_text(sealing.TEXT)
        commands = home / "bin"
        commands.mkdir()
        for name in ("chattr", "lsattr"):
            (commands / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{self.asked}\n')
            (commands / name).chmod(0o755)
        self.environment = {"PATH": f"{commands}:/usr/bin:/bin"}

    def put(self, name: str, text: str = "event\n") -> None:
        (self.logs / name).write_text(text)

    def seal(self, days: int = 0) -> None:
        command = ["sh", str(self.script), str(self.logs.parents[1]), str(days)]
        subprocess.run(command, env=self.environment, check=True, timeout=60)

    def names(self) -> list[str]:
        return sorted(file.name for file in self.logs.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def today() -> str:
    return subprocess.run(["date", "-u", "+%Y-%m-%d"], capture_output=True, text=True, check=True).stdout.strip()


def test_todays_file_can_only_grow_and_its_folder_loses_nothing(folder: Folder) -> None:
    folder.put(f"audit-{today()}.log")

    folder.seal(30)

    asked = folder.asked.read_text()
    assert folder.names() == [f"audit-{today()}.log"]
    assert f"chattr +a -- {folder.logs}/audit-{today()}.log" in asked
    assert f"chattr +a -- {folder.logs}\n" in asked


def test_a_past_day_is_compressed_whole_and_cannot_be_changed(folder: Folder) -> None:
    folder.put("audit-2026-01-02.log", "one\ntwo\n")

    folder.seal()

    assert folder.names() == ["audit-2026-01-02.log.gz"]
    gzip = subprocess.run(["gzip", "-dc", folder.logs / "audit-2026-01-02.log.gz"], capture_output=True, check=True)
    assert gzip.stdout == b"one\ntwo\n"
    assert f"chattr +i -- {folder.logs}/audit-2026-01-02.log.gz" in folder.asked.read_text()


def test_what_is_old_enough_is_removed_and_never_without_a_number_of_days(folder: Folder) -> None:
    folder.put("journal-2020-01-02.log.gz", "x")

    folder.seal(0)
    kept = folder.names()
    folder.seal(30)

    assert (kept, folder.names()) == (["journal-2020-01-02.log.gz"], [])


def test_a_file_without_a_day_is_left_alone(folder: Folder) -> None:
    folder.put("notes.txt")
    folder.put("audit-yesterday.log")

    folder.seal(1)

    assert folder.names() == ["audit-yesterday.log", "notes.txt"]


def test_a_second_run_compresses_nothing_again(folder: Folder) -> None:
    folder.put("audit-2026-01-02.log")

    folder.seal()
    folder.seal()

    assert folder.names() == ["audit-2026-01-02.log.gz"]


@pytest.mark.parametrize(("kib", "code"), [(1, 0), (10**12, 1)])
def test_whether_there_is_room_is_said_by_the_exit_code(tmp_path: Path, kib: int, code: int) -> None:
    script = tmp_path / "room"
    script.write_text(sealing.ROOM_TEXT)

    said = subprocess.run(["sh", script, tmp_path, str(kib)], capture_output=True, text=True, timeout=60, check=False)

    assert said.returncode == code
    assert ("nothing is taken in" in said.stderr) == bool(code)


@pytest.mark.parametrize("text", [sealing.TEXT, sealing.ROOM_TEXT])
def test_shellcheck_has_nothing_to_say(text: str) -> None:
    program = shutil.which("shellcheck", path=str(Path(__file__).parents[4] / ".venv/bin")) or shutil.which(
        "shellcheck"
    )
    assert program, "make setup installs it"

    said = subprocess.run(
        [program, "-s", "sh", "-"], input=text, capture_output=True, text=True, timeout=60, check=False
    )

    assert said.stdout == ""
