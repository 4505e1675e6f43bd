"""The catalogue of checks: every ``Check`` in the modules of a folder. Loading it runs its code."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from kubewitness.check import Check
from kubewitness.content import checks_dir
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kubewitness.model import Kind


def load_catalogue(extra: Iterable[Path] = ()) -> tuple[Check, ...]:
    """The checks that come with kubewitness and those of the folders ``extra``, by rung and id.

    Raises KubewitnessError for a folder without checks, and for an id that is there twice for one kind of
    target.
    """
    found: dict[tuple[str, Kind], Check] = {}
    for folder in (checks_dir(), *extra):
        for item in _checks_of(folder):
            if (item.id, item.kind) in found:
                raise KubewitnessError(f"{folder}: check {item.id!r} is there twice: rename one")
            found[item.id, item.kind] = item
    return tuple(sorted(found.values(), key=lambda item: (item.rung, item.id, item.kind)))


def _checks_of(folder: Path) -> list[Check]:
    found = [item for file in sorted(folder.glob("*.py")) for item in _checks_in(file)]
    if not found:
        raise KubewitnessError(f"{folder}: no checks there: name a folder whose *.py files use kubewitness.check.check")
    return found


def _checks_in(file: Path) -> list[Check]:
    name = f"kubewitness_checks.{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise KubewitnessError(f"{file}: cannot be loaded as a module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise KubewitnessError(f"{file}: cannot be loaded: {type(error).__name__}: {error}") from error
    return [value for value in vars(module).values() if isinstance(value, Check)]
