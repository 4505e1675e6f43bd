"""rsyslog as a node's shipper, rendered so that no record is lost or altered. Pure.

It is an instance of its own, beside the one that the distribution runs: that one stays as it is. Why each setting is
as it is, and what it was measured to save: docs/shippers/rsyslog.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.shippers.rsyslog import scripts
from kubewitness.shippers.rsyslog.record import ENVELOPE_BYTES, structured_data, wrong_field
from kubewitness.shippers.rsyslog.text import block, listed, quoted
from kubewitness.shippers.shipment import (
    FileLog,
    JournalLog,
    Kafka,
    Log,
    OpenSearch,
    OtlpHttp,
    Relp,
    Rendered,
    RenderedFile,
    Syslog,
    Unsafe,
)
from kubewitness.shippers.unit import Service, folders, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.shipment import Shipment

EXECUTABLE: Final = "/usr/sbin/rsyslogd"
CONFIGURATION: Final = "/etc/kubewitness/shipper/rsyslog.conf"
UNIT: Final = "kubewitness-rsyslog"
USER: Final = "kubewitness"
#: Records under way that are not acknowledged yet; so many more than that are sent again after a start.
WINDOW: Final = 32
REWOUND: Final = WINDOW + 2
_SHORT_LINE_BYTES: Final = 64 * 1024
_END: Final = '"] '
_HEADER: Final = "Written by kubewitness; the next deploy writes it anew. For rsyslog 8.2302 and later."


def render(shipment: Shipment) -> Rendered | Unsafe:
    """All that rsyslog needs, or why it cannot be made safe for this destination."""
    why = _unsafe(shipment)
    if why:
        return Unsafe(why)
    text = "\n".join([f"# {_HEADER}", *_configuration(shipment)]) + "\n"
    return Rendered(
        files=(
            RenderedFile(scripts.REWIND, scripts.REWIND_TEXT, 0o755),
            RenderedFile(scripts.RESTART, scripts.RESTART_TEXT, 0o755),
            unit(_service(shipment)),
            RenderedFile(CONFIGURATION, text, 0o640, group=USER),
        ),
        validate=(EXECUTABLE, "-N1", "-f", "{}"),
        unit=f"{UNIT}.service",
        notes=tuple(_notes(shipment)),
        user=USER,
    )


def _service(shipment: Shipment) -> Service:
    logs = _logs(shipment)
    files = tuple(log for log in logs if isinstance(log, FileLog))
    return Service(
        name=UNIT,
        title="rsyslog ships the logs of this node",
        documentation="https://www.rsyslog.com/doc/v8-stable/",
        user=USER,
        command=(EXECUTABLE, "-n", "-iNONE", "-f", CONFIGURATION),
        state_dir=shipment.state_dir,
        reads=folders(tuple(glob for log in files for glob in log.globs)),
        memory_max="512M",
        # the logs of containers are root's alone
        reads_all=any(log.log is Log.CONTAINERS for log in files),
        journal=len(files) < len(logs),
        before=tuple(_rewinds(shipment)),
    )


def _rewinds(shipment: Shipment) -> Iterator[tuple[str, ...]]:
    """What puts the positions back before each start."""
    for log in _logs(shipment):
        back = (scripts.REWIND, shipment.state_dir, str(REWOUND))
        if isinstance(log, FileLog):
            longest = shipment.largest_event_bytes if log.log is Log.AUDIT else _SHORT_LINE_BYTES
            yield (*back, "files", str(longest), *folders(log.globs))
        else:
            yield (*back, "journal", *_matches(log))


def _matches(log: JournalLog) -> Iterator[str]:
    """As journalctl wants them: all of one field, or all of the other."""
    yield from (f"_SYSTEMD_UNIT={name}" for name in log.units)
    if log.units and log.identifiers:
        yield "+"
    yield from (f"SYSLOG_IDENTIFIER={name}" for name in log.identifiers)


def _unsafe(shipment: Shipment) -> str:
    """Why not; empty: it can be made safe."""
    match shipment.destination:
        case OtlpHttp():
            return "rsyslog has no output for OTLP that waits for the answer: use otelcol"
        case Kafka() | OpenSearch():
            return (
                "rsyslog's output for it was not seen to lose nothing: librdkafka holds what it has taken in memory,"
                " and omelasticsearch leaves out what a full store refuses: use filebeat or otelcol"
            )
        case Syslog() if not shipment.accept_loss:
            return (
                "syslog over TCP acknowledges nothing, and a broken connection loses what is under way: use RELP, or"
                " accept the loss in the standard (accept_loss)"
            )
    if odd := wrong_field(shipment.fields):
        return f"the field {odd} is missing or no plain name: letters, digits and . _ - travel with each record"
    wide = [glob for log in shipment.logs if isinstance(log, FileLog) for glob in log.globs if not _glob(glob, log)]
    if wide:
        return f"rsyslog cannot leave out of {wide[0]} what is not meant: use otelcol or filebeat"
    return "" if _logs(shipment) else "there is no log to ship"


def _logs(shipment: Shipment) -> tuple[FileLog | JournalLog, ...]:
    return tuple(log for log in shipment.logs if isinstance(log, FileLog) or log.units or log.identifiers)


def _glob(glob: str, log: FileLog) -> str:
    """The glob that stands for one with exclusions, which imfile does not know; empty: there is none.

    A container's log is ``0.log``, ``0.log.20261121-235000`` once it is full, and with ``.gz`` behind it once it is
    compressed: the last letter tells. Two inputs with a glob each would do as well, but imfile of 8.2302 stumbles over
    two that watch the same folder ("wd already in wdmap").
    """
    if not log.excluded:
        return glob
    if glob.endswith(".log*") and all(pattern.endswith(".gz") for pattern in log.excluded):
        return f"{glob.removesuffix('g*')}*[0-9g]"
    return ""


def _configuration(shipment: Shipment) -> Iterator[str]:
    logs = _logs(shipment)
    largest = shipment.largest_event_bytes + ENVELOPE_BYTES
    yield from block("global", f"workDirectory={quoted(shipment.state_dir)}", f'maxMessageSize="{largest}"')
    yield from _modules(shipment)
    yield "# Nothing waits in memory: an input goes on when the output has its record. The log files are the queue."
    yield 'main_queue(queue.type="Direct")'
    for log in logs:
        yield from _template(shipment, _name(log))
    for log in logs:
        if isinstance(log, FileLog):
            yield f'ruleset(name="{log.log}" queue.type="Direct") {{'
            yield from (f"    {line}" for line in _action(shipment, log.log))
            yield "}"
    for log in logs:
        if isinstance(log, FileLog):
            yield from _files(log)
        else:
            yield from _journal(shipment, log)
    yield from _own_messages(shipment)


def _name(log: FileLog | JournalLog) -> Log:
    return log.log if isinstance(log, FileLog) else Log.JOURNAL


def _modules(shipment: Shipment) -> Iterator[str]:
    if any(isinstance(log, FileLog) for log in shipment.logs):
        yield 'module(load="imfile" mode="inotify")'
    if any(isinstance(log, JournalLog) for log in _logs(shipment)):
        yield from block(
            "module",
            'load="imjournal"',
            f"StateFile={quoted(f'{shipment.state_dir}/imjournal.state')}",
            'PersistStateInterval="10"',
            'IgnorePreviousMessages="off"',
            'Ratelimit.Interval="0"',
        )
    if isinstance(shipment.destination, Relp):
        yield 'module(load="omrelp" tls.tlslib="openssl")'
        yield 'module(load="omprog")'


def _template(shipment: Shipment, log: Log) -> Iterator[str]:
    """RFC 5424, with the fields as structured data; the record itself comes last, byte for byte.

    What of an entry of the journal is sent is all of its fields, as JSON.
    """
    data = structured_data(shipment.fields, log)
    head = f" {shipment.fields['node']} kubewitness - {log} {data}"
    yield f'template(name="{log}" type="list") {{'
    yield '    constant(value="<134>1 ")'
    yield '    property(name="timegenerated" dateFormat="rfc3339")'
    if log is Log.JOURNAL:
        yield f"    constant(value={quoted(f'{head}] ')})"
        yield '    property(name="$!all-json-plain")'
    else:
        file = ' file="'
        yield f"    constant(value={quoted(f'{head}{file}')})"
        yield '    property(name="$!metadata!filename")'
        yield f"    constant(value={quoted(_END)})"
        yield '    property(name="msg")'
    yield "}"


def _action(shipment: Shipment, log: Log) -> list[str]:
    again = ('action.resumeRetryCount="-1"', 'action.resumeInterval="1"', 'action.resumeIntervalMax="15"')
    match shipment.destination:
        case Relp() as there:
            return block(
                "action",
                f'type="omrelp" name="relp-{log}"',
                f'target={quoted(there.host)} port="{there.port}"',
                'tls="on" tls.authMode="name"',
                f"tls.permittedPeer={listed([there.name])}",
                f"tls.caCert={quoted(there.tls.authority)}",
                *(
                    [f"tls.myCert={quoted(there.tls.certificate)}", f"tls.myPrivKey={quoted(there.tls.key)}"]
                    if there.tls.certificate
                    else []
                ),
                f'windowSize="{WINDOW}" timeout="30"',
                *again,
                f'template="{log}"',
            )
        case Syslog() as there:
            return [
                "# kubewitness: ignore SH016 the standard accepts that a broken connection loses what is under way",
                *block(
                    "action",
                    f'type="omfwd" name="syslog-{log}" protocol="tcp"',
                    f'target={quoted(there.host)} port="{there.port}"',
                    'TCP_Framing="octet-counted"',
                    'StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"',
                    f"StreamDriverPermittedPeers={quoted(there.name)}",
                    f"StreamDriver.CAFile={quoted(there.tls.authority)}",
                    *(
                        [
                            f"StreamDriver.CertFile={quoted(there.tls.certificate)}",
                            f"StreamDriver.KeyFile={quoted(there.tls.key)}",
                        ]
                        if there.tls.certificate
                        else []
                    ),
                    *again,
                    f'template="{log}"',
                ),
            ]
        case _:
            return []


def _files(log: FileLog) -> Iterator[str]:
    """A record at a time, so that a position is never saved ahead of what was sent."""
    for glob in log.globs:
        yield from block(
            "input",
            'type="imfile"',
            f"File={quoted(_glob(glob, log))}",
            f'Tag="{log.log}" ruleset="{log.log}"',
            'freshStartTail="off" reopenOnTruncate="on" addMetadata="on" escapeLF="off"',
            'maxSubmitAtOnce="1" persistStateInterval="100"',
        )


def _journal(shipment: Shipment, log: JournalLog) -> Iterator[str]:
    """imjournal of 8.2302 knows no ruleset: it goes through the default one."""
    tests = []
    if log.units:
        tests.append(f"$!_SYSTEMD_UNIT == {listed(log.units)}")
    if log.identifiers:
        tests.append(f"$!SYSLOG_IDENTIFIER == {listed(log.identifiers)}")
    yield f"if {' or '.join(tests)} then {{"
    yield from (f"    {line}" for line in _action(shipment, Log.JOURNAL))
    yield "    stop"
    yield "}"


def _own_messages(shipment: Shipment) -> Iterator[str]:
    """What rsyslog says of itself is on its standard error; it is read here for the one message that has to end it."""
    if not isinstance(shipment.destination, Relp):
        return
    yield "# After a wrong certificate omrelp does nothing any more until rsyslog is started again."
    yield 'global(processInternalMessages="on")'
    yield 'if $inputname == "rsyslogd" and $msg contains "DISABLING action" then {'
    yield f'    action(type="omprog" binary={quoted(scripts.RESTART)} action.resumeRetryCount="-1")'
    yield "}"


def _notes(shipment: Shipment) -> Iterator[str]:
    yield (
        "rsyslog keeps nothing on the way: in an outage the log files are the queue, and what is rotated away before it"
        " ends is lost. The audit log's maxsize times maxbackup is how long it may last"
    )
    if isinstance(shipment.destination, Syslog):
        yield "nothing acknowledges on this way: a server that was killed three times lost 14 of 15,000 lines"
