"""Where the catalogue is: checks/, deploys/ and policies/, at the top of a checkout or inside the wheel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubewitness.errors import KubewitnessError
from kubewitness.standard import parse_standard

if TYPE_CHECKING:
    from kubewitness.standard import Standard

_PACKAGE: Final = Path(__file__).resolve().parent
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def content_root() -> Path:
    """``kubewitness/_content`` in a wheel; the top of the repository in a checkout or an editable installation.

    Looked for beside this very file: an editable installation leaves an old copy in site-packages.
    """
    shipped = _PACKAGE / "_content"
    return shipped if shipped.is_dir() else _PACKAGE.parent


def checks_dir() -> Path:
    """The folder of the checks that come with kubewitness."""
    return content_root() / "checks"


def policy_text(name: str) -> str:
    """The audit policy ``policies/audit/NAME.yaml``. Raises KubewitnessError, with the names that there are."""
    return _text("audit", name, "audit policy")


def standard_text(name: str) -> str:
    """The standard ``policies/standards/NAME.yaml``. Raises KubewitnessError, with the names that there are."""
    return _text("standards", name, "standard")


def policy_names() -> tuple[str, ...]:
    """The audit policies that come with kubewitness, sorted."""
    return _names("audit")


def standard_names() -> tuple[str, ...]:
    """The standards that come with kubewitness, sorted."""
    return _names("standards")


def _text(folder: str, name: str, what: str) -> str:
    available = _names(folder)
    if name not in available:
        raise KubewitnessError(f"{what} {name!r}: no such {what}; there are {', '.join(available) or 'none'}")
    return (content_root() / "policies" / folder / f"{name}.yaml").read_text(encoding="utf-8")


def _names(folder: str) -> tuple[str, ...]:
    """A name is taken from the folder's listing and never made into a path, so none leads out of it."""
    stems = (path.stem for path in (content_root() / "policies" / folder).glob("*.yaml"))
    return tuple(sorted(stem for stem in stems if _NAME.fullmatch(stem)))


def read_standard(name: str) -> Standard:
    """The standard with that name, or in that file (with a slash, or ending in .yaml). Raises KubewitnessError."""
    if "/" not in name and not name.endswith((".yaml", ".yml")):
        return parse_standard(standard_text(name), f"policies/standards/{name}.yaml", policy_names())
    try:
        return parse_standard(Path(name).read_text("utf-8"), name, policy_names())
    except (OSError, UnicodeDecodeError) as error:
        raise KubewitnessError(f"{name}: cannot be read as a standard: {error}") from error


def own_policy_text(path: str) -> str:
    """The team's own audit policy, named by host data ``audit_policy``. Bytes that are no UTF-8 stay what they are."""
    try:
        return Path(path).read_text("utf-8", "surrogateescape")
    except OSError as error:
        raise KubewitnessError(f"{path}: {error.strerror}: audit_policy names a file on this machine") from error
