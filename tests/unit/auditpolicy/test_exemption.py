"""Who escapes what must be recorded because a rule names him, and the rules that end it."""

from __future__ import annotations

import pytest
import yaml

from kubewitness.auditpolicy import GroupResources, Level, Loaded, Policy, Rule, Stage, excesses, load
from kubewitness.auditpolicy.exemption import exemptions
from kubewitness.auditpolicy.exemptionwords import recording, those_of, what_of
from kubewitness.content import policy_text, standard_text
from kubewitness.model import ServerVersion
from kubewitness.standard import AuditStandard, parse_standard

NEWEST = ServerVersion(1, 37)
CATCH_ALL = Rule(Level.METADATA)
SECRETS = GroupResources("", ("secrets",))


def standard(name: str = "standard") -> AuditStandard:
    return parse_standard(standard_text(name), name, (name,)).audit


def escaping(*rules: Rule, **at_least: Level) -> list[str]:
    wanted = {name.replace("_", "-"): level for name, level in at_least.items()} or standard().at_least
    return [those_of(item) for item in exemptions(Policy((*rules, CATCH_ALL)), wanted, NEWEST).found]


def none(**fields: tuple[str, ...]) -> Rule:
    return Rule(Level.NONE, **fields)  # type: ignore[arg-type]


def test_the_most_powerful_is_named_first() -> None:
    assert escaping(none(users=("bob", "ann", "kubernetes-admin"))) == ["kubernetes-admin, bob and ann"]
    assert escaping(none(user_groups=("devs", "system:masters"))) == ["members of system:masters and devs"]


def test_the_most_telling_request_is_named_first() -> None:
    (found,) = exemptions(Policy((none(users=("bob",)), CATCH_ALL)), standard().at_least, NEWEST).found

    assert what_of(found).startswith("reading a secret by name, listing the secrets of all namespaces, ")


def test_each_user_is_asked_about() -> None:
    """The first one is recorded by an earlier rule, the second one is not."""
    rules = Rule(Level.METADATA, users=("bob",)), none(users=("bob", "ann"))

    assert escaping(*rules) == ["ann"]


def test_a_rule_with_both_is_for_those_users_in_those_groups() -> None:
    assert escaping(none(users=("bob",), user_groups=("devs",))) == ["bob as members of devs"]


def test_a_rule_with_a_user_and_a_namespace_is_for_that_user_there() -> None:
    assert escaping(none(users=("bob",), namespaces=("payments",))) == ["bob in namespace payments"]


@pytest.mark.parametrize(
    ("earlier", "user"),
    [
        ("system:serviceaccounts:ci", "system:serviceaccount:ci:deployer"),
        ("system:serviceaccounts", "system:serviceaccount:ci:deployer"),
        ("system:nodes", "system:node:n1"),
        ("system:masters", "kubernetes-super-admin"),
        ("kubeadm:cluster-admins", "kubernetes-admin"),
        ("system:authenticated", "bob"),
        ("system:unauthenticated", "system:anonymous"),
    ],
)
def test_a_user_is_asked_with_the_groups_that_he_has(earlier: str, user: str) -> None:
    assert escaping(Rule(Level.METADATA, user_groups=(earlier,)), none(users=(user,))) == []
    assert escaping(Rule(Level.METADATA, user_groups=("devs",)), none(users=(user,))) == [user]


@pytest.mark.parametrize(
    ("earlier", "group"),
    [
        ("system:serviceaccounts", "system:serviceaccounts:ci"),
        ("system:authenticated", "system:serviceaccounts"),
        ("system:authenticated", "system:nodes"),
        ("system:authenticated", "devs"),
    ],
)
def test_a_member_is_asked_with_the_groups_that_members_have(earlier: str, group: str) -> None:
    assert escaping(Rule(Level.METADATA, user_groups=(earlier,)), none(user_groups=(group,))) == []
    assert escaping(none(user_groups=(group,)), Rule(Level.METADATA, user_groups=(earlier,))) == [f"members of {group}"]


def test_one_node_escapes_what_every_node_must_not() -> None:
    rule = Rule(Level.NONE, users=("system:node:n1",), resources=(SECRETS,))

    assert escaping(rule, secrets_get_by_node=Level.METADATA) == ["system:node:n1"]


def test_a_failed_login_is_nobody_s_but_happens_in_a_namespace() -> None:
    assert escaping(none(users=("bob",)), failed_login=Level.METADATA) == []
    assert escaping(none(namespaces=("payments",)), failed_login=Level.METADATA) == [
        "whatever is done in namespace payments"
    ]


def test_a_namespace_is_in_itself() -> None:
    there = ["whatever is done in namespace payments"]

    assert escaping(none(namespaces=("payments",)), namespace_delete=Level.METADATA) == there
    assert escaping(none(namespaces=("payments",)), rbac_write=Level.METADATA) == []


def test_a_named_namespace_object() -> None:
    rule = Rule(Level.NONE, resources=(GroupResources("", ("namespaces",), ("payments",)),))

    assert escaping(rule, namespace_delete=Level.METADATA) == ["objects named payments"]


def test_a_name_beside_the_whole_resource_is_no_exemption_of_that_name() -> None:
    named = GroupResources("", ("secrets",), ("bootstrap",))
    rule = Rule(Level.NONE, users=("bob",), resources=(named, SECRETS))

    assert escaping(rule, secrets_get=Level.METADATA) == ["bob"]


def test_an_object_s_name_does_not_make_anonymous_requests_unseen() -> None:
    """Kubernetes' own example leaves out one ConfigMap, whoever asks for it."""
    leader = GroupResources("", ("configmaps",), ("controller-leader",))
    rule = Rule(Level.NONE, resources=(leader,), namespaces=("kube-system",))

    assert escaping(rule, anonymous_get=Level.METADATA) == []
    assert escaping(rule, configmaps_write=Level.METADATA) != []


def test_an_omitted_outcome_is_as_good_as_none() -> None:
    rule = Rule(Level.REQUEST_RESPONSE, users=("bob",), omit_stages=(Stage.RESPONSE_COMPLETE,))

    assert escaping(rule, secrets_get=Level.METADATA) == ["bob"]
    assert escaping(rule, secrets_watch=Level.METADATA) == []


def test_what_nobody_named_has_recorded_is_no_exemption() -> None:
    assert escaping(none(users=("bob",)), none()) == []


def test_names_without_end_are_said_not_to_be_asked_through() -> None:
    users, namespaces = (tuple(f"{word}{number}" for number in range(1000)) for word in ("u", "n"))
    first = Rule(Level.METADATA, user_groups=("system:authenticated",))

    asked = exemptions(Policy((first, none(users=users, namespaces=namespaces))), standard().at_least, NEWEST)

    assert (asked.found, asked.is_complete) == ((), False)


@pytest.mark.parametrize("name", ["essential", "standard", "forensic"])
@pytest.mark.parametrize("version", [ServerVersion(1, 24), NEWEST])
def test_ours_exempt_nobody_from_their_own_standards(name: str, version: ServerVersion) -> None:
    loaded = load(policy_text(name), version)
    assert isinstance(loaded, Loaded)

    asked = exemptions(loaded.policy, standard(name).at_least, version)

    assert (asked.found, asked.is_complete) == ((), True)


@pytest.mark.parametrize(
    "rule",
    [
        none(users=("bob", "kubernetes-admin")),
        none(user_groups=("system:nodes",)),
        none(user_groups=("system:serviceaccounts:kube-system",)),
        none(namespaces=("payments", "kube-system")),
        none(users=("bob",), verbs=("get", "list", "watch")),
        Rule(Level.NONE, resources=(GroupResources("", ("secrets",), ("bootstrap",)),)),
        Rule(Level.NONE, users=("bob",), resources=(SECRETS,)),
        Rule(Level.METADATA, users=("bob",)),
        Rule(Level.METADATA, user_groups=("system:serviceaccounts",), verbs=("create", "patch")),
    ],
)
@pytest.mark.parametrize("name", ["standard", "forensic"])
def test_the_rules_to_write_end_it_and_let_no_secret_into_the_log(rule: Rule, name: str) -> None:
    loaded, wanted = load(policy_text(name), NEWEST), standard(name)
    assert isinstance(loaded, Loaded)
    policy = Policy((rule, *loaded.policy.rules), loaded.policy.omit_stages)
    found = exemptions(policy, wanted.at_least, NEWEST).found

    text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n" + "\n".join(recording(rule, item) for item in found)
    written = load(text, NEWEST) if found else None

    assert bool(found) == (rule.level is Level.NONE or name == "forensic")
    if written is not None:
        assert isinstance(written, Loaded), yaml.safe_load(text)
        mended = Policy((*written.policy.rules, *policy.rules), policy.omit_stages)
        assert exemptions(mended, wanted.at_least, NEWEST).found == ()
        assert excesses(mended, wanted.at_most, NEWEST) == ()
