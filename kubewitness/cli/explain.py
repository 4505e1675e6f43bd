"""``kubewitness explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from kubewitness.check import Check


def _ids(typed: str) -> list[str]:
    from kubewitness.auditpolicy.lint import LINT_RULES  # noqa: PLC0415
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415

    checks = load_catalogue()
    known = {*(item.id for item in checks), *(item.code for item in checks), *(rule.id for rule in LINT_RULES)} - {""}
    return sorted(item for item in known if item.startswith(typed))


@click.command("explain")
@click.argument("id", shell_complete=lambda _ctx, _parameter, typed: _ids(typed))
def command(id: str) -> None:  # noqa: A002
    """Say what the check or the lint rule ID looks at, why, and where the demand comes from.

    ID is the id of a check (audit-backend), of a rule of `kubewitness policy lint` (AP030), or the code that several
    checks share there (AF002).

    \b
    kubewitness explain audit-log-rotation
    kubewitness explain AP024

    Exit codes: 0, or 2 for an id that there is not.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    from kubewitness.catalogue import load_catalogue  # noqa: PLC0415

    checks = [item for item in load_catalogue() if id == item.id or (item.code and id.upper() == item.code)]
    texts = [_check(item) for item in checks] or _lint_rule(id.upper())
    if not texts:
        raise KubewitnessError(
            f"{id!r} is not a check, nor a lint rule: `kubewitness checks` and `kubewitness policy lint --rules` "
            "list them"
        )
    click.echo("\n\n".join(texts))


def _check(item: Check) -> str:
    fields = {
        "asked of": item.kind,
        "severity": item.severity,
        "rung": f"{item.rung.value} ({item.rung.name.lower()})",
    }
    fields |= {"lint rule": item.code} if item.code else {}
    return _text(item.id, item.title, item.why, {**fields, "source": item.source, "controls": ", ".join(item.controls)})


def _lint_rule(rule_id: str) -> list[str]:
    from kubewitness.auditpolicy.lint import LINT_RULES  # noqa: PLC0415

    return [
        _text(rule.id, rule.title, rule.why, {"severity": rule.severity, "source": rule.source})
        for rule in LINT_RULES
        if rule.id == rule_id
    ]


def _text(name: str, title: str, why: str, fields: dict[str, str]) -> str:
    reasons = "\n".join(line.strip() for line in why.splitlines())
    width = max(map(len, fields)) + 1
    listed = "\n".join(f"{field:{width}} {value}" for field, value in fields.items())
    return f"{name}: {title}\n\n{reasons}\n\n{listed}"
