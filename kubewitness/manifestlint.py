"""The flag rules of the linter, AF001 to AF008: the checks of the catalogue that have a code, on one manifest. Pure.

What only a node shows (other files beside the manifest, the running process) is said to be not looked at.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kubewitness.apiserver import AuditSettings, StaticPod
from kubewitness.auditpolicy.lint import Linted, LintFinding, NotLookedAt
from kubewitness.auditpolicy.lint.accepting import accept
from kubewitness.auditpolicy.lint.catalogue import KNOWN_IDS
from kubewitness.auditpolicy.lint.comments import matches_nothing, unknown_ids, without_reason
from kubewitness.auditpolicy.lint.ignores import ignores_in
from kubewitness.auditpolicy.lint.run import worst_first
from kubewitness.knownversions import NEWEST, RANGE, is_known, nearest_known
from kubewitness.ladder import assess
from kubewitness.model import Reason, Rung, Source, Status, Unread, View
from kubewitness.observed import ApiServer, Broken, PolicyFile, configuration_of, pod_of
from kubewitness.probe.reading import File, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kubewitness.auditpolicy.lint.ignores import Ignore
    from kubewitness.auditpolicy.lint.rule import Found, LintRule
    from kubewitness.check import Check
    from kubewitness.model import Finding, ServerVersion
    from kubewitness.standard import Standard

_OF_THE_NODE: Final = {
    "AF007": "needs the node: kubewitness check, or --root",
    "AF008": "needs the running server: kubewitness check",
}
_REFUSED: Final = "AF005"
"""Where kubelet or kube-apiserver refuses the manifest, nothing else can be said of it."""
_FLAG: Final = re.compile(r"--(audit-[a-z-]+)")
_WHERE: Final = re.compile(r"\A:(\d+): ")
"""The line, in an error of which the file's name was taken away."""
_ABOUT: Final = {"audit-policy-mounted": "audit-policy-file", "audit-policy-mount-type": "audit-policy-file"}
_FALLBACK: Final = ("audit-log-path", "audit-policy-file")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A kube-apiserver manifest by itself, as ``check --root`` would see it on a node that has nothing else.

    ``version``: for which it is judged. ``claimed``: that of its image or of the user, where it is not known here;
    the nearest is taken then.
    """

    server: ApiServer
    text: str
    version: ServerVersion
    claimed: ServerVersion | None = None

    @property
    def settings(self) -> AuditSettings | None:
        """``None`` where they are not known: the manifest or the flags do not stand up to the server."""
        return self.server.settings


def read_manifest(file: str, text: str, version: ServerVersion | None) -> Manifest:
    """The manifest ``text``. ``version``: of the server; ``None``: that of its image, else the newest."""
    manifest = File(file, None, text)
    pod = pod_of(manifest)
    claimed = version or (pod.image_version if isinstance(pod, StaticPod) else None) or NEWEST
    version, beyond = nearest_known(claimed), None if is_known(claimed) else claimed
    declared = configuration_of(pod.argv, version) if isinstance(pod, StaticPod) else None
    settings = declared.settings if declared is not None else None
    server = ApiServer(
        name=file,
        cluster="",
        view=View.TREE,
        read_at="",
        reading=_reading(manifest),
        distributions=(),
        version=version,
        manifest=manifest,
        pod=pod,
        others=(),
        unread_manifests=(),
        declared=declared,
        process=None,
        running=None,
        policy=None,
        log_path=None,
        log=None,
        last_run=None,
    )
    if not isinstance(pod, StaticPod) or not isinstance(settings, AuditSettings):
        return Manifest(server, text, version, beyond)
    policy = settings.policy_file
    log = settings.log_path
    known = replace(
        server,
        policy=PolicyFile(policy, pod.locate(policy), None, _NOT_HERE) if policy else None,
        log_path=pod.locate(log) if log else None,
    )
    return Manifest(known, text, version, beyond)


_NOT_HERE: Final = Unread(Reason.NOT_OBSERVED, "the policy is linted by itself")


def _reading(manifest: File) -> Reading:
    """Of a node of which nothing but the manifest is known."""
    return Reading(
        view=View.TREE,
        now=0,
        markers=frozenset(),
        tools=frozenset(),
        processes=frozenset(),
        kubelet_active="unknown",
        manifest_dir=posixpath.dirname(manifest.path),
        manifests=(manifest,),
        servers=(),
        policies={},
        logs={},
        state={},
        saved={},
        lock=None,
    )


def lint_manifest(manifest: Manifest, catalogue: Sequence[Check], standard: Standard) -> Linted:
    """Every check with a code that a manifest alone can answer, for a server of this version."""
    server = manifest.server
    checks = [item for item in catalogue if item.code and item.code not in _OF_THE_NODE]
    _, results = assess(server, standard.requiring({Source.AUDIT: Rung.DECLARED}), checks)
    found = [_finding(manifest, result) for result in results if result.status is Status.FAIL]
    unknown = [result for result in results if result.status is Status.UNKNOWN]
    ignores = ignores_in(manifest.text)
    sorted_out = accept(found, ignores)
    unused = [item for item in sorted_out.unused if not set(item.ids).isdisjoint(KNOWN_IDS)]
    told = [
        *_told(without_reason, without_reason.function(ignores)),
        *_told(without_reason, unknown_ids(ignores, KNOWN_IDS)),
        *_told(matches_nothing, matches_nothing.function(unused)),
    ]
    missing = [NotLookedAt(code, why) for code, why in _OF_THE_NODE.items()]
    refused = any(item.id == _REFUSED for item in found)
    missing += [NotLookedAt(item.code, _why(server, item, refused=refused)) for item in unknown]
    return Linted(
        file=server.name,
        path="",
        version=manifest.version,
        rules=None,
        findings=tuple(sorted((*sorted_out.kept, *told), key=worst_first)),
        accepted=sorted_out.accepted,
        not_looked_at=tuple(sorted(dict.fromkeys(missing), key=lambda item: item.id)),
        unjudged=_unknown_version(manifest) or (unknown[0].message if unknown and not found else None),
    )


def _unknown_version(manifest: Manifest) -> str | None:
    if manifest.claimed is None:
        return None
    claimed, taken = (f"{item.major}.{item.minor}" for item in (manifest.claimed, manifest.version))
    return f"Kubernetes {claimed} is not known here ({RANGE}): judged as {taken}, and not for sure"


def _why(server: ApiServer, unknown: Finding, *, refused: bool) -> str:
    if refused:
        return f"see {_REFUSED}"
    return f"{server.name} was not judged" if isinstance(server.pod, Unread) else unknown.message


def _told(rule: LintRule[Sequence[Ignore]], found: Iterable[Found]) -> Iterator[LintFinding]:
    for item in found:
        line, column = (item.mark.line, item.mark.column) if item.mark is not None else (None, None)
        yield LintFinding(rule.id, rule.severity, item.message, line, column)


def _finding(manifest: Manifest, result: Finding) -> LintFinding:
    """As one of the linter: its code for an id, the check's own name beside it."""
    line = _line(manifest, result)
    return LintFinding(
        id=result.code,
        severity=result.severity,
        message=f"{result.check}: {_text(manifest, result)}",
        line=line,
        column=1 if line is not None else None,
        check=result.check,
    )


def _text(manifest: Manifest, result: Finding) -> str:
    """What is wrong, and the remedy; of a manifest that is refused the parser's own: no node with backups is here."""
    if isinstance(manifest.server.pod, Broken):
        return _WHERE.sub("", manifest.server.pod.error.removeprefix(manifest.server.name), count=1)
    if result.actual and result.actual not in f"{result.message}: {result.remediation}" and "\n" not in result.actual:
        return f"{result.message} ({result.actual}): {result.remediation}"
    return f"{result.message}: {result.remediation}" if result.remediation else result.message


def _line(manifest: Manifest, result: Finding) -> int | None:
    """Of the flag that the finding speaks of, or of one that goes with it; ``None``: none of them is set."""
    server = manifest.server
    if isinstance(server.pod, Broken):
        refused = _WHERE.match(server.pod.error.removeprefix(server.name))
        return int(refused[1]) if refused else None
    if not isinstance(server.pod, StaticPod) or server.declared is None:
        return None
    spoken = [item.field for item in result.differences]
    spoken += [result.message, result.actual or "", result.remediation or "", f"--{_ABOUT.get(result.check, '')}"]
    names = [name for text in spoken for name in _FLAG.findall(text)]
    for name in (*names, *_FALLBACK):
        at = [item.first for item in server.declared.flags.occurrences if item.name == name]
        if at:
            return server.pod.argv_lines[at[-1]]
    return server.pod.argv_lines[0] if server.pod.argv_lines else None
