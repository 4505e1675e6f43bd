"""SH011, SH016, SH019 and SH020: how an output loses what it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Severity, Unread
from kubewitness.shippers.model import InputKind, OutputKind, Setting
from kubewitness.shippers.rules.inputs import of_event_limit
from kubewitness.shippers.rules.rule import Found, ShipperRule, shipper_rule
from kubewitness.shippers.rules.subject import Served, inputs, judged, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.model import Configuration, Output

_RESILIENCY: Final = "https://opentelemetry.io/docs/collector/resiliency/"
_RELP: Final = "https://rainer.gerhards.net/2008/04/on-unreliability-of-plain-tcp-syslog.html"
_FLOW: Final = "https://kubernetes.io/docs/concepts/cluster-administration/logging/"
_KAFKA: Final = "https://kafka.apache.org/documentation/#producerconfigs_max.request.size"


@shipper_rule("SH011", "an output gives up", Severity.HIGH, source=_RESILIENCY)
def gives_up(configuration: Configuration) -> Iterator[Found]:
    """After so many tries, or so long, a batch is dropped: an outage that lasts longer loses everything it held.

    One without a queue, whose input offers the batch again, only hands it back.
    """
    for served in judged(configuration):
        if served.is_offered_again and not served.has_queue:
            continue
        match served.output.gives_up:
            case Unread() as why:
                yield served.unknown("whether it gives up", why)
            case Setting(value=str(after)) as setting:
                when = after if after.startswith(("after", "at once")) else f"after {after}"
                text = f"{said(setting)}: what is not taken {when} is dropped"
                yield served.found(setting, text, Severity.HIGH)


@shipper_rule("SH016", "nothing says that a record arrived", Severity.MEDIUM, source=_RELP)
def is_not_acknowledged(configuration: Configuration) -> Iterator[Found]:
    """Plain syslog over TCP counts what was handed to the kernel as sent.

    A broken connection, or a receiver that dies, loses what was under way, and neither side knows. Over UDP nothing is
    even known of the connection.
    """
    for served in judged(configuration):
        if served.output.local:
            continue
        match served.output.acknowledged:
            case Unread() as why:
                yield served.unknown("whether the other end acknowledges", why)
            case Setting(value=False) as setting:
                udp = served.output.kind is OutputKind.SYSLOG_UDP
                text = f"{said(setting)}: nothing says that a record arrived"
                yield served.found(setting, text, Severity.HIGH if udp else Severity.MEDIUM)


@shipper_rule("SH019", "an output's limit is below the largest event", Severity.HIGH, source=_KAFKA)
def sends_no_large_event(configuration: Configuration) -> Iterator[Found]:
    """An event with an object of 1.5 MB is larger than what Kafka's producers send by default.

    8 MiB is the most there can be. What is larger is dropped with a line in the shipper's own log. The store's own
    limit must be above it too.
    """
    for served in judged(configuration):
        match served.output.message_limit:
            case Unread() as why:
                yield served.unknown("how large a record may be", why)
            case Setting(value=int(limit)) as setting:
                severity = of_event_limit(limit)
                if severity is not None and not _is_told_of_inputs(served, setting):
                    yield served.found(setting, f"{said(setting)}: a larger record is not sent whole", severity)


def _is_told_of_inputs(served: Served, setting: Setting[int | None]) -> bool:
    """One setting can be the limit of both ends: SH005 has it then."""
    return all(getattr(item.line_limit, "name", "") == setting.name for item in served.inputs())


@shipper_rule("SH020", "records do not leave this machine", Severity.HIGH, source=_FLOW)
def stays_here(configuration: Configuration) -> Iterator[Found]:
    """Whoever takes over a node removes what only lies there, and a node that is rebuilt takes its log with it.

    What goes to another program of this machine is that program's to ship: judge its configuration too.
    """
    for fed in inputs(configuration):
        if fed.input.kind not in {InputKind.FILES, InputKind.JOURNAL}:
            continue  # a collector's files are the store; of the others it is not known what they are
        given = fed.outputs()
        if any(_leaves(output) for output in given):
            continue
        on = [output for output in given if output.kind not in {OutputKind.FILE, OutputKind.NOWHERE}]
        if on:
            text = f"goes to another program of this machine ({on[0].address or on[0].name}): judge what that does"
            yield fed.found(None, text, Severity.INFO)
        else:
            where = f"only to {', '.join(sorted({output.name for output in given}))}" if given else "nowhere"
            yield fed.found(None, f"what it reads goes {where}, and never leaves this machine", Severity.HIGH)


def _leaves(output: Output) -> bool:
    return not output.local and output.kind is not OutputKind.NOWHERE


RULES: Final[tuple[ShipperRule[Configuration], ...]] = (gives_up, is_not_acknowledged, sends_no_large_event, stays_here)
