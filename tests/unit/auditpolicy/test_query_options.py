"""Options as kubectl takes them, words that name no object, and what to write in their place."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy.query import QueryError, parse_query
from kubewitness.auditpolicy.query.steps import INSTEAD
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("get pods -nprod", "get pods --namespace prod"),
        ("get pods -n=prod", "get pods --namespace prod"),
        ("get pods -lapp=x -nprod", "get pods --selector app=x --namespace prod"),
        ("get pods -Aw", "get pods --all-namespaces --watch"),
        ("get pods -Aoyaml", "get pods --all-namespaces"),
        ("exec -itnprod web -- sh", "exec web --namespace prod"),
        ("exec -itn prod web -- sh", "exec web --namespace prod"),
        ("logs -fcapp web -n x", "logs web -n x"),
        ("get pods web --v=6 -n x", "get pods web -n x"),
        ("get pods web -v6 --request-timeout 5s -n x", "get pods web -n x"),
        ("create cm x --from-file=a --from-env-file b -n x", "create cm x -n x"),
        ("create secret tls x --cert a --key=b -n x", "create secrets x -n x"),
    ],
)
def test_options_are_spelt_as_kubectl_takes_them(short: str, long: str) -> None:
    assert parse_query(short, NEWEST).asked == parse_query(long, NEWEST).asked


@pytest.mark.parametrize(("text", "option"), [("get pods -Zn", "-Zn"), ("get pods -AZ", "-Z")])
def test_a_short_option_that_there_is_not_is_named(text: str, option: str) -> None:
    with pytest.raises(QueryError, match=f"{option}: not an option of a query"):
        parse_query(text, NEWEST)


@pytest.mark.parametrize("text", ["create --raw /api/v1/pods -f x.json", "create -f x.json --raw /api/v1/pods"])
def test_a_path_takes_its_body_from_a_file(text: str) -> None:
    assert parse_query(text, NEWEST).asked == parse_query("create --raw /api/v1/pods", NEWEST).asked


@pytest.mark.parametrize(
    "text",
    [
        "apply -f x",
        "apply -k x",
        "get -f x",
        "certificate approve -f x",
        "set image -f x web=a",
        "rollout restart -f x",
    ],
)
def test_what_is_advised_in_place_of_a_file_is_a_query(text: str) -> None:
    with pytest.raises(QueryError, match="no file is read here") as caught:
        parse_query(text, NEWEST)

    advised = str(caught.value).split("'")[1]
    assert advised.startswith(text.partition(" -")[0])
    assert parse_query(advised, NEWEST).asked


def test_what_is_said_in_place_of_a_word_is_never_that_it_is_no_question() -> None:
    with pytest.raises(QueryError, match=r"^events: write 'list events -n prod'$"):
        parse_query("events", NEWEST)
    with pytest.raises(QueryError, match=r"^auth reconcile: write the requests one by one"):
        parse_query("auth reconcile -f x", NEWEST)
    for word in INSTEAD:
        with pytest.raises(QueryError, match=r"write|asks the server for nothing"):
            parse_query(word, NEWEST)


def test_a_drain_names_the_namespace_of_no_node() -> None:
    query = parse_query("drain n1", NEWEST)

    assert query.notes == ("each of the pods has a namespace of its own: default is taken for it",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("get https://1.2.3.4/api/v1/secrets", "an address: write the path alone, as in 'get /api/v1/secrets'"),
        ("get https://1.2.3.4", "as in 'get /'"),
        ("get https:", "https:: no resource"),
        ("get 'po*'", r"po\*: no resource"),
        ("get pods web/web2", "no name has a slash: write 'pods web web2' for two, or 'web/web2' alone"),
        ("delete pods web deploy/web2 -n x", "no name has a slash"),
        ("exec deploy/web", None),
        ("get deploy/web svc/web", None),
        ("label pods web example.com/x=y example.com/z-", None),
    ],
)
def test_what_is_no_object_is_not_taken_for_one(text: str, message: str | None) -> None:
    if message is None:
        assert parse_query(text, NEWEST).asked
        return

    with pytest.raises(QueryError, match=message):
        parse_query(text, NEWEST)
