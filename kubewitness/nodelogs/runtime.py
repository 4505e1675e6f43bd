"""How long a line of a container's output may be before the runtime splits it. Pure.

Source: https://github.com/containerd/containerd/blob/main/docs/cri/config.md (max_container_log_line_size: 16 KiB by
default, not positive: no limit). CRI-O's conmon has no such setting.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from kubewitness.model import Reason, Unread
from kubewitness.nodelogs.written import InForce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.probe.reading import File

_KEY: Final = "max_container_log_line_size"
#: The table in versions 1, 2 and 3 of the file.
_PLUGINS: Final = ("cri", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime")
_DEFAULT_BYTES: Final = 16 * 1024


def line_size(main: File, imported: Sequence[File]) -> InForce[int] | Unread:
    """The limit in bytes that containerd's configuration gives; 0: none.

    ``imported``: the files of the folder that it imports, which win in the order of their names. ``Unread`` where one
    cannot be read, or the main file imports from elsewhere.
    """
    found = InForce(_KEY, _DEFAULT_BYTES, str(_DEFAULT_BYTES))
    for file in (main, *sorted(imported, key=lambda file: file.path)):
        if file.absent:
            continue
        if not isinstance(file.text, str):
            why = file.text or file.shape
            known = why if isinstance(why, Unread) else Unread(Reason.NOT_OBSERVED, "not read")
            return Unread(known.reason, f"{file.path}: {known.detail}")
        try:
            root = tomllib.loads(file.text)
        except (ValueError, RecursionError) as error:
            return Unread(Reason.PARSE, f"{file.path}: not TOML: {str(error)[:100]}")
        if elsewhere := _elsewhere(root):
            return Unread(Reason.NOT_OBSERVED, f"{file.path}: imports {elsewhere}, which was not read")
        size = _size(root)
        if size is not None:
            found = InForce(_KEY, max(0, size), str(size), file.path)
    return found


def _size(root: dict[str, Any]) -> int | None:
    plugins = root.get("plugins")
    tables = [plugins.get(name) for name in _PLUGINS] if isinstance(plugins, dict) else []
    sizes = [table[_KEY] for table in tables if isinstance(table, dict) and isinstance(table.get(_KEY), int)]
    return sizes[-1] if sizes else None


def _elsewhere(root: dict[str, Any]) -> str:
    """What it imports beside the folder that we read; empty: nothing."""
    named = root.get("imports")
    imports = named if isinstance(named, list) else []
    return next((str(item)[:80] for item in imports if item != IMPORTED), "")


#: The folder that containerd imports by default since 2.0.
IMPORTED: Final = "/etc/containerd/conf.d/*.toml"
