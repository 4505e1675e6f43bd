"""``kubewitness policy new``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from kubewitness.cli.output import write
from kubewitness.cli.policy.source import target_version
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from kubewitness.model import ServerVersion

_BY_STRENGTH: Final = ("essential", "standard", "forensic")


def _names(typed: str = "") -> list[str]:
    """From the smallest log to the largest; any other policy that was shipped comes behind."""
    from kubewitness.content import policy_names  # noqa: PLC0415

    shipped = policy_names()
    known = [name for name in _BY_STRENGTH if name in shipped]
    return [name for name in (*known, *(name for name in shipped if name not in known)) if name.startswith(typed)]


@click.command("new")
@click.argument(
    "name",
    metavar="[essential|standard|forensic]",
    default="standard",
    shell_complete=lambda _ctx, _parameter, typed: _names(typed),
)
@click.option("--list", "listed", is_flag=True, help="Say what each of them is for, and write none.")
@click.option(
    "--lease",
    "leases",
    metavar="NAMESPACE/LEASE=USER",
    multiple=True,
    help="Leave out that USER renews this lease of its own; may be given again.",
)
@click.option("-f", "--file", metavar="FILE", type=click.Path(dir_okay=False), help="Write it there, not to stdout.")
@click.option("--force", is_flag=True, help="Also if FILE is there already.")
@target_version()
@click.pass_context
def command(
    ctx: click.Context,
    name: str,
    *,
    listed: bool,
    leases: tuple[str, ...],
    file: str | None,
    force: bool,
    version: ServerVersion,
) -> None:
    """Print one of our audit policies, commented rule by rule, to copy and edit. Without a name: standard.

    essential says who did what, standard also what was asked for where power or code is at stake, forensic what was
    asked and answered for every change. All three run on kube-apiserver 1.24 and newer; what --target-version would
    not take whole is not written.

    The noise that a cluster has of its own is mostly leader election: a lease renewed every two seconds. --lease adds
    a rule that leaves out just that, for one user and one lease. The user is the one that the audit log names.

    \b
    kubewitness policy new standard -f audit-policy.yaml
    kubewitness policy new --lease ingress/leader=system:serviceaccount:ingress:controller > audit-policy.yaml

    A host gets it by the host data audit_policy. Exit codes: 0 written; 2 not, and why.
    """  # noqa: D301  click takes the paragraph behind the backspace as it is
    if listed:
        _alone(ctx)
        write("".join(f"{each:10} {_purpose(each)}\n" for each in _names()), None)
        return
    if force and file is None:
        raise click.UsageError("--force is about a file: name it with -f")
    text = _policy(name, leases, version)
    if file is not None and not force and (Path(file).exists() or Path(file).is_symlink()):
        raise KubewitnessError(f"{file}: is there already: name another file, or say --force to replace it")
    write(text, file)


def _alone(ctx: click.Context) -> None:
    """With --list nothing else has an effect, so whoever asks for it expects another thing."""
    given = [item for item in ctx.params if ctx.get_parameter_source(item) is ParameterSource.COMMANDLINE]
    if given != ["listed"]:
        raise click.UsageError("--list writes no policy: leave out everything else, or --list")


def _purpose(name: str) -> str:
    """The policy's first line."""
    from kubewitness.content import policy_text  # noqa: PLC0415

    return policy_text(name).splitlines()[0].removeprefix(f"# {name}: ")


def _policy(name: str, leases: tuple[str, ...], version: ServerVersion) -> str:
    from kubewitness.auditpolicy import Refused, load_bytes  # noqa: PLC0415
    from kubewitness.auditpolicy.leaseexemption import parse_exemption, with_exemptions  # noqa: PLC0415
    from kubewitness.content import policy_text  # noqa: PLC0415

    text = with_exemptions(policy_text(name), dict.fromkeys(map(parse_exemption, leases)))
    found = load_bytes(text.encode(), version)
    error = found.error if isinstance(found, Refused) else found.strict_error
    if error is not None:
        raise KubewitnessError(f"{name}: kube-apiserver {version} would not take it whole: {error}: name another")
    return text
