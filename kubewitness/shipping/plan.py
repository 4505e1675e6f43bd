"""The change of a node's shipper, planned: what is rendered, what stays beside it, and why it may not be. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubewitness.model import Unread, View
from kubewitness.probe.shippers import LogShippers
from kubewitness.rollout.outcome import NothingToDo, Refusal
from kubewitness.shippers import read, render
from kubewitness.shippers.model import Program
from kubewitness.shippers.programs import INSTALLATIONS
from kubewitness.shippers.shipment import Unsafe
from kubewitness.shipping.existing import grave, judged_shippers
from kubewitness.shipping.service import ServiceChange, WantedFile, differs
from kubewitness.shipping.wish import audit_log_of, shipment, state_dir

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kubewitness.observed import ApiServer
    from kubewitness.probe.shippers import InstalledShipper
    from kubewitness.shippers.finding import ShipperFinding
    from kubewitness.shippers.shipment import Rendered
    from kubewitness.shipping.existing import Judged
    from kubewitness.shipping.service import SeenFile, SeenService
    from kubewitness.shipping.wish import Wish

PACKAGES = ("rsyslog", "rsyslog-relp", "rsyslog-openssl")
"""Of Debian and its relatives, for rsyslog with RELP and TLS by OpenSSL."""
_WORDS = {
    "omrelp": ("omrelp", "rsyslog-relp"),
    "imrelp": ("imrelp", "rsyslog-relp"),
    "ossl": ("lmnsd_ossl", "rsyslog-openssl"),
}
"""What a configuration says -> the module that it needs, and the package that brings it."""
_OURS = "Written by kubewitness"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is wanted on a node, before it is known what lies there. ``files``: in the order of their writing."""

    rendered: Rendered
    files: tuple[WantedFile, ...]
    audit_log: str
    gives_way: tuple[str, ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    also: tuple[str, ...]
    folders: tuple[tuple[str, int], ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(file.path for file in self.files)

    @property
    def main(self) -> str:
        """The file that the program's own check is about."""
        return self.rendered.files[-1].path


def prepare(server: ApiServer, wish: Wish) -> Prepared | Refusal | NothingToDo:
    """Render, judge what is there beside it, and list the files; or say why this node is left alone."""
    shippers = server.reading.shippers
    if shippers is None:
        return Refusal((f"{server.name}: nothing was read of its shippers: start again",))
    log = audit_log_of(server)
    if isinstance(log, Unread):
        return Refusal((f"{server.name}: where its audit log is, is not known: {log.detail}",))
    rendered = render(wish.program, shipment(wish, log, server.distributions))
    if isinstance(rendered, Unsafe):
        return Refusal((f"{server.name}: {wish.program}: {rendered.reason}",))
    ours = frozenset(file.path for file in rendered.files)
    others = _others(judged_shippers(shippers, log or ""), wish.program, ours)
    if not wish.replace and others:
        return _left_alone(server.name, log or "", others)
    return _prepared(server, wish, rendered, log or "", others)


def _others(judged: Sequence[Judged], program: Program, ours: frozenset[str]) -> tuple[Judged, ...]:
    """Shippers of the audit log that are not what we write: another program, or other files of the same."""
    found = (dataclasses.replace(item, reads=tuple(path for path in item.reads if path not in ours)) for item in judged)
    return tuple(item for item in found if item.reads and (item.program is not program or item.runs))


def _left_alone(name: str, log: str, others: Sequence[Judged]) -> Refusal | NothingToDo:
    reasons = []
    for item in others:
        if item.findings:
            first = item.findings[0]
            more = f", and {len(item.findings) - 1} more" if len(item.findings) > 1 else ""
            told = f"{first.id} at {first.place.file}:{first.place.line}: {first.message}{more}"
            files = ", ".join(item.reads)
            reasons.append(
                f"{name}: {item.program} ships {log} already ({files}), and may lose it: {told}: mend it"
                f" (kubewitness shipper lint {item.reads[0]}), or set shipper_replace"
            )
    if reasons:
        return Refusal(tuple(reasons))
    program, files = others[0].program, ", ".join(others[0].reads)
    return NothingToDo(f"{program} ships {log} already ({files}), and nothing is found in it: left alone")


def _prepared(
    server: ApiServer, wish: Wish, rendered: Rendered, log: str, others: Sequence[Judged]
) -> Prepared | Refusal:
    shippers = server.reading.shippers or LogShippers((), ())
    installed = shippers.of(wish.program)
    missing = tuple(_missing(server.name, wish, rendered, installed))
    put_aside = {path for item in others if item.program is wish.program for path in item.reads}
    blocked = put_aside & {found.files[0] for found in INSTALLATIONS}
    if blocked:
        missing += (f"{server.name}:{blocked.pop()}: reads {log} too: take that out of it by hand, then start again",)
    if missing:
        return Refusal(missing)
    bad = _findings(wish.program, rendered)
    if bad:
        return Refusal(tuple(_finding_line(server.name, item) for item in bad))
    gives_way = tuple(item.unit for item in others if item.program is not wish.program and item.unit)
    return Prepared(
        rendered=rendered,
        files=(
            *secret_files(wish.secrets, rendered),
            *_executable(wish, rendered),
            *rendered_files(rendered),
            *(WantedFile(path, None) for path in sorted(put_aside)),
        ),
        audit_log=log,
        gives_way=gives_way,
        reasons=tuple(f"{item.program} is put aside: shipper_replace is set" for item in others),
        notes=(*rendered.notes, *_notes(server, shippers, log)),
        also=tuple(item.unit for item in others if item.program is wish.program and item.unit),
        folders=((state_dir(wish.program), 0o700),),
    )


def plan(name: str, prepared: Prepared, seen: SeenService, view: View, *, replace: bool) -> ServiceChange | Refusal:
    """What has to change. ``seen``: what lies at the paths, and what our last run left of this service.

    ``replace``: a file that somebody else wrote may be lost.
    """
    foreign = [
        file.path for file in prepared.files if not replace and _is_somebody_s(file, seen.files[file.path], seen)
    ]
    if foreign:
        return Refusal((f"{name}:{foreign[0]}: somebody else's configuration: set shipper_replace to put ours there",))
    odd = [path for path in prepared.paths if seen.files[path].sha256 == "no file"]
    if odd:
        return Refusal((f"{name}:{odd[0]}: is a folder or a special file: move it away, then start again",))
    live = view is View.LIVE
    changed = tuple(
        (seen.files[file.path], file)
        for file in prepared.files
        if differs(seen.files[file.path], file, owners_matter=live)
    )
    user = prepared.rendered.user
    stale = _stale(prepared, seen) if live else ""
    return ServiceChange(
        unit=prepared.rendered.unit,
        files=changed,
        owned=tuple(file.path for file in prepared.files if file.content is not None),
        main=prepared.main,
        check=prepared.rendered.validate,
        check_all=prepared.rendered.validate_all,
        user="" if user == "root" else user,
        folders=prepared.folders,
        reads_log=prepared.audit_log if user != "root" else "",
        gives_way=prepared.gives_way,
        also=prepared.also,
        reasons=(*prepared.reasons, *([stale] if stale and not changed else [])),
        notes=prepared.notes,
        restart=bool(changed or stale),
        room_kib=prepared.rendered.room_bytes >> 10,
    )


def _is_somebody_s(file: WantedFile, seen: SeenFile, service: SeenService) -> bool:
    """A file of that name that no run of ours wrote, and that is lost by ours. A folder of ours says so itself."""
    if seen.absent or seen.sha256 == file.sha256 or file.content is None:
        return False
    if "kubewitness" in file.path or _OURS in (seen.text or ""):
        return False
    return service.last is None or file.path not in service.last.files


def _stale(prepared: Prepared, seen: SeenService) -> str:
    """Why the service has to be started although no file differs; empty: it runs with what they say."""
    process = seen.process
    if process is None or seen.active != "active":
        return f"{prepared.rendered.unit} does not run"
    if seen.last is not None and (seen.last.pid, seen.last.started) == (process.pid, process.ticks):
        return ""
    if max(seen.files[path].changed for path in prepared.paths) > process.started:
        return f"{prepared.rendered.unit} is older than its files"
    return ""


def _missing(name: str, wish: Wish, rendered: Rendered, installed: InstalledShipper | None) -> Iterator[str]:
    """What of the program is not on the node, and what to do."""
    if wish.program is Program.RSYSLOG:
        yield from missing_of_rsyslog(name, rendered, installed)
        return
    there = installed.command if installed else ""
    wanted = rendered.validate[0]
    if wish.executable is None and there != wanted:
        lies = f"lies at {there}, not at {wanted}" if there else "is not there"
        yield f"{name}: {wish.program} {lies}: set shipper_binary to the program on this machine, which is sent"


def missing_of_rsyslog(name: str, rendered: Rendered, installed: InstalledShipper | None) -> Iterator[str]:
    """What of rsyslog is not on the node that ``rendered`` needs, and how to have it."""
    if installed is None:
        yield f"{name}: rsyslog is not there: apt-get install {' '.join(PACKAGES)}, or set shipper_install"
        return
    words = {word for file in rendered.files for word in _WORDS if word in file.text}
    packages = sorted({_WORDS[word][1] for word in words if _WORDS[word][0] not in installed.modules})
    if packages and installed.modules:
        wanted = " ".join(packages)
        yield f"{name}: rsyslog cannot do it without: apt-get install {wanted}, or set shipper_install"


def _findings(program: Program, rendered: Rendered) -> tuple[ShipperFinding, ...]:
    """What the linter says of ours: a service of its own, so nothing else has a say in it."""
    main = rendered.files[-1]
    texts = {main.path: main.text}
    return grave(read(program, texts), texts)


def _finding_line(name: str, item: ShipperFinding) -> str:
    place = f"{item.place.file}:{item.place.line}"
    return f"{name}:{place}: {item.id} {item.message}: what was rendered may lose records: report this as a bug"


def secret_files(secrets: Mapping[str, str], rendered: Rendered) -> Iterator[WantedFile]:
    """Certificates and keys, before whatever names them."""
    for path, text in secrets.items():
        secret = "PRIVATE KEY" in text or "CERTIFICATE" not in text
        mode, owner = (0o640, f"root:{rendered.user}") if secret else (0o644, "root:root")
        yield WantedFile(path, text, mode, owner, secret=secret, first=True)


def _executable(wish: Wish, rendered: Rendered) -> Iterator[WantedFile]:
    if wish.executable is not None:
        yield WantedFile(rendered.validate[0], wish.executable, 0o755, first=True)


def rendered_files(rendered: Rendered) -> Iterator[WantedFile]:
    """The program's own files, in the order of their writing."""
    for file in rendered.files:
        yield WantedFile(file.path, file.text, file.mode, f"root:{file.group}", secret=file.secret)


def _notes(server: ApiServer, shippers: LogShippers, log: str) -> Iterator[str]:
    if not log and server.manifest is not None:
        yield "its API server writes no audit log to a file, so none is shipped: run deploys/audit.py first"
    pods = sorted({item.name for item in shippers.readers if item.in_pod and item.log == log})
    for name in pods:
        yield f"{name} in a pod reads {log} too: what it ships comes twice (kubewitness shipper lint its configuration)"
