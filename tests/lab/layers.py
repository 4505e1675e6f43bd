"""What lies over the Debian tree of a node: tests/lab/files/every-node, and for Kubernetes files/kubernetes-node too.

Made anew at each `up`, from this checkout and in no time: binaries are hard links where the file system allows.
"""

from __future__ import annotations

import os
import shutil
import string
from pathlib import Path

from tests.lab.binaries import Binaries
from tests.lab.settings import FILES, Lab
from tests.lab.topology import Node, Role

_BINARIES = {
    "usr/bin": ("kubelet", "kubeadm", "kubectl"),  # where the Kubernetes packages put them
    "usr/local/bin": ("containerd", "containerd-shim-runc-v2", "ctr", "runc", "etcdctl"),
    "opt/cni/bin": ("cni/bridge", "cni/loopback", "cni/host-local"),
}
_UNITS = ("lab-machine.service", "containerd.service", "kubelet.service")


def make_common(lab: Lab) -> None:
    _copy("every-node", _folder(lab, "every-node"))


def make_kubernetes(lab: Lab, binaries: Binaries, pause_image: str) -> None:
    layer = _folder(lab, "kubernetes-node")
    _copy("kubernetes-node", layer)
    for folder, names in _BINARIES.items():
        for name in names:
            _link(binaries[name], layer / folder / Path(name).name)
    containerd = layer / "etc/containerd/config.toml"
    containerd.write_text(string.Template(containerd.read_text()).substitute(pause_image=pause_image))
    wants = layer / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir()
    for unit in _UNITS:
        (wants / unit).symlink_to(f"../{unit}")


def of(lab: Lab, node: Node) -> list[Path]:
    """The layers of a node, the topmost first."""
    common = _folder(lab, "every-node")
    return [_folder(lab, "kubernetes-node"), common] if node.role is Role.CONTROL_PLANE else [common]


def _folder(lab: Lab, name: str) -> Path:
    return lab.run / "layers" / name


def _copy(name: str, layer: Path) -> None:
    """Copy with modes of our own: a checkout's depend on who made it, and sudo refuses what a group can write."""
    shutil.copytree(FILES / name, layer)
    layer.chmod(0o755)
    for path in layer.rglob("*"):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source.resolve())
    except OSError:  # another file system
        shutil.copy2(source, target)
