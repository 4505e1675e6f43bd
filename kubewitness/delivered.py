"""What a central store has of an API server's audit log. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubewitness.model import Unread
    from kubewitness.stores import Found


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was found in ``store``. ``newest``: the newest event of this node.

    ``canary``: the events with the id of our own request; ``None``: none was sent, or the node's log has none of it.
    ``waited_seconds``: how long they were looked for after they were in the node's log.
    """

    store: str
    newest: Found | Unread
    canary: Found | Unread | None
    waited_seconds: int
