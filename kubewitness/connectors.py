"""pyinfra connectors for hosts that are not machines.

``@tree/NAME`` with host data ``root``: a folder that holds a node's files (an image being prepared, a mounted disk).
Our own scripts run on this machine and stay inside the root; any other command would change the machine itself, and
is refused.

``@managed/NAME`` with host data ``provider``: a managed cluster. There is no machine behind it: any command is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyinfra import logger
from pyinfra.api.command import StringCommand
from pyinfra.api.exceptions import ConnectError, InventoryError
from pyinfra.connectors.base import BaseConnector, ConnectorData, DataMeta
from pyinfra.connectors.local import LocalConnector
from pyinfra.connectors.util import CommandOutput, OutputLine
from typing_extensions import Unpack, override

from kubewitness.discovery.found import UNREAD_DATA
from kubewitness.errors import KubewitnessError
from kubewitness.providers import provider_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyinfra.api.arguments import ConnectorArguments


def _named(kind: str, name: str | None, needed: str) -> tuple[str, dict[str, str], list[str]]:
    if not name:
        raise InventoryError(f"@{kind}: a name is needed: @{kind}/NAME, with {needed}")
    return f"@{kind}/{name}", {}, []


class NodeScript(StringCommand):
    """A script of ours: it takes the root that it works in as a parameter."""


class TreeConnectorData(ConnectorData, total=False):
    """Host data of ``@tree`` hosts."""

    root: str


class TreeConnector(LocalConnector):
    """``@tree/NAME``: a node's files in the folder ``root``."""

    data_cls = TreeConnectorData
    data_meta = {"root": DataMeta("Folder that holds the node's files")}  # noqa: RUF012  pyinfra declares it so

    @override
    @staticmethod
    def make_names_data(name: str | None = None) -> Iterator[tuple[str, dict[str, str], list[str]]]:
        yield _named("tree", name, "the folder as host data `root`")

    @override
    def connect(self) -> None:
        root = self.data.get("root")
        if not root:
            raise ConnectError(f"{self.host.name}: no host data `root`: name the folder that holds the node's files")
        if not Path(root).is_dir():
            raise ConnectError(f"{self.host.name}: root {root} is not a folder")

    @override
    def run_shell_command(
        self,
        command: StringCommand,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> tuple[bool, CommandOutput]:
        if not isinstance(command, NodeScript):
            refusal = (
                f"kubewitness: {self.host.name}: a file tree has no shell: only kubewitness's own deploys work on it"
            )
            return False, CommandOutput([OutputLine("stderr", refusal)])
        return super().run_shell_command(command, print_output, print_input, **arguments)

    @override
    def put_file(self, *_args: object, **_kwargs: object) -> bool:
        raise OSError(
            f"{self.host.name}: files are not uploaded to a file tree: only kubewitness's own deploys work on it"
        )

    @override
    def get_file(self, *_args: object, **_kwargs: object) -> bool:
        raise OSError(f"{self.host.name}: files are not downloaded from a file tree: read them in its root")


class ManagedConnectorData(ConnectorData, total=False):
    """Host data of ``@managed`` hosts; each provider reads more of its own."""

    provider: str
    id: str
    unread: str


class ManagedConnector(BaseConnector):
    """``@managed/NAME``: a managed cluster, reached through its provider's API and in no other way."""

    handles_execution = True
    data_cls = ManagedConnectorData
    data_meta = {  # noqa: RUF012  pyinfra declares it so
        "provider": DataMeta("Who runs it: eks, aks, gke"),
        "id": DataMeta("Its name or id at the provider; else NAME"),
        "unread": DataMeta("Why discovery could not look there"),
    }

    @override
    @staticmethod
    def make_names_data(name: str | None = None) -> Iterator[tuple[str, dict[str, str], list[str]]]:
        yield _named("managed", name, "host data `provider`")

    @override
    def connect(self) -> None:
        try:
            provider_of(self.host.name, self.data.get("provider"))
        except KubewitnessError as error:
            raise ConnectError(str(error)) from error
        if self.data.get(UNREAD_DATA):
            raise ConnectError(f"{self.host.name}: could not be looked at: {self.data[UNREAD_DATA]}")

    @override
    def run_shell_command(
        self,
        command: StringCommand,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> tuple[bool, CommandOutput]:
        refusal = f"kubewitness: {self.host.name}: a managed cluster has no shell: only deploys/managed.py works on it"
        logger.error("%s%s", self.host.print_prefix, refusal)  # of what a connector returns pyinfra shows nothing
        return False, CommandOutput([OutputLine("stderr", refusal)])

    @override
    def put_file(self, *_args: object, **_kwargs: object) -> bool:
        raise OSError(f"{self.host.name}: a managed cluster takes no files")

    @override
    def get_file(self, *_args: object, **_kwargs: object) -> bool:
        raise OSError(f"{self.host.name}: a managed cluster has no files")
