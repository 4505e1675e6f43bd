"""What is no event is counted and named, whatever it is."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from kubewitness.auditpolicy import Level, Policy, Rule
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion
from kubewitness.simulation.model import Place, Simulation, Unreadable, Why
from kubewitness.simulation.replay import simulate
from tests.bench.audit_log import events as cluster_events
from tests.unit.simulation.recorded import event, line, write_log

ALL = Policy((Rule(Level.METADATA),))


def replayed(*logs: str) -> Simulation:
    return simulate(ALL, ServerVersion(1, 37), logs, top=10, look=lambda _: None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (line(event())[:-40] + b"\n", Why.NOT_JSON),
        (line(event())[:50] + line(event()), Why.NOT_JSON),
        (line(event())[:-1] + line(event()), Why.NOT_JSON),
        (b"\x00\x00\x00\n", Why.NOT_JSON),
        (line(event())[:-1] + b"\x01\x02\x03\x04x\n", Why.NOT_JSON),
        (line(event(verb="X")).replace(b"X", b"\xff"), Why.NOT_UTF8),
        (b'2026-11-20T00:00:00Z AUDIT: id="x" stage="RequestReceived"\n', Why.LEGACY_FORMAT),
        (line({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [event()]}), Why.EVENT_LIST),
        (line({"kind": "Pod"}), Why.NOT_AN_EVENT),
        (line(event(apiVersion="events.k8s.io/v1")), Why.NOT_AN_EVENT),
        (line(event(kind="Policy")), Why.NOT_AN_EVENT),
        (line(event(requestURI=None, objectRef=None)), Why.NOT_AN_EVENT),
        (b"[1, 2]\n", Why.NOT_AN_EVENT),
        (line(event(requestURI="/%zz")), Why.NO_REQUEST),
        (line(event(requestURI="/api/v1/watch")), Why.NO_REQUEST),
    ],
)
def test_a_line_that_is_no_event_is_counted_and_named(tmp_path: Path, text: bytes, why: Why) -> None:
    log = write_log(tmp_path / "audit.log", [event(), event(), text, event()])

    found = replayed(log)

    assert found.recorded.events == 3
    assert found.unreadable == Unreadable({why: 1}, Place(log, 3, why))


def test_lines_that_hold_nothing_are_no_fault(tmp_path: Path) -> None:
    log = write_log(tmp_path / "audit.log", [event(), b"\n", b"  \t\n", b"\r\n", line(event())[:-1] + b"\r\n"])

    found = replayed(log)

    assert found.recorded.events == 2
    assert found.unreadable == Unreadable({}, None)


def test_the_last_line_needs_no_newline(tmp_path: Path) -> None:
    log = write_log(tmp_path / "audit.log", [event(), line(event())[:-1]])

    assert replayed(log).recorded.events == 2


def test_a_line_without_spaces_and_order_is_an_event_too(tmp_path: Path) -> None:
    text = json.dumps(dict(sorted(event().items())), indent=None).encode() + b"\n"

    assert replayed(write_log(tmp_path / "audit.log", [text])).recorded.events == 1


def test_the_first_file_that_has_any_is_named(tmp_path: Path) -> None:
    logs = [
        write_log(tmp_path / "audit-1.log", [event()]),
        write_log(tmp_path / "audit-2.log", [event(), b"{\n"]),
        write_log(tmp_path / "audit-3.log", [b"{\n", event()]),
    ]

    found = replayed(*logs).unreadable

    assert found == Unreadable({Why.NOT_JSON: 2}, Place(logs[1], 2, Why.NOT_JSON))


def test_a_damaged_file_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    good = write_log(tmp_path / "audit.log", [event()] * 5)
    bad = tmp_path / "audit-2.log.gz"
    bad.write_bytes(gzip.compress(line(event()) * 1000)[:-30])

    found = replayed(str(bad), good)

    assert found.recorded.events == 5
    assert found.unreadable == Unreadable({}, None, ((str(bad), "not read: the gzip file is damaged or not complete"),))


def test_a_gzip_file_with_a_hole_is_told(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"".join(cluster_events(3 << 20, seed=9))))
    data[200_000:200_400] = random.Random(1).randbytes(400)  # noqa: S311
    (tmp_path / "audit.log.gz").write_bytes(data)

    found = replayed(str(tmp_path / "audit.log.gz"))

    assert found.unreadable.files == ((str(tmp_path / "audit.log.gz"), "damaged: only a part of it was read"),)
    assert found.recorded.events > 500


def test_a_damaged_file_alone_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "audit.log.gz").write_bytes(gzip.compress(line(event()) * 1000)[:-30])

    with pytest.raises(KubewitnessError, match="the gzip file is damaged or not complete"):
        replayed(str(tmp_path / "audit.log.gz"))


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "no audit event there: nothing to simulate"),
        ([b"\n"], "no audit event there: nothing to simulate"),
        ([b'x AUDIT: id="1"\n'], r"audit\.log:1: .*legacy.* set --audit-log-format=json"),
        ([line({"kind": "EventList", "items": []})], "`jq -c '.items\\[\\]'` writes one event a line"),
        ([b"hello\n"], "audit events of kube-apiserver are wanted"),
    ],
)
def test_a_log_without_an_event_is_an_error(tmp_path: Path, lines: list[Any], problem: str) -> None:
    log = write_log(tmp_path / "audit.log", lines)

    with pytest.raises(KubewitnessError, match=problem):
        replayed(log)


def test_what_stands_in_a_line_is_in_no_message(tmp_path: Path) -> None:
    log = write_log(tmp_path / "audit.log", [b'{"requestObject": "S3CRET\n', b"\xffS3CRET\n"])

    with pytest.raises(KubewitnessError) as raised:
        replayed(log)

    assert "S3CRET" not in str(raised.value)


@pytest.mark.parametrize("seed", range(3))
def test_of_a_torn_log_every_line_is_accounted_for(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    lines = [_torn(text, chance) for text in cluster_events(2 << 20, seed=seed)]
    path = tmp_path / "audit.log"
    path.write_bytes(b"".join(lines))

    found = replayed(str(path))

    read = [text for text in path.read_bytes().split(b"\n") if text.strip()]
    whole = [text for text in read if _is_whole(text)]
    assert found.recorded.events == len(whole)
    assert found.recorded.bytes == sum(len(text) + 1 for text in whole)
    assert found.unreadable.count == len(read) - len(whole)


def _torn(text: bytes, chance: random.Random) -> bytes:
    match chance.randrange(60):
        case 0:
            return text[: chance.randrange(len(text))]
        case 1:
            return text[chance.randrange(len(text)) :]
        case 2:
            return text[: chance.randrange(len(text))] + b"\n"
        case 3:
            at = chance.randrange(len(text))
            return text[:at] + bytes([chance.randrange(128, 256)]) + text[at:]
    return text


def _is_whole(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text.decode()), dict)
    except ValueError:
        return False
