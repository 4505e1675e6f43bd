"""Would the audit policy load, does it record what matters, and does it keep secrets out of the log?"""

from dataclasses import replace

from kubewitness.auditpolicy import Loaded, Refused
from kubewitness.check import Fail, NotApplicable, Pass, Result, Unknown, check, declared, from_differences, not_read
from kubewitness.demand import exemption_differences, leak_differences, load_differences, record_differences
from kubewitness.model import Evidence, Reason, Rung, Severity, Unread
from kubewitness.observed import ApiServer
from kubewitness.probe.reading import File, Shape
from kubewitness.standard import Standard

_POLICY = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy"


@check(
    "audit-policy-valid",
    "kube-apiserver loads the policy, and drops nothing of it",
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    source=_POLICY,
    controls=("CIS-Kubernetes-2.0.1:3.2.1", "STIG:CNTR-K8-003280", "NIST-800-53r5:CM-6"),
)
def audit_policy_valid(server: ApiServer, standard: Standard) -> Result:
    """With a policy that it refuses, kube-apiserver exits at its next start.

    What it does not know it drops with one line in its log, and the rule then matches far more than was meant.
    """
    found = _loaded(server)
    if isinstance(found, (Unknown, NotApplicable)):
        return found
    loaded, evidence = found
    count = len(loaded.policy.rules) if isinstance(loaded, Loaded) else 0
    return from_differences(load_differences(loaded), f"{count} rules, decoded strictly", evidence)


@check(
    "audit-policy-records",
    "the policy records what the standard demands",
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    source=_POLICY,
    controls=("CIS-Kubernetes-2.0.1:3.2.2", "NIST-800-53r5:AU-2", "PCI-DSS-4.0:10.2.1", "OWASP-K8s:K10:2025"),
)
def audit_policy_records(server: ApiServer, standard: Standard) -> Result:
    """Each request that the standard names goes through the policy as kube-apiserver evaluates it.

    The first rule that matches decides. Looking for resources in the text would pass policies that record nothing.
    """
    found = _loaded(server)
    if isinstance(found, (Unknown, NotApplicable)):
        return found
    loaded, evidence = found
    if not isinstance(loaded, Loaded):
        return Unknown(Reason.PARSE, "the policy does not load", "see audit-policy-valid")
    missing = record_differences(loaded, standard.audit, server.known_version)
    count = len(standard.audit.at_least)
    noun = f"of {count} kinds of request are not recorded as the standard demands"
    return from_differences(missing, f"all {count} kinds of request are recorded", evidence, noun=noun)


@check(
    "audit-policy-exemptions",
    "nobody named by the policy escapes what must be recorded",
    severity=Severity.MEDIUM,
    rung=Rung.DECLARED,
    source=_POLICY,
    controls=("CIS-Kubernetes-2.0.1:3.2.2", "NIST-800-53r5:AU-2", "PCI-DSS-4.0:10.2.2"),
)
def audit_policy_exemptions(server: ApiServer, standard: Standard) -> Result:
    """Each request that the standard names is asked again by whom, where and about what the rules of the policy name.

    Whoever has the credentials of somebody exempted is not seen. A team may decide so: the deploy goes on, and says it
    each time.
    """
    found = _loaded(server)
    if isinstance(found, (Unknown, NotApplicable)):
        return found
    loaded, evidence = found
    if not isinstance(loaded, Loaded):
        return Unknown(Reason.PARSE, "the policy does not load", "see audit-policy-valid")
    escaping = exemption_differences(loaded, standard.audit, server.known_version)
    if escaping is None:
        return Unknown(Reason.UNSUPPORTED, "the policy names too many to ask about all", "name groups instead of users")
    result = from_differences(escaping, "nobody whom a rule names escapes", evidence)
    if isinstance(result, Fail):
        who = "; ".join(item.field for item in escaping)
        remedy = "\n".join(item.remedy for item in escaping)
        return replace(result, message=f"not recorded as the standard demands: {who}", remedy=remedy)
    return result


@check(
    "audit-policy-secrets",
    "no secret gets into the audit log",
    severity=Severity.HIGH,
    rung=Rung.DECLARED,
    source=_POLICY,
    controls=("CIS-Kubernetes-2.0.1:3.2.2", "NIST-800-53r5:AU-9", "ISO-27001:A.8.11"),
)
def audit_policy_secrets(server: ApiServer, standard: Standard) -> Result:
    """At level Request or RequestResponse the bodies of secrets, tokens and token reviews would lie in the log."""
    found = _loaded(server)
    if isinstance(found, (Unknown, NotApplicable)):
        return found
    loaded, evidence = found
    if not isinstance(loaded, Loaded):
        return Unknown(Reason.PARSE, "the policy does not load", "see audit-policy-valid")
    leaks = leak_differences(loaded, standard.audit, server.known_version)
    noun = "kinds of request are recorded with their secrets"
    return from_differences(leaks, "no request's body would carry a secret into the log", evidence, noun=noun)


@check(
    "audit-policy-access",
    "the audit policy belongs to root, and nobody else may write it",
    severity=Severity.HIGH,
    rung=Rung.EFFECTIVE,
    source=_POLICY,
    controls=("NIST-800-53r5:AU-9", "NIST-800-53r5:CM-5", "PCI-DSS-4.0:10.3.2"),
)
def audit_policy_access(server: ApiServer, standard: Standard) -> Result:
    """Whoever can write the policy, or put another file in its place, decides what is recorded from the next start on.

    Reading it is not asked about: a policy holds no secret, but it says what is not recorded.
    """
    found = _loaded(server)
    if isinstance(found, (Unknown, NotApplicable)):
        return found
    file = server.policy.file if server.policy else None
    if not isinstance(file, File) or not isinstance(file.shape, Shape):
        return Unknown(Reason.NOT_OBSERVED, "the policy file is not there or was not read", "see audit-policy-valid")
    folder = server.reading.policy_folders.get(file.path.rpartition("/")[0] or "/")
    around = folder.shape if folder else None
    shapes = {"file": file.shape, **({"folder": around} if isinstance(around, Shape) else {})}
    actual = ", ".join(f"{name} {shape.permissions:04o} uid {shape.uid}" for name, shape in shapes.items())
    evidence = (server.saw(file.path, actual),)
    if any(shape.uid or shape.permissions & 0o022 for shape in shapes.values()):
        remedy = f"chown root {file.path} and its folder; chmod go-w both"
        return Fail(
            "others than root can change the audit policy", remedy, "root, no writing for others", actual, evidence
        )
    if "folder" not in shapes:
        return Unknown(Reason.NOT_OBSERVED, f"the folder of {file.path} was not read")
    return Pass(actual, evidence)


def _loaded(server: ApiServer) -> tuple[Loaded | Refused | None, tuple[Evidence, ...]] | Unknown | NotApplicable:
    found = declared(server)
    if isinstance(found, Unknown):
        return found
    policy = server.policy
    if policy is None:
        return NotApplicable("no policy file is set")
    if policy.host is None and policy.file is None:
        return Unknown(
            Reason.NOT_OBSERVED, f"{policy.path} lies under no mount of the node", "see audit-policy-mounted"
        )
    if isinstance(policy.loaded, Unread):
        return not_read(policy.loaded)
    where = policy.host.host_path if policy.host else policy.path
    return policy.loaded, (server.saw(where, "read and evaluated" if policy.loaded else "not there"),)
