from __future__ import annotations

import pytest

from kubewitness.apiserver import DISTRIBUTIONS, detect


@pytest.mark.parametrize(
    ("paths", "processes", "found"),
    [
        ((), (), ()),
        (("/etc/kubernetes/manifests/kube-apiserver.yaml",), ("kube-apiserver", "kubelet"), ("kubeadm",)),
        (("/var/lib/kubelet/kubeadm-flags.env",), (), ("kubeadm",)),
        (("/var/lib/kubelet/kubeadm-flags.env", "/etc/kubernetes/kubelet.env"), (), ("kubespray",)),
        (("/var/lib/kubelet/kubeadm-flags.env", "/run/cluster-api"), (), ("cluster-api",)),
        (("/var/lib/rancher/k3s/server",), (), ("k3s",)),
        ((), ("k3s-server",), ("k3s",)),
        ((), ("rke2", "kube-apiserver"), ("rke2",)),
        (("/var/lib/kubelet/kubeadm-flags.env", "/var/lib/rancher/k3s/server"), (), ("kubeadm", "k3s")),
        (("/var/snap/microk8s",), ("kubelite",), ("microk8s",)),
    ],
)
def test_what_left_a_trace(paths: tuple[str, ...], processes: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert detect(frozenset(paths), frozenset(processes)) == found


def test_every_distribution_is_found_by_each_of_its_traces_and_by_nothing_else() -> None:
    for distribution in DISTRIBUTIONS:
        for marker in distribution.markers:
            assert detect({marker}, ()) == (distribution.id,)
        for process in distribution.processes:
            assert detect((), {process}) == (distribution.id,)
        assert distribution.markers or distribution.processes


def test_the_table_can_be_shown() -> None:
    ids = [distribution.id for distribution in DISTRIBUTIONS]

    assert len(ids) == len(set(ids))
    assert {distribution.builds_on for distribution in DISTRIBUTIONS} <= {None, *ids}
    for distribution in DISTRIBUTIONS:
        assert distribution.source_url.startswith("https://")
        assert distribution.instead
        assert "\n" not in distribution.instead
        assert not any(" " in trace for trace in (*distribution.markers, *distribution.processes))


def test_only_kubeadm_is_changed_today() -> None:
    assert [one.id for one in DISTRIBUTIONS if one.can_enable or one.can_read or one.can_prove] == ["kubeadm"]
