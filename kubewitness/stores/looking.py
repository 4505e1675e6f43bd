"""Looks for one node's events in a store: waits a little for the one that we caused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kubewitness.delivered import Delivery
from kubewitness.model import Unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubewitness.observed import ApiServer
    from kubewitness.stores import Found, Store

#: A shipper sends within seconds; a store shows what it has taken within some more.
WAIT_SECONDS: Final = 60
_PAUSE_SECONDS: Final = 2
#: What is older is no sign of life.
_SINCE_SECONDS: Final = 24 * 3600


def delivery_of(store: Store, server: ApiServer, pause: Callable[[float], None] = time.sleep) -> Delivery:
    """What ``store`` has of the audit log of ``server``: its canary, where one was recorded, and its newest event."""
    since = server.reading.now - _SINCE_SECONDS
    canary = server.process.canary if server.process else None
    if canary is None or not canary.lines:
        return Delivery(store.name, store.newest(since), None, 0)
    waited, found = 0, store.find(canary.id, since)
    while waited < WAIT_SECONDS and not _is_there(found, len(canary.lines)):
        pause(_PAUSE_SECONDS)
        waited += _PAUSE_SECONDS
        found = store.find(canary.id, since)
    return Delivery(store.name, store.newest(since), found, waited)


def _is_there(found: Found | Unread, stages: int) -> bool:
    return not isinstance(found, Unread) and len(set(found.lines)) >= stages
