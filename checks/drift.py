"""What differs from the standard, and from what our last run left, field by field."""

from dataclasses import replace

from kubewitness.check import Fail, NotApplicable, Result, Unknown, check, declared, from_differences, not_read
from kubewitness.demand import differences
from kubewitness.drift import look_first, since_last_run
from kubewitness.model import Rung, Severity, Unread
from kubewitness.observed import ApiServer
from kubewitness.staleness import needs_new_process
from kubewitness.standard import Standard

_SOURCE = "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final"


@check(
    "drift-from-standard",
    "the audit deploy would change nothing",
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_SOURCE,
    controls=("NIST-800-53r5:CM-6", "NIST-800-53r5:CM-3"),
)
def drift_from_standard(server: ApiServer, standard: Standard) -> Result:
    """What is listed here the audit deploy would change, or name among the reasons why it does not start.

    PASS: it has nothing to change. Its preflight looks at more than this, and may still refuse such a node.
    """
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    if server.policy and isinstance(server.policy.loaded, Unread):
        return not_read(server.policy.loaded)
    result = from_differences(differences(server, standard.audit), "nothing falls short of the standard")
    if isinstance(result, Fail):
        remedy = look_first(server) or "run the audit deploy; with --dry it shows what it would change"
        return replace(result, remedy=remedy)
    if why := needs_new_process(server):
        remedy = look_first(server) or "run the audit deploy: it starts kube-apiserver again"
        return Fail(why, remedy, "a fresh process", "an older one")
    return result


@check(
    "drift-from-last-run",
    "the audit configuration is as our last run left it",
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_SOURCE,
    controls=("NIST-800-53r5:CM-3", "NIST-800-53r5:CM-6"),
)
def drift_from_last_run(server: ApiServer, standard: Standard) -> Result:
    """Somebody changed it since, for better or worse: flags, mounts and rules are compared one by one."""
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    last = server.last_run
    if last is None:
        return NotApplicable("no run of ours has left a record on this node")
    if isinstance(last, Unread):
        return Unknown(last.reason, last.detail)
    if server.policy and isinstance(server.policy.loaded, Unread):
        return Unknown(server.policy.loaded.reason, server.policy.loaded.detail)
    return from_differences(since_last_run(server, last), f"as run {last.run} left it")
