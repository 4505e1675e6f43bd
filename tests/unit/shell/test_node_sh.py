"""The functions of node.sh, each run by a real shell on this machine: on files, on a process, on a TLS server."""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.apiserver import AUDIT_FLAGS, AuditFlag, ValueKind, parse_flags
from kubewitness.canary import CANARY_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NODE_SH: Final = files("kubewitness.shell").joinpath("node.sh").read_text("utf-8")


def sh(*call: str, root: str = "", path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Call a function of node.sh with arguments. ``path``: the only folder with programs."""
    environment = {**os.environ, **({"PATH": path} if path else {})}
    program = shutil.which("sh") or "sh"
    return subprocess.run(
        [program, "-c", f'{NODE_SH}\n"$@"', "sh", *call],
        env={**environment, "ROOT": root, "CANARY_PATH": CANARY_PATH},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


class TestAt:
    def test_a_path_on_the_live_machine_is_itself(self) -> None:
        assert sh("at", "/etc/kubernetes//manifests/./x").stdout == "/etc/kubernetes/manifests/x\n"

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("/", "/"),
            ("/plain", "/plain"),
            ("/not/there/yet", "/not/there/yet"),
            ("/relative/x", "/real/x"),
            ("/absolute/x", "/real/x"),
            ("/chain/x", "/real/x"),
            ("/dots/x", "/real/x"),
            ("/above/x", "/x"),
            ("/real/deep/absolute/x", "/real/x"),
            ("/real/deep/relative/x", "/real/x"),
            ("/../../x", "/x"),
            ("/real/../real/x", "/real/x"),
        ],
    )
    def test_links_are_followed_inside_the_root(self, tmp_path: Path, asked: str, found: str) -> None:
        root = tmp_path / "a root"
        (root / "real" / "deep").mkdir(parents=True)
        for name, target in {
            "relative": "real",
            "absolute": "/real",
            "chain": "absolute",
            "dots": "real/../real/.",
            "above": "../../../..",
            "real/deep/absolute": "/real",
            "real/deep/relative": "../../real",
        }.items():
            (root / name).symlink_to(target)

        assert sh("at", asked, root=str(root)).stdout == f"{root}{found}\n"

    def test_links_in_a_circle_fail(self, tmp_path: Path) -> None:
        (tmp_path / "a").symlink_to("b")
        (tmp_path / "b").symlink_to("a")

        done = sh("at", "/a/x", root=str(tmp_path))

        assert (done.returncode, done.stdout) == (1, "")


@contextlib.contextmanager
def process(program: Path, argv: Sequence[str]) -> Iterator[int]:
    """A process that has these arguments and waits; its pid."""
    with subprocess.Popen([str(program), "-c", "read x", *argv], stdin=subprocess.PIPE, cwd="/") as started:
        yield started.pid
        started.communicate(b"\n")


def flag_of(argv: Sequence[str], *names: str) -> list[str]:
    """What flag_of prints of a process with these arguments, for each name."""
    program = shutil.which("sh") or "sh"
    each = f'{NODE_SH}\npid=$1; shift; for name in "$@"; do flag_of "$pid" "$name"; done'
    with process(Path(program), argv) as pid:
        done = subprocess.run(
            [program, "-c", each, "sh", str(pid), *names], capture_output=True, text=True, check=True, timeout=60
        )
    return done.stdout.splitlines()


class TestFlagOf:
    @pytest.mark.parametrize(
        ("argv", "value"),
        [
            (["--audit-log-path=/a"], "/a"),
            (["--audit-log-path", "/a"], "/a"),
            (["--audit_log_path=/a"], "/a"),
            (["--audit-log-path=/a", "--audit-log-path=/b"], "/b"),
            (["--audit-log-path", "/a", "--audit_log_path", "/b"], "/b"),
            (["--audit-log-path=/a=b c"], "/a=b c"),
            (["--audit-log-path=/a", "--audit-log-path="], ""),
            (["--audit-log-path-of=/a"], ""),
            (["--x=--audit-log-path=/a"], ""),
            (["--audit-log-compress", "--audit-log-path=/a"], "/a"),
            ([], ""),
        ],
    )
    def test_the_last_setting_wins_however_it_is_written(self, argv: list[str], value: str) -> None:
        assert flag_of(["kube-apiserver", *argv], "audit-log-path") == [value]

    def test_a_boolean_that_stands_alone_is_true(self) -> None:
        argv = ["kube-apiserver", "--audit-log-compress", "--audit-webhook-truncate-enabled", "--v=2"]

        assert flag_of(argv, "audit-log-compress", "audit-webhook-truncate-enabled") == ["true", "true"]

    def test_a_process_that_is_gone_has_no_flags(self) -> None:
        assert sh("flag_of", "4194305", "audit-log-path").stdout == "\n"

    @settings(max_examples=15)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(AUDIT_FLAGS),
                st.sampled_from(["1", "true", "/a", "a=b", ""]),
                st.sampled_from(["=", " ", "alone"]),
            ),
            max_size=6,
        )
    )
    def test_it_reads_what_the_parser_reads(self, given_flags: list[tuple[AuditFlag, str, str]]) -> None:
        argv = ["kube-apiserver"]
        for flag, value, style in given_flags:
            name, boolean = flag.name, flag.kind is ValueKind.BOOLEAN
            if style == "alone" and boolean:
                argv.append(f"--{name}")
            elif style == "=" or boolean:
                argv.append(f"--{name}={value}")
            else:
                argv += [f"--{name}", value]
        parsed = parse_flags(argv)

        assert flag_of(argv, *parsed.names) == [parsed.get(name) for name in parsed.names]


class TestProcesses:
    NAME: Final = "kw-test-server"

    @pytest.fixture
    def program(self, tmp_path: Path) -> Path:
        """A shell under another name, which its processes then have."""
        program = tmp_path / self.NAME
        program.symlink_to(shutil.which("sh") or "sh")
        return program

    def test_are_found_by_name(self, program: Path) -> None:
        with process(program, ["kube-apiserver"]) as pid:
            found = sh("processes", self.NAME).stdout.split()

        assert found == [str(pid)]
        assert sh("processes", self.NAME).stdout == ""

    def test_one_that_has_ended_and_was_not_waited_for_does_not_count(self, program: Path) -> None:
        with subprocess.Popen([str(program), "-c", ":"]) as ended:
            while "State:\tZ" not in Path(f"/proc/{ended.pid}/status").read_text():
                pass
            found = sh("processes", self.NAME).stdout
            ended.wait()

        assert found == ""

    def test_their_start_is_told_in_ticks_whatever_their_name(self, tmp_path: Path) -> None:
        odd = tmp_path / "a) b ("
        odd.symlink_to(shutil.which("sh") or "sh")

        with process(odd, []) as pid:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
            assert sh("started", str(pid)).stdout == f"{fields[19]}\n"

    @pytest.mark.parametrize(
        ("argv", "endpoint"),
        [
            ([], "127.0.0.1:6443"),
            (["--secure-port=8443"], "127.0.0.1:8443"),
            (["--bind-address=0.0.0.0"], "127.0.0.1:6443"),
            (["--bind-address=10.0.0.11", "--advertise-address=10.0.0.12"], "10.0.0.11:6443"),
            (["--bind-address=::"], "127.0.0.1:6443"),
            (["--bind-address", "fd00::1"], "[fd00::1]:6443"),
        ],
    )
    def test_are_asked_where_they_listen(self, program: Path, argv: list[str], endpoint: str) -> None:
        with process(program, ["kube-apiserver", *argv]) as pid:
            assert sh("endpoint", str(pid)).stdout == f"{endpoint}\n"


class TestFindCanary:
    ID: Final = "kubewitness-r1"
    EVENT: Final = '{"kind":"Event","auditID":"kubewitness-r1","stage":"ResponseComplete"}\n'

    def find(self, log: Path, offset: int, *, inode: int | None = None) -> str:
        return sh("find_canary", str(log), f"{inode or log.stat().st_ino}.{offset}", self.ID).stdout

    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        folder = tmp_path / "audit logs"
        folder.mkdir()
        return folder / "audit.log"

    def test_behind_the_offset(self, log: Path) -> None:
        log.write_text("old\n" + self.EVENT + "other\n")

        assert self.find(log, 4) == self.EVENT

    def test_never_in_front_of_it(self, log: Path) -> None:
        log.write_text(self.EVENT + "other\n")

        assert self.find(log, len(self.EVENT)) == ""

    def test_by_the_whole_id(self, log: Path) -> None:
        log.write_text(self.EVENT.replace("r1", "r12") + self.EVENT.replace("auditID", "x"))

        assert self.find(log, 0) == ""

    @pytest.mark.parametrize("compressed", [False, True])
    @pytest.mark.parametrize("new", ["", "x" * 200 + "\n"], ids=["small", "already larger"])
    def test_in_the_file_that_was_rotated_away_in_between(self, log: Path, new: str, compressed: bool) -> None:
        log.write_text("x" * 100 + "\n" + self.EVENT)
        inode = log.stat().st_ino
        rotated = log.rename(log.with_name("audit-2026-11-21T13-00-00.000.log"))
        log.write_text(new)
        if compressed:
            subprocess.run(["gzip", str(rotated)], check=True)

        assert self.find(log, 50, inode=inode) == self.EVENT

    def test_in_the_new_file_after_a_rotation(self, log: Path) -> None:
        rotated = log.with_name("audit-2026-11-21T13-00-00.000.log")
        rotated.write_text("x" * 1000 + "\n")
        log.write_text(self.EVENT)

        assert self.find(log, 500, inode=rotated.stat().st_ino) == self.EVENT

    def test_a_log_that_is_not_there_holds_nothing(self, log: Path) -> None:
        done = sh("find_canary", str(log), "0.0", self.ID)

        assert (done.returncode != 0, done.stdout) == (True, "")


class _Api(BaseHTTPRequestHandler):
    """Answers as kube-apiserver does to a stranger, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: Final[list[tuple[str, str | None, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Audit-ID"], self.headers["Authorization"]))
        code, body = (200, "line one\nline two") if self.path == "/readyz" else (403, "{}")
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
        """Not on the terminal."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """HOST:PORT of a TLS server whose certificate nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl, which makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-subj", "/CN=test", "-days", "1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server = HTTPServer(("127.0.0.1", 0), _Api)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["curl", "openssl", "python3"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder for PATH with this client and no other one."""
    name = cast("str", request.param)
    for tool in (name, "awk", "cat", "cut", "grep", "head", "sed", "sleep", "tail", "timeout", "tr"):
        found = sys.executable if tool == "python3" else shutil.which(tool)
        if found is None:
            pytest.skip(f"no {tool}")
        (tmp_path / tool).symlink_to(found)
    return str(tmp_path)


class TestHttps:
    def test_the_code_comes_first_and_then_the_body_whatever_proxy_there_is(
        self, api: str, client: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")

        done = sh("https_get", api, "/readyz", path=client)

        assert (done.stdout, done.stderr) == ("200\nline one\nline two\n", "")

    def test_the_canary_carries_its_id_and_no_credential(self, api: str, client: str) -> None:
        _Api.asked.clear()

        done = sh("send_canary", api, "kubewitness-r1", path=client)

        assert done.stdout == "403\n"
        assert _Api.asked == [(CANARY_PATH, "kubewitness-r1", None)]

    def test_no_answer_is_code_000(self, client: str) -> None:
        done = sh("https_get", "127.0.0.1:1", "/readyz", path=client)

        assert done.stdout.splitlines()[0] == "000"


def test_without_a_client_nothing_is_answered(tmp_path: Path) -> None:
    assert sh("https_get", "127.0.0.1:1", "/readyz", path=str(tmp_path)).stdout == "000\n"


def test_the_scripts_run_in_this_shell() -> None:
    """Guards the others: a function that is not there would print nothing, which some of them expect."""
    assert sh("type", "at").returncode == 0
    assert sys.platform == "linux"
