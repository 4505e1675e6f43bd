"""Whoever a server knows, and asks as one asks, is told of among the ordinary differences."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Policy, RequestAttributes, Rule, Stage, evaluate
from kubewitness.auditpolicy.difference import difference
from kubewitness.auditpolicy.difference.effect import changes, effect_of
from kubewitness.auditpolicy.difference.sampled import samples
from kubewitness.auditpolicy.emitted import emitted
from kubewitness.auditpolicy.membership import usual_groups
from kubewitness.model import ServerVersion
from tests.unit.auditpolicy.difference.generated import some, stages

NEWEST = ServerVersion(1, 37)
USERS = [None, "jane", "system:anonymous", "system:node:n1", "system:serviceaccount:ci:bot", "system:kube-scheduler"]
GROUPS = [
    "system:authenticated", "system:unauthenticated", "system:nodes", "system:serviceaccounts",
    "system:serviceaccounts:ci", "system:serviceaccounts:prod", "devs",
]  # fmt: skip
ASKED = [
    RequestAttributes(None, verb="get", resource="secrets", name="x", namespace="prod"),
    RequestAttributes(None, verb="list", resource="pods"),
    RequestAttributes(None, verb="watch", resource="pods", namespace="prod"),
    RequestAttributes(None, verb="create", resource="pods", namespace="default"),
    RequestAttributes(None, verb="get", resource_request=False, path="/healthz"),
]


def rules() -> st.SearchStrategy[Rule]:
    return st.builds(
        Rule,
        st.sampled_from(Level),
        users=some([user for user in USERS if user]),
        user_groups=some(GROUPS),
        verbs=some(["get", "list", "create"]),
        resources=st.sampled_from([(), (), (GroupResources("", ("pods",)),)]),
        omit_stages=stages(),
    )


KNOWN = Rule(Level.METADATA, user_groups=("system:authenticated",))
POLICIES = st.builds(Policy, st.lists(rules(), min_size=1, max_size=4).map(tuple), stages())


@settings(max_examples=60)
@given(POLICIES, POLICIES)
@example(Policy((KNOWN, Rule(Level.METADATA))), Policy((KNOWN, Rule(Level.NONE))))
@example(Policy((Rule(Level.METADATA),)), Policy((KNOWN,)))
def test_what_changes_for_them_is_in_an_ordinary_class(before: Policy, after: Policy) -> None:
    found = [item for item in difference(before, after, NEWEST).classes if item.ordinary]

    for user in USERS:
        for asked in (replace(asked, user=user, groups=usual_groups(user)) for asked in ASKED):
            one, two = (effect_of(evaluate(it, asked, NEWEST), emitted(asked)) for it in (before, after))
            told = {item.change for item in found if asked in item}
            assert told.issuperset(changes(one, two)), asked


def test_who_is_anonymous_is_tried_where_not_all_can_be_compared() -> None:
    silent = Rule(Level.METADATA, omit_stages=(Stage.REQUEST_RECEIVED, Stage.RESPONSE_COMPLETE))

    found = samples(Policy((KNOWN, Rule(Level.METADATA))), Policy((KNOWN, silent)), NEWEST, exact=False)

    assert ("system:anonymous", ("system:unauthenticated",)) in {
        (item.request.user, item.request.groups) for item in found
    }
