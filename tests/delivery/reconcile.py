"""What was written beside what is stored: byte for byte, by auditID and stage. Pure.

A store may hold an event twice: its reader tells the copies by that key. It must not miss one, and not change one.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

# In kube-apiserver's order of keys both stand before anything that a client sends, so a cut event still has them.
_KEY: Final = re.compile(rb'"auditID":"([^"]*)","stage":"([^"]*)"')


class Key(NamedTuple):
    """What names an event for good."""

    audit_id: str
    stage: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of events, but ``duplicated`` and ``foreign``: of records in the store.

    ``stored``: there at least once, with every byte. ``duplicated``: whole copies beyond the first. ``cut``: there, but
    never whole. ``missing``: not there in any form. ``foreign``: records without the key of any event that was written,
    as the second half of a cut one.
    """

    written: int
    stored: int
    duplicated: int
    missing: int
    cut: int
    foreign: int = 0

    @property
    def whole(self) -> bool:
        """Nothing is missing and nothing is altered; the same twice is allowed."""
        return self.stored == self.written and self.foreign == 0


def key_of(event: bytes) -> Key | None:
    """``None``: this is no event, or not its beginning."""
    found = _KEY.search(event)
    return Key(found[1].decode(errors="replace"), found[2].decode(errors="replace")) if found else None


def entry(event: bytes) -> str:
    """One line of a ledger, without its LF.

    Raises:
        ValueError: that is no audit event.
    """
    if (key := key_of(event)) is None:
        raise ValueError(f"not an audit event: {event[:80]!r}")
    return f"{key.audit_id} {key.stage} {_digest(event)}"


def read_ledger(text: str) -> dict[Key, str]:
    """Key -> digest of the event. A last line without LF is of an event that is being written, and left out."""
    rows = [line.split() for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return {Key(audit_id, stage): digest for audit_id, stage, digest in rows}


def reconcile(written: Mapping[Key, str], stored: Iterable[bytes]) -> Tally:
    """Compare; ``stored`` are the records of the store, as it gives them back, with or without LF."""
    whole: Counter[Key] = Counter()
    altered: set[Key] = set()
    foreign = 0
    for record in stored:
        key = key_of(record)
        if key is None or key not in written:
            foreign += 1
        elif _digest(record) == written[key]:
            whole[key] += 1
        else:
            altered.add(key)
    cut = len(altered - whole.keys())
    return Tally(
        written=len(written),
        stored=len(whole),
        duplicated=whole.total() - len(whole),
        missing=len(written) - len(whole) - cut,
        cut=cut,
        foreign=foreign,
    )


def _digest(event: bytes) -> str:
    return hashlib.sha256(event.rstrip(b"\n")).hexdigest()[:32]
