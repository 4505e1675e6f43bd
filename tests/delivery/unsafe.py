"""Configurations with one safe setting removed, and the fault that shows what it was for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.delivery.faults import KILLED, NO_FAULT, STOPPED_ROTATING, TEN_ROTATIONS, Fault
from tests.delivery.texts import FILEBEAT, OTELCOL, RSYSLOG, SYNCHRONOUS

if TYPE_CHECKING:
    from tests.delivery.experiment import Pair
    from tests.delivery.shippers import Edit


@dataclass(frozen=True, slots=True)
class Unsafe:
    """``removed``: the setting, in words. ``rule``: of our linter, that warns of it."""

    pair: Pair
    removed: str
    rule: str
    edit: Edit
    fault: Fault


EVERY: Final = (
    Unsafe(
        OTELCOL, "the synchronous emitter gate", "SH006", lambda shipper: shipper.without(SYNCHRONOUS), KILLED,
    ),
    Unsafe(
        OTELCOL, "a glob that takes rotated names", "SH001", lambda shipper: shipper.without("audit*.log", "audit.log"),
        STOPPED_ROTATING,
    ),
    Unsafe(
        OTELCOL, "a line limit above the largest event", "SH005",
        lambda shipper: shipper.without("    max_log_size: 8MiB\n"), NO_FAULT,
    ),
    Unsafe(
        RSYSLOG, "a glob that takes rotated names", "SH001", lambda shipper: shipper.without("audit*.log", "audit.log"),
        STOPPED_ROTATING,
    ),
    Unsafe(
        RSYSLOG, "a glob that takes rotated names", "SH001", lambda shipper: shipper.without("audit*.log", "audit.log"),
        TEN_ROTATIONS,
    ),
    Unsafe(
        RSYSLOG, "a line limit above the largest event", "SH005",
        lambda shipper: shipper.without(' maxMessageSize="8m"'), NO_FAULT,
    ),
    Unsafe(
        FILEBEAT, "a glob that takes rotated names", "SH001",
        lambda shipper: shipper.without("audit*.log", "audit.log"), STOPPED_ROTATING,
    ),
)  # fmt: skip
