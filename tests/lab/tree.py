"""The Debian tree that every node stands on, read-only: made once by mmdebstrap, of the release that this machine runs.

The same release, because runc is built here against this machine's libraries and runs there.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shlex
from pathlib import Path

from tests.lab.command import ENDS_WITH_US, MOUNTS_UNSEEN, PROCESSES_UNSEEN, run_long
from tests.lab.machine import require_disk
from tests.lab.scratch import scratch
from tests.lab.settings import FILES, Lab, LabError
from tests.lab.topology import SUDO_PASSWORD

log = logging.getLogger("lab")

PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "libpam-systemd"),  # a PID 1, journald, and a session for each login
    *("openssh-server", "sudo", "curl", "openssl", "ca-certificates"),
    *("iproute2", "iptables", "conntrack", "ethtool", "kmod"),  # kubeadm's preflight asks for them
    *("procps", "netbase", "tzdata"),
    *(
        "rsyslog",
        "rsyslog-relp",
        "rsyslog-openssl",
        "logrotate",
        "e2fsprogs",
    ),  # of a collector node, and of who ships to it
)
_CUSTOMISE = FILES / "customise-tree.sh"
_GIB = 1


def find_or_make(lab: Lab) -> Path:
    """The tree; about half a minute the first time."""
    release = _release()
    secret = f"careful:{SUDO_PASSWORD}"
    recipe = repr((PACKAGES, release, secret, _CUSTOMISE.read_text()))
    tree = lab.home / f"tree-{release}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}"
    if tree.exists():
        return tree
    require_disk(lab.home, _GIB, "a Debian tree")
    log.info("making a Debian tree (%s): about half a minute, once", release)
    with scratch(lab.home / "tree.unfinished") as unfinished:
        run_long(
            *ENDS_WITH_US,
            *MOUNTS_UNSEEN,
            *PROCESSES_UNSEEN,
            "mmdebstrap",
            "--variant=apt",
            f"--include={','.join(PACKAGES)}",
            f'--customize-hook={shlex.quote(str(_CUSTOMISE))} "$1" {secret}',
            release,
            unfinished,
            *_sources(release),
            output=lab.home / "log" / f"{tree.name}.log",
        )
        unfinished.rename(tree)
    log.info("made the Debian tree")
    return tree


def _release() -> str:
    found = re.search(r'^VERSION_CODENAME="?([a-z]+)', Path("/etc/os-release").read_text(), re.MULTILINE)
    if found is None:
        raise LabError("/etc/os-release names no release; the lab needs a Debian machine")
    return found[1]


def _sources(release: str) -> list[str]:
    """This machine's own archives of that release, as lines of a sources.list. They are asked for nowhere else."""
    places = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    texts = {path: path.read_text() for path in places if path.is_file()}
    suites = [
        suite
        for path, text in texts.items()
        for suite in (_deb822(text) if path.suffix == ".sources" else _one_line(text))
    ]
    wanted = (release, f"{release}-updates", f"{release}-security")
    lines = [f"deb {address} {suite} main" for address, suite in suites if suite in wanted]
    if not lines:
        raise LabError(f"no archive of {release} in /etc/apt/sources.list*; the lab needs a Debian machine")
    return sorted(set(lines))


def _deb822(text: str) -> list[tuple[str, str]]:
    """(address, suite) of each archive; see sources.list(5)."""
    found = []
    for stanza in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
        if "deb" in fields.get("Types", "").split() and "main" in fields.get("Components", "").split():
            found += [(uri, suite) for uri in fields["URIs"].split() for suite in fields["Suites"].split()]
    return found


def _one_line(text: str) -> list[tuple[str, str]]:
    entries = [re.match(r"deb\s+(?:\[[^]]*\]\s*)?(\S+)\s+(\S+)\s+(.*)", line) for line in text.splitlines()]
    return [(entry[1], entry[2]) for entry in entries if entry and "main" in entry[3].split()]
