"""A systemd unit for a shipper that we set up: it may read logs, write its state and speak to the network. Pure.

Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Final

from kubewitness.shippers.shipment import RenderedFile

UNITS: Final = "/etc/systemd/system"
_READS_EVERYTHING: Final = "CAP_DAC_READ_SEARCH"
_STATE_ROOT: Final = "/var/lib/"
_LOG_ROOT: Final = "/var/log/"
_BINDS_LOW_PORTS: Final = "CAP_NET_BIND_SERVICE"
_FIRST_FREE_PORT: Final = 1024


@dataclass(frozen=True, slots=True)
class Service:
    """``name``: of the unit, without ``.service``. ``user``: with a group of that name. ``command``: what it runs.

    ``state_dir``: the only folder that it writes. ``reads``: folders with logs. ``reads_all``: it may read files that
    neither its user nor its group may, as the logs of containers are (root's alone). ``journal``: it reads the journal.
    ``memory_max``, ``environment``: as systemd takes them. ``before``: commands that run before, as the same user.
    ``writes``: folders besides the state that it writes. ``wants``: units that are started with it. ``port``: that it
    listens at; 0: it does not.
    """

    name: str
    title: str
    documentation: str
    user: str
    command: tuple[str, ...]
    state_dir: str
    reads: tuple[str, ...]
    memory_max: str
    environment: tuple[str, ...] = ()
    reads_all: bool = False
    journal: bool = False
    before: tuple[tuple[str, ...], ...] = ()
    writes: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    port: int = 0


def unit(service: Service) -> RenderedFile:
    """The unit's file. It is started again for ever: what it missed is in its state and in the log files."""
    lines = [
        "# Written by kubewitness; the next deploy writes it anew.",
        "[Unit]",
        f"Description={_plain(service.title)}",
        f"Documentation={service.documentation}",
        f"Wants={' '.join(('network-online.target', *service.wants))}",
        "After=network-online.target",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        f"User={service.user}",
        f"Group={service.user}",
        *(["SupplementaryGroups=systemd-journal"] if service.journal else []),
        *(f'Environment="{_plain(item)}"' for item in service.environment),
        *(["TimeoutStartSec=10min"] if service.before else []),
        *(f"ExecStartPre={_command(words)}" for words in service.before),
        f"ExecStart={_command(service.command)}",
        "Restart=always",
        "RestartSec=2",
        "KillMode=mixed",
        "TimeoutStopSec=30",
        *_state(service.state_dir),
        *(line for folder in service.writes for line in _written(folder)),
        "UMask=0077",
        "LimitNOFILE=65536",
        f"MemoryMax={service.memory_max}",
        *_walls(service),
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return RenderedFile(f"{UNITS}/{service.name}.service", "\n".join(lines) + "\n", 0o644)


def _state(folder: str) -> list[str]:
    """systemd makes what lies under /var/lib, for the user alone; what lies elsewhere has to be there."""
    if folder.startswith(_STATE_ROOT):
        return [f"StateDirectory={_plain(folder.removeprefix(_STATE_ROOT).strip('/'))}", "StateDirectoryMode=0700"]
    return [f"ReadWritePaths={_plain(folder)}"]


def _written(folder: str) -> list[str]:
    """What lies under /var/log is made by systemd, and may be read by the service's group."""
    if folder.startswith(_LOG_ROOT):
        return [f"LogsDirectory={_plain(folder.removeprefix(_LOG_ROOT).strip('/'))}", "LogsDirectoryMode=0750"]
    return [f"ReadWritePaths={_plain(folder)}"]


def _walls(service: Service) -> list[str]:
    capability = _READS_EVERYTHING if service.reads_all else ""
    if 0 < service.port < _FIRST_FREE_PORT:
        capability = f"{capability} {_BINDS_LOW_PORTS}".strip()
    hidden = ["/etc/kubernetes/pki", "/var/lib/etcd", "/var/lib/kubelet", "/etc/shadow", "/etc/gshadow", "/etc/ssh"]
    return [
        "NoNewPrivileges=yes",
        f"CapabilityBoundingSet={capability}",
        f"AmbientCapabilities={capability}",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        *(f"ReadOnlyPaths=-{_plain(folder)}" for folder in dict.fromkeys(service.reads)),
        *(f"InaccessiblePaths=-{folder}" for folder in (hidden if service.reads_all else [])),
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectClock=yes",
        "ProtectControlGroups=yes",
        "ProtectHostname=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes",
        "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
    ]


def folders(globs: tuple[str, ...]) -> tuple[str, ...]:
    """The folder of each glob, up to the first that has a wildcard in it."""
    found = []
    for glob in globs:
        parts = posixpath.dirname(glob).split("/")
        fixed = next((at for at, part in enumerate(parts) if any(mark in part for mark in "*?[{")), len(parts))
        found.append("/".join(parts[:fixed]) or "/")
    return tuple(dict.fromkeys(found))


def _plain(text: str) -> str:
    """``%`` starts a specifier in a unit, and a line is a setting."""
    return " ".join(text.split("\n")).replace("%", "%%")


def _command(words: tuple[str, ...]) -> str:
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    plain = _plain(word).replace("$", "$$")
    return f'"{plain}"' if any(char in plain for char in " \t;'") else plain
