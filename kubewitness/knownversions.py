"""The versions of kube-apiserver whose reading of a policy is known here. Pure."""

from typing import Final

from kubewitness.model import ServerVersion

OLDEST: Final = ServerVersion(1, 24)
"""v1 is the only version of the policy's API from here on."""
NEWEST: Final = ServerVersion(1, 37)
"""The newest minor that the engine was compared with (``tests/oracle``)."""
