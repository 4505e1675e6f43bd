"""How long the API server keeps Kubernetes events: what a standard demands, asked by the check and the deploy. Pure.

Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ (--event-ttl: an hour)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.apiserver.flags import variable_in
from kubewitness.apiserver.govalues import GoValueError, check_duration, duration_seconds
from kubewitness.demand import Difference
from kubewitness.model import Reason, Unread

if TYPE_CHECKING:
    from kubewitness.apiserver import Flags

FLAG: Final = "event-ttl"
DEFAULT: Final = "1h0m0s"


def event_ttl(flags: Flags) -> str | Unread:
    """The value in force, as it is written."""
    written = flags.get(FLAG)
    if written is None:
        return DEFAULT
    if variable_in(written):
        return Unread(Reason.PARSE, f"--{FLAG} is {written[:60]!r}: its value comes from the container's environment")
    try:
        return check_duration(written)
    except GoValueError as error:
        return Unread(Reason.PARSE, f"--{FLAG}: {error}")


def event_ttl_differences(flags: Flags, hours: int) -> tuple[Difference, ...]:
    """It is less than ``hours``. What is not known is no difference."""
    written = event_ttl(flags)
    if isinstance(written, Unread) or duration_seconds(written) >= hours * 3600:
        return ()
    actual = written if flags.get(FLAG) is not None else f"{written} (by default)"
    return (Difference(f"--{FLAG}", f"{hours}h", actual, f"set --{FLAG}={hours}h: the audit deploy does"),)
