"""Find the lab's binaries: KUBEWITNESS_LAB_BIN, else the PATH, else our cache, else build them."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.lab import gobuild
from tests.lab.recipe import Build, recipe
from tests.lab.settings import Lab, LabError

log = logging.getLogger("lab")

Binaries = Mapping[str, Path]  # "kubelet", "cni/bridge" -> the file

IN_IMAGES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")

# What each binary must say of itself; VERSION is the Kubernetes version asked for.
_SIGNS = (
    ("kube-apiserver", ["--version"], "Kubernetes VERSION$"),
    ("kube-controller-manager", ["--version"], "Kubernetes VERSION$"),
    ("kube-scheduler", ["--version"], "Kubernetes VERSION$"),
    ("kubelet", ["--version"], "Kubernetes VERSION$"),
    ("kubeadm", ["version", "-o", "short"], "VERSION$"),
    ("kubectl", ["version", "--client"], "Client Version: VERSION$"),
    ("etcd", ["--version"], r"etcd Version: 3\.([6-9]|\d\d)\."),  # kubeadm writes flags that 3.5 does not know
    ("containerd", ["--version"], r" v?2\.\d+\."),  # our configuration is of version 3
    ("runc", ["--version"], "libseccomp"),  # kubeadm's pods ask for the RuntimeDefault profile
)


def find(lab: Lab, version: str) -> Binaries:
    """Every binary of the recipe, built where need be.

    Raises:
        LabError: KUBEWITNESS_LAB_BIN has not all of them, or others; or one cannot be built.
    """
    if given := os.environ.get("KUBEWITNESS_LAB_BIN"):
        return _given(Path(given).absolute(), version)
    if (on_path := _on_path(version)) is not None:
        log.info("binaries from the PATH")
        return on_path
    return _cached_or_built(lab, version)


def obstacle(lab: Lab, version: str) -> str | None:
    """Why `find` cannot succeed, as far as can be told without running anything."""
    if os.environ.get("KUBEWITNESS_LAB_BIN") or gobuild.find_go() or not _uncached(lab, version):
        return None
    if None not in _look_up_path(version).values():
        return None
    return f"no Go, and no binaries for {version} in {lab.home}; install Go 1.26 or set KUBEWITNESS_LAB_BIN"


def _given(folder: Path, version: str) -> Binaries:
    """All in one folder and its cni/; those of Kubernetes may be in folders by version: v1.37.1/kubelet."""
    places = {name: (folder / version / name, folder / name) for name in _names(version)}
    found = {name: next((path for path in paths if path.exists()), None) for name, paths in places.items()}
    binaries = {name: path for name, path in found.items() if path is not None}
    missing = ", ".join(name for name, path in found.items() if path is None)
    fault = f"{missing} not there" if missing else _fault(binaries, version)
    if fault is not None:
        raise LabError(f"KUBEWITNESS_LAB_BIN={folder}: {fault}; unset it and the lab builds its own")
    log.info("binaries from %s", folder)
    return binaries


def _on_path(version: str) -> Binaries | None:
    """None unless all are there and fit: a machine with another Kubernetes on its PATH is no reason to stop."""
    binaries = {name: path for name, path in _look_up_path(version).items() if path is not None}
    if binaries.keys() != set(_names(version)):
        return None
    if (fault := _fault(binaries, version)) is not None:
        log.info("binaries on the PATH are not used: %s", fault)
        return None
    return binaries


def _look_up_path(version: str) -> Mapping[str, Path | None]:
    places = f"{os.environ.get('PATH', os.defpath)}:/opt/cni/bin:/usr/lib/cni"
    found = {name: shutil.which(Path(name).name, path=places) for name in _names(version)}
    return {name: Path(path) if path else None for name, path in found.items()}


def _cached_or_built(lab: Lab, version: str) -> Binaries:
    uncached = _uncached(lab, version)
    if uncached:
        go = gobuild.find_go()
        if go is None:
            raise LabError(f"no Go to build {uncached[0].name} with; install Go 1.26 or set KUBEWITNESS_LAB_BIN")
        names = ", ".join(f"{build.name} {build.version}" for build in uncached)
        minutes = sum(build.minutes for build in uncached)
        log.info("no binaries of %s yet: about %.0f min with cold caches, once (kept in %s)", names, minutes, lab.home)
        for build in uncached:
            gobuild.build(go, build, _folder(lab, build), logs=lab.home / "log")
    return {name: _folder(lab, build) / name for build in recipe(version) for name in build.binaries}


def _uncached(lab: Lab, version: str) -> list[Build]:
    return [build for build in recipe(version) if not _folder(lab, build).exists()]


def _folder(lab: Lab, build: Build) -> Path:
    return lab.home / "bin" / build.key


def _names(version: str) -> list[str]:
    return [name for build in recipe(version) for name in build.binaries]


def _fault(binaries: Binaries, version: str) -> str | None:
    for name, arguments, sign in _SIGNS:
        pattern = sign.replace("VERSION", re.escape(version))
        done = subprocess.run([binaries[name], *arguments], capture_output=True, text=True, check=False)
        if not re.search(pattern, done.stdout, re.MULTILINE):
            return f"`{name} {' '.join(arguments)}` does not say {pattern}"
    for name in IN_IMAGES:
        if b"/ld-linux" in binaries[name].read_bytes()[:4096]:  # where the ELF header names the interpreter
            return f"{name} is linked dynamically, and its image would hold nothing but the binary"
    return None
