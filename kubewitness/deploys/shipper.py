"""What leaves a node: its log shipper, set up or put back."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from pyinfra import host, state
from pyinfra.api.deploy import deploy
from pyinfra.operations import apt

from kubewitness.content import read_standard
from kubewitness.deploys.runs import owner, run_id, undo_command
from kubewitness.errors import KubewitnessError
from kubewitness.operations.audit import past_runs
from kubewitness.operations.refusing import refused
from kubewitness.operations.shipping import ServiceRun, log_shipper, undo_log_shipper
from kubewitness.roles import cluster_of, is_collector, is_managed
from kubewitness.shippers import RENDERERS
from kubewitness.shippers.model import Program
from kubewitness.shippers.shipment import TlsFiles
from kubewitness.shipping.destination import FORMS, Secrets, parse_destination
from kubewitness.shipping.pem import check_authority, check_certificate, check_key
from kubewitness.shipping.plan import PACKAGES
from kubewitness.shipping.service import Program as Executable
from kubewitness.shipping.wish import TLS, TOKEN, Wish

if TYPE_CHECKING:
    from kubewitness.standard import Standard


@deploy("Log shipper")
def enable_shipper() -> None:
    """Have the logs of every control plane and worker shipped: audit log, containers' logs, journal.

    Host data: `log_destination` (a URL), `log_destination_name` (what its certificate says, where that is not the
    URL's host), `log_tls_ca`, `log_tls_cert`, `log_tls_key`, `log_token_file` (files on this machine), `shipper`
    (rsyslog, otelcol, filebeat; the standard's), `shipper_binary` (the program, a file on this machine),
    `shipper_install` (packages of the distribution may be installed; False), `shipper_replace` (a shipper of the audit
    log that is there may be put aside; False), `standard`, `cluster`.
    """
    if is_managed(host) or is_collector(host):
        return
    name = "Log shipper"  # one name: one operation, on all nodes at once
    try:
        wish = _wish(read_standard(str(host.data.get("standard") or "standard")))
    except KubewitnessError as error:  # raised here it would end the run on every host, with a traceback
        refused(name=name, reason=str(error))
        return
    if wish.install and wish.program is Program.RSYSLOG and not host.name.startswith("@"):
        apt.packages(name="Packages of the log shipper", packages=list(PACKAGES), update=True, cache_time=3600)
    log_shipper(name=name, wish=wish, run=service_run("undo_shipper"))


@deploy("Undo log shipper")
def undo_shipper(run: str = "") -> None:
    """Put back what a run replaced of a shipper or a collector; without ``run``, list the runs and change nothing.

    + run: id of the run, as it printed it
    """
    if is_managed(host):
        return
    if run:
        undo_log_shipper(name=f"Undo run {run}", undone=str(run), run=service_run("undo_shipper"))
    else:
        past_runs(name="Runs of ours", undo=undo_command(host.name, "RUN", "undo_shipper"))


def service_run(undo: str) -> ServiceRun:
    """What a run of now is called. ``undo``: the deploy that undoes it."""
    run = f"{run_id(state)}-logs"  # the audit deploy of the same pyinfra run has its own folder on the node
    return ServiceRun(cluster_of(host), run, owner(), undo_command(host.name, run, undo))


def is_set(key: str) -> bool:
    """Host data as Python has it, or as the command line's ``--data`` gives it."""
    return str(host.data.get(key) or "").lower() in {"true", "yes", "1"}


def read_file(key: str) -> str:
    """The text of the file that host data ``key`` names; empty: it names none. Raises KubewitnessError."""
    path = str(host.data.get(key) or "")
    if not path:
        return ""
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "no text"
        raise KubewitnessError(f"{host.name}: {path}: {why}: {key} names a file on this machine") from error
    return text if text.endswith("\n") else f"{text}\n"


def _wish(standard: Standard) -> Wish:
    url = str(host.data.get("log_destination") or "")
    if not url:
        raise KubewitnessError(f"{host.name}: no host data log_destination, so nothing says where logs go: use {FORMS}")
    ca, certificate, key, token = (
        read_file(name) for name in ("log_tls_ca", "log_tls_cert", "log_tls_key", "log_token_file")
    )
    where = str(host.name)
    if ca:
        check_authority(ca, f"{where}: log_tls_ca")
    if bool(certificate) != bool(key):
        raise KubewitnessError(f"{where}: log_tls_cert and log_tls_key go together: set both, or none")
    if certificate:
        check_certificate(certificate, f"{where}: log_tls_cert")
        check_key(key, f"{where}: log_tls_key")
    tls = TlsFiles(TLS.authority, TLS.certificate if certificate else "", TLS.key if key else "") if ca else None
    destination = parse_destination(
        url,
        where,
        name=str(host.data.get("log_destination_name") or ""),
        secrets=Secrets(tls, TOKEN if token else ""),
    )
    given = {TLS.authority: ca, TLS.certificate: certificate, TLS.key: key, TOKEN: token}
    return Wish(
        program=_program(standard),
        destination=destination,
        secrets={path: text for path, text in given.items() if text},
        fields={"cluster": cluster_of(host), "node": where.removeprefix("@tree/")},
        standard=standard.shipping,
        replace=is_set("shipper_replace"),
        install=is_set("shipper_install"),
        executable=_executable(),
    )


def _program(standard: Standard) -> Program:
    named = str(host.data.get("shipper") or standard.shipping.program)
    if named not in RENDERERS:
        raise KubewitnessError(f"{host.name}: shipper {named!r}: use one of {', '.join(RENDERERS)}")
    return Program(named)


def _executable() -> Executable | None:
    path = str(host.data.get("shipper_binary") or "")
    if not path:
        return None
    try:
        with Path(path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise KubewitnessError(
            f"{host.name}: {path}: {error.strerror}: shipper_binary names the program, a file on this machine"
        ) from error
    return Executable(path, sha256)
