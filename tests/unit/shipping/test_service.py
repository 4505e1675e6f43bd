"""The transaction on a service, run by a real shell: what it leaves, whatever happens."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from kubewitness.model import View
from kubewitness.shipping.service import ServiceChange, WantedFile
from tests.unit.shipping.services import KEY, LOG, MAIN, STATE, UNIT, Service, key, main


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """It runs with an old configuration."""
    made = Service.of(tmp_path)
    made.write(MAIN, "old\n")
    return made


def undo(run: str) -> ServiceChange:
    return ServiceChange(
        unit=UNIT, files=(), owned=(), main="", check=(), check_all=(), user="", folders=(), reads_log="",
        gives_way=(), also=(), reasons=(), undone=run,
    )  # fmt: skip


class TestDone:
    def test_the_files_are_in_place_and_the_service_runs_with_them(self, service: Service) -> None:
        done = service.run(service.change(key(), main("new\n")))

        assert (done.returncode, done.stderr) == (0, "")
        assert service.text(MAIN) == service.says("running") + "\n" == "new\n"
        assert service.text(KEY) == "secret\n"
        assert stat.S_IMODE(service.at(KEY).stat().st_mode) == 0o640
        assert stat.S_IMODE(service.at(KEY).parent.parent.stat().st_mode) == 0o755, "the service has to get at it"
        assert [path for path in service.files() if "kubewitness." in path] == []

    def test_what_it_leaves_names_the_process_that_it_watched(self, service: Service) -> None:
        service.run(service.change(main("new\n")))

        record = json.loads(service.text(f"/var/lib/kubewitness/last-{UNIT}.json") or "")
        assert (record["pid"], record["files"], record["service"]) == (service.says("pid"), [MAIN], UNIT)

    def test_in_a_file_tree_nothing_is_started(self, service: Service) -> None:
        done = service.run(service.change(main("new\n")), view=View.TREE)

        assert done.returncode == 0
        assert "not done: a file tree has no services" in done.stdout
        assert service.text(MAIN) == "new\n"
        assert service.says("systemctl") == ""

    def test_another_shipper_gives_way(self, service: Service) -> None:
        service.run(service.change(main("new\n"), gives_way=("other.service",)))

        assert "disable --now other.service" in service.says("systemctl")

    def test_the_audit_log_is_opened_for_the_group_and_for_nobody_else(self, service: Service) -> None:
        rotated = LOG.replace("audit.log", "audit-2026.log")
        for path in (LOG, rotated):
            service.write(path, "{}\n")
            service.at(path).chmod(0o644)
        service.at(LOG).parent.chmod(0o700)
        service.at(LOG).parent.parent.chmod(0o700)

        done = service.run(service.change(main("new\n"), user="root", reads_log=LOG))

        assert done.returncode == 0, done.stderr
        paths = (LOG, rotated, str(Path(LOG).parent), str(Path(LOG).parent.parent))
        modes = [stat.S_IMODE(service.at(path).stat().st_mode) for path in paths]
        assert modes == [0o640, 0o640, 0o750, 0o710]

    def test_a_folder_that_others_use_is_not_closed(self, service: Service) -> None:
        service.write("/var/log/audit.log", "{}\n")
        service.at("/var/log").chmod(0o755)

        service.run(service.change(main("new\n"), user="root", reads_log="/var/log/audit.log"))

        assert stat.S_IMODE(service.at("/var/log").stat().st_mode) == 0o755


class TestPutBack:
    def test_what_the_program_refuses_is_never_in_force(self, service: Service) -> None:
        before = service.files()

        done = service.run(service.change(key(), main("wrong\n")))

        assert done.returncode == 20
        assert f"{MAIN}: the program refuses this configuration: error: line 1" in done.stderr
        assert service.text(MAIN) == "old\n"
        assert service.files() == before
        assert service.says("systemctl") == "", "nobody had to be started again"

    def test_what_does_not_start_gives_way_to_the_old_one(self, service: Service) -> None:
        before = service.files()

        done = service.run(service.change(key(), main("crash\n")))

        assert done.returncode == 20
        assert "it ended: password: ***** is wrong" in done.stderr
        assert "s3cret" not in done.stderr + done.stdout
        assert (service.text(MAIN), service.says("running"), service.says("active")) == ("old\n", "old", "active")
        assert service.files() == before

    def test_a_service_that_did_not_run_before_does_not_run_afterwards(self, tmp_path: Path) -> None:
        service = Service.of(tmp_path, active=False)

        done = service.run(service.change(main("crash\n")))

        assert done.returncode == 20
        assert (service.says("active"), service.says("enabled"), service.files()) == ("inactive", "disabled", [])

    def test_modes_of_the_log_go_back_too(self, service: Service) -> None:
        service.write(LOG, "{}\n")
        service.at(LOG).chmod(0o600)

        service.run(service.change(main("crash\n"), user="root", reads_log=LOG))

        assert stat.S_IMODE(service.at(LOG).stat().st_mode) == 0o600

    @pytest.mark.parametrize("kill_at", range(1, 12))
    def test_killed_anywhere_it_leaves_old_or_new_and_the_next_run_goes_on(
        self, service: Service, kill_at: int
    ) -> None:
        service.run(service.change(key(), main("new\n")), kill_at=kill_at)

        assert service.text(MAIN) in {"old\n", "new\n"}
        again = service.run(service.change(key(), main("new\n")), run="r2")
        assert again.returncode == 0, again.stderr
        assert (service.text(MAIN), service.says("running")) == ("new\n", "new")
        assert [path for path in service.files() if "kubewitness." in path] == []


class TestRefused:
    def test_a_queue_that_its_disk_cannot_hold(self, service: Service) -> None:
        before = service.files()

        done = service.run(service.change(main("new\n"), room_kib=2 << 20))  # 1 GiB is free

        assert done.returncode == 10
        assert f"{STATE}: 1024 MiB of its disk are free or its own, and the queue needs 2048: " in done.stderr
        assert service.files() == before
        assert service.says("systemctl") == ""

    def test_but_not_for_what_it_holds_there_already(self, service: Service) -> None:
        service.write(f"{STATE}/queue", "x" * (8 << 20))

        done = service.run(service.change(main("new\n"), room_kib=(1 << 20) + 4096))

        assert (done.returncode, done.stderr) == (0, "")

    def test_a_file_that_changed_since_it_was_read(self, service: Service) -> None:
        change = service.change(main("new\n"))
        service.write(MAIN, "somebody's\n")

        done = service.run(change)

        assert done.returncode == 10
        assert f"{MAIN}: changed since it was read" in done.stderr
        assert service.text(MAIN) == "somebody's\n"

    def test_input_that_breaks_off(self, service: Service) -> None:
        change = service.change(main("new\n"))

        done = service.run(change, then="receive_all() { :; }\nexec </dev/null")

        assert done.returncode == 10
        assert "the connection ended before everything was sent" in done.stderr
        assert service.text(MAIN) == "old\n"

    def test_a_second_operator(self, service: Service) -> None:
        holds = 'exec 9>>"$state/lock"; flock 9; '
        done = service.run(
            service.change(main("new\n")), then=f'mkdir -p "$state/runs"; ( {holds} command sleep 5 ) & command sleep 1'
        )

        assert done.returncode == 10
        assert "this node is being changed by" in done.stderr


class TestUndone:
    def test_the_old_files_are_back_and_the_service_runs_with_them(self, service: Service) -> None:
        before = service.files()
        service.run(service.change(key(), main("new\n")))

        done = service.run(undo("r1"), run="r2")

        assert done.returncode == 0, done.stderr
        assert (service.text(MAIN), service.says("running")) == ("old\n", "old")
        assert service.files() == before

    def test_a_service_that_did_not_run_before_is_stopped(self, tmp_path: Path) -> None:
        service = Service.of(tmp_path, active=False)
        service.run(service.change(main("new\n")))

        service.run(undo("r1"), run="r2")

        assert (service.says("active"), service.says("enabled"), service.files()) == ("inactive", "disabled", [])

    def test_an_undo_is_undone(self, service: Service) -> None:
        service.run(service.change(key(), main("new\n")))
        service.run(undo("r1"), run="r2")

        done = service.run(undo("r2"), run="r3")

        assert done.returncode == 0, done.stderr
        assert (service.text(MAIN), service.text(KEY)) == ("new\n", "secret\n")

    def test_a_file_that_was_changed_since_is_not_lost(self, service: Service) -> None:
        service.run(service.change(main("new\n")))
        service.write(MAIN, "by hand\n")

        done = service.run(undo("r1"), run="r2")

        assert done.returncode == 10
        assert f"{MAIN}: changed since run r1" in done.stderr
        assert service.text(MAIN) == "by hand\n"

    def test_a_file_that_the_run_took_away_comes_back(self, service: Service) -> None:
        service.write("/etc/ship/other.conf", "theirs\n")
        change = service.change(WantedFile("/etc/ship/other.conf", None), main("new\n"))
        service.run(change)
        assert service.text("/etc/ship/other.conf") is None

        service.run(undo("r1"), run="r2")

        assert service.text("/etc/ship/other.conf") == "theirs\n"
