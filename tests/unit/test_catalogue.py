"""The catalogue of checks, ours and a team's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubewitness.catalogue import load_catalogue
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from pathlib import Path

OWN = """\
from kubewitness.check import Pass, Result, check
from kubewitness.model import Rung, Severity
from kubewitness.observed import ApiServer
from kubewitness.standard import Standard


@check("{id}", "our own rule holds", severity=Severity.LOW, rung=Rung.DECLARED, source="https://example.com")
def own_rule(server: ApiServer, standard: Standard) -> Result:
    return Pass("it does")
"""


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / f"{name}.py").write_text(text)
    return path


def test_ours_are_in_the_order_of_the_ladder() -> None:
    found = load_catalogue()

    assert [(check.rung, check.id) for check in found] == sorted((check.rung, check.id) for check in found)


def test_a_folder_of_one_s_own_adds_to_them(tmp_path: Path) -> None:
    found = load_catalogue([folder(tmp_path / "own", rule=OWN.format(id="own-rule"))])

    assert {check.id for check in found} - {check.id for check in load_catalogue()} == {"own-rule"}


def test_two_folders_may_have_a_file_of_one_name(tmp_path: Path) -> None:
    own = [folder(tmp_path / name, audit=OWN.format(id=name)) for name in ("one", "two")]

    assert {"one", "two"} < {check.id for check in load_catalogue(own)}


def test_an_id_that_is_there_already_is_refused(tmp_path: Path) -> None:
    own = folder(tmp_path / "own", rule=OWN.format(id="audit-backend"))

    with pytest.raises(KubewitnessError, match=r"own: check 'audit-backend' is there twice: rename one"):
        load_catalogue([own])


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_checks_is_refused(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "own").mkdir()

    with pytest.raises(KubewitnessError, match="no checks there: name a folder"):
        load_catalogue([tmp_path / "own"])


def test_a_file_that_does_not_run_names_itself(tmp_path: Path) -> None:
    own = folder(tmp_path / "own", broken="def nothing(:\n")

    with pytest.raises(KubewitnessError, match=r"broken\.py"):
        load_catalogue([own])
