"""What the classes of small edits are, in the words of their reader."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubewitness.auditpolicy import GroupResources, Level, Policy, Rule, Stage
from kubewitness.auditpolicy.difference import Kind, LevelChange, RequestClass, StagesChange, difference
from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.query import spoken
from kubewitness.model import ServerVersion
from kubewitness.report.policy.difference.words import exception, requests

NEWEST = ServerVersion(1, 37)
CATCH_ALL = Rule(Level.METADATA)
SECRETS = Rule(Level.METADATA, resources=(GroupResources("", ("secrets",)),))
QUIET_NODES = Rule(Level.NONE, user_groups=("system:nodes",), verbs=("get",))


def policy(*rules: Rule) -> Policy:
    return Policy((*rules, CATCH_ALL))


def classes(before: Policy, after: Policy) -> list[RequestClass]:
    return list(difference(before, after, NEWEST).classes)


def words(item: RequestClass, *, as_a_rule: bool = False) -> str:
    exceptions = (str(exception(box, as_a_rule=as_a_rule)) for box in item.exceptions)
    return "; except ".join([str(requests(item.requests, as_a_rule=as_a_rule)), *exceptions])


def test_a_rule_that_takes_something_away() -> None:
    [lost] = classes(policy(), policy(QUIET_NODES))

    assert lost.kind is Kind.LOST
    assert lost.change == LevelChange(Level.METADATA, Level.NONE)
    assert (lost.rules_before, lost.rules_after) == ((0,), (0,))
    assert words(lost) == "get of everything by members of system:nodes"


def test_what_stands_before_it_is_left_out() -> None:
    [lost] = classes(policy(SECRETS), policy(SECRETS, QUIET_NODES))

    assert words(lost) == "get of any resource but secrets; any URL by members of system:nodes"


def test_what_no_rule_matched_has_no_rule() -> None:
    [gained] = classes(Policy((SECRETS,)), policy(SECRETS))

    assert gained.kind is Kind.GAINED
    assert (gained.rules_before, gained.rules_after) == ((-1,), (1,))


def test_a_failed_login_is_somebody_of_its_own() -> None:
    everybody = Rule(Level.METADATA, user_groups=("system:authenticated",))
    strangers = Rule(Level.METADATA, user_groups=("system:unauthenticated",))

    found = classes(policy(), Policy((everybody, strangers)))

    assert [(words(item), item.ordinary) for item in found] == [
        ("any verb of everything by failed logins", True),
        (
            "any verb of everything by anyone logged in outside of system:authenticated, system:unauthenticated "
            "(whom no server lets in)",
            False,
        ),
    ]
    assert found[0].example.user is None


def test_who_is_anonymous_is_seen_as_a_rule() -> None:
    known = Rule(Level.METADATA, user_groups=("system:authenticated",))
    silent = replace(CATCH_ALL, omit_stages=(Stage.RESPONSE_COMPLETE,))
    quiet = (Stage.REQUEST_RECEIVED,)

    [lost, *others] = classes(Policy((known, CATCH_ALL), quiet), Policy((known, silent), quiet))

    assert (lost.kind, lost.ordinary, lost.example.user) == (Kind.LOST, True, "system:anonymous")
    assert words(lost, as_a_rule=True).endswith(" by system:anonymous")
    assert [(item.kind, item.ordinary) for item in others] == [(Kind.STAGES, True), (Kind.STAGES, False)]


def test_who_is_anonymous_is_lost_with_those_who_failed_to_log_in() -> None:
    known = Rule(Level.METADATA, user_groups=("system:authenticated",))

    [lost] = classes(policy(), Policy((known,)))

    assert lost.example == RequestAttributes(
        "system:anonymous", ("system:unauthenticated",), "get", resource="secrets", name="web-0", namespace="default"
    )
    assert words(lost, as_a_rule=True) == "any verb of everything by system:anonymous, or failed logins"


@pytest.mark.parametrize(
    ("group", "user"),
    [
        ("system:unauthenticated", "system:anonymous"),
        ("system:nodes", "system:node:node-1"),
        ("system:serviceaccounts", "system:serviceaccount:default:default"),
    ],
)
def test_every_kind_of_user_that_a_server_knows_is_seen_as_a_rule(group: str, user: str) -> None:
    [lost] = classes(policy(), policy(Rule(Level.NONE, user_groups=(group,))))

    assert (lost.ordinary, lost.example.user) == (True, user)


def test_who_is_anonymous_is_in_no_other_group() -> None:
    known = Rule(Level.METADATA, user_groups=("system:authenticated",))
    developers = Rule(Level.METADATA, user_groups=("devs",))

    found = classes(Policy((known, developers)), Policy((known,)))

    assert [item.ordinary for item in found] == [False]


def test_what_no_server_sees_as_a_rule_stands_behind_the_rest() -> None:
    accounts = Rule(Level.REQUEST, user_groups=("system:serviceaccounts",))
    scheduler = Rule(Level.NONE, users=("system:kube-scheduler",))

    found = classes(policy(accounts, scheduler), policy(scheduler, accounts))

    assert [(words(item), item.ordinary) for item in found] == [
        ("any verb of everything by system:kube-scheduler as members of system:serviceaccounts", False)
    ]


def test_the_same_requests_are_told_once_whoever_asks() -> None:
    quiet = Rule(Level.NONE, users=("system:kube-scheduler", "system:serviceaccount:kube-system:gc"), verbs=("get",))

    found = classes(policy(), policy(quiet))

    assert [words(item) for item in found] == [
        "get of everything by system:kube-scheduler, system:serviceaccount:kube-system:gc"
    ]


def test_omitting_the_only_stage_of_a_failed_login_loses_it() -> None:
    silent = replace(CATCH_ALL, omit_stages=(Stage.RESPONSE_STARTED,))

    found = classes(Policy((CATCH_ALL,)), Policy((silent,)))

    lasting = "*/attach, */exec, */log, */portforward, */proxy (any group); /debug/pprof/*"
    assert [(item.kind, words(item)) for item in found] == [
        (Kind.LOST, "any verb of everything by failed logins"),
        (Kind.STAGES, f"any verb of {lasting} by anyone logged in"),
        (Kind.STAGES, "proxy, watch of everything by anyone logged in"),
    ]
    assert found[1].change == StagesChange(frozenset(), frozenset({Stage.RESPONSE_STARTED}))


def test_requests_of_which_no_stage_is_left_are_lost() -> None:
    every = (Stage.REQUEST_RECEIVED, Stage.RESPONSE_COMPLETE, Stage.PANIC)
    apps = Rule(Level.METADATA, verbs=("create", "update"), resources=(GroupResources("apps", ()),))

    found = classes(policy(apps), policy(replace(apps, omit_stages=every)))
    without_panic = classes(policy(apps), policy(replace(apps, omit_stages=every[:2])))

    assert (found[0].kind, words(found[0])) == (
        Kind.LOST,
        "create, update of everything in apps but */attach, */exec, */log, */portforward, */proxy by anyone logged in",
    )
    assert without_panic[0].kind is Kind.LOST


def test_a_stage_that_a_request_does_not_have_is_no_difference() -> None:
    writes = Rule(Level.METADATA, verbs=("create",), resources=(GroupResources("", ("pods",)),))

    found = classes(policy(writes), policy(replace(writes, omit_stages=(Stage.RESPONSE_STARTED,))))

    assert [(item.kind, words(item)) for item in found] == [(Kind.LOST, "create of pods by failed logins")]


@pytest.mark.parametrize(
    ("verb", "level", "kinds"),
    [
        ("watch", Level.REQUEST_RESPONSE, []),
        ("get", Level.REQUEST, []),
        ("get", Level.REQUEST_RESPONSE, [Kind.MANAGED_FIELDS]),
        ("create", Level.REQUEST, [Kind.MANAGED_FIELDS]),
    ],
)
def test_managed_fields_count_where_there_is_an_object(verb: str, level: Level, kinds: list[Kind]) -> None:
    rule = Rule(level, verbs=(verb,), resources=(GroupResources("", ("secrets",)),))

    found = classes(policy(rule), policy(replace(rule, omit_managed_fields=True)))

    assert [item.kind for item in found] == kinds


def test_the_most_alarming_comes_first() -> None:
    before = Policy(
        (Rule(Level.REQUEST, users=("a", "b")), Rule(Level.NONE, users=("c",)), Rule(Level.METADATA, users=("d",)))
    )
    after = Policy(
        (
            Rule(Level.NONE, users=("a",)),
            Rule(Level.METADATA, users=("b", "c")),
            Rule(Level.REQUEST_RESPONSE, users=("d",), omit_stages=(Stage.PANIC,)),
        )
    )

    found = classes(before, after)

    assert [item.kind for item in found] == [Kind.LOST, Kind.LOWERED, Kind.STAGES, Kind.RAISED, Kind.GAINED]


def test_many_resources_with_the_same_fate_are_one_class() -> None:
    listed = Rule(
        Level.NONE,
        verbs=("get", "list", "watch"),
        resources=(
            GroupResources("", ("pods", "*/status")),
            GroupResources("apps"),
            GroupResources("batch", ("jobs",)),
        ),
    )

    [lost] = classes(policy(), policy(listed))

    assert words(lost) == "get, list, watch of pods, */status; jobs (batch); everything in apps by anyone"


def test_users_and_groups_of_one_rule_are_told_together() -> None:
    events = (GroupResources("", ("events",)),)
    before = policy()
    after = policy(
        Rule(Level.NONE, users=("scheduler",), resources=events),
        Rule(Level.NONE, user_groups=("nodes", "accounts"), resources=events),
    )

    [lost] = classes(before, after)

    assert words(lost) == "any verb of events by scheduler, or members of accounts or nodes"


def test_names_namespaces_and_paths_are_told() -> None:
    rules = (
        Rule(Level.NONE, namespaces=("kube-system", ""), resources=(GroupResources("", ("pods",), ("web",)),)),
        Rule(Level.NONE, non_resource_urls=("/healthz*", "/version")),
        Rule(Level.METADATA, non_resource_urls=("/healthz/etcd",)),
    )

    found = classes(policy(), policy(*rules[2:], *rules[:2]))

    assert {words(item) for item in found} == {
        "any verb of pods named web in kube-system or no namespace by anyone",
        "any verb of /healthz* (but not /healthz/etcd), /version by anyone",
    }


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        (Rule(Level.NONE), "get secrets web-0 -n default --as jane"),
        (Rule(Level.NONE, verbs=("create",)), "create secrets -n default --as jane"),
        (Rule(Level.NONE, user_groups=("system:nodes",)), "get secrets web-0 -n default --as system:node:node-1"),
        (
            Rule(Level.NONE, user_groups=("system:serviceaccounts:ci",)),
            "get secrets web-0 -n default --as system:serviceaccount:ci:default",
        ),
        (Rule(Level.NONE, users=("system:anonymous",)), "get secrets web-0 -n default --as system:anonymous"),
        (Rule(Level.NONE, user_groups=("devs",)), "get secrets web-0 -n default --as jane --as-group devs"),
        (Rule(Level.NONE, resources=(GroupResources("", ("namespaces",)),)), "get namespaces default --as jane"),
        (
            Rule(Level.NONE, resources=(GroupResources("example.org", ("things",)),)),
            "get things.example.org web-0 -n default --as jane",
        ),
        (Rule(Level.NONE, non_resource_urls=("/logs*",)), "get /logs --as jane"),
        (Rule(Level.NONE, namespaces=("kube-system",), verbs=("list",)), "list secrets -n kube-system --as jane"),
    ],
)
def test_the_example_is_an_ordinary_request(rule: Rule, example: str) -> None:
    [lost] = classes(policy(), policy(rule))

    assert spoken(lost.example, NEWEST) == example


def test_the_rules_are_those_that_decide_and_no_others() -> None:
    quiet = [Rule(Level.NONE, users=users) for users in (("a",), ("b",), ("a", "c"), ("b",))]

    [lost] = classes(policy(), policy(*quiet))

    assert words(lost) == "any verb of everything by a, b, c"
    assert lost.rules_after == (0, 1, 2)
