"""Readers of stores: what they ask, and what they make of the answers."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread
from kubewitness.shell import render
from kubewitness.stores import Found
from kubewitness.stores.chosen import Access, store_of
from kubewitness.stores.collectornode import CollectorFolder
from kubewitness.stores.events import found
from kubewitness.stores.loki import Loki
from kubewitness.stores.victorialogs import VictoriaLogs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

EVENT = json.dumps(
    {"kind": "Event", "auditID": "a1", "stageTimestamp": "2026-11-22T00:00:10.000000Z"}, separators=(",", ":")
)
OTHER = json.dumps(
    {"kind": "Event", "auditID": "a2", "stageTimestamp": "2026-11-22T00:00:20.000000Z"}, separators=(",", ":")
)
AT = 1_795_305_610.0
NOWHERE = Access("", "", lambda _host, _script: [])


class Answers:
    """A store that answers with ``body`` and keeps what it was asked."""

    url = "https://store.example"

    def __init__(self, body: str | Unread) -> None:
        self.body = body
        self.asked: list[tuple[str, dict[str, str]]] = []

    def ask(self, path: str, query: dict[str, str]) -> str | Unread:
        self.asked.append((path, query))
        return self.body


def rows(*lines: str) -> str:
    return "".join(json.dumps({"_msg": line}) + "\n" for line in lines)


def streams(*lines: str) -> str:
    return json.dumps({"data": {"result": [{"stream": {}, "values": [["1", line]]} for line in lines]}})


@pytest.mark.parametrize(("reader", "body"), [(VictoriaLogs, rows), (Loki, streams)])
class TestHttp:
    def test_the_events_of_an_id_come_as_they_were_written(
        self, reader: type[VictoriaLogs | Loki], body: Callable[..., str]
    ) -> None:
        asked = Answers(body(EVENT, OTHER))

        answer = reader(asked, "shop", "cp-1").find("a1", AT - 60)  # type: ignore[arg-type]

        assert answer == Found((EVENT,), AT)
        ((_, query),) = asked.asked
        assert all(word in query["query"] for word in ('"a1"', "shop", "cp-1"))

    def test_nothing_there_is_no_event_and_no_error(
        self, reader: type[VictoriaLogs | Loki], body: Callable[..., str]
    ) -> None:
        answer = reader(Answers(body()), "shop", "cp-1").newest(AT)  # type: ignore[arg-type]

        assert answer == Found((), None)

    @pytest.mark.parametrize("odd", ["<html>", "[]", "{}", '{"data": 3}', "null", "[" * 100_000])
    def test_an_answer_of_something_else_is_not_read(
        self, reader: type[VictoriaLogs | Loki], body: Callable[..., str], odd: str
    ) -> None:
        answer = reader(Answers(odd), "shop", "cp-1").newest(AT)  # type: ignore[arg-type]

        assert isinstance(answer, Unread)
        assert answer.reason is Reason.PARSE

    def test_no_answer_is_not_read(self, reader: type[VictoriaLogs | Loki], body: Callable[..., str]) -> None:
        denied = Unread(Reason.DENIED, "HTTP 403")

        assert reader(Answers(denied), "shop", "cp-1").newest(AT) is denied  # type: ignore[arg-type]


def test_an_id_cannot_lead_out_of_its_question() -> None:
    asked = Answers("")

    VictoriaLogs(asked, "a", "b").find('x" or *', AT)  # type: ignore[arg-type]

    assert '"x\\" or *"' in asked.asked[0][1]["query"]


class TestCollectorNode:
    @staticmethod
    def store(root: Path) -> CollectorFolder:
        def run(script: str) -> Sequence[str] | Unread:
            script = script.replace("ROOT=''", f"ROOT={root}", 1)
            done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
            return done.stdout.splitlines() if done.returncode == 0 else Unread(Reason.DENIED, done.stderr)

        return CollectorFolder("collector-1", "/logs", "shop", "cp-1", run)

    def test_the_event_is_found_and_the_newest_is_the_last_of_the_newest_day(self, tmp_path: Path) -> None:
        folder = tmp_path / "logs/shop/cp-1"
        folder.mkdir(parents=True)
        (folder / "audit-2026-11-20.log").write_text(f"{OTHER}\n")
        (folder / "audit-2026-11-22.log").write_text(f"{OTHER}\n{EVENT}\n")
        (folder / "journal-2026-11-22.log").write_text(f"{EVENT}\n")
        store = self.store(tmp_path)

        assert store.find("a1", AT) == Found((EVENT,), AT)
        assert store.newest(AT) == Found((EVENT,), AT)

    def test_compressed_days_are_read_and_days_before_are_not(self, tmp_path: Path) -> None:
        folder = tmp_path / "logs/shop/cp-1"
        folder.mkdir(parents=True)
        for day in ("2026-11-20", "2026-11-22"):
            (folder / f"audit-{day}.log").write_text(f"{EVENT}\n")
            subprocess.run(["gzip", str(folder / f"audit-{day}.log")], check=True)

        assert self.store(tmp_path).find("a1", AT) == Found((EVENT,), AT)

    def test_a_node_that_never_sent_anything_has_nothing(self, tmp_path: Path) -> None:
        assert self.store(tmp_path).newest(AT) == Found((), None)

    @pytest.mark.parametrize("lines", [[], ["stored"], ["stored", "!", "end"], ["x", "end"]])
    def test_output_that_is_cut_off_is_not_read(self, lines: list[str]) -> None:
        store = CollectorFolder("c", "/logs", "shop", "cp-1", lambda _: lines)

        assert isinstance(store.newest(AT), Unread)

    def test_names_are_no_commands(self) -> None:
        script = render("stored", {"ROOT": "", "FOLDER": "/logs", "CLUSTER": "$(reboot)", "NODE": "n", "AUDIT_ID": "",
                                   "DAY": "2026-11-22"})  # fmt: skip

        assert "CLUSTER='$(reboot)'" in script


class TestChosen:
    @pytest.mark.parametrize(
        ("url", "kind"),
        [
            ("collector://logs-1", CollectorFolder),
            ("victorialogs+https://v.example:9428", VictoriaLogs),
            ("loki+http://127.0.0.1:3100", Loki),
        ],
    )
    def test_each_kind_of_url_is_a_store(self, url: str, kind: type) -> None:
        assert isinstance(store_of(url, "cp-1", cluster="shop", node="cp-1", access=NOWHERE), kind)

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("https://v.example", "use collector://HOSTNAME"),
            ("victorialogs+http://v.example:9428", "use victorialogs+https"),
            ("victorialogs+https://v.example/x", "use collector://HOSTNAME"),
            ("loki+https://v:x", "is no URL"),
            ("", "use collector://HOSTNAME"),
        ],
    )
    def test_what_is_no_store_is_told(self, url: str, told: str) -> None:
        with pytest.raises(KubewitnessError) as refused:
            store_of(url, "cp-1", cluster="shop", node="cp-1", access=NOWHERE)

        assert told in str(refused.value)

    def test_credentials_in_a_url_are_refused_and_not_repeated(self) -> None:
        with pytest.raises(KubewitnessError) as refused:
            store_of("loki+https://me:s3cret@l.example", "cp-1", cluster="a", node="b", access=NOWHERE)

        assert "s3cret" not in str(refused.value)

    def test_a_name_that_leads_elsewhere_is_no_folder(self) -> None:
        with pytest.raises(KubewitnessError):
            store_of("collector://logs-1", "cp-1", cluster="..", node="cp-1", access=NOWHERE)


@given(st.text())
def test_any_line_is_an_event_or_none(line: str) -> None:
    assert found([line]).lines in {(), (line,)}
