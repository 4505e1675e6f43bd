"""journald's configuration, merged as systemd merges it (systemd.unit(5), journald.conf(5))."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.model import Unread
from kubewitness.nodelogs.journald import JournalSettings, Storage, journal_settings
from kubewitness.probe.reading import File
from tests.unit.nodelogs.files import absent, file, unread

MAIN: Final = "/etc/systemd/journald.conf"
DEBIAN_12: Final = """\
#  This file is part of systemd.
[Journal]
#Storage=auto
#Compress=yes
#ForwardToSyslog=yes
#SystemMaxUse=
"""
"""The head of the file that Debian 12 ships (systemd 252)."""


def settings(*files: File) -> JournalSettings:
    found = journal_settings(files)
    assert isinstance(found, JournalSettings)
    return found


def journal(path: str, *lines: str) -> File:
    return file(path, "".join(f"{line}\n" for line in ("[Journal]", *lines)))


def drop_in(folder: str, name: str, *lines: str) -> File:
    return journal(f"{folder}/systemd/journald.conf.d/{name}", *lines)


def test_without_a_file_the_defaults_are_in_force() -> None:
    found = settings()

    assert (found.storage.value, found.compress.value, found.storage.where) == (Storage.AUTO, True, "")
    assert (found.rate_limit_interval.value, found.rate_limit_burst.value) == (30, 10_000)
    assert (found.max_use.value, found.max_files.value, found.max_retention.value) == (None, 100, 0)
    assert found.forward_to_syslog.value is None


def test_a_value_names_its_file_and_line() -> None:
    found = settings(journal(MAIN, "", "# a word", "SystemMaxUse=1G"))

    assert (found.max_use.value, found.max_use.written) == (1 << 30, "1G")
    assert found.max_use.where == f"{MAIN}:4"


def test_a_default_that_distributions_change_stands_behind_a_hash() -> None:
    assert settings(file(MAIN, DEBIAN_12)).forward_to_syslog.value is True


def test_drop_ins_win_by_name_and_not_by_folder() -> None:
    found = settings(
        journal(MAIN, "Storage=none"),
        drop_in("/run", "95-late.conf", "Storage=volatile"),
        drop_in("/etc", "90-ours.conf", "Storage=persistent"),
    )

    assert found.storage.value is Storage.VOLATILE
    assert found.files[-1] == "/run/systemd/journald.conf.d/95-late.conf"


def test_of_one_name_the_first_folder_counts() -> None:
    found = settings(
        drop_in("/usr/lib", "50-x.conf", "Storage=volatile"), drop_in("/etc", "50-x.conf", "Storage=persistent")
    )

    assert found.storage.value is Storage.PERSISTENT
    assert found.shadowed == ("/usr/lib/systemd/journald.conf.d/50-x.conf",)


def test_a_link_to_dev_null_hides_those_of_its_name() -> None:
    masked = file("/etc/systemd/journald.conf.d/50-x.conf", leads_to="/dev/null")

    found = settings(masked, drop_in("/usr/lib", "50-x.conf", "Storage=volatile"))

    assert found.storage.value is Storage.AUTO


def test_the_first_main_file_counts_alone() -> None:
    found = settings(journal("/usr/lib/systemd/journald.conf", "Storage=none"), journal(MAIN, "Compress=no"))

    assert (found.storage.value, found.compress.value) == (Storage.AUTO, False)


def test_an_empty_assignment_takes_back_what_was_before() -> None:
    found = settings(journal(MAIN, "SystemMaxUse=1G"), drop_in("/etc", "10.conf", "SystemMaxUse="))

    assert found.max_use.value is None


def test_journald_passes_over_what_it_cannot_read() -> None:
    found = settings(journal(MAIN, "Storage=persistent", "Storage=disk", "RateLimitBurst=1", "RateLimitBurst=lots"))

    assert (found.storage.value, found.rate_limit_burst.value) == (Storage.PERSISTENT, 1)


def test_another_section_is_not_the_journal_s() -> None:
    assert settings(file(MAIN, "[Other]\nStorage=none\n[Journal]\n")).storage.value is Storage.AUTO


def test_a_line_goes_on_behind_a_backslash() -> None:
    assert settings(file(MAIN, "[Journal]\nMaxRetentionSec=1h \\\n# said\n30min\n")).max_retention.value == 5400


def test_a_file_that_could_not_be_read_leaves_everything_unknown() -> None:
    found = journal_settings([journal(MAIN), unread("/etc/systemd/journald.conf.d/50-x.conf")])

    assert isinstance(found, Unread)
    assert found.detail == "/etc/systemd/journald.conf.d/50-x.conf: may not be read"


def test_a_hidden_file_need_not_be_read() -> None:
    hidden = unread("/usr/lib/systemd/journald.conf.d/50-x.conf")

    assert settings(drop_in("/etc", "50-x.conf", "Storage=none"), hidden).storage.value is Storage.NONE


def test_an_absent_file_is_no_main_file() -> None:
    assert settings(absent(MAIN), journal("/usr/lib/systemd/journald.conf", "Storage=none")).storage.value == "none"


@pytest.mark.parametrize(("storage", "there", "persistent"), [
    ("persistent", False, True), ("auto", True, True), ("auto", False, False), ("volatile", True, False),
    ("none", True, False),
])  # fmt: skip
def test_auto_is_persistent_where_the_folder_is_there(storage: str, there: bool, persistent: bool) -> None:
    assert settings(journal(MAIN, f"Storage={storage}")).is_persistent(folder_is_there=there) is persistent


@given(st.text(alphabet="[]Journal=Storage\\\n #;autoSystemMaxUse1G\x00é"))
def test_any_text_is_a_configuration(text: str) -> None:
    assert isinstance(journal_settings([file(MAIN, text)]), JournalSettings)
