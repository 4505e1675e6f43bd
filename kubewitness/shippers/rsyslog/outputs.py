"""What each action of rsyslog does, in the words of all shippers. Pure.

Sources, of the defaults too: https://www.rsyslog.com/doc/v8-stable/configuration/modules/idx_output.html and
https://github.com/rsyslog/rsyslog/tree/v8.2302.0/plugins
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.shippers.model import Filter, Output, OutputKind, Setting, Tls
from kubewitness.shippers.rsyslog import inputs, queues, templates, tls
from kubewitness.shippers.rsyslog.parameters import Parameters, binary, number
from kubewitness.shippers.rsyslog.syntax import Parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.shippers.model import Place
    from kubewitness.shippers.rsyslog.gather import Gathered
    from kubewitness.shippers.rsyslog.syntax import Object

#: Modules that change or read a record and send it nowhere.
MODIFIES: Final = {
    "mmanon": "addresses in it are made anonymous",
    "mmutf8fix": "bytes that are no UTF-8 are replaced",
    "mmrm1stspace": "its first blank is removed",
}
_LOCAL: Final = frozenset({"localhost", "localhost.localdomain", "::1"})
_LOCAL_NETWORK: Final = re.compile(r"127(?:\.\d{1,3}){3}")
_URL_CREDENTIALS: Final = re.compile(r"//[^/@\s]*@")
#: librdkafka's message.max.bytes
_KAFKA_LIMIT: Final = 1_000_000


def output_of(action: Object, found: Gathered) -> Output | None:
    """What an action sends; ``None``: it is a module that only reads or changes the record."""
    parameters = Parameters(action.parameters)
    kind = parameters.text("type").lower()
    if kind.startswith("mm"):
        return None
    make = _MAKERS.get(kind, _other)
    return make(parameters, found, action.place)


def alteration(action: Object) -> Setting[str] | None:
    """How a module that is called as an action changes the record for what comes after; ``None``: it does not."""
    found = Parameters(action.parameters).find("type")
    if found is None or found.values[0].lower() not in MODIFIES:
        return None
    return Setting("type", MODIFIES[found.values[0].lower()], found.values[0], found.place)


def filters_of(action: Object) -> tuple[Filter, ...]:
    """What an action leaves out by itself."""
    parameters = Parameters(action.parameters)
    rules = (
        ("action.execOnlyEveryNthTime", 1, "all but each n-th record"),
        ("action.execOnlyOnceEveryInterval", 0, "what comes within that many seconds after the last"),
        ("queue.samplingInterval", 1, "all but a sample"),
        ("ratelimit.interval", 0, "what comes faster than ratelimit.burst in that many seconds"),
    )
    filters = []
    for name, harmless, text in rules:
        value = parameters.setting(name, number, 0, "0")
        if isinstance(value, Setting) and value.value > harmless:
            drops = Setting(name, text, value.written, value.place)
            filters.append(Filter(name, value.place or action.place, drops))
    return tuple(filters)


def _relp(parameters: Parameters, found: Gathered, place: Place) -> Output:
    target = parameters.text("target")
    return Output(
        _name(parameters, "omrelp"),
        OutputKind.RELP,
        place,
        address=_address(target, parameters.text("port") or "514"),
        local=_is_local(target),
        tls=tls.of_relp(parameters),
        client_certificate=tls.certificate("tls.myCert", parameters),
        acknowledged=_because(parameters, "type", True),
        gives_up=_gives_up(parameters),
        message_limit=_limit(found),
        alters=_alters(parameters, found),
        queue=queues.action_queue(parameters, found),
    )


def _forward(parameters: Parameters, found: Gathered, place: Place) -> Output:
    target = parameters.text("target")
    protocol = parameters.find("protocol")
    spoken, spoken_at = (protocol.values[0], protocol.place) if protocol else ("udp", None)
    tcp = spoken.lower() == "tcp"
    certificate = "StreamDriver.CertFile"
    held = parameters
    if not parameters.find("streamdriver.certfile"):
        certificate, held = "DefaultNetstreamDriverCertFile", found.everywhere
    return Output(
        _name(parameters, "omfwd"),
        OutputKind.SYSLOG_TCP if tcp else OutputKind.SYSLOG_UDP,
        place,
        address=_address(target, parameters.text("port") or "514"),
        local=_is_local(target),
        tls=tls.of_stream(parameters, found) if tcp else Setting("protocol", Tls.OFF, spoken, spoken_at),
        client_certificate=tls.certificate(certificate, held),
        acknowledged=Setting("protocol", False, spoken, spoken_at),
        gives_up=_gives_up(parameters),
        message_limit=_limit(found),
        alters=_alters(parameters, found),
        queue=queues.action_queue(parameters, found),
    )


def _kafka(parameters: Parameters, found: Gathered, place: Place) -> Output:
    """Omkafka hands over to librdkafka, and hears later what became of a record.

    Without ``resubmitOnFailure`` what failed is gone.
    """
    options = _options(parameters, "confparam") | _options(parameters, "topicconfparam")
    held = Parameters(tuple(options.values()))
    limit = held.setting("message.max.bytes", number, _KAFKA_LIMIT, str(_KAFKA_LIMIT))
    brokers = parameters.values("broker") or ("localhost:9092",)
    return Output(
        _name(parameters, "omkafka"),
        OutputKind.KAFKA,
        place,
        address=", ".join(brokers),
        local=all(_is_local(broker.rsplit(":", 1)[0]) for broker in brokers),
        tls=tls.of_kafka(options),
        client_certificate=tls.certificate("ssl.certificate.location", held),
        acknowledged=parameters.setting("resubmitOnFailure", binary, False, "off"),
        gives_up=_gives_up(parameters),
        message_limit=inputs.any_size(limit),
        alters=_alters(parameters, found),
        queue=queues.action_queue(parameters, found),
    )


def _elasticsearch(parameters: Parameters, found: Gathered, place: Place) -> Output:
    servers = parameters.values("server") or ("localhost",)
    return Output(
        _name(parameters, "omelasticsearch"),
        OutputKind.ELASTICSEARCH,
        place,
        address=", ".join(_URL_CREDENTIALS.sub("//", server) for server in servers),
        local=all(_is_local(re.sub(r"^https?://|:\d+/?$", "", server)) for server in servers),
        tls=tls.of_http(parameters, servers),
        client_certificate=tls.certificate("tls.myCert", parameters),
        acknowledged=_because(parameters, "type", True),
        gives_up=_gives_up(parameters),
        message_limit=_limit(found),
        alters=_alters(parameters, found),
        queue=queues.action_queue(parameters, found),
    )


def _file(parameters: Parameters, found: Gathered, place: Place) -> Output:
    path = parameters.text("file") or parameters.text("dynafile") or parameters.text("pipe")
    return Output(
        _name(parameters, path or "omfile"),
        OutputKind.FILE,
        place,
        address=path,
        local=True,
        gives_up=_gives_up(parameters),
        message_limit=_limit(found),
        alters=_alters(parameters, found),
        queue=queues.action_queue(parameters, found),
    )


def _nowhere(parameters: Parameters, found: Gathered, place: Place) -> Output:
    return Output(_name(parameters, parameters.text("type")), OutputKind.NOWHERE, place, local=True)


def _program(parameters: Parameters, found: Gathered, place: Place) -> Output:
    """A program of this machine, which does with it what it likes."""
    return replace(_other(parameters, found, place), local=True, address=parameters.text("binary"))


def _other(parameters: Parameters, found: Gathered, place: Place) -> Output:
    kind = parameters.text("type")
    return Output(
        _name(parameters, kind or "action"),
        OutputKind.HTTP if kind == "omhttp" else OutputKind.OTHER,
        place,
        address=parameters.text("server"),
        gives_up=_gives_up(parameters),
        message_limit=_limit(found),
        alters=_alters(parameters, found),
        queue=queues.action_queue(parameters, found),
    )


_MAKERS: Final[dict[str, Callable[[Parameters, Gathered, Place], Output]]] = {
    "omrelp": _relp,
    "omfwd": _forward,
    "omkafka": _kafka,
    "omelasticsearch": _elasticsearch,
    "omfile": _file,
    "ompipe": _file,
    "omprog": _program,
    "omusrmsg": _nowhere,
    "omdiscard": _nowhere,
    "omstdout": _nowhere,
    "omjournal": _nowhere,
}


def _name(parameters: Parameters, otherwise: str) -> str:
    return parameters.text("name") or otherwise


def _gives_up(parameters: Parameters) -> Setting[str | None] | Unread:
    """An action that fails is tried again so often; by default not once."""
    tries = parameters.setting("action.resumeRetryCount", number, 0, "0")
    if isinstance(tries, Unread):
        return tries
    return Setting(tries.name, None if tries.value < 0 else f"{tries.value} tries", tries.written, tries.place)


def _limit(found: Gathered) -> Setting[int | None] | Unread:
    return inputs.any_size(inputs.line_limit(found))


def _alters(parameters: Parameters, found: Gathered) -> Setting[str] | None:
    return templates.alteration(found.templates.get(parameters.text("template").split(";")[0]))


def _because(parameters: Parameters, name: str, value: bool) -> Setting[bool]:
    """A truth that one word of the configuration stands for."""
    found = parameters.find(name)
    return Setting(name, value, found.values[0] if found else "", found.place if found else None)


def _options(parameters: Parameters, name: str) -> dict[str, Parameter]:
    """librdkafka's properties, ``name=value`` each."""
    found = parameters.find(name)
    if found is None or not found.told:
        return {}
    parts = (value.partition("=") for value in found.values)
    return {key.strip(): Parameter(key.strip(), (value.strip(),), found.place) for key, _, value in parts}


def _address(host: str, port: str) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}" if host else ""


def _is_local(host: str) -> bool:
    return host.lower() in _LOCAL or bool(_LOCAL_NETWORK.fullmatch(host))
