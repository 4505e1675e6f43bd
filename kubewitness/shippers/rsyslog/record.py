"""How a record travels to the collector node, and where it comes to lie there. Pure.

RFC 5424: the fields as one element of structured data, and after it the record itself, byte for byte. Sender and
receiver meet here: what one writes is what the other takes apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.shipment import Log

if TYPE_CHECKING:
    from collections.abc import Mapping

#: 32473 is the number that RFC 5612 gives to examples.
ELEMENT: Final = "kubewitness@32473"
#: What a record may be larger than the event in it: header, fields, the path of its file.
ENVELOPE_BYTES: Final = 64 * 1024
#: A name that may become a folder: no slash, and not only dots.
_NAME: Final = "[A-Za-z0-9][A-Za-z0-9._-]{0,252}"
_VALUE: Final = "[A-Za-z0-9][A-Za-z0-9._:/-]{0,252}"
_FIRST: Final = ("cluster", "node")

#: As POSIX has it, for rsyslog's re_extract. A quote in a path ends nothing: the whole does not match then.
PATTERN: Final = (
    f'^[[]{ELEMENT} cluster="({_NAME})" node="({_NAME})"( [a-z_]+="[^"]*")*'
    f' log="({"|".join(Log)})"( file="([^"]*)")?[]]$'
)
#: The number of each group in ``PATTERN``.
GROUPS: Final = {"cluster": 1, "node": 2, "log": 4, "file": 6}


def wrong_field(fields: Mapping[str, str]) -> str:
    """The first field that cannot travel, or that is missing; empty: there is none."""
    missing = next((key for key in _FIRST if key not in fields), "")
    return missing or next((key for key, value in fields.items() if not _travels(key, value)), "")


def structured_data(fields: Mapping[str, str], log: Log) -> str:
    """The element without its end, which may follow a ``file``."""
    others = sorted(set(fields) - set(_FIRST))
    values = [f'{key}="{fields[key]}"' for key in (*_FIRST, *others)]
    return f'[{ELEMENT} {" ".join(values)} log="{log}"'


def path(folder: str, cluster: str, node: str, log: str, day: str) -> str:
    """The file of one log of one node for one day (UTC, ``2026-11-22``) on the collector node.

    ``audit`` holds the events as kube-apiserver wrote them, a line each; ``containers`` a line each, the path of its
    file and a blank before it; ``journal`` an entry a line, all of its fields as JSON. The day is that of the arrival.
    """
    return f"{folder}/{cluster}/{node}/{log}-{day}.log"


def _travels(key: str, value: str) -> bool:
    return (
        re.fullmatch("[a-z_]+", key) is not None and re.fullmatch(_NAME if key in _FIRST else _VALUE, value) is not None
    )
