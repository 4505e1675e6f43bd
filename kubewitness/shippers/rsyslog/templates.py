"""Whether a template of rsyslog changes the record that it sends. Pure.

Source: https://www.rsyslog.com/doc/v8-stable/configuration/property_replacer.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Setting
from kubewitness.shippers.rsyslog.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.rsyslog.syntax import Object, Parameter

_RECORD: Final = frozenset({"msg", "rawmsg", "rawmsg-after-pri"})
#: ``%msg:from:to:options%``
_PROPERTY: Final = re.compile(
    r"%(msg|rawmsg|rawmsg-after-pri)(?::([^:%]*))?(?::([^:%]*))?(?::([^%]*))?%", re.IGNORECASE
)
_OPTIONS: Final = {
    "drop-cc": "control characters are removed",
    "space-cc": "control characters become blanks",
    "escape-cc": "control characters are escaped",
    "uppercase": "letters become capitals",
    "lowercase": "letters become small",
    "drop-last-lf": "",
    "compressspace": "runs of blanks become one",
}
_NAMED: Final = (
    "position.to",
    "controlcharacters",
    "caseconversion",
    "compressspace",
    "regex.expression",
    "field.number",
)


def alteration(template: Object | None) -> Setting[str] | None:
    """How a template changes the record; ``None``: it does not, or is one of rsyslog's own."""
    if template is None:
        return None
    parameters = Parameters(template.parameters)
    string = parameters.find("string")
    if string is not None:
        return next(_in_string(string), None)
    return next((one for part in template.properties for one in _in_property(part)), None)


def _in_string(string: Parameter) -> Iterator[Setting[str]]:
    for found in _PROPERTY.finditer(string.values[0]):
        start, end, options = (found[number] or "" for number in (2, 3, 4))
        if start.upper() in {"R", "F"} or start.startswith(("R,", "F,")):
            yield Setting("template", "only a part of the record is sent", found[0], string.place)
        elif start.isdigit() and end.isdigit():
            yield Setting("template", f"only its characters {start} to {end} are sent", found[0], string.place)
        for option in options.lower().split(","):
            if how := _OPTIONS.get(option):
                yield Setting("template", how, found[0], string.place)


def _in_property(part: Object) -> Iterator[Setting[str]]:
    parameters = Parameters(part.parameters)
    if part.kind != "property" or parameters.text("name").lower().lstrip("$") not in _RECORD:
        return
    for name in _NAMED:
        found = parameters.find(name)
        if found and found.values[0].lower() not in {"off", "$"}:
            yield Setting(name, f"{name} changes the record", found.values[0], found.place)
