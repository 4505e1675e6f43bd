"""docs/shippers/losses.md, from the rows of one whole run. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.delivery.table import Row, markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXT: Final = """\
# What shippers lose, measured

Written by `python -m tests.delivery --write`: real nodes, real programs, real stores (`tests/delivery`). A generator
writes audit events as kube-apiserver does, of 0.6 to 6 KB, some of 9, 70 and 250 KB and one of 1.5 MB, and rotates the
log by renaming it. Meanwhile something fails. In the end every event that was written is looked for in the store, by
`auditID` and `stage`, and compared byte by byte.

*stored*: there with every byte. *duplicated*: copies beyond the first; normal after a kill, and told by that key.
*missing*: not there. *cut*: there, but never whole. One run each, so 0 means: none in this run.

## As we configure them

{safe}{whys}
## The same with one safe setting removed

This is what the linter's rules warn of (`kubewitness shipper lint`).

{unsafe}"""


def page(safe: Iterable[Row], unsafe: Iterable[Row]) -> str:
    """The whole page."""
    safe = list(safe)
    whys = "".join(f"- {row.program}, {row.fault}: {row.why}.\n" for row in safe if row.why and not row.tally.whole)
    return _TEXT.format(safe=markdown(safe), whys=whys and f"\n{whys}", unsafe=markdown(unsafe))
