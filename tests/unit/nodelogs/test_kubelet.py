"""The kubelet's settings for logs: flags over drop-ins over the file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.model import Unread
from kubewitness.nodelogs.kubelet import KubeletSettings, flags_of_env, kubelet_settings
from tests.unit.nodelogs.files import absent, file, unread

if TYPE_CHECKING:
    from kubewitness.probe.reading import File

CONFIG: Final = "/var/lib/kubelet/config.yaml"


def settings(text: str, *drop_ins: File, **flags: str) -> KubeletSettings:
    found = kubelet_settings([file(CONFIG, text)], drop_ins, {key.replace("_", "-"): flags[key] for key in flags})
    assert isinstance(found, KubeletSettings)
    return found


def test_without_a_word_the_defaults_are_in_force() -> None:
    found = settings("kind: KubeletConfiguration\n")

    assert (found.max_size.value, found.max_files.value, found.event_qps.value) == (10 << 20, 5, 50)
    assert str(found.max_size) == "containerLogMaxSize=10Mi (by default)"


def test_a_drop_in_wins_over_the_file_and_the_last_over_the_others() -> None:
    late = file("/etc/kubelet.d/20-b.conf", "containerLogMaxFiles: 9\n")
    early = file("/etc/kubelet.d/10-a.conf", "containerLogMaxFiles: 7\ncontainerLogMaxSize: 1Gi\n")

    found = settings("containerLogMaxFiles: 3\n", late, early)

    assert (found.max_files.value, found.max_size.value) == (9, 1 << 30)
    assert found.max_files.where == "/etc/kubelet.d/20-b.conf:1"


def test_a_flag_wins_over_all_of_them() -> None:
    found = settings("eventRecordQPS: 5\n", event_qps="0")

    assert (found.event_qps.value, found.event_qps.where) == (0, "--event-qps")


def test_a_kubelet_without_a_configuration_has_the_defaults() -> None:
    assert isinstance(kubelet_settings([absent(CONFIG)], [], {}), KubeletSettings)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("containerLogMaxSize: lots\n", f"{CONFIG}:1: containerLogMaxSize is 'lots': the kubelet does not start"),
        ("- a\n", f"{CONFIG}: not a KubeletConfiguration"),
        ("a: [\n", f"{CONFIG}:"),
    ],
)
def test_what_the_kubelet_would_refuse_is_not_read_as_a_default(text: str, detail: str) -> None:
    found = kubelet_settings([file(CONFIG, text)], [], {})

    assert isinstance(found, Unread)
    assert found.detail.startswith(detail)


def test_a_drop_in_that_could_not_be_read_leaves_everything_unknown() -> None:
    found = kubelet_settings([file(CONFIG)], [unread("/etc/kubelet.d/10-a.conf")], {})

    assert isinstance(found, Unread)
    assert found.detail == "/etc/kubelet.d/10-a.conf: may not be read"


def test_kubeadm_writes_flags_into_an_environment_file() -> None:
    text = 'KUBELET_KUBEADM_ARGS="--container-log-max-files=9 --event-qps 7"\nOTHER="--event-qps=1"\nKUBELET_X="\n'

    assert flags_of_env(text) == {"container-log-max-files": "9", "event-qps": "7"}


@given(st.text())
def test_any_text_is_a_configuration_or_not_read(text: str) -> None:
    flags_of_env(text)
    with suppress(KubewitnessError):
        assert isinstance(kubelet_settings([file(CONFIG, text)], [], {}), (KubeletSettings, Unread))
