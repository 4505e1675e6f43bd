"""The versions of kube-apiserver whose reading of a policy is known here. Pure."""

from typing import Final

from kubewitness.model import ServerVersion

OLDEST: Final = ServerVersion(1, 24)
"""v1 is the only version of the policy's API from here on."""
NEWEST: Final = ServerVersion(1, 37)
"""The newest minor that the engine was compared with (``tests/oracle``)."""
RANGE: Final = f"{OLDEST.major}.{OLDEST.minor} to {NEWEST.major}.{NEWEST.minor}"


def is_known(version: ServerVersion) -> bool:
    """Whether its reading of a policy is known; patch releases do not matter."""
    return (OLDEST.major, OLDEST.minor) <= (version.major, version.minor) <= (NEWEST.major, NEWEST.minor)


def nearest_known(version: ServerVersion) -> ServerVersion:
    """The version itself, or that of the known ones which comes closest to it."""
    if is_known(version):
        return version
    return OLDEST if version < OLDEST else NEWEST
