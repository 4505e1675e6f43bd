"""Configurations with one safe setting removed, and the fault that shows what it was for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.otelcol.components import GATE, GATES_OPTION
from tests.delivery.faults import (
    GROWN_BEFORE,
    KILLED,
    KILLED_IN_OUTAGE,
    NO_FAULT,
    STOPPED_ROTATING,
    STORE_DOWN,
    TEN_ROTATIONS,
    Fault,
)
from tests.delivery.pairs import FILEBEAT, OTELCOL, RSYSLOG

if TYPE_CHECKING:
    from tests.delivery.experiment import Pair
    from tests.delivery.shippers import Edit, Shipper

_GLOB: Final = "a glob that takes rotated names"
_LINE: Final = "a line limit above the largest event"
NO_GATE: Final = f"{GATES_OPTION}={GATE}"
NO_DISK_QUEUE: Final = ("      storage: file_storage/queue\n", "")
EXACT: Final = ("audit*.log", "audit.log")


@dataclass(frozen=True, slots=True)
class Unsafe:
    """``removed``: the setting, in words. ``rule``: of our linter, that warns of it."""

    pair: Pair
    removed: str
    rule: str
    edit: Edit
    fault: Fault


def without(setting: str, instead: str = "") -> Callable[[Shipper], Shipper]:
    return lambda shipper: shipper.without(setting, instead)


EVERY: Final = (
    Unsafe(OTELCOL, "the synchronous emitter gate", "SH006", without(NO_GATE), KILLED),
    Unsafe(OTELCOL, _GLOB, "SH001", without(*EXACT), STOPPED_ROTATING),
    Unsafe(OTELCOL, "start at the beginning", "SH002", without("start_at: beginning", "start_at: end"), GROWN_BEFORE),
    Unsafe(OTELCOL, _LINE, "SH005", without("    max_log_size: 8388608\n"), NO_FAULT),
    Unsafe(OTELCOL, "a queue on disk", "SH008", without(*NO_DISK_QUEUE), KILLED_IN_OUTAGE),
    Unsafe(
        OTELCOL, "tries without end", "SH011",
        without("max_interval: 30s\n      max_elapsed_time: 0", "max_interval: 1s\n      max_elapsed_time: 3s"),
        STORE_DOWN,
    ),
    Unsafe(RSYSLOG, _GLOB, "SH001", without(*EXACT), STOPPED_ROTATING),
    Unsafe(RSYSLOG, _GLOB, "SH001", without(*EXACT), TEN_ROTATIONS),
    Unsafe(RSYSLOG, _LINE, "SH005", without('    maxMessageSize="8454144"\n'), NO_FAULT),
    Unsafe(FILEBEAT, _GLOB, "SH001", without(*EXACT), STOPPED_ROTATING),
)  # fmt: skip
