"""Build commands of Go modules, published ones and ours, from the Go module proxy alone."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.lab.command import ENDS_WITH_US, run, run_long
from tests.lab.machine import require_disk
from tests.lab.recipe import Build
from tests.lab.scratch import scratch

log = logging.getLogger("lab")

_GIB = 8  # Go's caches grew to 6.4 GiB with one Kubernetes version, and the binaries are 0.6
_USUAL_PLACE = Path("/usr/local/go/bin/go")


def find_go() -> Path | None:
    """Go, also where its own installer puts it without touching PATH."""
    found = shutil.which("go")
    if found is not None:
        return Path(found)
    return _USUAL_PLACE if _USUAL_PLACE.exists() else None


@dataclass(frozen=True, slots=True)
class Module:
    """A module of ours with a committed go.mod and go.sum, and the one command in it that is wanted.

    Args:
        name: of the binary.
        folders: what is in them together is the module.
        package: of the command.
        linker_flags: for -ldflags.
        minutes: with nothing cached, on 2 cores.
    """

    name: str
    folders: tuple[Path, ...]
    package: str
    linker_flags: str
    minutes: float


def build_module(go: Path, module: Module, into: Path, logs: Path) -> None:
    """Leave the binary in `into`, or nothing. What go.sum does not name is not built."""
    require_disk(into, _GIB, "Go's caches")
    log.info("building %s: about %g min on 2 cores when nothing is cached, once", module.name, module.minutes)
    began = time.monotonic()
    output = logs / f"{into.name}.log"
    output.unlink(missing_ok=True)
    environment = {"PATH": f"{go.parent}:{os.environ['PATH']}", "CGO_ENABLED": "0", "GOWORK": "off"}
    with scratch(into.with_name(f"{into.name}.unfinished")) as folder:
        source, result = folder / "source", folder / "result"
        result.mkdir()
        for part in module.folders:
            shutil.copytree(part, source, dirs_exist_ok=True)
        arguments = ("build", "-mod=readonly", "-trimpath", "-ldflags", module.linker_flags)
        command = (*ENDS_WITH_US, "nice", "-n", "10", go, *arguments, "-o", result / module.name, module.package)
        run_long(*command, output=output, cwd=source, env=environment)
        result.rename(into)
    log.info("built %s in %.0f s", module.name, time.monotonic() - began)


def build(go: Path, wanted: Build, into: Path, logs: Path) -> None:
    """Leave the binaries in `into`, all of them or none."""
    require_disk(into, _GIB, "Go's caches")
    log.info(
        "building %s %s: about %g min on 2 cores when nothing is cached", wanted.name, wanted.version, wanted.minutes
    )
    began = time.monotonic()
    output = logs / f"{wanted.key}.log"
    output.unlink(missing_ok=True)
    with scratch(into.with_name(f"{into.name}.unfinished")) as folder:
        source, result = folder / "source", folder / "result"
        (result / wanted.folder).mkdir(parents=True)
        environment = _environment(go, wanted)
        _write_wrapper(go, wanted, source, environment)
        run_long(*ENDS_WITH_US, go, "mod", "tidy", output=output, cwd=source, env=environment)
        arguments = [
            *("build", "-trimpath", "-tags", wanted.tags, "-ldflags", f"-s -w {wanted.linker_flags}".strip()),
            *("-o", f"{result / wanted.folder}/"),
        ]
        run_long(*ENDS_WITH_US, go, *arguments, *wanted.packages, output=output, cwd=source, env=environment)
        for built, name in wanted.rename:
            (result / wanted.folder / built).rename(result / wanted.folder / name)
        result.rename(into)
    log.info("built %s %s in %.0f s", wanted.name, wanted.version, time.monotonic() - began)


def _environment(go: Path, wanted: Build) -> Mapping[str, str]:
    return {
        "PATH": f"{go.parent}:{os.environ['PATH']}",
        "CGO_ENABLED": "1" if wanted.tags else "0",  # without: static, so that an image needs nothing but the binary
        "GOWORK": "off",
    }


def _write_wrapper(go: Path, wanted: Build, source: Path, environment: Mapping[str, str]) -> None:
    """A module of our own that requires the wanted one.

    `go install MODULE@VERSION` refuses modules with replacements in their go.mod, and Kubernetes has dozens.
    """
    source.mkdir()
    replacements = _staging_replacements(go, wanted, environment) if wanted.staging else ""
    (source / "go.mod").write_text(
        f"module lab\n\ngo 1.26.0\n\nrequire {wanted.module} {wanted.version}\n{replacements}"
    )
    # These imports keep `go mod tidy` from dropping the requirement.
    imports = "".join(f'import _ "{package}"\n' for package in wanted.packages)
    (source / "tools.go").write_text(f"//go:build tools\n\npackage tools\n\n{imports}")


def _staging_replacements(go: Path, wanted: Build, environment: Mapping[str, str]) -> str:
    answer = run(go, "mod", "download", "-json", f"{wanted.module}@{wanted.version}", env={**os.environ, **environment})
    published = f"v0.{wanted.version.removeprefix('v1.')}"
    modules = re.findall(r"^\s*(k8s\.io/[a-z0-9-]+) =>", Path(json.loads(answer)["GoMod"]).read_text(), re.MULTILINE)
    return "replace (\n" + "".join(f"\t{module} => {module} {published}\n" for module in modules) + ")\n"
