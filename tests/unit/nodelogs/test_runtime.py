"""containerd's limit for a line, in each version of its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from kubewitness.model import Unread
from kubewitness.nodelogs.runtime import line_size
from tests.unit.nodelogs.files import absent, file, unread

if TYPE_CHECKING:
    from kubewitness.nodelogs.written import InForce
    from kubewitness.probe.reading import File

CONFIG: Final = "/etc/containerd/config.toml"


def size(text: str, *imported: File) -> InForce[int]:
    found = line_size(file(CONFIG, text), imported)
    assert not isinstance(found, Unread)
    return found


@pytest.mark.parametrize("plugin", ["cri", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime"])
def test_the_limit_stands_in_the_table_of_its_version(plugin: str) -> None:
    found = size(f"[plugins.'{plugin}']\nmax_container_log_line_size = 4096\n")

    assert (found.value, found.where) == (4096, CONFIG)


def test_no_limit_is_written_as_minus_one() -> None:
    assert size("[plugins.'io.containerd.grpc.v1.cri']\nmax_container_log_line_size = -1\n").value == 0


@pytest.mark.parametrize("main", [file(CONFIG, "version = 3\n"), absent(CONFIG)])
def test_by_default_a_line_has_16_kib(main: File) -> None:
    found = line_size(main, ())

    assert not isinstance(found, Unread)
    assert (found.value, found.where) == (16_384, "")


def test_an_imported_file_wins() -> None:
    late = file(
        "/etc/containerd/conf.d/9.toml", "[plugins.'io.containerd.cri.v1.runtime']\nmax_container_log_line_size = 1\n"
    )

    assert size("imports = ['/etc/containerd/conf.d/*.toml']\n", late).where == late.path


@pytest.mark.parametrize(
    ("text", "detail"),
    [("imports = ['/opt/x.toml']\n", f"{CONFIG}: imports /opt/x.toml"), ("a = [", f"{CONFIG}: not TOML")],
)
def test_what_was_not_read_is_not_the_default(text: str, detail: str) -> None:
    found = line_size(file(CONFIG, text), ())

    assert isinstance(found, Unread)
    assert found.detail.startswith(detail)


def test_a_denied_file_is_not_the_default() -> None:
    assert isinstance(line_size(unread(CONFIG), ()), Unread)
