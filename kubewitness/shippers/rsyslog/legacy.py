"""The configuration of before RainerScript: which ``$Directive`` and which action line stands for what. Pure.

Sources: https://www.rsyslog.com/doc/v8-stable/configuration/conf_formats.html
https://www.rsyslog.com/doc/v8-stable/configuration/actions.html and the tables of each module's documentation
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.rsyslog.syntax import Directive, LegacyAction, Object, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kubewitness.shippers.model import Place

_QUEUE: Final = {
    "filename": "queue.filename",
    "size": "queue.size",
    "dequeuebatchsize": "queue.dequeuebatchsize",
    "maxdiskspace": "queue.maxdiskspace",
    "highwatermark": "queue.highwatermark",
    "lowwatermark": "queue.lowwatermark",
    "discardmark": "queue.discardmark",
    "discardseverity": "queue.discardseverity",
    "checkpointinterval": "queue.checkpointinterval",
    "syncqueuefiles": "queue.syncqueuefiles",
    "type": "queue.type",
    "timeoutshutdown": "queue.timeoutshutdown",
    "timeoutenqueue": "queue.timeoutenqueue",
    "maxfilesize": "queue.maxfilesize",
    "saveonshutdown": "queue.saveonshutdown",
}
#: For the next action line, and forgotten after it.
NEXT_ACTION: Final = {f"actionqueue{key}": name for key, name in _QUEUE.items()} | {
    "actionname": "name",
    "actionresumeretrycount": "action.resumeretrycount",
    "actionexeconlyeverynthtime": "action.execonlyeverynthtime",
    "actionexeconlyonceeveryinterval": "action.execonlyonceeveryinterval",
    "actionexeconlywhenpreviousissuspended": "action.execonlywhenpreviousissuspended",
}
#: For every action line of that module that follows.
ACTIONS: Final = {
    "actionsendstreamdriver": ("omfwd", "streamdriver"),
    "actionsendstreamdrivermode": ("omfwd", "streamdrivermode"),
    "actionsendstreamdriverauthmode": ("omfwd", "streamdriverauthmode"),
    "actionsendstreamdriverpermittedpeer": ("omfwd", "streamdriverpermittedpeers"),
    "actionforwarddefaulttemplate": ("omfwd", "template"),
    "actionfiledefaulttemplate": ("omfile", "template"),
    "actionfileenablesync": ("omfile", "sync"),
}
MAIN_QUEUE: Final = {f"mainmsgqueue{key}": name for key, name in _QUEUE.items()}
GLOBAL: Final = {
    "maxmessagesize": "maxmessagesize",
    "workdirectory": "workdirectory",
    "defaultnetstreamdriver": "defaultnetstreamdriver",
    "defaultnetstreamdrivercafile": "defaultnetstreamdrivercafile",
    "defaultnetstreamdrivercertfile": "defaultnetstreamdrivercertfile",
    "defaultnetstreamdriverkeyfile": "defaultnetstreamdriverkeyfile",
    "escapecontrolcharactersonreceive": "parser.escapecontrolcharactersonreceive",
}
MODULES: Final = {
    "imjournalstatefile": ("imjournal", "statefile"),
    "imjournalpersiststateinterval": ("imjournal", "persiststateinterval"),
    "imjournalratelimitinterval": ("imjournal", "ratelimit.interval"),
    "imjournalratelimitburst": ("imjournal", "ratelimit.burst"),
    "imjournalignorepreviousmessages": ("imjournal", "ignorepreviousmessages"),
    "inputtcpmaxframesize": ("imtcp", "maxframesize"),
    "inputtcpserverstreamdrivermode": ("imtcp", "streamdriver.mode"),
    "inputtcpserverstreamdriverauthmode": ("imtcp", "streamdriver.authmode"),
    "inputtcpserverstreamdriverpermittedpeer": ("imtcp", "permittedpeer"),
}
#: For the file that ``$InputRunFileMonitor`` begins to read.
FILES: Final = {
    "inputfilename": "file",
    "inputfiletag": "tag",
    "inputfilestatefile": "statefile",
    "inputfilepersiststateinterval": "persiststateinterval",
    "inputfilereadmode": "readmode",
    "inputfilebindruleset": "ruleset",
    "inputfiletrimlineoverbytes": "trimlineoverbytes",
}
#: These begin to listen at the port that is their argument.
LISTENERS: Final = {"inputtcpserverrun": "imtcp", "inputrelpserverrun": "imrelp", "udpserverrun": "imudp"}

_FORWARD: Final = re.compile(r"(@@?)(?:\([^)]*\))?(\[[^\]\s]*\]|[^:;\s]*)(?::(\d+))?(?:;(\S+))?")
_RELP: Final = re.compile(r":omrelp:(\[[^\]\s]*\]|[^:;\s]*)(?::(\d+))?(?:;(\S+))?")
_SIGNS: Final = {
    "|": ("ompipe", "pipe"),
    "?": ("omfile", "dynafile"),
    "^": ("omshell", "program"),
    ">": ("ommysql", "server"),
}
_MODULE: Final = re.compile(r":([a-z0-9]+):")


def parameter_of(directive: Directive, name: str) -> Parameter:
    """The parameter that a directive stands for, without the quotes that some write."""
    return Parameter(name, (directive.argument.strip('"'),), directive.place)


def action_of(line: LegacyAction, given: Iterable[Parameter]) -> Object:
    """The action() that an action line stands for, with what directives before it had ``given``."""
    kind, parameters = _meaning(line.text, line.place)
    written = (Parameter("type", (kind,), line.place), *parameters)
    names = {parameter.name for parameter in written}
    return Object("action", (*written, *(one for one in given if one.name not in names)), line.place)


def module_of(line: LegacyAction) -> str:
    """The module of an action line: ``omfwd``, ``omfile``, ..."""
    return _meaning(line.text, line.place)[0]


def _meaning(text: str, place: Place) -> tuple[str, tuple[Parameter, ...]]:
    if found := _FORWARD.match(text):
        protocol = Parameter("protocol", ("tcp" if found[1] == "@@" else "udp",), place)
        return "omfwd", (protocol, *_target(found[2], found[3], found[4], place))
    if found := _RELP.match(text):
        return "omrelp", _target(found[1], found[2], found[3], place)
    if found := _MODULE.match(text):
        return found[1], ()
    if sign := _SIGNS.get(text[:1]):
        return sign[0], (Parameter(sign[1], (_word(text[1:]),), place),)
    file = text.removeprefix("-")
    if file.startswith("/"):
        return "omfile", (Parameter("file", (_word(file),), place),)
    return "omusrmsg", (Parameter("users", (_word(text),), place),)


def _target(host: str, port: str | None, template: str | None, place: Place) -> tuple[Parameter, ...]:
    written = {"target": host.strip("[]"), "port": port, "template": template}
    return tuple(Parameter(name, (value,), place) for name, value in written.items() if value)


def _word(text: str) -> str:
    return re.split(r"[;\s]", text.strip(), maxsplit=1)[0]
