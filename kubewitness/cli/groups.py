"""Groups of commands: one imported when it is named, and the root, which turns an error into one line."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

import click

from kubewitness.cli.output import one_line, told_streams
from kubewitness.errors import KubewitnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

_INTERRUPTED: Final = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        """``modules``: command -> the module whose ``command`` it is."""
        super().__init__(*args, **kwargs)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the table's order: the help shows what comes first, first."""
        del ctx
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        module = self._modules.get(cmd_name)
        return None if module is None else cast("click.Command", import_module(module).command)


class RootGroup(LazyGroup):
    """Turns an error that the user can mend into one line and exit code 2."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As a program. One that is interrupted ends at once: questions to a cloud that are open are not waited for."""
        try:
            return self.main(*args, **kwargs)
        except SystemExit as ended:
            if ended.code == _INTERRUPTED:
                sys.stdout.flush()
                os._exit(_INTERRUPTED)
            raise

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """The help too is written to somewhere: what cannot be written is told here, for every command."""
        try:
            with told_streams():
                return super().main(*args, **kwargs)
        except KubewitnessError as error:
            click.echo(f"kubewitness: {error}", err=True)
            sys.exit(2)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KubewitnessError as error:
            click.echo(f"kubewitness: {one_line(str(error))}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("kubewitness: interrupted: nothing is reported", err=True)
            ctx.exit(_INTERRUPTED)
