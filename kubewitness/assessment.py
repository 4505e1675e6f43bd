"""One run of the checker: read the fleet, judge it, and put the report together."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kubewitness import __version__
from kubewitness.catalogue import load_catalogue
from kubewitness.content import own_policy_text, read_standard
from kubewitness.ladder import assess
from kubewitness.model import Report, Run, Source
from kubewitness.standard import parse_rung

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

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
    """Check every control plane of ``inventory``, or the file tree ``root``. Raises KubewitnessError."""
    started = _now()
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    catalogue = load_catalogue(folders)
    standards = _Standards(standard, require)
    from kubewitness.collect import collect, read_inventory, tree_inventory  # noqa: PLC0415  patches the process

    hosts = tree_inventory(root) if root is not None else read_inventory(inventory or "")
    targets: list[Target] = []
    findings: list[Finding] = []
    for subject, name, policy in collect(hosts, limit, f"kubewitness-{run}" if prove else "", progress):
        target, found = assess(subject, standards.get(name, policy), catalogue, {"--prove"} if prove else ())
        targets.append(target)
        findings.extend(found)
    return Report(
        run=Run(run, f"kubewitness {__version__}", started, _now(), standards.names, root or inventory or ""),
        targets=tuple(sorted(targets, key=lambda target: (target.cluster, target.name))),
        findings=tuple(sorted(findings, key=lambda finding: (finding.cluster, finding.target))),
    )


class _Standards:
    """The standards that hosts name, each read once; ``--standard`` and ``--require`` override them."""

    def __init__(self, name: str | None, require: str | None) -> None:
        self._name = name
        self._rung = parse_rung(require) if require else None
        self._read: dict[tuple[str, str | None], Standard] = {}
        if name:
            self.get(name, None)

    def get(self, name: str, policy: str | None) -> Standard:
        """The standard of a host, with the text of the policy file that its host data names."""
        wanted = self._name or name, policy
        if wanted not in self._read:
            standard = read_standard(wanted[0])
            if self._rung is not None:
                standard = standard.requiring(dict.fromkeys(Source, self._rung))
            if policy:
                standard = standard.with_policy(own_policy_text(policy))
            self._read[wanted] = standard
        return self._read[wanted]

    @property
    def names(self) -> str:
        return ", ".join(sorted({name for name, _ in self._read}))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
