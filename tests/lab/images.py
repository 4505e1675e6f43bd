"""The container images of the control plane, made from the binaries: a containerd store that each node gets a copy of.

Nothing is pulled, in the node or here. An image holds one static binary.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import platform
import shutil
import subprocess
import tarfile
import time
from pathlib import Path, PurePath

from tests.lab.binaries import IN_IMAGES, Binaries
from tests.lab.command import ENDS_WITH_US, MOUNTS_UNSEEN, run, succeeds
from tests.lab.machine import require_disk
from tests.lab.scratch import scratch
from tests.lab.settings import FILES, Lab, LabError

log = logging.getLogger("lab")

REPOSITORY = "lab.local"
_GIB = 2
_PAUSE = FILES / "pause.c"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}  # as the kernel and as image configurations call them

# Only what unpacks images; the plugins that run containers would want a node.
_CONFIGURATION = """
version = 3
root = "{folder}/root"
state = "{folder}/state"
disabled_plugins = [
  "io.containerd.cri.v1.images",
  "io.containerd.cri.v1.runtime",
  "io.containerd.grpc.v1.cri",
  "io.containerd.nri.v1.nri",
]
[grpc]
address = "{folder}/socket"
"""


def references(binaries: Binaries, version: str) -> dict[str, str]:
    """``{"kube-apiserver": "lab.local/kube-apiserver:v1.37.1"}`` as kubeadm of that version will ask for them."""
    listed = run(
        *(binaries["kubeadm"], "config", "images", "list"),
        *("--kubernetes-version", version, "--image-repository", REPOSITORY),
    )
    # "lab.local/coredns/coredns:v1.13.1" is coredns
    named = {reference.rpartition("/")[2].partition(":")[0]: reference for reference in listed.split()}
    return {name: named[name] for name in (*IN_IMAGES, "pause")}  # no kube-proxy and no CoreDNS in this lab


def find_or_make(lab: Lab, binaries: Binaries, version: str) -> Path:
    """The root folder of a containerd that has every image, unpacked; about 10 s the first time."""
    wanted = references(binaries, version)
    files = [(name, binaries[name].stat()) for name in (*IN_IMAGES, "containerd")]
    key = repr([wanted, [(name, stat.st_size, stat.st_mtime_ns) for name, stat in files], _PAUSE.read_text()])
    store = lab.home / f"images-{version}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    if store.exists():
        return store
    require_disk(lab.home, _GIB, "the images")
    log.info("making the images of %s: about 10 s, once", version)
    for outdated in lab.home.glob(f"images-{version}-*"):  # nodes that run from it have links of their own
        shutil.rmtree(outdated)
    with scratch(lab.home / "images.unfinished") as folder:
        _import(binaries, _archives(folder, binaries, wanted), folder)
        (folder / "root").rename(store)
    return store


def link(store: Path, target: Path) -> None:
    """A copy of a store for one node: files that never change are hard links, the databases are not."""

    def copy(source: str, destination: str) -> None:
        if source.endswith(".db"):
            shutil.copy2(source, destination)
        else:
            os.link(source, destination)

    shutil.copytree(store, target, symlinks=True, copy_function=copy)


def _archives(folder: Path, binaries: Binaries, wanted: dict[str, str]) -> list[Path]:
    pause = folder / "pause"
    run("gcc", "-O2", "-static", "-o", pause, _PAUSE)
    archives = []
    for name, reference in wanted.items():
        archives.append(folder / f"{name}.tar")
        _write_archive(archives[-1], reference, {**binaries, "pause": pause}[name], f"usr/local/bin/{name}")
    return archives


def _write_archive(archive: Path, reference: str, binary: Path, path: str) -> None:
    """An archive as `docker save` writes it: one layer with one file, and a command that runs it."""
    layer = archive.with_suffix(".layer")
    _write_layer(layer, binary, path)
    with layer.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    configuration = {
        "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Entrypoint": [f"/{path}"], "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "history": [{"created": "2020-01-01T00:00:00Z"}],
    }
    manifest = [{"Config": "config.json", "RepoTags": [reference], "Layers": ["layer.tar"]}]
    with tarfile.open(archive, "w") as tar:
        for name, value in (("config.json", configuration), ("manifest.json", manifest)):
            text = json.dumps(value).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
        tar.add(layer, "layer.tar")
    layer.unlink()


def _write_layer(layer: Path, binary: Path, path: str) -> None:
    folders = [str(folder) for folder in reversed(PurePath(path).parents)][1:]
    with tarfile.open(layer, "w") as tar:
        for folder in ("etc", "tmp", *folders):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        entry = tarfile.TarInfo(path)
        entry.size, entry.mode = binary.stat().st_size, 0o755
        with binary.open("rb") as content:
            tar.addfile(entry, content)


def _import(binaries: Binaries, archives: list[Path], folder: Path) -> None:
    """Import and unpack into the folder's `root`, by a containerd that runs for that long."""
    socket, configuration = folder / "socket", folder / "config.toml"
    configuration.write_text(_CONFIGURATION.format(folder=folder))
    command = (*ENDS_WITH_US, *MOUNTS_UNSEEN, binaries["containerd"], "--config", configuration)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as containerd:
        try:
            _wait_for(binaries["ctr"], socket, containerd)
            for archive in archives:
                _ctr(binaries, socket, "import", archive)
            for reference in _ctr(binaries, socket, "ls", "-q").split():
                # As the kubelet's own pulls are labelled; pinned: never collected.
                labels = ("io.cri-containerd.image=managed", "io.cri-containerd.pinned=pinned")
                _ctr(binaries, socket, "label", reference, *labels)
        finally:
            containerd.terminate()


def _ctr(binaries: Binaries, socket: Path, *arguments: str | Path) -> str:
    return run(binaries["ctr"], "--address", socket, "--namespace", "k8s.io", "images", *arguments)


def _wait_for(ctr: Path, socket: Path, containerd: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if containerd.poll() is not None:
            break
        if succeeds(ctr, "--address", socket, "version"):
            return
        time.sleep(0.1)
    raise LabError("containerd does not start on this machine; the images cannot be made")
