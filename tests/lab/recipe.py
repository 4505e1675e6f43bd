"""Which binaries the lab is made of and how each is built from the Go module proxy.

The keys of the caches are made from this file's data: change a version here and only that is built again.
"""

from __future__ import annotations

import hashlib
import re
import string
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Build:
    """One `go build`.

    Args:
        name: says what it is, in messages and in the cache.
        packages: those of the commands.
        rename: what `go build` names a binary, and what it is called here.
        minutes: with nothing cached, on 2 cores.
        tags: a build that needs tags needs cgo too.
        staging: the go.mod replaces k8s.io/X by folders of the repository; they are published too, as v0.MINOR.PATCH.
        linker_flags: beside -s -w.
    """

    name: str
    module: str
    version: str
    packages: tuple[str, ...]
    minutes: float
    folder: str = ""
    rename: tuple[tuple[str, str], ...] = ()
    tags: str = ""
    staging: bool = False
    linker_flags: str = ""

    @property
    def binaries(self) -> tuple[str, ...]:
        """Relative paths, such as ``kubelet`` and ``cni/bridge``."""
        # Go leaves out a major version at the end: example.org/etcdctl/v3 becomes etcdctl.
        built = [re.sub(r"/v\d+$", "", package).rpartition("/")[2] for package in self.packages]
        names = [dict(self.rename).get(name, name) for name in built]
        return tuple(f"{self.folder}/{name}" if self.folder else name for name in names)

    @property
    def key(self) -> str:
        return f"{self.name}-{self.version}-{hashlib.sha256(repr(self).encode()).hexdigest()[:8]}"


KUBERNETES_COMMANDS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kubeadm",
    "kubectl",
)
_VERSION_FLAGS = string.Template(
    "-X k8s.io/component-base/version.gitVersion=$version"
    " -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=$minor"
)
_CONTAINERD = "github.com/containerd/containerd/v2"
_PLUGINS = "github.com/containernetworking/plugins"

RUNTIME = (
    Build(
        name="etcd",
        module="go.etcd.io/etcd/server/v3",
        version="v3.6.16",
        packages=("go.etcd.io/etcd/server/v3",),
        rename=(("server", "etcd"),),
        minutes=0.5,
    ),
    Build(
        name="etcdctl",
        module="go.etcd.io/etcd/etcdctl/v3",
        version="v3.6.16",
        packages=("go.etcd.io/etcd/etcdctl/v3",),
        minutes=0.1,
    ),
    Build(
        name="containerd",
        module=_CONTAINERD,
        version="v2.3.7",
        packages=tuple(f"{_CONTAINERD}/cmd/{name}" for name in ("containerd", "containerd-shim-runc-v2", "ctr")),
        minutes=1,
    ),
    Build(
        name="runc",
        module="github.com/opencontainers/runc",
        version="v1.4.3",
        packages=("github.com/opencontainers/runc",),
        tags="seccomp",  # kubeadm's pods ask for the RuntimeDefault profile
        minutes=0.2,
    ),
    Build(
        name="cni",
        module=_PLUGINS,
        version="v1.9.1",
        packages=tuple(f"{_PLUGINS}/plugins/{name}" for name in ("main/bridge", "main/loopback", "ipam/host-local")),
        folder="cni",
        minutes=0.2,
    ),
)


def kubernetes(version: str) -> Build:
    return Build(
        name="kubernetes",
        module="k8s.io/kubernetes",
        version=version,
        packages=tuple(f"k8s.io/kubernetes/cmd/{command}" for command in KUBERNETES_COMMANDS),
        staging=True,
        linker_flags=_VERSION_FLAGS.substitute(version=version, minor=version.split(".")[1]),
        minutes=6,
    )


def recipe(version: str) -> tuple[Build, ...]:
    return (*RUNTIME, kubernetes(version))
