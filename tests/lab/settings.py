"""Where the lab of this run keeps its things, and which Kubernetes it runs."""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("lab")

DEFAULT_VERSION = "v1.37.1"
FILES = Path(__file__).with_name("files")


class LabError(Exception):
    """Something the user can mend: *what - where - what to do*, in one line."""


@dataclass(frozen=True, slots=True)
class Lab:
    """One lab.

    Args:
        name: the start of every machine-wide name that the lab uses (network namespaces, machines, cgroups). There is
            one lab of a name on a machine; whatever carries the name belongs to the lab and goes with `down`.
        home: caches, and the run folder while the lab is up.
    """

    name: str
    home: Path

    @classmethod
    def from_environment(cls) -> Lab:
        name = os.environ.get("KUBEWITNESS_LAB_NAME", "kwlab")
        # A hyphen parts the lab's name from the node's: "kwlab-cp-1" must belong to one lab only.
        if not re.fullmatch(r"[a-z][a-z0-9]{0,11}", name):
            raise LabError(f"KUBEWITNESS_LAB_NAME={name}: use up to 12 lower case letters and digits")
        home = Path(os.environ.get("KUBEWITNESS_LAB_DIR") or Path.home() / ".cache/kubewitness-lab").absolute()
        if set(str(home)) & set(" :,\\"):  # they part the options of a mount
            raise LabError(f"KUBEWITNESS_LAB_DIR={home}: choose a path without spaces, colons and commas")
        if len(str(home)) > 70:  # the kernel allows 107 characters for the path of a socket
            raise LabError(f"KUBEWITNESS_LAB_DIR={home}: choose a path of at most 70 characters")
        return cls(name, home)

    @property
    def run(self) -> Path:
        """Everything that `down` removes; absent when the lab is down."""
        return self.home / "run" / self.name

    @property
    def namespace(self) -> Path:
        """The network namespace that reaches every node."""
        return Path("/run/netns", self.name)

    @property
    def identity(self) -> Path:
        return self.run / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.run / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        """Works from everywhere on this machine, for root."""
        return self.run / "ssh_config"

    @property
    def ssh_config_inside(self) -> Path:
        """The same without ProxyCommand: for programs that run in the lab's network namespace already."""
        return self.run / "ssh_config.inside"

    @property
    def kubeconfig(self) -> Path:
        return self.run / "admin.conf"

    @property
    def kubectl(self) -> Path:
        return self.run / "layers/kubernetes-node/usr/bin/kubectl"

    def machine(self, node: str) -> str:
        """The machine-wide name of a node."""
        return f"{self.name}-{node}"

    def owns(self, name: str) -> bool:
        """Is this machine-wide name one of the lab's?"""
        return name == self.name or name.startswith(f"{self.name}-")

    @contextmanager
    def alone(self, what: str = "") -> Iterator[None]:
        """Wait for every other `up`, `down` and `build` with the same home; for those that make ``what`` only."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / f"lock{what and f'-{what}'}").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log.info("waiting for another command of the lab%s", what and f", which makes {what}")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def kubernetes_version(asked: str | None = None) -> str:
    """``v1.37.1``: what was asked for, else KUBEWITNESS_LAB_VERSION, else the default; with or without the ``v``."""
    version = asked or os.environ.get("KUBEWITNESS_LAB_VERSION") or DEFAULT_VERSION
    if not re.fullmatch(r"v?1\.\d+\.\d+", version):
        raise LabError(f'Kubernetes version "{version}" is not of the form {DEFAULT_VERSION}')
    return f"v{version.removeprefix('v')}"
