"""Sets of requests in words."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy.difference import Box, Paths, Resources, Values, Who
from kubewitness.report.policy.difference.words import exception, requests

ANY = Values((), others=True)
ANYONE = Who(ANY, nobody=True)
SOMETHING_ELSE = (Resources(Values(("",)), Values(("elsewhere",))),)
EVERYTHING = Box((Resources(),), (), (Paths(),), ANY, ANY, (ANYONE,))


def these(*names: str) -> Values:
    return Values(names)


def all_but(*names: str) -> Values:
    return Values(names, others=True)


def on(*resources: Resources, others: tuple[Resources, ...] = SOMETHING_ELSE, paths: tuple[Paths, ...] = ()) -> Box:
    return Box(resources, others, paths, ANY, ANY, (ANYONE,))


def by(*who: Who) -> Box:
    return Box((Resources(),), (), (Paths(),), ANY, ANY, who)


def core(resources: Values, subresources: Values = these(""), names: Values = ANY) -> Resources:  # noqa: B008
    return Resources(these(""), resources, subresources, names)


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (EVERYTHING, "any verb of everything by anyone"),
        (on(Resources(), others=()), "any verb of any resource by anyone"),
        (on(core(these("pods", "secrets"))), "any verb of pods, secrets by anyone"),
        (on(core(these("pods"), these("", "exec"))), "any verb of pods, pods/exec by anyone"),
        (on(core(these("pods"), ANY)), "any verb of pods/* by anyone"),
        (
            on(core(these("pods"), all_but("exec"))),
            "any verb of pods/* (but not pods/exec) by anyone",
        ),
        (
            on(core(these("pods"), these("scale")), core(all_but("pods"), these("scale"))),
            "any verb of */scale by anyone",
        ),
        (
            on(core(these("pods"), these("", "scale")), core(all_but("pods"), these("scale"))),
            "any verb of pods, */scale by anyone",
        ),
        (
            on(core(all_but("pods"), these("scale"))),
            "any verb of */scale (* is not pods) by anyone",
        ),
        (
            on(core(these("pods"), these("")), core(all_but("pods"), these(""))),
            "any verb of every resource without its subresources by anyone",
        ),
        (on(core(these("pods"), names=these("web"))), "any verb of pods named web by anyone"),
        (on(core(these("pods"), names=all_but("web"))), "any verb of pods not named web by anyone"),
        (
            on(Resources(these("apps"), these("deployments"), these(""))),
            "any verb of everything in apps by anyone",
        ),
        (
            on(
                Resources(these("apps"), these("deployments"), these("")),
                others=(Resources(these("apps"), all_but("deployments")),),
            ),
            "any verb of deployments (apps) by anyone",
        ),
        (
            on(Resources(these("apps"), all_but("x")), others=(Resources(these("apps"), these("x")),)),
            "any verb of everything in apps but x/* by anyone",
        ),
        (on(Resources(these("batch", "apps"))), "any verb of everything in apps, batch by anyone"),
        (
            on(
                Resources(all_but("")),
                core(all_but("secrets"), ANY),
                others=(core(these("secrets"), ANY),),
            ),
            "any verb of any resource but secrets/* by anyone",
        ),
        (on(paths=(Paths("/a"), Paths("/b", prefix=False))), "any verb of /a*, /b by anyone"),
        (
            on(paths=(Paths("", but=(Paths("/a", but=(Paths("/a/b", prefix=False),)),)),)),
            "any verb of any URL (but not /a* (but not /a/b)) by anyone",
        ),
        (by(Who(ANY, nobody=False)), "any verb of everything by anyone logged in"),
        (by(Who(these(), nobody=True)), "any verb of everything by failed logins"),
        (by(Who(these("b", "a"), nobody=False)), "any verb of everything by a, b"),
        (by(Who(these("a"), nobody=True)), "any verb of everything by a, or failed logins"),
        (by(Who(these(""), nobody=False)), 'any verb of everything by ""'),
        (by(Who(all_but("a"), nobody=True)), "any verb of everything by anyone but a"),
        (by(Who(ANY, False, (("h", "g"),))), "any verb of everything by members of g or h"),
        (by(Who(ANY, False, (("g",), ("h",)))), "any verb of everything by members of g and of h"),
        (by(Who(all_but("a"), False, (("g",),), ("i",))), "any verb of everything by members of g but a outside of i"),
        (by(Who(these("a"), False, (("g",),))), "any verb of everything by a as members of g"),
        (
            by(Who(ANY, False, (("g",),)), Who(these("a"), False)),
            "any verb of everything by a, or members of g",
        ),
        (
            by(Who(ANY, False, (), ("system:authenticated", "system:unauthenticated"))),
            "any verb of everything by anyone logged in outside of system:authenticated, system:unauthenticated "
            "(whom no server lets in)",
        ),
    ],
)
def test_requests_in_words(box: Box, words: str) -> None:
    assert str(requests(box)) == words


@pytest.mark.parametrize(
    ("namespaces", "words"),
    [
        (these("b", "a"), "in a, b"),
        (these(""), "in no namespace"),
        (these("", "a"), "in a or no namespace"),
        (all_but("a"), "in any namespace but a"),
        (all_but("", "a"), "in any namespace but a or no namespace"),
    ],
)
def test_namespaces_in_words(namespaces: Values, words: str) -> None:
    box = Box((Resources(),), (), (), namespaces, ANY, (ANYONE,))

    assert str(requests(box)) == f"any verb of any resource {words} by anyone"


def test_paths_are_in_no_namespace() -> None:
    box = Box((), (Resources(),), (Paths("/a"),), these("kube-system"), ANY, (ANYONE,))

    assert str(requests(box)) == "any verb of /a* by anyone"


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (Box((Resources(),), (), (Paths(),), ANY, these("get"), (ANYONE,)), "get"),
        (Box((core(these("pods")),), SOMETHING_ELSE, (), ANY, these("get"), (ANYONE,)), "get of pods"),
        (Box((core(these("pods")),), SOMETHING_ELSE, (), these("a"), ANY, (ANYONE,)), "pods in a"),
        (
            Box((Resources(),), (), (Paths(),), ANY, all_but("get"), (Who(these("a"), nobody=False),)),
            "any verb but get by a",
        ),
    ],
)
def test_an_exception_says_only_what_is_special(box: Box, words: str) -> None:
    assert str(exception(box)) == words


def test_the_exception_of_an_exception_is_no_double_negation() -> None:
    everything_else = Resources(all_but(""), ANY, ANY, ANY)
    the_rest = core(all_but("pods"), ANY)
    box = on(
        everything_else, the_rest, core(these("pods"), these("exec")), others=(core(these("pods"), all_but("exec")),)
    )

    text = str(requests(box))

    assert text == "any verb of any resource but pods/* (still included: pods/exec) by anyone"
