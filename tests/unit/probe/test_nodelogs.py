"""The probe's frames of a node's own logs: by a real shell on file trees, and as a live node printed them."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Rung, Source, Unread
from kubewitness.observednode import Node, observe_node
from kubewitness.probe.frames import parse_reading
from kubewitness.probe.nodelogs import ContainerLog, Disk, RunningJournal
from kubewitness.probe.reading import RotatedFile
from tests.unit.probe.test_probe import read, write

if TYPE_CHECKING:
    from pathlib import Path

    from kubewitness.probe.reading import Reading

JOURNAL = "[Journal]\nStorage=%s\n"


def observed(root: Path) -> Node:
    found = observe_node(read(root), "n1", "lab")
    assert found is not None
    return found


def settings(node: Node) -> tuple[str, str]:
    assert not isinstance(node.settings, Unread)
    return node.settings.storage.value, node.settings.storage.where


def test_a_tree_brings_journald_s_files_from_every_folder(tmp_path: Path) -> None:
    write(tmp_path / "etc/systemd/journald.conf", JOURNAL % "none")
    write(tmp_path / "usr/lib/systemd/journald.conf.d/50-a.conf", JOURNAL % "volatile")
    write(tmp_path / "etc/systemd/journald.conf.d/60-b.conf", JOURNAL % "persistent")

    node = observed(tmp_path)

    assert settings(node) == ("persistent", "/etc/systemd/journald.conf.d/60-b.conf:2")
    assert (node.ceiling, node.journal, node.logs.disks) == (Rung.DECLARED, None, {})


def test_a_drop_in_that_is_masked_in_a_tree_hides_the_other(tmp_path: Path) -> None:
    write(tmp_path / "usr/lib/systemd/journald.conf.d/50-a.conf", JOURNAL % "volatile")
    (tmp_path / "etc/systemd/journald.conf.d").mkdir(parents=True)
    (tmp_path / "etc/systemd/journald.conf.d/50-a.conf").symlink_to("/dev/null")

    assert settings(observed(tmp_path)) == ("auto", "")


def test_links_between_folders_stay_inside_the_root(tmp_path: Path) -> None:
    write(tmp_path / "usr/lib/systemd/system/kubelet.service", "[Service]\nLogRateLimitBurst=7\n")
    (tmp_path / "lib").symlink_to("/usr/lib")

    node = observed(tmp_path)

    assert [limit.burst for limit in node.limits.values() if not isinstance(limit, Unread)] == [7]


def test_a_tree_without_systemd_s_files_is_no_node(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/x.yaml", "")
    write(tmp_path / "var/lib/kubelet/config.yaml", "containerLogMaxFiles: 3\n")

    assert observe_node(read(tmp_path), "n1", "lab") is None


def test_the_kubelet_s_flags_stand_in_kubeadm_s_environment(tmp_path: Path) -> None:
    (tmp_path / "etc/systemd").mkdir(parents=True)
    write(tmp_path / "var/lib/kubelet/config.yaml", "containerLogMaxFiles: 3\n")
    write(tmp_path / "var/lib/kubelet/kubeadm-flags.env", 'KUBELET_KUBEADM_ARGS="--container-log-max-files=9"\n')

    kubelet = observed(tmp_path).kubelet

    assert kubelet is not None
    assert not isinstance(kubelet, Unread)
    assert (kubelet.max_files.value, kubelet.max_files.where) == (9, "--container-log-max-files")


def test_a_node_without_a_kubelet_has_no_containers(tmp_path: Path) -> None:
    write(tmp_path / "etc/systemd/journald.conf", JOURNAL % "persistent")

    node = observed(tmp_path)

    assert (node.not_applicable(Source.CONTAINERS), node.not_applicable(Source.JOURNAL)) == ("no kubelet here", "")


def test_containerd_s_imports_come_along(tmp_path: Path) -> None:
    write(tmp_path / "etc/containerd/config.toml", 'imports = ["/etc/containerd/conf.d/*.toml"]\n')
    write(tmp_path / "etc/containerd/conf.d/9.toml", "[plugins.cri]\nmax_container_log_line_size = 5\n")
    (tmp_path / "etc/systemd").mkdir()
    write(tmp_path / "var/lib/kubelet/config.yaml", "")

    found = observed(tmp_path).line_bytes

    assert found is not None
    assert not isinstance(found, Unread)
    assert (found.value, found.where) == (5, "/etc/containerd/conf.d/9.toml")


# what lab node cp-1 printed (Debian 12, systemd 252), cut to what matters; boot was at 1000
LIVE = [
    "probe\tview=live\tnow=5000\tuptime=4000\thz=100",
    "tools\tnames=",
    "kubelet\tdir64=L20=\tactive=active",
    "manifests\tabsent=1",
    "systemd\tpresent=1",
    "file\trole=journalstore\tpath64=L3Zhci9sb2cvam91cm5hbA==\tabsent=1",
    "runtime\tnames=containerd",
]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def live(*frames: str) -> Reading:
    return parse_reading([*LIVE, *frames, "end"])


JOURNALD = (
    f"journald\tpid=300\tstarted=5000\topen64={b64('/run/log/journal')}",
    "entries\toldest=1050.5\tnewest=",
    "journalsize\tpath=/var/log/journal\tkib=0",
    "journalsize\tpath=/run/log/journal\tkib=8192",
    f"suppressed\tunit64={b64('kubelet.service')}\tcount=612",
)


def test_a_running_journald_says_where_it_writes_and_what_it_dropped() -> None:
    node = live(*JOURNALD).node

    assert node is not None
    assert node.journal == RunningJournal(
        pid=300,
        started=1050.0,
        stores=frozenset({"/run/log/journal"}),
        oldest=1050.5,
        newest=None,
        sizes_kib={"/var/log/journal": 0, "/run/log/journal": 8192},
        suppressed={"kubelet.service": 612},
    )


def test_a_journald_that_may_not_be_looked_at_is_not_absent() -> None:
    node = live("journald\tproblem=denied").node

    assert node is not None
    assert isinstance(node.journal, Unread)
    assert node.journal.reason is Reason.DENIED


def test_limits_in_force_are_those_that_journald_was_given() -> None:
    node = live(
        "unitlimit\tunit=kubelet.service\twhat=interval\tvalue=1000000",
        "unitlimit\tunit=kubelet.service\twhat=burst\tvalue=9",
    ).node

    assert node is not None
    assert node.limits_in_force == {"kubelet.service": {"interval": 1_000_000, "burst": 9}}


def test_a_container_s_files_belong_together() -> None:
    folder = "/var/log/pods/kube-system_etcd_1/etcd"
    files = (
        f"500 4000 {folder}/1.log\n900 3000 {folder}/0.log\n77 2000 {folder}/1.log.20261121-1.gz\nodd\n5 x {folder}/1"
    )
    first = f"1970-01-01T00:50:00.5Z {folder}/1.log"

    node = live(f"containers\tfiles64={b64(files)}\tfirst64={b64(first)}").node

    assert node is not None
    assert node.containers == (
        ContainerLog("kube-system_etcd_1/etcd", 500, 4000, 3000.5, (RotatedFile(77, 2000, compressed=True),)),
    )


def test_a_disk_is_known_by_its_folder() -> None:
    node = live(f"disk\tpath64={b64('/var/log')}\ttype=tmpfs\tdevice=9\tsize_kib=100\tfree_kib=7").node

    assert node is not None
    assert node.disks == {"/var/log": Disk("tmpfs", 9, 100, 7)}


def test_rotated_audit_logs_are_counted_and_dated() -> None:
    then = "1970-01-01 00:00:01 +0000"
    shape = f"mode=81a4\tuid=0\tgid=0\tsize=1\tinode=1\tdevice=1\tmtime={then}\tctime={then}"
    log = live(
        f"file\trole=log\tpath64={b64('/l/a.log')}\t{shape}",
        f"file\trole=logdir\tpath64={b64('/l')}\tabsent=1",
        "rotated\tpath64={}\tfiles64={}\tfirst=1970-01-01T00:00:09Z".format(b64("/l/a.log"), b64("5 7 /l/a-1.log\n")),
    ).logs["/l/a.log"]

    assert (log.rotated, log.first_event) == ((RotatedFile(5, 7),), 9)


@pytest.mark.parametrize(
    "frame", [*JOURNALD, "runtime\tnames=a", "unitlimit\tunit=a\twhat=b\tvalue=", "disk\tpath64=L2E="]
)
@given(st.text(max_size=12))
def test_any_edit_of_a_frame_is_a_reading_or_an_error(frame: str, put: str) -> None:
    with suppress(KubewitnessError):
        live(*(line for line in JOURNALD if line != frame), frame[:-6] + put + frame[-3:])
