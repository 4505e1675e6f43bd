"""Standards: what is refused, with file, line and column; and those that come with kubewitness."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import Level
from kubewitness.auditpolicy.probes.credentials import CONFIGMAPS, SECRETS, TOKENS
from kubewitness.content import policy_names, read_standard, standard_names
from kubewitness.errors import KubewitnessError
from kubewitness.model import Rung, Source
from kubewitness.nodestandard import ContainerStandard, JournalStandard, Service, ShippingStandard
from kubewitness.shippers.model import Program
from kubewitness.standard import Standard, parse_rung, parse_standard

if TYPE_CHECKING:
    from pathlib import Path

    from kubewitness.auditpolicy.probes import Probe

GOOD: Final = """\
name: mine
title: what we need
sources:
  audit: emitting
  journal: effective
  containers: declared
audit:
  policy: essential
  at_least:
    secrets-get: Metadata
  at_most:
    secrets-get: Request
  rotation:
    maxage_days: 30
    maxbackup: 10
    maxsize_mib: 100
event_ttl_hours: 3
journal:
  storage: persistent
  system_max_use_mib: 1024
  max_retention_days: 30
  rate_limit_burst: 10000
  never_dropped: [sshd, kubelet]
  compress: required
  forward_to_syslog: optional
containers:
  max_size_mib: 10
  max_files: 5
  line_kib: 16
  event_qps: 50
shipping:
  program: rsyslog
  queue_mib: 512
  accept_loss: false
  node_hours: 24
  fresh_minutes: 10
  store_days: 90
managed:
  fresh_minutes: 15
  retention_days: 90
  customer_key: optional
  deletion_protection: required
  log_types:
    eks: [authenticator, audit]
"""


POLICIES: Final = ("essential", "standard")


def error(text: str) -> str:
    with pytest.raises(KubewitnessError) as caught:
        parse_standard(text, "mine.yaml", POLICIES)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_standard_is_read() -> None:
    found = parse_standard(GOOD, "mine.yaml", POLICIES)

    assert (found.name, found.title) == ("mine", "what we need")
    assert found.required == {
        Source.AUDIT: Rung.EMITTING,
        Source.JOURNAL: Rung.EFFECTIVE,
        Source.CONTAINERS: Rung.DECLARED,
    }
    assert found.audit.policy == "essential"
    assert found.audit.at_least == {"secrets-get": Level.METADATA}
    assert found.audit.at_most == {"secrets-get": Level.REQUEST}
    rotation = found.audit.rotation
    assert (rotation.maxage_days, rotation.maxbackup, rotation.maxsize_mib) == (30, 10, 100)
    assert found.event_ttl_hours == 3
    assert found.journal == JournalStandard(True, 1024, 30, 10_000, (Service.KUBELET, Service.SSHD), True, False)
    assert found.containers == ContainerStandard(10, 5, 16, 50)
    assert found.shipping == ShippingStandard(Program.RSYSLOG, 512, False, 24, 10, 90)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: mine", "nom: mine", "mine.yaml:1:1: 'nom' is not known here: use name, title, sources, audit"),
        ("  audit: emitting", "  audits: emitting", "mine.yaml:4:3: 'audits' is not known here: use audit, journal, "),
        ("secrets-get: Metadata", "secret-get: Metadata", "mine.yaml:10:5: 'secret-get' is not known here: use "),
        ("maxbackup: 10", "maxbackups: 10", "mine.yaml:15:5: 'maxbackups' is not known here: use maxage_days, "),
        ("name: mine\n", "", "mine.yaml:1:1: name is missing"),
        ("    maxbackup: 10\n", "", "mine.yaml:14:5: maxbackup is missing"),
        ("  audit: emitting\n", "", "mine.yaml:4:3: audit is missing"),
        ("title: what", "name: other\ntitle: what", "mine.yaml:2:1: 'name' is there twice: keep one"),
        ("    maxbackup: 10", "    maxbackup: 10\n    maxbackup: 9", "mine.yaml:16:5: 'maxbackup' is there twice"),
        ("emitting", "shouting", "mine.yaml:4:10: audit must be one of off, declared, "),
        ("secrets-get: Metadata", "secrets-get: metadata", "mine.yaml:10:18: secrets-get must be one of None, "),
        ("secrets-get: Request", "secrets-get: Full", "mine.yaml:12:18: secrets-get must be one of None, "),
        ("maxage_days: 30", "maxage_days: 30d", "mine.yaml:14:18: maxage_days must be a number"),
        ("maxage_days: 30", "maxage_days: -1", "mine.yaml:14:18: maxage_days must be a number"),
        ("maxage_days: 30", "maxage_days: 1.5", "mine.yaml:14:18: maxage_days must be a number"),
        ("maxage_days: 30", "maxage_days: ٣", "mine.yaml:14:18: maxage_days must be a number"),
        ("maxage_days: 30", "maxage_days: 99999999999", "mine.yaml:14:18: maxage_days must be a number"),
        ("maxage_days: 30", "maxage_days: [30]", "mine.yaml:14:18: maxage_days must be a number"),
        ("maxage_days: 30", "maxage_days:", "mine.yaml:14:17: maxage_days must be a number"),
        ("storage: persistent", "storage: auto", "mine.yaml:19:12: storage must be one of persistent, any"),
        ("[sshd, kubelet]", "[sshd, cron]", "mine.yaml:23:25: never_dropped must be a list of kubelet, sshd, runtime"),
        ("program: rsyslog", "program: vector", "mine.yaml:32:12: program must be one of rsyslog, otelcol, filebeat"),
        ("accept_loss: false", "accept_loss: no", "mine.yaml:34:16: accept_loss must be one of true, false"),
        ("event_ttl_hours: 3", "event_ttl_hours: 3h", "mine.yaml:17:18: event_ttl_hours must be a number"),
        ("policy: essential", "policy: ''", "mine.yaml:8:11: policy must be one of essential, standard"),
        ("policy: essential", "policy: {a: b}", "mine.yaml:8:11: policy must be one of essential, standard"),
        ("sources:\n  audit: emitting\n  journal", "sources: all\nb:\n  journal", "mine.yaml:4:1: 'b' is not"),
        ("name: mine", "[name]: mine", "mine.yaml:1:1: a key that is not a word"),
        ("title: what we need", "title: [", "mine.yaml:4:8: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1

    assert error(GOOD.replace(old, new)).startswith(message)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "- a\n", "text\n"])
def test_what_is_no_mapping_is_no_standard(text: str) -> None:
    assert "not a mapping: a standard is written as key: value" in error(text)


@given(st.text())
def test_any_text_is_a_standard_or_an_error(text: str) -> None:
    with suppress(KubewitnessError):
        assert isinstance(parse_standard(text, "mine.yaml", POLICIES), Standard)


@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.text(alphabet=" \n:-[]{}&*!|>'\"#%@`a1\t\0\x85", max_size=6))
def test_any_edit_of_a_standard_is_one_or_an_error(start: int, length: int, put: str) -> None:
    with suppress(KubewitnessError):
        assert isinstance(
            parse_standard(GOOD[:start] + put + GOOD[start + length :], "mine.yaml", POLICIES),
            Standard,
        )


def test_what_one_run_requires_overrides_the_standard() -> None:
    found = parse_standard(GOOD, "mine.yaml", POLICIES).requiring({Source.AUDIT: Rung.DECLARED})

    assert found.required[Source.AUDIT] is Rung.DECLARED
    assert found.required[Source.JOURNAL] is Rung.EFFECTIVE
    assert found.audit.policy == "essential"


@pytest.mark.parametrize(("word", "rung"), [("off", Rung.OFF), ("declared", Rung.DECLARED), ("kept", Rung.KEPT)])
def test_a_rung_has_a_name(word: str, rung: Rung) -> None:
    assert parse_rung(word) is rung


@pytest.mark.parametrize("word", ["", "Declared", "1", "proved"])
def test_another_word_is_no_rung(word: str) -> None:
    with pytest.raises(KubewitnessError, match="use one of off, declared, effective, emitting, delivered, kept"):
        parse_rung(word)


class TestTheShippedOnes:
    def test_are_three(self) -> None:
        assert standard_names() == ("essential", "forensic", "standard")

    @pytest.mark.parametrize("name", standard_names())
    def test_load_and_name_a_policy_that_is_there(self, name: str) -> None:
        found = read_standard(name)

        assert found.name == name
        assert found.required == dict.fromkeys(Source, Rung.EMITTING)
        assert found.audit.policy in policy_names()

    @pytest.mark.parametrize("name", standard_names())
    def test_ask_for_no_secret_that_they_forbid(self, name: str) -> None:
        audit = read_standard(name).audit

        both = set(audit.at_least) & set(audit.at_most)
        assert both
        assert all(audit.at_least[probe].rank <= audit.at_most[probe].rank for probe in both)

    @pytest.mark.parametrize(
        ("name", "bodies"), [("essential", ()), ("standard", CONFIGMAPS), ("forensic", CONFIGMAPS)]
    )
    def test_forbid_every_body_that_holds_a_secret(self, name: str, bodies: tuple[Probe, ...]) -> None:
        below = {Level.REQUEST: Level.METADATA, Level.REQUEST_RESPONSE: Level.REQUEST}
        expected = {probe.id: below[probe.leaks_from] for probe in (*SECRETS, *TOKENS, *bodies) if probe.leaks_from}

        assert read_standard(name).audit.at_most == expected

    def test_ask_for_more_from_tier_to_tier(self) -> None:
        tiers = [read_standard(name).audit for name in ("essential", "standard", "forensic")]

        for less, more in pairwise(tiers):
            assert all(more.at_least[probe].rank >= level.rank for probe, level in less.at_least.items())
            assert all(more.at_most[probe].rank <= level.rank for probe, level in less.at_most.items())
            assert more.rotation.maxage_days >= less.rotation.maxage_days

    def test_ask_the_nodes_for_more_from_tier_to_tier(self) -> None:
        tiers = [read_standard(name) for name in ("essential", "standard", "forensic")]

        for less, more in pairwise(tiers):
            assert more.journal.max_use_mib >= less.journal.max_use_mib
            assert more.journal.retention_days >= less.journal.retention_days
            assert more.containers.max_size_mib * more.containers.max_files >= (
                less.containers.max_size_mib * less.containers.max_files
            )
            assert more.shipping.node_hours >= less.shipping.node_hours
            assert more.shipping.store_days >= less.shipping.store_days
            assert more.event_ttl_hours >= less.event_ttl_hours


class TestReading:
    def test_a_path_is_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.yaml"
        file.write_text(GOOD)

        assert read_standard(str(file)).name == "mine"

    def test_a_file_s_errors_carry_its_path(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.yaml"
        file.write_text(GOOD.replace("name:", "nom:"))

        with pytest.raises(KubewitnessError, match=rf"^{file}:1:1: 'nom'"):
            read_standard(str(file))

    @pytest.mark.parametrize("content", [None, b"\xff\xfe"])
    def test_what_cannot_be_read_is_told(self, tmp_path: Path, content: bytes | None) -> None:
        file = tmp_path / "mine.yaml"
        if content is not None:
            file.write_bytes(content)

        with pytest.raises(KubewitnessError, match="cannot be read as a standard"):
            read_standard(str(file))

    def test_a_name_that_there_is_not_is_told_with_those_that_there_are(self) -> None:
        with pytest.raises(KubewitnessError, match="no such standard; there are essential, forensic, standard"):
            read_standard("strict")
