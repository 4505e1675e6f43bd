"""What a standard asks of a node's own logs: its journal, its containers' logs, and how they leave it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Program

if TYPE_CHECKING:
    from kubewitness.standardsection import Section

_ASKED: Final = {"required": True, "optional": False}
_YES_OR_NO: Final = {"true": True, "false": False}
_PERSISTENT: Final = {"persistent": True, "any": False}
#: The programs that a deploy can set up; others are judged only.
_DEPLOYED: Final = {program.value: program for program in (Program.RSYSLOG, Program.OTELCOL, Program.FILEBEAT)}


class Service(StrEnum):
    """A service of a node whose messages no rate limit may drop."""

    KUBELET = "kubelet"
    SSHD = "sshd"
    RUNTIME = "runtime"


#: The systemd units that a service may be: ``ssh`` on Debian, ``sshd`` elsewhere.
UNITS: Final = {
    Service.KUBELET: ("kubelet.service",),
    Service.SSHD: ("ssh.service", "sshd.service"),
    Service.RUNTIME: ("containerd.service", "crio.service"),
}


@dataclass(frozen=True, slots=True)
class JournalStandard:
    """What journald has to keep. All are minimums: a node may keep more.

    ``persistent``: on disk, so that it outlives a reboot. ``max_use_mib``: the room that it may take.
    ``retention_days``: no limit of age takes entries away before. ``rate_limit_burst``: messages that any unit may log
    in 30 seconds. ``never_dropped``: services without such a limit. ``compress``, ``forward_to_syslog``: asked for, or
    left to the team.
    """

    persistent: bool
    max_use_mib: int
    retention_days: int
    rate_limit_burst: int
    never_dropped: tuple[Service, ...]
    compress: bool
    forward_to_syslog: bool


@dataclass(frozen=True, slots=True)
class ContainerStandard:
    """What the kubelet and the container runtime have to keep of a container's output. Minimums.

    ``max_size_mib``, ``max_files``: of one container's log, and how many of them. ``line_kib``: the runtime splits no
    shorter line. ``event_qps``: Kubernetes events that the kubelet may report a second.
    """

    max_size_mib: int
    max_files: int
    line_kib: int
    event_qps: int


@dataclass(frozen=True, slots=True)
class ShippingStandard:
    """How logs leave the node.

    ``program``: the shipper that a deploy sets up where there is none. ``queue_mib``: what may wait on the node's disk.
    ``accept_loss``: a transport that does not acknowledge will do. ``node_hours``: what the node itself has to hold, at
    the rate that it writes. ``fresh_minutes``: the newest event in the central store is no further behind.
    ``store_days``: what that has to keep.
    """

    program: Program
    queue_mib: int
    accept_loss: bool
    node_hours: int
    fresh_minutes: int
    store_days: int


def parse_journal(section: Section) -> JournalStandard:
    """The section ``journal``. Raises StandardError."""
    section.only(
        "storage", "system_max_use_mib", "max_retention_days", "rate_limit_burst", "never_dropped", "compress",
        "forward_to_syslog",
    )  # fmt: skip
    return JournalStandard(
        persistent=section.one_of("storage", _PERSISTENT),
        max_use_mib=section.count("system_max_use_mib"),
        retention_days=section.count("max_retention_days"),
        rate_limit_burst=section.count("rate_limit_burst"),
        never_dropped=tuple(map(Service, section.several_of("never_dropped", list(Service)))),
        compress=section.one_of("compress", _ASKED),
        forward_to_syslog=section.one_of("forward_to_syslog", _ASKED),
    )


def parse_containers(section: Section) -> ContainerStandard:
    """The section ``containers``. Raises StandardError."""
    section.only("max_size_mib", "max_files", "line_kib", "event_qps")
    return ContainerStandard(
        max_size_mib=section.count("max_size_mib"),
        max_files=section.count("max_files"),
        line_kib=section.count("line_kib"),
        event_qps=section.count("event_qps"),
    )


def parse_shipping(section: Section) -> ShippingStandard:
    """The section ``shipping``. Raises StandardError."""
    section.only("program", "queue_mib", "accept_loss", "node_hours", "fresh_minutes", "store_days")
    return ShippingStandard(
        program=section.one_of("program", _DEPLOYED),
        queue_mib=section.count("queue_mib"),
        accept_loss=section.one_of("accept_loss", _YES_OR_NO),
        node_hours=section.count("node_hours"),
        fresh_minutes=section.count("fresh_minutes"),
        store_days=section.count("store_days"),
    )
