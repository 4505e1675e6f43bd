"""Frozen reports for the golden files. Made up: no cluster was asked."""

from __future__ import annotations

from dataclasses import replace

from kubewitness.model import (
    Evidence,
    FieldDifference,
    Finding,
    Kind,
    Report,
    Run,
    Severity,
    Source,
    SourceState,
    Status,
    Target,
)

READ_AT = "2026-11-21T13:00:01Z"
RUN = Run(
    id="01JD7Z3S3M8R6W0Y2V5T4K9QXA",
    tool="kubewitness 0.1.0",
    started="2026-11-21T13:00:00Z",
    finished="2026-11-21T13:00:02Z",
    standard="essential",
    inventory="inventories/lab.py",
)
HOSTILE_NAMES = (
    "prod\x1b[2J\x1b]0;owned\x07",
    "prod\u202egnp.exe\u2066",
    "two\nlines\r\tand a tab",
    "=cmd|' /c calc'!A0",
    "</script><img src=x onerror=alert(1)>",
    "[bold red]prod[/nope]",
    "[link=http://evil.example]prod[/link]",
    "![x](http://evil.example/a.png) `code` www.evil.example https://evil.example @team #1",
    "half a pair \ud800, DEL \x7f, C1 \x9b31m, soft\u00adhyphen, zero\u200bwidth",
    "a|b\\|c",
    "```",
    "fence\n````\n<img src=x onerror=alert(1)>",
    "",
)


def empty() -> Report:
    return Report(RUN, (), ())


def clean() -> Report:
    return Report(RUN, (_target("cp-1", SourceState(3, 3, 3, Status.PASS)),), (_passed("cp-1"),))


def fleet() -> Report:
    """One target of each kind of verdict, with everything that a finding can carry."""
    return Report(
        RUN,
        (
            _target("cp-1", SourceState(3, 3, 3, Status.PASS)),
            _target("cp-2", SourceState(1, 3, 3, Status.FAIL)),
            _target(
                "@tree/image",
                SourceState(
                    1, 3, 1, Status.UNKNOWN, "not-observed", "kubewitness check INVENTORY, on the running node"
                ),
                cluster="images",
            ),
            _target("cp-3", SourceState(None, 3, 3, Status.UNKNOWN, "unreachable")),
        ),
        (
            _passed("cp-1"),
            Finding(
                check="audit-rotation",
                target="cp-2",
                cluster="prod",
                status=Status.FAIL,
                severity=Severity.MEDIUM,
                message="rotated audit logs are dropped sooner than the standard asks",
                expected="--audit-log-maxage=30 or more, or 0",
                actual="--audit-log-maxage=7",
                differences=(FieldDifference("--audit-log-maxage", "30", "7"),),
                evidence=(
                    Evidence("/etc/kubernetes/manifests/kube-apiserver.yaml:21", "--audit-log-maxage=7", READ_AT),
                ),
                remediation="pyinfra inventories/lab.py deploys/audit.py",
                controls=("cis-1.12:1.2.17", "nist-800-53:AU-11"),
            ),
            Finding(
                check="audit-policy-records",
                target="cp-2",
                cluster="prod",
                status=Status.FAIL,
                severity=Severity.CRITICAL,
                message="the policy does not record what the standard demands: 3 of 12 requests leave no event",
                rung=1,
                required=3,
                expected="Metadata for secrets-get\nMetadata for secrets-list\nMetadata for secrets-watch",
                actual="None for secrets-get (rule 0)\nNone for secrets-list (rule 0)\nNone for secrets-watch (rule 0)",
                evidence=(
                    Evidence(
                        "/etc/kubernetes/audit-policy.yaml",
                        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  resources:\n"
                        "  - group: ''\n    resources: [secrets]\n- level: Metadata\n",
                        READ_AT,
                    ),
                ),
                remediation="pyinfra inventories/lab.py deploys/audit.py",
            ),
            Finding(
                check="audit-canary",
                target="cp-2",
                cluster="prod",
                status=Status.NOT_APPLICABLE,
                severity=Severity.INFO,
                message="no canary was asked for",
            ),
            Finding(
                check="audit-backend-set",
                target="cp-3",
                cluster="prod",
                status=Status.UNKNOWN,
                severity=Severity.HIGH,
                message="the node could not be read: connection refused",
                reason="unreachable",
                rung=None,
                required=3,
                remediation="ssh cp-3 true",
            ),
        ),
    )


def two_kinds() -> Report:
    """A control plane is two targets of one name: its API server and the node, whose findings are told apart."""
    sources = {
        Source.JOURNAL: SourceState(3, 3, 3, Status.FAIL),
        Source.CONTAINERS: SourceState(3, 3, 3, Status.PASS),
    }
    passed = replace(_passed("cp-1"), kind=Kind.NODE, log=Source.CONTAINERS)
    dropped = Finding(
        check="journal-dropped",
        target="cp-1",
        cluster="prod",
        status=Status.FAIL,
        severity=Severity.HIGH,
        message="612 messages of 2 units were dropped",
        rung=3,
        required=3,
        kind=Kind.NODE,
        log=Source.JOURNAL,
    )
    unknown = Finding("audit-retention-hours", "cp-1", "prod", Status.UNKNOWN, Severity.MEDIUM, "it is too young")
    return Report(
        RUN,
        (_target("cp-1", SourceState(3, 3, 3, Status.PASS)), Target("cp-1", "prod", Kind.NODE, sources)),
        (unknown, passed, dropped),
    )


def hostile() -> Report:
    """Each hostile text in each place that a node, a cloud or an inventory can fill."""
    targets = tuple(
        Target(name, name, Kind.NODE, {Source.AUDIT: SourceState(0, 3, 1, Status.FAIL, name or None, name or None)})
        for name in HOSTILE_NAMES
    )
    return Report(RUN, targets, tuple(_hostile_finding(name) for name in HOSTILE_NAMES))


def full_of(text: str) -> Report:
    """Every field that a node, a cloud, an inventory or a user's own check fills."""
    state = SourceState(None, 3, 1, Status.UNKNOWN, text, text)
    unknown = Finding(text, text, text, Status.UNKNOWN, Severity.HIGH, text, text, None, 3, text, text)
    failed = Finding(
        check=text,
        target=text,
        cluster=text,
        status=Status.FAIL,
        severity=Severity.LOW,
        message=text,
        expected=text,
        actual=text,
        differences=(FieldDifference(text, text, text),),
        evidence=(Evidence(text, text, text),),
        remediation=text,
        controls=(text,),
    )
    left = Finding(text, text, text, Status.NOT_APPLICABLE, Severity.LOW, text)
    return Report(RUN, (Target(text, text, Kind.API_SERVER, {Source.AUDIT: state}),), (unknown, failed, left))


def _hostile_finding(name: str) -> Finding:
    return Finding(
        check="audit-backend-set",
        target=name,
        cluster=name,
        status=Status.FAIL,
        severity=Severity.HIGH,
        message=f"not set on {name}",
        expected=name,
        actual=name,
        differences=(FieldDifference(name, name, name),),
        evidence=(Evidence(name, name, READ_AT),),
        remediation=name,
        controls=(name,),
    )


def _target(name: str, state: SourceState, cluster: str = "prod") -> Target:
    return Target(name, cluster, Kind.API_SERVER, {Source.AUDIT: state})


def _passed(target: str) -> Finding:
    return Finding(
        check="audit-backend-set",
        target=target,
        cluster="prod",
        status=Status.PASS,
        severity=Severity.HIGH,
        message="events go to /var/log/kubernetes/audit/audit.log",
        rung=3,
        required=3,
    )
