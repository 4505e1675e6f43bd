"""The node-side scripts of a service's change, rendered, and what they are given on standard input. Pure."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final

from kubewitness.shell import render
from kubewitness.shipping.service import Program

if TYPE_CHECKING:
    from kubewitness.model import View
    from kubewitness.shipping.service import SeenFile, ServiceChange, WantedFile

#: Active once is not active: the same process has to stay for so long.
STEADY_SECONDS: Final = 5
WAIT_SECONDS: Final = 60


def seen_script(paths: dict[str, bool], *, unit: str, root: str) -> str:
    """Reads what lies at ``paths``: path -> whether its text may leave the node."""
    lines = "\n".join(path if open_ else f"={path}" for path, open_ in paths.items())
    return render("filestate", {"ROOT": root.rstrip("/"), "UNIT": unit, "PATHS": lines})


def change_script(change: ServiceChange, *, view: View, root: str, run: str, owner: str, uploaded: str = "") -> str:
    """The text for ``sh -c``. ``run`` names the run and its backups; ``uploaded``: where the program was put."""
    numbers = {wanted.path: number for number, (_, wanted) in enumerate(change.files, 1)}
    return render(
        "service",
        {
            "ROOT": root.rstrip("/"),
            "VIEW": view,
            "RUN": run,
            "OWNER": owner,
            "UNIT": change.unit,
            "OWNED": "\n".join(change.owned),
            "MAIN": change.main,
            "CHECKED": str(numbers.get(change.main, "")),
            "CHECK": "\n".join(change.check),
            "CHECK_ALL": "\n".join(change.check_all),
            "UPLOADED": uploaded,
            "USER_OF": change.user,
            "GROUP_OF": change.user,
            "FOLDERS": "\n".join(f"{mode:o} {path}" for path, mode in change.folders),
            "READS_LOG": change.reads_log,
            "GIVES_WAY": " ".join(change.gives_way),
            "ALSO": " ".join(change.also),
            "UNDONE": change.undone,
            "ROOM_KIB": str(change.room_kib),
            "STEADY_SECONDS": str(STEADY_SECONDS),
            "LIMIT_SECONDS": str(WAIT_SECONDS),
            "RECORD": json.dumps(
                {"run": run, "service": change.unit, "files": change.owned, "pid": "@PID@", "started": "@STARTED@",
                 "undone": change.undone}
            ),
        },
    )  # fmt: skip


def change_input(change: ServiceChange) -> list[str]:
    """The new files, a line each; the script uses none of them before it has seen the last line."""
    return [*(_line(number, seen, wanted) for number, (seen, wanted) in enumerate(change.files, 1)), "end"]


def _line(number: int, seen: SeenFile, wanted: WantedFile) -> str:
    match wanted.content:
        case None:
            data = "-"
        case Program(sha256=sha256):
            data = f"@{sha256}"
        case str(text):
            data = _base64(text) or "="
    kind = "first" if wanted.first else "file"
    return (
        f"{kind} {number} {_base64(wanted.path)} {wanted.mode:o} {wanted.owner} {seen.sha256.replace(' ', '-')} {data}"
    )


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")
