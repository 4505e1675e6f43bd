"""Words of kubectl that stand for several requests."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy.query import parse_query, spoken
from kubewitness.auditpolicy.query.steps import ABOUT_NOTHING, STEPS
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)


def said(text: str) -> list[str]:
    return [spoken(item.attributes, NEWEST) for item in parse_query(text, NEWEST).asked]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "exec -it web-0 -n x -- cat /etc/shadow",
            ["get pods web-0 -n x", "get pods/exec web-0 -n x", "create pods/exec web-0 -n x"],
        ),
        (
            "exec deploy/web -n x",
            [
                "get deployments.apps web -n x",
                "list pods -n x",
                "get pods/exec some-name -n x",
                "create pods/exec some-name -n x",
            ],
        ),
        ("logs -f web-0 -c app -n x", ["get pods web-0 -n x", "get pods/log web-0 -n x"]),
        (
            "port-forward web-0 8080:80 -n x",
            ["get pods web-0 -n x", "get pods/portforward web-0 -n x", "create pods/portforward web-0 -n x"],
        ),
        (
            "cp prod/web-0:/etc/passwd .",
            ["get pods web-0 -n prod", "get pods/exec web-0 -n prod", "create pods/exec web-0 -n prod"],
        ),
        ("cp ./a web-0:/tmp -n x", ["get pods web-0 -n x", "get pods/exec web-0 -n x", "create pods/exec web-0 -n x"]),
        (
            "apply deploy web -n x",
            [
                "get deployments.apps web -n x",
                "get namespaces x",
                "create deployments.apps -n x",
                "patch deployments.apps web -n x",
            ],
        ),
        ("edit cm/settings -n x", ["get configmaps settings -n x", "patch configmaps settings -n x"]),
        ("label nodes n1 a=b c-", ["get nodes n1", "patch nodes n1"]),
        ("cordon n1", ["get nodes n1", "patch nodes n1"]),
        (
            "drain n1 --ignore-daemonsets -n x",
            [
                "get nodes n1",
                "patch nodes n1",
                "list pods -A",
                "create pods/eviction some-name -n x",
                "delete pods some-name -n x",
            ],
        ),
        (
            "debug web-0 --image=busybox -n x",
            [
                "get pods web-0 -n x",
                "patch pods/ephemeralcontainers web-0 -n x",
                "create pods -n x",
                "watch pods web-0 -n x",
                "get pods/attach web-0 -n x",
                "create pods/attach web-0 -n x",
            ],
        ),
        (
            "debug node/n1 -n x",
            [
                "get nodes n1",
                "create pods -n x",
                "watch pods some-name -n x",
                "get pods/attach some-name -n x",
                "create pods/attach some-name -n x",
            ],
        ),
        (
            "scale deploy/web --replicas 3 -n x",
            ["get deployments.apps web -n x", "patch deployments.apps/scale web -n x"],
        ),
        ("run shell --image alpine -n x", ["create pods -n x"]),
        ("describe pod web -n x", ["get pods web -n x", "list events -n x"]),
    ],
)
def test_they_are_told_request_by_request(text: str, expected: list[str]) -> None:
    assert said(text)[: len(expected)] == expected
    assert parse_query(text, NEWEST).several


@pytest.mark.parametrize("how", ["--all", "-l app=x", "--field-selector metadata.name=web"])
def test_several_are_looked_for_and_deleted_one_by_one(how: str) -> None:
    query = parse_query(f"delete pods {how} -n x", NEWEST)

    assert [item.attributes.verb for item in query.asked] == ["list", "delete"]
    assert query.several


def test_several_objects_are_a_request_each() -> None:
    assert said("get pods a b -n x") == ["get pods a -n x", "get pods b -n x"]
    assert said("get deploy/a svc/b -n x") == ["get deployments.apps a -n x", "get services b -n x"]
    assert said("get pods,svc -A") == ["list pods -A", "list services -A"]
    assert parse_query("get pods,svc", NEWEST).several


def test_what_is_found_is_in_its_own_namespace() -> None:
    query = parse_query("label pods --all -A a=b", NEWEST)

    assert said("label pods --all -A a=b") == ["list pods -A", "patch pods some-name -n default"]
    assert "each object is asked for in its own namespace: default is taken" in query.notes


def test_watching_is_a_list_and_a_watch() -> None:
    assert said("get pods -w -n x") == ["list pods -n x", "watch pods -n x"]


@pytest.mark.parametrize("word", sorted(STEPS))
def test_every_word_says_why_it_asks(word: str) -> None:
    query = parse_query(f"{word} pods/web more=x more -n x", NEWEST)

    assert query.several
    assert all(item.why for item in query.asked)


@pytest.mark.parametrize("word", sorted(STEPS.keys() - ABOUT_NOTHING - {"top pods", "top nodes"}))
def test_every_word_needs_an_object(word: str) -> None:
    with pytest.raises(KubewitnessError, match="of what"):
        parse_query(word, NEWEST)


@pytest.mark.parametrize(
    "text", ["apply -f deploy.yaml", "create --filename=x.yaml", "delete -f x.yaml", "edit -f x.yaml"]
)
def test_a_file_is_not_taken_for_a_resource(text: str) -> None:
    with pytest.raises(KubewitnessError, match="no file is read here: name the resource instead"):
        parse_query(text, NEWEST)


def test_following_a_log_names_no_file_and_a_patch_is_no_object() -> None:
    assert said("logs -f web-0 -n x") == said("logs web-0 -n x")
    assert said("patch nodes n1 -p x") == ["patch nodes n1", "get nodes n1"]


def test_an_unknown_word_names_the_known_ones() -> None:
    with pytest.raises(KubewitnessError, match="rollout restart"):
        parse_query("frobnicate pods", NEWEST)
