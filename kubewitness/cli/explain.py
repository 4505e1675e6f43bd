"""``kubewitness explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kubewitness.cli.output import options, write
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from kubewitness.auditpolicy.lint import LintRule
    from kubewitness.check import Check
    from kubewitness.report.explained import Explained
    from kubewitness.shippers.rules import ShipperRule


def _ids(typed: str) -> list[str]:
    from kubewitness.auditpolicy.lint import LINT_RULES  # noqa: PLC0415
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415
    from kubewitness.shippers.rules import SHIPPER_RULES  # noqa: PLC0415

    checks = load_catalogue()
    known = {*(item.id for item in checks), *(item.code for item in checks)} - {""}
    known |= {rule.id for rule in LINT_RULES} | {rule.id for rule in SHIPPER_RULES}
    return sorted(item for item in known if item.startswith(typed))


@click.command("explain")
@click.argument("id", shell_complete=lambda _ctx, _parameter, typed: _ids(typed))
def command(id: str) -> None:  # noqa: A002
    """Say what the check or the lint rule ID looks at, why, and where the demand comes from.

    ID is the id of a check (audit-backend), of a rule of `kubewitness policy lint` (AP030) or of
    `kubewitness shipper lint` (SH001), or the code that several checks share there (AF002).

    \b
    kubewitness explain audit-log-rotation
    kubewitness explain AP024

    Exit codes: 0, or 2 for an id that there is not.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415
    from kubewitness.report.explained import render  # noqa: PLC0415

    checks = [item for item in load_catalogue() if id == item.id or (item.code and id.upper() == item.code)]
    told = [_check(item) for item in checks] or _lint_rule(id.upper())
    if not told:
        raise KubewitnessError(
            f"{id!r} is not a check, nor a lint rule: `kubewitness checks`, `kubewitness policy lint --rules` and "
            "`kubewitness shipper lint --rules` list them"
        )
    write(render(told, options(to_terminal=True)), None)


def _check(item: Check) -> Explained:
    from kubewitness.report.explained import Explained  # noqa: PLC0415

    fields = {
        "asked of": item.kind,
        "severity": item.severity,
        "rung": f"{item.rung.value} ({item.rung.name.lower()})",
        **({"lint rule": item.code} if item.code else {}),
        "controls": ", ".join(item.controls),
    }
    return Explained(item.id, item.title, item.why, fields, item.source)


def _lint_rule(rule_id: str) -> list[Explained]:
    from kubewitness.auditpolicy.lint import LINT_RULES  # noqa: PLC0415
    from kubewitness.report.explained import Explained  # noqa: PLC0415
    from kubewitness.shippers.rules import SHIPPER_RULES  # noqa: PLC0415

    rules: list[LintRule[Any] | ShipperRule[Any]] = [*LINT_RULES, *SHIPPER_RULES]
    return [
        Explained(rule.id, rule.title, rule.why, {"severity": rule.severity}, rule.source)
        for rule in rules
        if rule.id == rule_id
    ]
