"""Several files of one rsyslog: what includes what. Made up."""

from __future__ import annotations

import pytest

from kubewitness.shippers.model import OutputKind
from kubewitness.shippers.rsyslog.read import read

AUDIT = 'input(type="imfile" File="/var/log/kubernetes/audit/audit.log" Tag="audit")\n'
RELP = '*.* action(type="omrelp" target="logs.example.org" port="2514")\n'


def test_files_without_a_main_one_are_read_one_behind_the_other() -> None:
    files = {"rsyslog.d/10-audit.conf": AUDIT, "rsyslog.d/20-send.conf": RELP, "a.service": "[Unit]"}

    found = read(files)

    assert found.files == ("rsyslog.d/10-audit.conf", "rsyslog.d/20-send.conf")
    assert [output.kind for route in found.routes for output in route.outputs] == [OutputKind.RELP]


@pytest.mark.parametrize("folder", ["", "copy/", "/home/me/copy/"])
def test_a_copy_of_a_node_s_files_is_read_as_on_the_node(folder: str) -> None:
    files = {
        f"{folder}rsyslog.conf": "$IncludeConfig /etc/rsyslog.d/*.conf\n",
        f"{folder}rsyslog.d/audit.conf": AUDIT + RELP,
        f"{folder}other.d/not.conf": RELP,
    }

    assert read(files).files == (f"{folder}rsyslog.conf", f"{folder}rsyslog.d/audit.conf")
