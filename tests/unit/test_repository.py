"""What must hold for the repository itself: the lock, the metadata, the texts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXTS = (
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "demo/README.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
)  # fmt: skip

# In pieces: this file is searched too.
INDEX_HOSTS = tuple(
    "".join(parts)
    for parts in (
        ("py", "pi.org"), ("python", "hosted.org"), ("registry.", "npmjs.org"), ("proxy.", "golang.org"),
        ("deb.", "debian.org"), ("-python.", "pkg.dev"), ("artifact", "registry"), ("art", "ifactory"),
    )
)  # fmt: skip


@cache
def tracked_files() -> tuple[Path, ...]:
    """What a commit of the working folder would hold."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_no_file_names_the_host_of_a_package_index() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked_files()
        for host in INDEX_HOSTS
        if host.encode() in path.read_bytes()
    ]

    assert found == []


def test_every_locked_package_has_a_version_and_a_hash_and_no_address() -> None:
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")

    entries = re.findall(r"^\S.*(?:\\\n.*)+", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[a-zA-Z]", text, re.MULTILINE))
    assert all(re.match(r"[a-z0-9.-]+==\S+ ", entry) and "--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|index|find-links", text)


def test_every_direct_dependency_is_locked() -> None:
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")

    locked = set(re.findall(r"^([a-z0-9.-]+)==", text, re.MULTILINE))
    assert _declared() | _declared_for_developers() <= locked


def test_what_the_code_imports_is_declared() -> None:
    extras = {_name(entry) for group in project()["project"]["optional-dependencies"].values() for entry in group}

    imported = _distributions_imported_by(ROOT / "kubewitness", ROOT / "checks", ROOT / "deploys")

    assert imported <= _declared() | extras


def test_what_the_tests_import_is_declared() -> None:
    assert _distributions_imported_by(ROOT / "tests") <= _declared() | _declared_for_developers()


def test_the_content_of_the_wheel_is_there_and_is_no_package() -> None:
    included = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert set(included) == {"checks", "deploys", "policies"}
    for folder in (*included, "inventories"):
        assert (ROOT / folder).is_dir()
        assert not list((ROOT / folder).rglob("__init__.py"))


def test_the_readme_starts_with_the_two_commands() -> None:
    first_screen = "\n".join(_text("README.md").splitlines()[:40])

    assert "make demo" in first_screen
    assert "make test" in first_screen


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert re.search(r"^## \[?Unreleased\]?$", _text("CHANGELOG.md"), re.MULTILINE)


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_has_a_placeholder(name: str) -> None:
    assert not re.search(r"TODO|FIXME|TBD|XXX|lorem ipsum|coming soon", _text(name), re.IGNORECASE)


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`]*`", "", _text(name), flags=re.DOTALL))

    broken = [target for target in targets if "://" not in target and not _resolves(ROOT / name, target)]
    assert broken == []


@pytest.mark.parametrize("target", ["demo", "test", "lint", "lab", "bench", "lock", "help"])
def test_make_help_names_every_target(target: str) -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert f"  make {target} " in shown.stdout


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _resolves(source: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    path = source if not file else source.parent / file
    if not path.exists():
        return False
    return not anchor or anchor in _anchors(path.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    """GitHub's: lower case, punctuation gone, spaces to dashes."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _declared() -> set[str]:
    return {_name(entry) for entry in project()["project"]["dependencies"]}


def _declared_for_developers() -> set[str]:
    return {_name(entry) for entry in project()["dependency-groups"]["dev"]}


def _name(requirement: str) -> str:
    matched = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert matched
    return _normalised(matched[0])


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _distributions_imported_by(*folders: Path) -> set[str]:
    """What would have to be installed. A module that no installed distribution holds counts under its own name."""
    installed = packages_distributions()
    modules = {name for folder in folders for path in folder.rglob("*.py") for name in _imports(path)}
    ours = {"kubewitness", "tests", "checks", "deploys"}
    third_party = modules - set(sys.stdlib_module_names) - ours
    return {_normalised(installed.get(module, [module])[0]) for module in third_party}


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
