"""Keys and configuration: the nodes are reached as real ones are, by ssh with strict host keys."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from tests.lab.command import run
from tests.lab.settings import Lab
from tests.lab.topology import USERS, Node, Role


def make_client(lab: Lab, nodes: Sequence[Node]) -> None:
    """The lab's key and its two ssh_config files. One key for all users: the lab lives for minutes."""
    _make_key(lab.identity, "kubewitness-lab")
    lab.known_hosts.touch()
    enter = f"nsenter --net={lab.namespace} nc %h %p"
    lab.ssh_config.write_text(_configuration(lab, nodes, f"  ProxyCommand {enter}\n"))
    lab.ssh_config_inside.write_text(_configuration(lab, nodes, ""))


def install(lab: Lab, node: Node, root: Path) -> None:
    """Give a node its host key and let the users in. Before the first boot: sshd starts with what it finds."""
    host_key = root / "etc/ssh/ssh_host_ed25519_key"
    _make_key(host_key, node.name)
    algorithm, key, _ = host_key.with_suffix(".pub").read_text().split()
    with lab.known_hosts.open("a") as known_hosts:
        known_hosts.write(f"{node.name},{node.address} {algorithm} {key}\n")
    for user in USERS:
        home = root / user.home
        owner = home.stat()
        folder, keys = home / ".ssh", home / ".ssh/authorized_keys"
        folder.mkdir(mode=0o700, exist_ok=True)
        keys.write_text(lab.identity.with_suffix(".pub").read_text())
        keys.chmod(0o600)
        for path in (folder, keys):
            os.chown(path, owner.st_uid, owner.st_gid)


def call(lab: Lab, node: Node, *command: str) -> str:
    """What a command on a node prints, run by root."""
    return run("ssh", "-F", lab.ssh_config, node.name, shlex.join(command))


def _make_key(path: Path, comment: str) -> None:
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path)


def _configuration(lab: Lab, nodes: Sequence[Node], proxy: str) -> str:
    direct = "".join(f"Host {node.name}\n  HostName {node.address}\n{proxy}\n" for node in nodes)
    # Not every client has `ssh -J`: the same nodes under names that go through the bastion.
    jumps = "".join(
        f"Host {node.name}-via-bastion\n  HostName {node.address}\n  ProxyJump bastion\n\n"
        for node in nodes
        if node.role is Role.CONTROL_PLANE
    )
    return f"""{direct}{jumps}Host *
  User root
  IdentityFile {lab.identity}
  IdentitiesOnly yes
  UserKnownHostsFile {lab.known_hosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  ConnectTimeout 10
  LogLevel ERROR
"""
