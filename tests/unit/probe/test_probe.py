"""The probe itself, run by a real shell on file trees made here; and its parser on whatever a broken node may print."""

from __future__ import annotations

import base64
import os
import subprocess
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread, View
from kubewitness.observed import ApiServer, observe
from kubewitness.probe.frames import parse_reading
from kubewitness.probe.reading import File, Reading, Shape
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


def test_it_says_who_may_write_the_policy_and_its_folder(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    policy = tmp_path / "srv/policy/policy.yaml"
    write(policy, "the policy\n")
    policy.chmod(0o666)
    policy.parent.chmod(0o777)

    reading = read(tmp_path)

    seen = reading.policies["/srv/policy/policy.yaml"], reading.policy_folders["/srv/policy"]
    assert [file.shape.permissions for file in seen if isinstance(file.shape, Shape)] == [0o666, 0o777]
    assert reading.policy_folders["/etc/kubernetes/audit"].absent


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

    assert reading.manifest_dir == "/srv/pods"
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


def test_where_links_lead_is_known_also_where_nothing_is_there(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    write(tmp_path / "srv/real/policy.yaml", "kind: Policy\n")
    (tmp_path / "srv/policy").symlink_to("real")
    log = tmp_path / "srv/logs/audit.log"
    log.parent.mkdir()
    log.symlink_to("/var/log/old/audit.log")

    reading = read(tmp_path)

    assert reading.policies["/srv/policy/policy.yaml"].real == "/srv/real/policy.yaml"
    assert reading.policy_folders["/srv/policy"].real == "/srv/real"
    assert reading.logs["/srv/logs/audit.log"].file == File("/srv/logs/audit.log", None, real="/var/log/old/audit.log")
    assert reading.logs["/srv/logs/audit.log"].directory.real == "/srv/logs"


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


def test_a_log_without_an_event_is_not_an_unread_one(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    write(tmp_path / "srv/logs/audit.log", "")

    reading = read(tmp_path)

    assert reading.logs["/srv/logs/audit.log"].last_event is None
    assert reading.logs["/var/log/kubernetes/audit/audit.log"].last_event is None, "it is not there"


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="root reads everything")
def test_a_log_that_may_not_be_read_is_not_one_without_an_event(tmp_path: Path) -> None:
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", MANIFEST)
    write(tmp_path / "srv/logs/audit.log", '{"stageTimestamp":"2026-11-21T13:00:00.5Z"}\n')
    (tmp_path / "srv/logs/audit.log").chmod(0o000)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):  # pytest closes its own folders to others
        folder.chmod(0o755)
    plain_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    script = probe_script(view=View.TREE, root=str(tmp_path))

    done = subprocess.run([*plain_user, "sh", "-c", script], capture_output=True, text=True, check=True, timeout=60)

    last_event = parse_reading(done.stdout.splitlines()).logs["/srv/logs/audit.log"].last_event
    assert isinstance(last_event, Unread)
    assert last_event.reason is Reason.DENIED


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


def test_links_in_the_manifest_folder_are_not_followed_out_of_the_root_either(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path / "outside.yaml", MANIFEST)
    (root / "etc/kubernetes/manifests").mkdir(parents=True)
    (root / "etc/kubernetes/manifests/kube-apiserver.yaml").symlink_to(tmp_path / "outside.yaml")

    reading = read(root)

    assert set(reading.policies) == {"/etc/kubernetes/audit/policy.yaml"}


@pytest.mark.parametrize("name", ["a b.yaml", "*", "my  policy.yaml"])
def test_odd_paths_in_flags_are_followed_whole(tmp_path: Path, name: str) -> None:
    manifest = MANIFEST.replace("/etc/audit/policy.yaml", f"/etc/audit/{name}").replace(
        "/logs/audit.log", "/logs/a *.log"
    )
    write(tmp_path / "etc/kubernetes/manifests/kube-apiserver.yaml", manifest)
    write(tmp_path / "srv/policy" / name, "the policy\n")

    reading = read(tmp_path)

    assert text(reading.policies[f"/srv/policy/{name}"]) == "the policy\n"
    assert set(reading.logs) == {"/srv/logs/a *.log", "/var/log/kubernetes/audit/audit.log"}


def test_a_date_without_fractions_is_taken_in_whole_seconds(tmp_path: Path) -> None:
    write(tmp_path / "bin/date", "#!/bin/sh\ncase $1 in +%s) echo 1795266000 ;; *) echo 1795266000.N ;; esac\n")
    (tmp_path / "bin/date").chmod(0o755)
    script = probe_script(view=View.TREE, root=str(tmp_path))
    environment = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}

    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert parse_reading(done.stdout.splitlines()).now == 1795266000


def call(*function: str, user: tuple[str, ...] = ()) -> str:
    """Call a function of probe.sh."""
    code = "".join(files("kubewitness.shell").joinpath(f"{part}.sh").read_text("utf-8") for part in ("node", "probe"))
    script = f'ROOT=\n{code.partition("# ---- the reading")[0]}\n"$@"'
    command = [*user, "sh", "-c", script, "sh", *function]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


PLAIN_USER = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
needs_a_plain_user = pytest.mark.skipif(
    os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="root reads everything"
)


class TestHeld:
    """Which files beside its log a process holds open: this very process."""

    @staticmethod
    def held(folder: Path, user: tuple[str, ...] = ()) -> tuple[Path, ...] | None:
        lines = call("held", str(os.getpid()), str(folder), user=user).splitlines()
        if f"descriptors\tpid={os.getpid()}\tlisted=1" not in lines:
            assert lines == []
            return None
        paths = [
            base64.b64decode(line.split("path64=")[1].split("\t")[0]) for line in lines if line.startswith("open\t")
        ]
        return tuple(Path(path.decode().rstrip("\n")) for path in paths)

    def test_the_log_under_its_own_name(self, tmp_path: Path) -> None:
        with (tmp_path / "audit.log").open("w"):
            assert self.held(tmp_path) == (tmp_path / "audit.log",)

    @pytest.mark.parametrize(
        "name", ["audit.log.1", "audit-2026-11-21T13-00-00.000.log", "old", "a -> b", "x (deleted)"]
    )
    def test_a_log_under_any_other_name(self, tmp_path: Path, name: str) -> None:
        with (tmp_path / "audit.log").open("w"):
            (tmp_path / "audit.log").rename(tmp_path / name)

            assert self.held(tmp_path) == (tmp_path / name,)

    def test_a_log_without_a_name(self, tmp_path: Path) -> None:
        with (tmp_path / "audit.log").open("w"):
            (tmp_path / "audit.log").unlink()

            assert self.held(tmp_path) == (tmp_path / "audit.log (deleted)",)

    def test_a_log_moved_to_a_folder_below(self, tmp_path: Path) -> None:
        (tmp_path / "old").mkdir()
        with (tmp_path / "old/audit.log").open("w"):
            assert self.held(tmp_path) == (tmp_path / "old/audit.log",)

    def test_a_folder_written_in_another_way(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to("real")
        with (tmp_path / "real/audit.log").open("w"):
            assert self.held(tmp_path / "link/../link/.") == (tmp_path / "real/audit.log",)

    def test_not_what_lies_elsewhere(self, tmp_path: Path) -> None:
        (tmp_path / "audit").mkdir()
        (tmp_path / "audit-of-another").mkdir()
        with (tmp_path / "audit-of-another/audit.log").open("w"):
            assert self.held(tmp_path / "audit") == ()

    @needs_a_plain_user
    @pytest.mark.skipif(os.geteuid() != 0, reason="one's own descriptors can be listed")
    def test_it_says_whether_descriptors_could_be_listed(self, tmp_path: Path) -> None:
        assert self.held(tmp_path, PLAIN_USER) is None


class TestUsed:
    """What a log and its rotated files take."""

    @staticmethod
    def used(log: Path, user: tuple[str, ...] = ()) -> int | None:
        field = call("used", str(log), user=user)
        return int(field.removeprefix("used_kib=")) if field else None

    def test_the_log_and_its_rotated_files_count_and_nothing_else(self, tmp_path: Path) -> None:
        log = tmp_path / "my audit.log"
        for name in (log.name, "my audit-2026-11-21T13-00-00.000.log", "my audit-2026-11-21T12-00-00.000.log.gz"):
            (tmp_path / name).write_bytes(b"x" * 65536)
        alone = self.used(log)
        (tmp_path / "my audit.log.1").write_bytes(b"x" * 65536)
        (tmp_path / "my auditor").write_bytes(b"x" * 65536)

        assert alone is not None
        assert 192 <= alone < 256
        assert self.used(log) == alone

    def test_rotated_files_count_without_the_log(self, tmp_path: Path) -> None:
        (tmp_path / "audit-2026-11-21T13-00-00.000.log").write_bytes(b"x" * 65536)

        assert (self.used(tmp_path / "audit.log") or 0) >= 64

    @pytest.mark.parametrize("log", ["audit.log", "no/such/folder/audit.log"])
    def test_where_there_is_no_log_it_takes_nothing(self, tmp_path: Path, log: str) -> None:
        assert self.used(tmp_path / log) == 0

    @needs_a_plain_user
    @pytest.mark.parametrize("mode", [0o700, 0o711])
    def test_a_closed_folder_is_not_an_empty_one(self, tmp_path: Path, mode: int) -> None:
        (tmp_path / "audit").mkdir()
        (tmp_path / "audit/audit.log").write_bytes(b"x" * 65536)
        for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):  # pytest closes its own folders to others
            folder.chmod(0o755)
        (tmp_path / "audit").chmod(mode if os.geteuid() == 0 else 0o100)

        used = self.used(tmp_path / "audit/audit.log", PLAIN_USER)
        (tmp_path / "audit").chmod(0o755)

        assert used is None


def test_output_that_is_cut_off_is_not_used(tmp_path: Path) -> None:
    script = probe_script(view=View.TREE, root=str(tmp_path))
    lines = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()

    with pytest.raises(KubewitnessError, match="cut off"):
        parse_reading(lines[:-1])


_SOUND = [
    "probe\tview=live\tnow=1795266000\tuptime=1000\thz=100",
    "tools\tnames=",
    "kubelet\tdir64=Lw==\tactive=active",
    "manifests\tpresent=1",
]


def _observed(*frames: str, now: str = "1795266000", uptime: str = "1000", hz: str = "100") -> ApiServer:
    first = f"probe\tview=live\tnow={now}\tuptime={uptime}\thz={hz}"
    return observe(parse_reading([first, *_SOUND[1:], *frames, "end"]), "cp-1", "lab")


def test_a_node_that_lacks_what_the_probe_needs_says_so() -> None:
    with pytest.raises(KubewitnessError, match="base64 is not on the node"):
        parse_reading(["unable\ttool=base64", "end"])


def test_a_text_that_is_shorter_than_its_file_is_not_read() -> None:
    stamp = "2026-11-21 13:00:00.0 +0000"
    fields = f"mode=8180\tuid=0\tgid=0\tsize=5\tinode=1\tdevice=1\tmtime={stamp}\tctime={stamp}\ttext64=YWI="
    policy = f"file\trole=policy\tpath64=L3A=\t{fields}"

    reading = parse_reading([*_SOUND, policy, "end"])

    assert reading.policies["/p"].text == Unread(
        Reason.NOT_OBSERVED, "it broke off or changed while it was read: ask again"
    )


_PROCESS = "process\tname=kube-apiserver\tpid=1\tstarted=100\targv64=AA=="


@pytest.mark.parametrize(
    "clock",
    [
        {"now": "1e15"},
        {"now": "-1e15"},
        {"now": "253402300800"},
        {"now": "nan"},
        {"uptime": "1e15"},
        {"uptime": "-1e15"},
        {"hz": "1e-300"},
    ],
)
def test_a_clock_that_shows_no_date_is_an_error_of_the_node(clock: dict[str, str]) -> None:
    with pytest.raises(KubewitnessError):
        _observed(_PROCESS, **clock)


@pytest.mark.parametrize("stamp", ["9999-12-31 23:59:59.999999999 +0000", "0000-01-01 00:00:00 +0000"])
def test_a_file_from_beyond_all_dates_is_an_error_of_the_node(stamp: str) -> None:
    shape = f"mode=81a4\tuid=0\tgid=0\tsize=1\tinode=1\tdevice=1\tmtime={stamp}\tctime={stamp}"

    with pytest.raises(KubewitnessError):
        _observed(f"file\trole=policy\tpath=/p\t{shape}\ttext64=AA==")


@given(st.floats().map(str), st.floats().map(str), st.floats().map(str), st.floats().map(str))
def test_any_clock_can_be_shown_or_is_an_error(now: str, uptime: str, hz: str, started: str) -> None:
    frame = f"process\tname=kube-apiserver\tpid=1\tstarted={started}\targv64=AA=="
    with suppress(KubewitnessError):
        server = _observed(frame, now=now, uptime=uptime, hz=hz)

        assert server.process is not None
        assert server.time(server.process.started)
        assert server.read_at


def test_what_a_process_holds_open_is_known_only_where_it_could_be_listed() -> None:
    shape = "mode=8180\tuid=0\tgid=0\tsize=1\tinode=7\tdevice=1\tmtime=2026-11-21 13:00:00 +0000"
    path = base64.b64encode(b"/logs/audit.log.1 (deleted)\n").decode()
    held = f"open\tpid=1\tpath64={path}\t{shape}\tctime=2026-11-21 13:00:00 +0000"

    unlisted = _observed(_PROCESS).process
    listed = _observed(_PROCESS, "descriptors\tpid=1\tlisted=1", held, "descriptors\tpid=2\tlisted=1").process

    assert unlisted is not None
    assert listed is not None
    assert (unlisted.descriptors_listed, unlisted.open_logs) == (False, ())
    assert listed.descriptors_listed
    assert [(file.path, file.deleted, file.shape.inode) for file in listed.open_logs] == [
        ("/logs/audit.log.1", True, 7)
    ]


@pytest.mark.parametrize(("field", "used"), [("", None), ("\tused_kib=0", 0), ("\tused_kib=12", 12)])
def test_room_that_was_not_seen_is_not_nothing(field: str, used: int | None) -> None:
    absent = "\tpath=/logs{}\tabsent=1"
    frames = ["file\trole=log" + absent.format("/audit.log"), "file\trole=logdir" + absent.format("")]

    log = _observed(*frames, f"room\tpath=/logs/audit.log{field}\tfree_kib=5").reading.logs["/logs/audit.log"]

    assert (log.used_kib, log.free_kib) == (used, 5)


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
    with suppress(KubewitnessError):
        parse_reading([*_SOUND, frame, "end"])
