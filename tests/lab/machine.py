"""What this machine must have, and what is missing."""

from __future__ import annotations

import logging
import os
import re
import shutil
from pathlib import Path

from tests.lab import cgroups
from tests.lab.command import run, run_long
from tests.lab.settings import Lab, LabError

log = logging.getLogger("lab")

# Each package with the program or file that tells whether it is there.
PACKAGES = {
    "systemd-container": "systemd-nspawn",
    "iproute2": "ip",
    "openssh-client": "ssh",
    "netcat-openbsd": "nc",  # the ProxyCommand of the ssh_config
    "mmdebstrap": "mmdebstrap",
    "gcc": "gcc",
    "libc6-dev": "/usr/include/stdlib.h",
    "pkg-config": "pkg-config",
    "libseccomp-dev": "/usr/include/seccomp.h",  # runc
}
_SYS_ADMIN = 21  # the number of CAP_SYS_ADMIN in linux/capability.h


def obstacle(lab: Lab) -> str | None:
    """Why the lab cannot run here; ``None`` where it can. Looks only."""
    if os.geteuid() != 0:
        return "not root"
    if not _effective_capabilities() >> _SYS_ADMIN & 1:
        return "root without CAP_SYS_ADMIN (in a container?): nothing can be mounted"
    if missing := _missing_packages():
        return f"packages are missing: apt-get install {' '.join(missing)} (or python -m tests.lab prepare)"
    if (missing_controllers := cgroups.missing_controllers()) is not None:
        return missing_controllers
    # The nodes' containerd stacks an overlay on a folder of ours, and the kernel stacks none on an overlay.
    if run("stat", "--file-system", "--format=%T", _existing(lab.home)).strip() == "overlayfs":
        return f"{lab.home} is on an overlay file system; set KUBEWITNESS_LAB_DIR to a folder on a disk"
    return None


def require(lab: Lab) -> None:
    if (reason := obstacle(lab)) is not None:
        raise LabError(reason)


def require_disk(folder: Path, gibibytes: int, purpose: str) -> None:
    free = shutil.disk_usage(_existing(folder)).free >> 30
    if free < gibibytes:
        raise LabError(
            f"{folder}: {free} GiB free, {purpose} need {gibibytes}; set KUBEWITNESS_LAB_DIR to another disk"
        )


def prepare(lab: Lab) -> None:
    """Install the packages that are missing."""
    if os.geteuid() != 0:
        raise LabError("packages can be installed by root only")
    missing = _missing_packages()
    if not missing:
        return
    log.info("installing %s", " ".join(missing))
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    output = lab.home / "log/prepare.log"
    run_long("apt-get", "update", "-q", output=output, env=quiet)
    run_long("apt-get", "install", "-y", "-q", "--no-install-recommends", *missing, output=output, env=quiet)


def _missing_packages() -> list[str]:
    return [
        package
        for package, sign in PACKAGES.items()
        if not (Path(sign).exists() if sign.startswith("/") else shutil.which(sign))
    ]


def _effective_capabilities() -> int:
    found = re.search(r"^CapEff:\s*([0-9a-f]+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1], 16) if found else 0


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
