"""`python -m tests.lab`: the lab's command line. See README.md."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable

from tests.lab import lifecycle, machine, program
from tests.lab.settings import Lab, LabError, kubernetes_version
from tests.lab.topology import MOST_WORKERS, Layout


def main() -> int:
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="lab: %(seconds)6.1f s  %(message)s", stream=sys.stderr)
    logging.getLogger("lab").addFilter(_with_seconds)
    command: Callable[[Lab, argparse.Namespace], int | None] = arguments.command
    try:
        _require_root()
        return command(Lab.from_environment(), arguments) or 0
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("lab: stopped half way; `up` starts afresh, `down` cleans up", file=sys.stderr)
        return 130


def _require_root() -> None:
    if os.geteuid() != 0:
        raise LabError("only root can run containers and look into them")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.lab", description="Real nodes for the tests, one with a real kubeadm control plane."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(command: Callable[[Lab, argparse.Namespace], int | None], name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    for command, name, text in (
        (_up, "up", "bring the lab up (about 10 s; the first time it builds all binaries)"),
        (_build, "build", "make the caches that `up` needs: binaries, Debian tree, images"),
        (_prepare, "prepare", "apt-get install what is missing on this machine, then build"),
    ):
        added = add(command, name, text)
        added.add_argument("--kubernetes-version", metavar="VERSION", help="such as 1.37.1 or 1.34.4")
        added.add_argument(
            "--control-planes", type=int, choices=(0, 1), default=1, help="0: a lab without Kubernetes, up in 2 s"
        )
        if name == "up":
            workers = "plain nodes, and a collector node with them"
            added.add_argument("--workers", type=_workers, metavar="M", default=0, help=workers)
        else:
            added.add_argument("--programs", nargs="+", choices=program.NAMES, default=[], help="build these too")
    add(_down, "down", "remove the lab and every trace of it but the caches")
    add(_reset, "reset", "bring the lab back to the state right after kubeadm init")
    add(_status, "status", "is it up, and where is what").add_argument("--json", action="store_true")
    ssh = add(_ssh, "ssh", "a shell, or a command, on a node")
    ssh.add_argument("node", metavar="[USER@]NODE")
    ssh.add_argument("rest", nargs=argparse.REMAINDER, metavar="COMMAND")
    for command, name, text in (
        (_kubectl, "kubectl", "kubectl as the cluster's administrator"),
        (_run, "run", "run a command in the lab's network: run -- COMMAND"),
    ):
        add(command, name, text).add_argument("rest", nargs=argparse.REMAINDER, metavar="ARGUMENT")
    return parser


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text}: not a number from 0 to {MOST_WORKERS}")
    return int(text)


def _up(lab: Lab, arguments: argparse.Namespace) -> None:
    layout = Layout(arguments.control_planes, arguments.workers)
    if not layout.nodes:
        raise LabError("a lab without any node: add --workers 1")
    lifecycle.up(lab, lifecycle.Plan.of(layout, kubernetes_version(arguments.kubernetes_version)))


def _build(lab: Lab, arguments: argparse.Namespace) -> None:
    machine.require(lab)
    with lab.alone():
        lifecycle.build(lab, kubernetes_version(arguments.kubernetes_version) if arguments.control_planes else None)
    for name in arguments.programs:
        program.find_or_build(lab, name)


def _prepare(lab: Lab, arguments: argparse.Namespace) -> None:
    machine.prepare(lab)
    _build(lab, arguments)


def _down(lab: Lab, _: argparse.Namespace) -> None:
    lifecycle.down(lab)


def _reset(lab: Lab, _: argparse.Namespace) -> None:
    lifecycle.reset(lab)


def _status(lab: Lab, arguments: argparse.Namespace) -> int:
    plan = lifecycle.running(lab)
    if arguments.json:
        print(json.dumps(lifecycle.status(lab), indent=2))
    elif plan is None:
        print("down")
    else:
        print(f"up, with {f'Kubernetes {plan.version}' if plan.version else 'no Kubernetes'}, in {lab.run}")
        for name, state in lifecycle.node_states(lab, plan).items():
            print(f"  {name:11} {state}")
    return 0 if plan else 1


def _ssh(lab: Lab, arguments: argparse.Namespace) -> None:
    lifecycle.require_up(lab)
    _become("ssh", "-F", str(lab.ssh_config), arguments.node, *arguments.rest)


def _kubectl(lab: Lab, arguments: argparse.Namespace) -> None:
    if lifecycle.require_up(lab).version is None:
        raise LabError("this lab has no control plane: python -m tests.lab down, then up")
    _enter(lab, str(lab.kubectl), "--kubeconfig", str(lab.kubeconfig), *arguments.rest)


def _run(lab: Lab, arguments: argparse.Namespace) -> None:
    command = arguments.rest[1:] if arguments.rest[:1] == ["--"] else arguments.rest
    if not command:
        raise LabError("nothing to run: python -m tests.lab run -- COMMAND")
    os.environ.update(lifecycle.environment(lab, lifecycle.require_up(lab)))
    _enter(lab, *command)


def _enter(lab: Lab, *command: str) -> None:
    # Not `ip netns exec`: that mounts another /sys, without the cgroups.
    _become("nsenter", f"--net={lab.namespace}", "--", *command)


def _become(*argv: str) -> None:
    try:
        os.execvp(argv[0], argv)  # noqa: S606  no shell is wanted
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]} is not installed") from error


def _with_seconds(record: logging.LogRecord) -> bool:
    record.seconds = record.relativeCreated / 1000
    return True


if __name__ == "__main__":
    sys.exit(main())
