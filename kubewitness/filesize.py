"""How large a file may be that somebody wrote by hand: one place, and nothing is imported for it."""

from typing import Final

MAX_BYTES: Final = 1 << 20
"""Of a policy, a manifest, a standard."""
