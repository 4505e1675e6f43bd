"""What a fake cloud is at a moment, as far as all of them are alike."""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass, field, fields
from typing import Any

from tests.fakes.faults import Faults
from tests.fakes.ledger import Ledger


@dataclass
class World:
    """A reset makes a new one."""

    settings: Any
    """The cloud's own; a dataclass."""
    faults: Faults = field(default_factory=Faults)
    ledger: Ledger = field(default_factory=Ledger)
    skipped: float = 0
    """Seconds that a test has let pass at once."""
    state: dict[type, Any] = field(default_factory=dict)
    """What each module remembers, by its own type."""

    def now(self) -> float:
        return time.time() + self.skipped

    def moment(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self.now(), datetime.UTC)

    def advance(self, seconds: float) -> None:
        self.skipped += seconds

    def set(self, **settings: Any) -> None:
        """Raises: ValueError: there is no such setting."""
        known = {one.name for one in fields(self.settings)}
        if unknown := settings.keys() - known:
            raise ValueError(f"no setting {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
        for name, value in settings.items():
            setattr(self.settings, name, value)

    def remembered(self, kind: type[Any]) -> Any:
        """The one value of ``kind`` in this world."""
        return self.state.setdefault(kind, kind())
