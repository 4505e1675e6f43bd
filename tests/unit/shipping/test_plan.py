"""What is planned for a node's shipper: rendered, refused, left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kubewitness.model import View
from kubewitness.observed import observe
from kubewitness.probe.reading import File, Shape
from kubewitness.probe.shippers import InstalledShipper, LogShippers
from kubewitness.rollout.outcome import NothingToDo, Refusal
from kubewitness.shippers.model import Program
from kubewitness.shippers.shipment import OtlpHttp, Relp, TlsFiles
from kubewitness.shipping.plan import Prepared, plan, prepare
from kubewitness.shipping.service import MainProcess, SeenFile, SeenService, ServiceChange
from kubewitness.shipping.service import Program as Executable
from kubewitness.shipping.wish import Wish
from tests.checks.servers import LOG, server
from tests.checks.standards import standard
from tests.unit.shipping.services import seen

if TYPE_CHECKING:
    from kubewitness.observed import ApiServer

TLS = TlsFiles("/etc/kubewitness/shipper/ca.pem", "/etc/kubewitness/shipper/c.pem", "/etc/kubewitness/shipper/k.pem")
STORE = OtlpHttp("https://v.example:9428/insert/opentelemetry/v1/logs", TLS)
KEY = {TLS.key: "-----BEGIN PRIVATE KEY-----\n"}
CONFIGURATION = "/etc/otelcol/config.yaml"


def wish(**changes: object) -> Wish:
    wanted = Wish(
        program=Program.OTELCOL, destination=STORE, secrets=KEY, fields={"cluster": "shop", "node": "cp-1"},
        standard=standard().shipping, replace=False, install=False, executable=Executable("otelcol", "abc"),
    )  # fmt: skip
    return replace(wanted, **changes)  # type: ignore[arg-type]


def installed(program: Program, *texts: tuple[str, str], active: str = "active") -> InstalledShipper:
    shape = Shape(0o100644, 0, 0, 1, 1, 1, 1.0, 1.0)
    files = tuple(File(path, shape, text) for path, text in texts)
    modules = frozenset({"omrelp", "lmnsd_ossl", "imfile", "imjournal"})
    return InstalledShipper(program, f"/usr/sbin/{program}", f"{program}.service", "1.0", modules, active, None, files)


def node(*shippers: InstalledShipper, **changes: object) -> ApiServer:
    found = server(**changes)
    return observe(replace(found.reading, shippers=LogShippers(shippers, ())), found.name, found.cluster)


def prepared(**changes: object) -> Prepared:
    found = prepare(node(), wish(**changes))
    assert isinstance(found, Prepared)
    return found


def as_wanted(of: Prepared, **changes: object) -> SeenService:
    """The node as ``of`` leaves it."""
    files = {file.path: SeenFile(file.path, file.sha256, file.mode, file.owner, "text", 100.0) for file in of.files}
    found = SeenService(files, None, "active", MainProcess(7, 99, 200.0))
    return replace(found, **changes)  # type: ignore[arg-type]


class TestPrepared:
    def test_the_audit_log_is_shipped_from_where_the_manifest_puts_it(self) -> None:
        text = prepared().rendered.files[-1].text

        assert LOG.replace("audit.log", "audit*.log") in text

    def test_the_configuration_is_the_last_file_and_what_it_names_comes_before(self) -> None:
        files = prepared().files

        assert [file.path for file in files][-1] == CONFIGURATION
        assert [file.first for file in files[:2]] == [True, True], "the key, the program"

    def test_a_key_is_for_the_service_s_group_and_is_never_shown(self) -> None:
        (found,) = (file for file in prepared().files if file.path == TLS.key)

        assert (found.secret, found.mode, found.owner) == (True, 0o640, "root:otelcol")

    def test_without_an_api_server_the_other_logs_are_shipped(self) -> None:
        found = prepare(node(manifest=None, processes=0), wish())

        assert isinstance(found, Prepared)
        assert "file_log/audit" not in found.rendered.files[-1].text
        assert "file_log/containers" in found.rendered.files[-1].text

    def test_a_program_that_is_not_there_is_refused_with_what_to_do(self) -> None:
        found = prepare(node(), wish(executable=None))

        assert isinstance(found, Refusal)
        assert "otelcol is not there: set shipper_binary" in found.reasons[0]

    def test_rsyslog_without_its_modules_is_refused_with_the_packages(self) -> None:
        bare = replace(installed(Program.RSYSLOG), modules=frozenset({"imfile"}))
        relp = Relp("logs.example", 2514, "logs.example", TLS)

        found = prepare(node(bare), wish(program=Program.RSYSLOG, destination=relp, executable=None))

        assert isinstance(found, Refusal)
        assert "apt-get install rsyslog-relp, or set shipper_install" in found.reasons[0]

    def test_what_cannot_be_made_safe_is_refused_with_the_reason(self) -> None:
        found = prepare(node(installed(Program.RSYSLOG)), wish(program=Program.RSYSLOG))

        assert isinstance(found, Refusal)
        assert "use otelcol" in found.reasons[0]

    def test_a_manifest_that_was_not_read_is_no_node_without_an_audit_log(self) -> None:
        found = prepare(node(unread=["manifest"]), wish())

        assert isinstance(found, Refusal)
        assert "where its audit log is, is not known" in found.reasons[0]


LOSSY = """\
[INPUT]
    Name tail
    Path /var/log/kubernetes/audit/audit.log
[OUTPUT]
    Name forward
    Match *
    Host logs.example
"""
FLUENT_BIT = ("/etc/fluent-bit/fluent-bit.conf", LOSSY)


class TestAShipperThatIsThere:
    def test_one_that_may_lose_the_audit_log_is_told_and_left(self) -> None:
        found = prepare(node(installed(Program.FLUENT_BIT, FLUENT_BIT)), wish())

        assert isinstance(found, Refusal)
        assert f"fluent-bit ships {LOG} already" in found.reasons[0]
        assert "SH0" in found.reasons[0]
        assert "set shipper_replace" in found.reasons[0]

    def test_one_that_ships_something_else_does_not_matter(self) -> None:
        other = ("/etc/fluent-bit/fluent-bit.conf", LOSSY.replace("kubernetes/audit/audit.log", "nginx.log"))

        assert isinstance(prepare(node(installed(Program.FLUENT_BIT, other)), wish()), Prepared)

    def test_one_without_a_finding_is_left_alone(self) -> None:
        ours = prepared().rendered.files[-1].text

        found = prepare(node(installed(Program.OTELCOL, ("/etc/otelcol-contrib/config.yaml", ours))), wish())

        assert isinstance(found, NothingToDo)
        assert "nothing is found in it: left alone" in found.reason

    def test_it_gives_way_where_that_is_allowed(self) -> None:
        found = prepare(node(installed(Program.FLUENT_BIT, FLUENT_BIT)), wish(replace=True))

        assert isinstance(found, Prepared)
        assert found.gives_way == ("fluent-bit.service",)


class TestPlanned:
    def test_what_is_there_already_needs_nothing(self) -> None:
        of = prepared()

        found = plan("cp-1", of, as_wanted(of), View.LIVE, replace=False)

        assert isinstance(found, ServiceChange)
        assert not found.changes

    @pytest.mark.parametrize(
        ("state", "why"),
        [
            ({"active": "failed", "process": None}, "does not run"),
            ({"process": MainProcess(7, 99, 50.0)}, "is older than its files"),
        ],
    )
    def test_a_service_that_does_not_run_with_it_is_started(self, state: dict[str, object], why: str) -> None:
        of = prepared()

        found = plan("cp-1", of, as_wanted(of, **state), View.LIVE, replace=False)

        assert isinstance(found, ServiceChange)
        assert found.restart
        assert why in found.reasons[0]

    def test_somebody_else_s_configuration_is_not_lost(self) -> None:
        of = prepared()
        files = {**as_wanted(of).files, CONFIGURATION: seen(CONFIGURATION, "receivers: {}\n")}

        refused = plan("cp-1", of, as_wanted(of, files=files), View.LIVE, replace=False)
        allowed = plan("cp-1", of, as_wanted(of, files=files), View.LIVE, replace=True)

        assert isinstance(refused, Refusal)
        assert f"cp-1:{CONFIGURATION}: somebody else's configuration: set shipper_replace" in refused.reasons[0]
        assert isinstance(allowed, ServiceChange)

    def test_a_folder_in_a_file_s_place_is_refused(self) -> None:
        of = prepared()
        files = {**as_wanted(of).files, CONFIGURATION: SeenFile(CONFIGURATION, "no file")}

        found = plan("cp-1", of, as_wanted(of, files=files), View.LIVE, replace=True)

        assert isinstance(found, Refusal)
        assert "is a folder or a special file" in found.reasons[0]
