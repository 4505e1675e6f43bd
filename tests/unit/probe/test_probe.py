"""The probe itself, run by a real shell on file trees made here; and its parser on whatever a broken node may print."""

from __future__ import annotations

import base64
import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread, View
from kubewitness.probe.frames import parse_reading
from kubewitness.probe.reading import File, Reading
from kubewitness.probe.script import probe_script

MANIFEST = """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
  - name: kube-apiserver
    command:
    - kube-apiserver
    - --audit-policy-file=/etc/audit/policy.yaml
    - --audit-log-path
    - /logs/audit.log
    volumeMounts:
    - mountPath: /etc/audit
      name: policy
      readOnly: true
    - name: log
      mountPath: "/logs"
  volumes:
  - name: log
    hostPath:
      type: DirectoryOrCreate
      path: /srv/logs  # where the disk is
  - hostPath:
      path: /srv/policy
    name: policy
"""


def read(root: Path, **parameters: str) -> Reading:
    script = probe_script(view=View.TREE, root=str(root), **parameters)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return parse_reading(done.stdout.splitlines())


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def text(file: File) -> str:
    assert isinstance(file.text, str)
    return file.text


def manifests(reading: Reading) -> tuple[File, ...]:
    assert isinstance(reading.manifests, tuple)
    return reading.manifests


def test_it_brings_the_manifest_and_what_its_mounts_lead_to(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    write(tmp_path / "srv/policy/policy.yaml", "the policy\n")
    write(tmp_path / "srv/logs/audit.log", '{"stageTimestamp":"2026-11-21T13:00:00.5Z"}\n')

    reading = read(tmp_path)

    assert [text(file) for file in manifests(reading)] == [MANIFEST]
    assert text(reading.policies["/srv/policy/policy.yaml"]) == "the policy\n"
    assert reading.logs["/srv/logs/audit.log"].last_event == 1795266000.5
    assert reading.servers == ()


def test_an_empty_file_is_not_an_absent_one(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    write(tmp_path / "srv/policy/policy.yaml", "")

    reading = read(tmp_path)

    assert text(reading.policies["/srv/policy/policy.yaml"]) == ""
    assert reading.policies["/etc/kubernetes/audit/policy.yaml"].absent


def test_no_manifest_folder_is_known_to_be_absent(tmp_path: Path) -> None:
    assert read(tmp_path).manifests is None


def test_the_kubelet_s_own_setting_says_where_the_manifests_are(tmp_path: Path) -> None:
    write(tmp_path / "var/lib/kubelet/config.yaml", 'kind: KubeletConfiguration\nstaticPodPath: "/srv/pods"  # ours\n')
    write(tmp_path / "srv/pods/kube-apiserver.yaml", MANIFEST)

    reading = read(tmp_path)

    assert (reading.manifest_dir, reading.manifest_dir_from) == ("/srv/pods", "config")
    assert len(manifests(reading)) == 1


def test_links_are_followed_inside_the_root_and_never_out_of_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path / "outside.yaml", "not of this node\n")
    write(root / "real/manifests/kube-apiserver.yaml", MANIFEST)
    (root / "etc").mkdir()
    (root / "etc/kubernetes").symlink_to("/real")
    (root / "real/manifests/out.yaml").symlink_to("../../../outside.yaml")
    (root / "real/manifests/absolute.yaml").symlink_to(tmp_path / "outside.yaml")

    reading = read(root)

    assert {file.path.rpartition("/")[2]: file.absent for file in manifests(reading)} == {
        "absolute.yaml": True,
        "kube-apiserver.yaml": False,
        "out.yaml": True,
    }


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv/policy").symlink_to("/srv/policy")

    reading = read(tmp_path)

    assert isinstance(reading.policies["/srv/policy/policy.yaml"].shape, Unread)


def test_a_file_that_is_too_large_is_not_carried_along(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    write(tmp_path / "srv/policy/policy.yaml", "#" * (2 << 20))

    unread = read(tmp_path).policies["/srv/policy/policy.yaml"].text

    assert isinstance(unread, Unread)
    assert unread.reason is Reason.PARSE


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="root reads everything")
def test_a_file_that_may_not_be_read_is_not_an_absent_one(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    (tmp_path / "etc/kubernetes/manifests").chmod(0o000)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):  # pytest closes its own folders to others
        folder.chmod(0o755)
    plain_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    script = probe_script(view=View.TREE, root=str(tmp_path))

    done = subprocess.run([*plain_user, "sh", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    (tmp_path / "etc/kubernetes/manifests").chmod(0o755)

    listing = parse_reading(done.stdout.splitlines()).manifests
    assert isinstance(listing, Unread)
    assert listing.reason is Reason.DENIED


@pytest.mark.parametrize(
    "name", ["a b.yaml", "$(touch pwned).yaml", "tab\there.yaml", "new\nline.yaml", "-rf", "ünï.yaml"]
)
def test_odd_names_travel_whole_and_run_nothing(tmp_path: Path, name: str) -> None:
    write(tmp_path / "etc/kubernetes/manifests" / name, "x: 1\n")

    reading = read(tmp_path)

    assert [file.path for file in manifests(reading)] == [f"/etc/kubernetes/manifests/{name}"]
    assert text(manifests(reading)[0]) == "x: 1\n"


def test_output_that_is_cut_off_is_not_used(tmp_path: Path) -> None:
    script = probe_script(view=View.TREE, root=str(tmp_path))
    lines = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()

    with pytest.raises(KubewitnessError, match="cut off"):
        parse_reading(lines[:-1])


@given(st.lists(st.text()))
def test_any_output_is_a_reading_or_an_error(lines: list[str]) -> None:
    with suppress(KubewitnessError):
        parse_reading([*lines, "end"])


_FIELDS = st.sampled_from(
    ["pid", "mode", "size", "mtime", "started", "path64", "text64", "argv64", "code", "time", "role"]
)
_VALUES = st.one_of(
    st.text(alphabet="0123456789.-eE:TZ+ na", max_size=30),
    st.binary(max_size=12).map(lambda raw: base64.b64encode(raw).decode()),
    st.sampled_from(["manifest", "policy", "log", "kube-apiserver", "/readyz"]),
)


@given(
    kind=st.sampled_from(["file", "process", "inside", "open", "answer", "canary", "lastevent", "room", "manifests"]),
    fields=st.dictionaries(_FIELDS, _VALUES),
)
def test_any_frame_is_understood_or_refused(kind: str, fields: dict[str, str]) -> None:
    frame = "\t".join([kind, *(f"{key}={value}" for key, value in fields.items())])
    sound = [
        "probe\tview=live\tuid=0\tnow=1\tuptime=1\thz=100\tboot=x",
        "tools\tnames=",
        "kubelet\tdir64=Lw==\tfrom=default\tactive=active",
        "manifests\tpresent=1",
    ]

    with suppress(KubewitnessError):
        parse_reading([*sound, frame, "end"])
