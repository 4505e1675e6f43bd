"""One run of the checker: read the fleet, judge it, and put the report together."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kubewitness import __version__
from kubewitness.catalogue import load_catalogue
from kubewitness.content import own_policy_text, read_standard
from kubewitness.errors import KubewitnessError
from kubewitness.ladder import UnreadTarget, assess
from kubewitness.model import Reason, Report, Run, Source, Unread
from kubewitness.moments import rfc3339
from kubewitness.standard import parse_rung

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from kubewitness.ladder import Subject
    from kubewitness.model import Finding, Target
    from kubewitness.standard import Standard


def assess_fleet(
    *,
    inventory: str | None,
    root: str | None,
    limit: Iterable[str],
    standard: str | None,
    require: str | None,
    prove: bool,
    folders: Sequence[Path],
    progress: Callable[[str], None],
) -> Report:
    """Check every machine and managed cluster of ``inventory``, or the file tree ``root``. Raises KubewitnessError."""
    started = _now()
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    catalogue = load_catalogue(folders)
    standards = _Standards(standard, require)
    from kubewitness.collect import collect, read_inventory, tree_inventory  # noqa: PLC0415  patches the process

    hosts = tree_inventory(root) if root is not None else read_inventory(inventory or "")
    targets: list[Target] = []
    findings: list[Finding] = []
    for subject, name, policy in collect(hosts, limit, f"kubewitness-{run}" if prove else "", progress):
        asked, wanted = standards.for_host(subject, name, policy)
        target, found = assess(asked, wanted, catalogue, {"--prove"} if prove else ())
        targets.append(target)
        findings.extend(found)
    return Report(
        run=Run(run, f"kubewitness {__version__}", started, _now(), standards.names, root or inventory or ""),
        targets=tuple(sorted(targets, key=lambda target: (target.cluster, target.name, target.kind))),
        findings=tuple(sorted(findings, key=lambda finding: (finding.cluster, finding.target, finding.kind))),
    )


class _Standards:
    """The standards that hosts name, each read once; ``--standard`` and ``--require`` override them."""

    def __init__(self, name: str | None, require: str | None) -> None:
        self._name = name
        self._rung = parse_rung(require) if require else None
        self._read: dict[str, Standard] = {}
        self._policies: dict[str, str | Unread] = {}
        if name:
            self._get(name)

    def for_host(self, subject: Subject, name: str, policy: str | None) -> tuple[Subject, Standard]:
        """The standard of a host, with the text of the policy file that its host data names.

        Where there is no such file nothing can be said of this host; the others go on.
        """
        standard = self._get(self._name or name)
        text = self._policy(policy) if policy else None
        match text:
            case None:
                return subject, standard
            case Unread() if isinstance(subject, UnreadTarget):
                return subject, standard
            case Unread():
                return UnreadTarget(subject.name, subject.cluster, subject.kind, text, subject.ceiling), standard
        return subject, standard.with_policy(text)

    def _get(self, name: str) -> Standard:
        if name not in self._read:
            standard = read_standard(name)
            if self._rung is not None:
                standard = standard.requiring(dict.fromkeys(Source, self._rung))
            self._read[name] = standard
        return self._read[name]

    def _policy(self, path: str) -> str | Unread:
        if path not in self._policies:
            try:
                self._policies[path] = own_policy_text(path)
            except KubewitnessError as error:
                self._policies[path] = Unread(Reason.NOT_OBSERVED, str(error))
        return self._policies[path]

    @property
    def names(self) -> str:
        return ", ".join(sorted(self._read))


def _now() -> str:
    return rfc3339(datetime.now(UTC))
