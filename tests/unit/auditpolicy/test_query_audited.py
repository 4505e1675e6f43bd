"""Words of kubectl beside what a real kubectl was seen to send."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubewitness.auditpolicy import RequestAttributes, resource_request_info
from kubewitness.auditpolicy.query import SOMEBODY, parse_query
from kubewitness.auditpolicy.query.asked import SOME_NAME
from kubewitness.model import ServerVersion

if TYPE_CHECKING:
    from collections.abc import Iterator

NEWEST = ServerVersion(1, 37)
CONDITIONS = ("with ", "without", "or ", "if ", "none with", "newer", "no longer", "over SPDY")


def seen() -> Iterator[tuple[str, list[str]]]:
    text = (Path(__file__).parent / "kubectl_audited.txt").read_text()
    for part in text.split("kubectl ")[1:]:
        if "\n" in part.strip() and part.splitlines()[1].startswith(("GET", "POST", "PUT", "PATCH", "DELETE")):
            command, *requests = part.strip().splitlines()
            yield command, requests


SEEN = list(seen())


def request(line: str) -> RequestAttributes:
    method, uri = line.split(" ", 1)
    info = resource_request_info(method, uri)
    if not info.resource_request:
        return RequestAttributes(None, (), info.verb, resource_request=False, path=info.path)
    names = (info.api_group, info.resource, info.subresource, info.name, info.namespace)
    return RequestAttributes(None, (), info.verb, True, *names)


def nobodys(asked: RequestAttributes) -> RequestAttributes:
    return replace(asked, user=None, groups=(), path="" if asked.resource_request else asked.path)


def is_said(real: RequestAttributes, said: RequestAttributes) -> bool:
    """Where we name an object ourselves, any name will do."""
    return real == (replace(said, name=real.name) if said.name == SOME_NAME else said)


def told(command: str) -> list[tuple[RequestAttributes, str]]:
    where = "" if any(word in command for word in ("-A", "--raw", "can-i", "whoami")) else " -n x"
    before, dashes, behind = command.partition(" -- ")
    query = parse_query(f"{before}{where}{dashes}{behind}", NEWEST)
    return [(nobodys(item.attributes), item.why) for item in query.asked]


def test_there_is_something_to_compare_with() -> None:
    assert len(SEEN) > 60
    assert SOMEBODY


@pytest.mark.parametrize(("command", "lines"), SEEN, ids=[command for command, _ in SEEN])
def test_all_that_kubectl_sent_is_told(command: str, lines: list[str]) -> None:
    said = [asked for asked, _ in told(command)]

    for line in lines:
        assert any(is_said(request(line), asked) for asked in said), line


@pytest.mark.parametrize(("command", "lines"), SEEN, ids=[command for command, _ in SEEN])
def test_what_kubectl_did_not_send_is_told_with_its_condition(command: str, lines: list[str]) -> None:
    real = [request(line) for line in lines]

    for asked, why in told(command):
        sent = any(is_said(one, asked) for one in real)
        assert sent or any(word in why for word in CONDITIONS), (asked, why)
