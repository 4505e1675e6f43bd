"""A replay beside the evaluator, event by event: the same sums, whatever is in policy and log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.auditpolicy import GroupResources, Level, Policy, Rule, Stage
from kubewitness.model import ServerVersion
from kubewitness.simulation.model import Range, Simulation, Tally
from kubewitness.simulation.replay import simulate
from tests.unit.simulation.recorded import event, line
from tests.unit.simulation.reference import expected

if TYPE_CHECKING:
    from pathlib import Path

NEWEST = ServerVersion(1, 37)

names = st.sampled_from(("jane", "", "system:node:n1", "o'neil", 'a"b\\', "名前", "\0", "<b>&", "\u2028", "e\u0301"))
groups = st.sampled_from(("dev", "system:nodes", "o'neil", ",", '","', "\0", "名"))
levels = st.sampled_from(list(Level))
stages = st.lists(st.sampled_from(list(Stage)), max_size=2).map(tuple)


def several(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


entries = st.builds(
    GroupResources,
    st.sampled_from(("", "apps", "*")),
    several(st.sampled_from(("pods", "configmaps", "deployments", "*", "pods/*", "*/exec", "pods/exec"))),
    several(st.sampled_from(("web", "", "o'neil"))),
)
rules = st.builds(
    Rule,
    levels,
    users=several(names),
    user_groups=several(groups),
    verbs=several(st.sampled_from(("get", "list", "watch", "create", "patch"))),
    resources=st.lists(entries, max_size=2).map(tuple),
    namespaces=several(st.sampled_from(("prod", "", "kube-system"))),
    omit_stages=stages,
    omit_managed_fields=st.sampled_from((None, True, False)),
) | st.builds(Rule, levels, non_resource_urls=several(st.sampled_from(("/healthz*", "*", "/version"))))
policies = st.builds(Policy, st.lists(rules, min_size=1, max_size=5).map(tuple), stages, st.booleans())

uris = st.sampled_from((
    "/api/v1/namespaces/prod/pods/web", "/api/v1/namespaces/prod/pods", "/api/v1/pods?limit=500", "/healthz",
    "/version", "/api/v1/namespaces/prod/pods/web/exec?command=sh", "/apis/apps/v1/namespaces/prod/deployments/web",
    "/api/v1", "/api/v1/namespaces/prod", "/api/v1/namespaces/prod/status", "/api/v1/namespaces/%70rod/pods/w%65b",
    "//api/v1/pods/", "/api/v1/pods?fieldSelector=metadata.name%3Dweb&watch=true", "/api/v1/watch/pods",
    "/api/v1/configmaps?fieldSelector=a%3Db", "/api/v1/namespaces/kube-system/configmaps/o'neil", "/%ff", "/a b",
    "/api/v1/proxy/namespaces/prod/pods/web/x", "no-slash", "/%zz", "",
))  # fmt: skip
bodies = st.none() | st.sampled_from((
    {"kind": "Pod", "metadata": {"name": "a<b>&c", "managedFields": [{"manager": "k&<"}]}, "spec": "\u2028é\n\t\"\\"},
    {"metadata": {"name": "x"}},
    {},
    [{"op": "replace", "path": "/a", "value": "<&>"}],
))  # fmt: skip
lists = st.just({"kind": "PodList", "metadata": {}, "items": [
    {"metadata": {"name": "x", "managedFields": [{"manager": "é<"}]}}, {"metadata": {"name": "y"}},
]})  # fmt: skip
users = st.builds(
    lambda name, found: {key: value for key, value in (("username", name), ("groups", found)) if value},
    names, st.lists(groups, max_size=2),
)  # fmt: skip
asked = st.fixed_dictionaries(
    {
        "level": st.sampled_from(("Metadata", "Request", "RequestResponse")),
        "requestURI": uris,
        "verb": st.sampled_from(("get", "list", "watch", "create", "patch", "")),
        "user": users,
        "objectRef": st.none() | st.just({"resource": "pods", "namespace": "prod", "name": "web"}),
        "requestObject": bodies,
        "responseObject": bodies | lists,
    }
)
whole = st.just(("RequestReceived", "ResponseComplete"))
started = st.just(("RequestReceived", "ResponseStarted", "ResponseComplete"))
panicked = st.just(("RequestReceived", "Panic"))
parts = whole | started | panicked | st.sampled_from([(stage.value,) for stage in Stage])
damage = st.sampled_from((
    b"\n", b"   \n", b"{\n", b'{"kind":"Event","audit\n', b"[]\n", b"null\n", b'"x"\n', b"{}\n", b"\xff\xfe\n",
    b"\x00\n", b"a\x01\x02\x03\x04b\n", b'{"kind":"EventList","items":[]}\n', b"2026 AUDIT: id=\"x\"\n",
    b'{"kind":"Policy","requestURI":"/x"}\n', b'{"kind":"Event","apiVersion":"v1","requestURI":"/x"}\n', b"5\n",
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1"}\n', b'{"requestURI":"/version","verb":"get"}\n',
))  # fmt: skip
logs = st.lists(st.tuples(parts, asked, st.booleans()) | damage, min_size=1, max_size=20)
whole_logs = st.lists(st.tuples(whole, asked, st.just(True)), min_size=1, max_size=20)


def written(log: list[tuple[tuple[str, ...], dict[str, Any], bool] | bytes]) -> bytes:
    """Requests with their stages, each with an auditID of its own or none, and other lines between them."""
    texts = [line(event(stage="RequestReceived")), line(event())]
    for number, item in enumerate(log):
        if isinstance(item, bytes):
            texts.append(item)
        else:
            stages, fields, has_id = item
            audit_id = f"0b0e3b1c-0000-4000-8000-{number + 2:012}" if has_id else None
            texts += [line(event(stage=stage, auditID=audit_id, **fields)) for stage in stages]
    return b"".join(texts)


def replayed(folder: Path, policy: Policy, log: bytes, version: ServerVersion = NEWEST) -> Simulation:
    path = folder / "audit.log"
    path.write_bytes(log)
    return simulate(policy, version, [str(path)], top=1000, look=lambda _: None)


def tallies(found: Any) -> dict[Any, Tally]:
    """Without those that count nothing."""
    return {key: value.tally for key, value in found.items() if value.events}


@settings(max_examples=60)
@given(policies, st.sampled_from((ServerVersion(1, 35), NEWEST)), logs)
def test_the_same_sums_as_event_by_event(
    tmp_path_factory: pytest.TempPathFactory, policy: Policy, version: ServerVersion, log: list[Any]
) -> None:
    text = written(log)

    wanted = expected(policy, version, text)
    found = replayed(tmp_path_factory.mktemp("log"), policy, text, version)

    assert found.unreadable.count == wanted.unreadable
    assert (found.recorded, found.kept) == (wanted.recorded.tally, wanted.kept.tally)
    assert {level: tally for level, tally in found.levels.items() if tally.events} == tallies(wanted.levels)
    assert found.omitted == tallies(wanted.omitted)
    assert {rule.rule: rule.recorded for rule in found.rules if rule.recorded.events} == tallies(wanted.rules)
    assert {rule.rule: rule.kept for rule in found.rules if rule.kept.events} == tallies(wanted.kept_by_rule)
    assert {user.user: user.kept for user in found.noisiest if user.kept.events} == tallies(wanted.kept_by_user)
    kept_requests = {item.request: item.kept for item in found.requests if item.kept.events}
    assert kept_requests == tallies(wanted.kept_by_request)
    assert all(lost.lost.events <= wanted.lost[lost.request, lost.user] for lost in found.lost)
    perhaps = found.bounds.unpaired
    certain = found.lost_total.events
    assert certain + perhaps.least <= wanted.lost.total() <= certain + perhaps.most


@settings(max_examples=40)
@given(policies, whole_logs)
def test_of_requests_that_are_recorded_whole_it_is_known_which_are_lost(
    tmp_path_factory: pytest.TempPathFactory, policy: Policy, log: list[Any]
) -> None:
    text = written(log)

    wanted = expected(policy, NEWEST, text)
    found = replayed(tmp_path_factory.mktemp("log"), policy, text)

    assert {(lost.request, lost.user): lost.lost.events for lost in found.lost} == wanted.lost
    assert found.lost_total.events == wanted.lost.total()
    assert found.bounds.unpaired == Range(0, 0)
