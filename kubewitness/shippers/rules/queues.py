"""SH008 to SH010: what lies between input and output, and is lost there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Severity, Unread
from kubewitness.shippers.model import QueueKind, Setting, WhenFull
from kubewitness.shippers.rules.rule import Found, ShipperRule, shipper_rule
from kubewitness.shippers.rules.subject import judged, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.model import Configuration

_RESILIENCY: Final = "https://opentelemetry.io/docs/collector/resiliency/"
_RSYSLOG: Final = "https://www.rsyslog.com/doc/concepts/queues.html"


@shipper_rule("SH008", "a queue is in memory only", Severity.HIGH, source=_RESILIENCY)
def is_in_memory(configuration: Configuration) -> Iterator[Found]:
    """The input takes a record for sent once it is in the queue.

    A restart while the other end is away loses the whole queue. One whose input waits until the other end has the
    record, and reads it again otherwise, is fine.
    """
    for served in judged(configuration):
        for queue in served.queues():
            if queue.kind.value is QueueKind.MEMORY and not served.waits:
                text = f"{said(queue.kind)}: a restart loses what waits in the queue"
                yield served.found(queue.kind, text, Severity.HIGH)


@shipper_rule("SH009", "a full queue drops records", Severity.HIGH, source=_RESILIENCY)
def drops_when_full(configuration: Configuration) -> Iterator[Found]:
    """During an outage the queue fills, and what comes then is dropped although it is still in the log file.

    A queue that blocks, or whose input offers the batch again, leaves it there until the other end is back.
    """
    for served in judged(configuration):
        for queue in served.queues():
            match queue.when_full:
                case Unread() as why:
                    yield served.unknown("what its queue does when it is full", why)
                case Setting(value=WhenFull.DROP) as setting if not served.is_offered_again:
                    limit = f" ({said(queue.limit)})" if queue.limit else ""
                    text = f"{said(setting)}: once the queue{limit} is full, records are dropped"
                    yield served.found(setting, text, Severity.HIGH)


@shipper_rule("SH010", "a queue that stops for good", Severity.HIGH, source=_RSYSLOG)
def stops_for_good(configuration: Configuration) -> Iterator[Found]:
    """Some sizes let input and queue wait for each other.

    Nothing is sent any more, nothing is said, and a restart does not help.
    """
    for served in judged(configuration):
        for queue in served.queues():
            if queue.stalls is not None:
                yield served.found(queue.stalls, f"{said(queue.stalls)}: it can stop for good", Severity.HIGH)


RULES: Final[tuple[ShipperRule[Configuration], ...]] = (is_in_memory, drops_when_full, stops_for_good)
