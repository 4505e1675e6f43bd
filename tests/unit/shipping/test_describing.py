"""A change of a service as a person reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kubewitness.shipping.describing import describe, masked
from kubewitness.shipping.service import Program, SeenFile, WantedFile
from tests.unit.shipping.services import KEY, MAIN, Service, key, main

if TYPE_CHECKING:
    from pathlib import Path


def test_a_secret_is_told_and_not_shown(tmp_path: Path) -> None:
    change = Service.of(tmp_path).change(key("s3cret\n"), main("new\n"))

    lines = list(describe(change, live=True))

    assert f"{KEY}: is written: it holds a secret, and is not shown" in lines
    assert "+new" in lines
    assert "s3cret" not in "".join(lines)
    assert lines[-1] == "ship.service is started anew, and watched"


def test_a_program_is_named_and_a_mode_told(tmp_path: Path) -> None:
    change = Service.of(tmp_path).change(main("new\n"))
    same = WantedFile(MAIN, "x", 0o600)
    seen = SeenFile(MAIN, same.sha256, 0o644, "root:root", "x")
    program = (SeenFile("/usr/local/bin/p", "absent"), WantedFile("/usr/local/bin/p", Program("bin/p", "abc")))

    lines = list(describe(replace(change, files=((seen, same), program)), live=False))

    assert f"{MAIN}: 644 root:root -> 600 root:root" in lines
    assert "/usr/local/bin/p: is sent: bin/p" in lines


def test_what_a_name_gives_away_as_a_password_is_masked() -> None:
    text = 'password: hunter2\nurl: https://me:hunter2@host/x\napi_key="hunter2"\ntoken_file: /etc/token\n'

    assert "hunter2" not in masked(text)
    assert "https://*****@host/x" in masked(text)
