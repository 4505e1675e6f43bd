from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubewitness import content
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package ``kubewitness`` in an otherwise empty folder."""
    folder = tmp_path / "kubewitness"
    folder.mkdir()
    monkeypatch.setattr(content, "_PACKAGE", folder)
    return folder


def test_a_checkout_has_its_content_at_the_top(package: Path) -> None:
    assert content.content_root() == package.parent


def test_a_wheel_has_its_content_inside(package: Path) -> None:
    (package / "_content").mkdir()

    assert content.content_root() == package / "_content"
    assert content.checks_dir() == package / "_content" / "checks"


def test_a_policy_and_a_standard_are_read_by_name(package: Path) -> None:
    _write(package.parent / "policies" / "audit" / "baseline.yaml", "kind: Policy\n")
    _write(package.parent / "policies" / "standards" / "essential.yaml", "name: essential\n")

    assert content.policy_text("baseline") == "kind: Policy\n"
    assert content.standard_text("essential") == "name: essential\n"


@pytest.mark.parametrize("name", ["Baseline", "../standards/essential", "", ".", "base line", "baseline.yaml", "a\0b"])
def test_any_other_name_is_refused_with_those_that_there_are(package: Path, name: str) -> None:
    _write(package.parent / "policies" / "audit" / "baseline.yaml", "")
    _write(package.parent / "policies" / "audit" / "all-bodies.yaml", "")
    _write(package.parent / "policies" / "standards" / "essential.yaml", "")

    with pytest.raises(KubewitnessError, match=r"no such audit policy; there are all-bodies, baseline$"):
        content.policy_text(name)


def test_what_is_no_name_is_not_listed(package: Path) -> None:
    _write(package.parent / "policies" / "audit" / ".baseline.yaml.swp.yaml", "")

    assert content.policy_names() == ()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
