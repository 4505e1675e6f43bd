"""The oracle's command line: ``python -m tests.oracle build``."""

from __future__ import annotations

import argparse
import logging
import sys

from tests.lab.settings import LabError
from tests.oracle import building


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle")
    actions = parser.add_subparsers(dest="action", required=True)
    build = actions.add_parser("build", help="build the oracle where need be, and print where it is")
    build.add_argument("--version", choices=building.VERSIONS, default=building.NEWEST, help="of Kubernetes")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="oracle: %(message)s")
    try:
        print(building.build(arguments.version))  # noqa: T201  a program of its own
    except LabError as error:
        print(f"oracle: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
