"""What is refused before a byte changes: one line each, with what, where and what to do."""

from __future__ import annotations

from typing import Any, Final

import pytest

from kubewitness.rollout.outcome import Plan, Refusal, WantedPolicy
from kubewitness.rollout.plan import plan_audit
from kubewitness.rollout.preflight import refusals
from tests.checks.servers import KUBEADM_NODE, METADATA, server
from tests.checks.standards import standard
from tests.unit.rollout.test_plan import OFF

MANIFEST: Final = "cp-1:/etc/kubernetes/manifests/kube-apiserver.yaml"
POLICY_HEAD: Final = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
_NO_ANSWER: Final = "does not answer: mend that first: journalctl -u kubelet says why"
_NEEDED = ["flock", "sha256sum"]


def refused(wanted: str = METADATA, **changes: Any) -> tuple[str, ...]:
    """The reasons, from the plan that the deploy makes."""
    found = plan_audit(server(**changes), standard(), WantedPolicy(wanted, "mine.yaml", exact=True))
    return found.reasons if isinstance(found, Refusal) else ()


def test_a_good_server_is_not_refused() -> None:
    assert refused() == ()


class TestThePolicyToWrite:
    @pytest.mark.parametrize(
        ("text", "begins", "says"),
        [
            (POLICY_HEAD + "- level: Metadata\n  verb: [get]\n", "mine.yaml:", 'unknown field "rules[0].verb"'),
            ("apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: [{level: Metadata}]\n", "mine.yaml:1:", "v1beta1"),
            (POLICY_HEAD.replace("rules:", "rules: []"), "mine.yaml:3:", "0 rules"),
            ("", "mine.yaml", "unknown group version field"),
            (POLICY_HEAD + "- level: [\n", "mine.yaml:5:", "did not find expected node content"),
            (POLICY_HEAD + "- level: Full\n", "mine.yaml:4:", 'Unsupported value: "Full"'),
            (POLICY_HEAD + "- level: None\n", "mine.yaml: ", "level None, by rules[0] (line 4)"),
            (
                POLICY_HEAD + "- {level: Metadata, verbs: [get]}\n",
                "mine.yaml: ",
                "Metadata or above: write a rule for it",
            ),
            (POLICY_HEAD + "- level: RequestResponse\n", "mine.yaml: ", "level RequestResponse, by rules[0] (line 4)"),
        ],
    )
    def test_that_does_not_load_or_records_too_little_or_too_much(self, text: str, begins: str, says: str) -> None:
        reasons = refused(text)

        assert all(reason.startswith(begins) for reason in reasons)
        assert any(says in reason for reason in reasons)
        assert all("\n" not in reason for reason in reasons)

    def test_is_judged_by_the_rules_of_this_server_s_version(self) -> None:
        any_group = POLICY_HEAD + '- level: Metadata\n  resources: [{group: "*"}]\n- level: Metadata\n'

        assert refused(any_group, version="1.37.1") == ()
        assert len(refused(any_group, version="1.35.3")) == 1


FILES: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "no pod": ({"manifest": "apiVersion: v1\nkind: ConfigMap\n"}, f"{MANIFEST}:1: not a v1 Pod (v1, ConfigMap)"),
    "no yaml": ({"manifest": "spec: ["}, f"{MANIFEST}:2: yaml: line 1: did not find expected node content"),
    "no manifest": ({"manifest": None}, "cp-1:/etc/kubernetes/manifests: no kube-apiserver static pod there"),
    "closed manifest": ({"unread": ["manifest"]}, f"{MANIFEST}: may not be read: run as root"),
    "closed folder": ({"unread": ["manifests"]}, "cp-1:/etc/kubernetes/manifests: may not be read: run as root"),
    "closed folder of a node on which little may be read": (
        {"unread": ["manifests"], "markers": [], "host_processes": []},
        "cp-1:/etc/kubernetes/manifests: may not be read: run as root",
    ),
    "bad flag": (
        {"flags": {"audit-log-maxage": "x"}},
        f'{MANIFEST}: invalid argument "x" for "--audit-log-maxage" flag',
    ),
    "flag of the environment": (
        {"flags": {"audit-log-path": "/var/log/$(NODE)/audit.log"}},
        f"{MANIFEST}: --audit-log-path=/var/log/$(NODE)/audit.log: taken from the environment, not known here",
    ),
    "no version": (
        {"version": None, "answers": {"/version": None}},
        f"{MANIFEST}: the server's version is not known: its image has no version tag: name it by both, registry",
    ),
    "stray pod": (
        {"files": {"kube-apiserver.yaml.bak": "copy"}},
        f"{MANIFEST}: defines the same pod as /etc/kubernetes/manifests/kube-apiserver.yaml.bak",
    ),
    "pod file not read": (
        {"files": {"zz-old.yaml": "large"}},
        "cp-1:/etc/kubernetes/manifests/zz-old.yaml:1: larger than 1048576 bytes",
    ),
    "log under no mount": (
        {"mounts": {"log": None}},
        f"{MANIFEST}: --audit-log-path=/var/log/kubernetes/audit/audit.log: ",
    ),
    "webhook under no mount": (
        {"flags": {"audit-webhook-config-file": "/nowhere/webhook.yaml"}},
        f"{MANIFEST}: mount of the webhook's configuration: /nowhere/webhook.yaml lies under no mount: mount ",
    ),
    "policy that is a link out of its mount": (
        {"policy_leads_to": "/opt/p.yaml"},
        f"{MANIFEST}: --audit-policy-file=/etc/kubernetes/audit/policy.yaml: a link to /opt/p.yaml",
    ),
    "log that is a link out of its mount": (
        {"log": {"leads_to": "/var/log/old/audit.log"}},
        f"{MANIFEST}: --audit-log-path=/var/log/kubernetes/audit/audit.log: a link to /var/log/old/audit.log",
    ),
    "log to be, where a link leads out of its mount to nothing": (
        {
            "flags": OFF["flags"],
            "mounts": OFF["mounts"],
            "policy": None,
            "log": {"leads_to": "/var/log/old/audit.log", "inode": None},
        },
        f"{MANIFEST}: --audit-log-path=/var/log/kubernetes/audit/audit.log: a link to /var/log/old/audit.log",
    ),
    "policy to be, where a link leads out of its mount to nothing": (
        {"flags": OFF["flags"], "mounts": OFF["mounts"], "policy": None, "policy_leads_to": "/opt/p.yaml"},
        f"{MANIFEST}: --audit-policy-file=/etc/kubernetes/audit/policy.yaml: a link to /opt/p.yaml",
    ),
    "log under a read-only mount": (
        {"mounts": {"log": {"read_only": True}}},
        f"{MANIFEST}: --audit-log-path=/var/log/kubernetes/audit/audit.log: /var/log/kubernetes/audit is mounted",
    ),
    "policy under a wide mount": (
        {"mounts": {"policy": {"host": "/etc/kubernetes"}}},
        f"{MANIFEST}: --audit-policy-file=/etc/kubernetes/audit/policy.yaml: all of /etc/kubernetes is mounted",
    ),
    "no distribution": (
        {"markers": []},
        "cp-1: no known Kubernetes distribution on this node: is it a control plane?",
    ),
    "two distributions": (
        {"markers": [*KUBEADM_NODE, "/var/lib/rancher/k3s/server"]},
        "cp-1: traces of kubeadm and K3s: take those of the one that no longer runs away",
    ),
    "another distribution": (
        {"markers": [*KUBEADM_NODE, "/etc/kubernetes/kubelet.env"]},
        "cp-1: Kubespray: not changed by this tool yet: ",
    ),
}


class TestTheNode:
    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("view", ["live", "tree"])
    def test_whose_files_are_not_as_they_have_to_be(self, view: str, name: str) -> None:
        changes, reason = FILES[name]

        found = refused(**{"view": view, **changes})

        assert len(found) == 1, found
        assert found[0].startswith(reason)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"kubelet": "inactive"}, "cp-1: the kubelet is inactive: it would not act: start it first"),
            ({"kubelet": "failed"}, "cp-1: the kubelet is failed: it would not act: start it first"),
            (
                {"tools": _NEEDED},
                "cp-1: none of curl, openssl, python3 on the node: nothing could be proved: install one",
            ),
            ({"processes": 0}, "cp-1: kube-apiserver does not run: mend that first: journalctl -u kubelet says why"),
            ({"processes": 2}, "cp-1: 2 kube-apiserver processes on one node: not supported yet"),
            ({"answers": {"/readyz": [500, "no"]}}, "cp-1: /readyz answers 500 before any change: mend that first"),
            ({"answers": {"/livez": [0, ""]}}, f"cp-1: /livez {_NO_ANSWER}"),
            (
                {"answers": {"/readyz": [401, ""]}},
                "cp-1: /readyz answers 401: without a credential readiness cannot be seen: allow anonymous requests for"
                " /readyz and /livez (AuthenticationConfiguration, anonymous.conditions)",
            ),
            ({"answers": {"/livez": None}}, f"cp-1: /livez {_NO_ANSWER}"),
            (
                {"running": {"audit-log-maxage": "7"}},
                f"{MANIFEST}: --audit-log-maxage differs from the running process: the kubelet has not acted on the"
                " manifest: journalctl -u kubelet says why",
            ),
        ],
    )
    def test_that_is_not_well(self, changes: dict[str, Any], reason: str) -> None:
        assert refused(**changes) == (reason,)

    @pytest.mark.parametrize("tool", ["curl", "openssl", "python3"])
    def test_one_client_is_enough(self, tool: str) -> None:
        assert refused(tools=[*_NEEDED, tool]) == ()

    @pytest.mark.parametrize("tool", _NEEDED)
    def test_a_tool_that_a_safe_change_needs_is_missing(self, tool: str) -> None:
        left = {"curl", *_NEEDED} - {tool}

        (reason,) = refused(tools=sorted(left))

        assert reason == f"cp-1: {tool} is not on the node: nothing could be changed safely: install it"

    @pytest.mark.parametrize("path", ["/var/log/kubernetes/audit/audit.log", None])
    def test_a_format_in_which_nothing_can_be_proved(self, path: str | None) -> None:
        (reason,) = refused(flags={"audit-log-format": "legacy", "audit-log-path": path})

        assert "--audit-log-format=legacy: nothing could be proved in such a log" in reason

    def test_a_kubelet_that_nobody_could_ask_about_is_not_held_against_it(self) -> None:
        assert refused(kubelet="unknown") == ()


class TestTheRoom:
    @pytest.mark.parametrize(("free_mib", "enough"), [(1089, False), (1090, True)])  # 10 MiB are taken already
    def test_a_new_log_needs_room_for_all_that_its_rotation_keeps(self, free_mib: int, enough: bool) -> None:
        found = refused(**{**OFF, "log": {"free_mib": free_mib}})

        assert (found == ()) is enough
        if not enough:
            assert found == (
                "cp-1:/var/log/kubernetes/audit/audit.log: the rotation asked for needs 1090 MiB more and 1089 MiB are"
                " free: make room, or lower maxbackup and maxsize_mib in the standard",
            )

    def test_room_that_was_not_read_is_not_room(self) -> None:
        (reason,) = refused(**{**OFF, "unread": ["room"]})

        assert "what is free there could not be read" in reason

    @pytest.mark.parametrize(
        ("given", "flag"),
        [
            ({"version": "1.34.4", "flags": {"audit-log-maxbackup": None}}, "audit-log-maxbackup"),
            ({"flags": {"audit-log-maxbackup": "0"}}, "audit-log-maxbackup"),
        ],
    )
    def test_a_rotation_without_a_bound_is_said_and_not_refused(self, given: dict[str, Any], flag: str) -> None:
        weak = {**given, "flags": {**given["flags"], "audit-log-maxage": "7"}}

        found = plan_audit(server(**weak), standard(), WantedPolicy(METADATA, "mine.yaml", exact=True))

        assert isinstance(found, Plan), found
        assert found.manifest.changes
        assert found.need_mib is None
        assert found.reasons[-1] == (
            f"cp-1:/var/log/kubernetes/audit/audit.log: no bound is set to the room that the log takes: set --{flag}"
        )

    def test_a_file_tree_has_no_disk(self) -> None:
        assert refused(**{**OFF, "view": "tree"}) == ()

    def test_a_log_that_is_there_already_is_not_measured(self) -> None:
        assert refused(log={"free_mib": 1}) == ()


class TestTheWayBack:
    """It asks less: a policy that falls short may be put back, a node that is not well may not be touched."""

    def test_what_the_standard_asks_is_not_asked(self) -> None:
        assert refusals(server(mounts={"log": None}), None, None, "") == ()

    def test_the_node_has_to_be_well(self) -> None:
        assert len(refusals(server(kubelet="inactive"), None, None, "")) == 1


def test_all_reasons_are_told_at_once_and_each_once() -> None:
    found = refused(POLICY_HEAD + "- level: None\n", kubelet="inactive", tools=_NEEDED, markers=[])

    assert len(found) == len(set(found)) == 4


def test_a_stray_file_that_is_no_pod_is_no_reason() -> None:
    found = plan_audit(
        server(files={"audit-policy.yaml": METADATA, "kube-apiserver.d": "directory"}),
        standard(),
        WantedPolicy(METADATA, "mine.yaml", exact=False),
    )

    assert isinstance(found, Plan)
