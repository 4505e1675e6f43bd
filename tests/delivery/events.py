"""Audit events of the shape and the sizes that a cluster has, for the tests of delivery: the same for the same seed."""

from __future__ import annotations

import json
import random
import sys
from itertools import islice
from typing import TYPE_CHECKING, Final

from tests.bench import audit_log

if TYPE_CHECKING:
    from collections.abc import Iterator

_USUAL: Final = (600, 6_000)
_LARGE: Final = (9_000, 70_000, 250_000)
_LARGE_EVERY: Final = 50
LARGEST: Final = 1_500_000
"""Bytes of one event: what a large ConfigMap or Secret makes of it."""

# What a program in between may take for its own: quotes, escapes, control characters, other alphabets, format strings.
_AWKWARD: Final = 'Grüße, \x00\x07\t\n\r "quoted" \\n \u2028 Ελλάδα 日本 🙂 %s %msg% ${env:HOME} $(id) <134>1 #011'
_PLACE: Final = b',"requestReceivedTimestamp":'
_UNBODIED: Final = b'"level":"Metadata"'


def events(count: int, *, seed: int = 1, largest: int = LARGEST) -> Iterator[bytes]:
    """Lines, each with its LF. Every fiftieth is larger than most limits by default, one is ``largest``; 0: none."""
    chance = random.Random(seed)  # noqa: S311  nothing here is secret
    blob = f"{chance.getrandbits(8 * max(largest, *_LARGE)):x}".encode()  # hexadecimal: nothing makes it much smaller
    owed: list[int] = []
    for number, line in enumerate(islice(audit_log.events(sys.maxsize, seed=seed), count)):
        if number % _LARGE_EVERY == _LARGE_EVERY - 1:
            owed.append(_LARGE[number // _LARGE_EVERY % len(_LARGE)])
        if largest and number == count // 2:
            owed.append(largest)
        if _UNBODIED in line:
            yield _grown(line, owed.pop() if owed else chance.randint(*_USUAL), blob, number)
        else:  # it has a body already
            yield line


def _grown(line: bytes, size: int, blob: bytes, number: int) -> bytes:
    """The event with a body that makes it ``size`` bytes long; one that is longer anyway, as it is."""
    if len(line) >= size:
        return line
    text = json.dumps(_AWKWARD, ensure_ascii=False).encode()
    head = b',"requestObject":{"kind":"ConfigMap","apiVersion":"v1","data":{"note":' + text + b',"blob":"'
    tail = b'"}}'
    room = max(0, size - len(line) - len(head) - len(tail))
    at = number * 64 % 4096
    body = head + blob[at : at + room] + tail
    return line.replace(_UNBODIED, b'"level":"Request"', 1).replace(_PLACE, body + _PLACE, 1)
