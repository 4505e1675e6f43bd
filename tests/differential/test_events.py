"""Requests and audit events as the policy saw them: ours beside k8s.io/apiserver's own RequestInfoFactory.

``python -m tests.differential.test_events SEED COUNT`` compares more of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kubewitness.auditpolicy import Loaded, RequestAttributes, attributes_of, load, resource_request_info
from kubewitness.auditpolicy.jsonlines import LineAnswers
from kubewitness.auditpolicy.requesturi import UriError
from kubewitness.godecode.gotext import replace_invalid
from kubewitness.model import ServerVersion
from tests.oracle.asking import fields
from tests.oracle.building import NEWEST, build

POLICIES = sorted((Path(__file__).parents[2] / "policies" / "audit").glob("*.yaml"))

_METHODS = ("GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "get", "TRACE")
_ROOTS = (
    "/api/v1", "/apis/apps/v1", "/apis/x.io/v1beta1", "/api/v1/watch", "/apis/apps/v1/watch", "/api/v1/proxy",
    "/api/v1/namespaces/n", "/apis/apps/v1/namespaces/n", "/api/v1/watch/namespaces/n", "/api/v1/proxy/namespaces/n",
    "/api/v1/namespaces", "/api/v1/pods", "/api/v1/secrets", "", "/api", "/apis", "/healthz", "/openapi/v3",
)  # fmt: skip
_SEGMENTS = (
    "pods", "secrets", "namespaces", "kube-system", "status", "finalize", "watch", "proxy", "exec", "x", "v1", "apps",
    "", "api", "apis", "%2F", "%2f..", "a%20b", "%E4%B8%AD", "%ff", "é", "*", "..", ".", "a+b", "a;b", "#x",
    "Namespaces",
)  # fmt: skip
_ODD = ("*", "/", "//", "/?", "/api?x", "//api/v1/pods", "/api/v1//pods", "/apis//v1/pods", "/api/v1/pods#f?watch=1")
_KEYS = (
    "fieldSelector", "fieldSelector", "field%53elector", "fieldselector", "watch", "Watch", "labelSelector", "limit",
    "timeoutSeconds", "continue", "resourceVersion", "sendInitialEvents", "allowWatchBookmarks", "",
)  # fmt: skip
_VALUES = (
    "metadata.name=x", "metadata.name%3Dx", "metadata.name==x", "metadata.name!=x", "metadata.name=", "metadata.name",
    "spec.nodeName=n,metadata.name=b", "metadata.name=b,metadata.name=a", "metadata.name=a%5C%2Cb",
    "metadata.name=a%5Cb", "metadata.name=a=b", "metadata.name=..", "metadata.name=a%2Fb", "metadata.name=a%25b",
    "metadata.name%3Dx%2Cspec.x%3Dy", ",,metadata.name=q,", "metadata.name=a+b", "metadata.name=%5C",
    "metadata.name=%ff%5C%3D", "metadata.name=%ff", "metadata.name=%C3%A9", "",
    "true", "false", "False", "0", "1", "00", "no", "5", "+5", "-5", "9223372036854775808", "9223372036854775807",
    "1_0", "a=b", "a+in+(b)", "a+in+(b", "a+in+(,)", "x+notin+(),!y", "a>5", "a>x", "a%00b", "%zz", "a;b",
)  # fmt: skip


def uri(random: Random) -> str:
    if random.random() < 0.02:
        return random.choice(_ODD)
    path = random.choice(_ROOTS) + "".join(f"/{random.choice(_SEGMENTS)}" for _ in range(random.randrange(5)))
    query = "&".join(_parameter(random) for _ in range(random.randrange(4)))
    return f"{path or '/'}{random.choice(('', '', '/'))}{f'?{query}' if query or random.random() < 0.1 else ''}"


def _parameter(random: Random) -> str:
    return random.choice(_KEYS) + (f"={random.choice(_VALUES)}" if random.random() < 0.93 else "")


def event(random: Random) -> dict[str, Any] | None:
    """``None`` for a request that the server refuses before any audit."""
    asked = uri(random)
    try:
        info = resource_request_info(random.choice(_METHODS), asked)
    except UriError:
        return None
    user = random.choice(({}, {"username": "jane"}, {"username": "joe", "groups": ["dev", "ops"]}))
    return {
        "kind": "Event",
        "verb": info.verb,
        "requestURI": asked,
        "user": user,
        "impersonatedUser": {"username": "x"},
        "objectRef": {"resource": "later", "name": "later"},
    }


def events(seed: int, count: int) -> list[dict[str, Any]]:
    random = Random(seed)  # noqa: S311  nobody's secret
    return [found for _ in range(count) if (found := event(random)) is not None]


def ask(oracle: Path, arguments: Sequence[str | Path], records: Sequence[dict[str, Any]]) -> list[bytes]:
    lines = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    done = subprocess.run([oracle, *arguments], input=lines, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.splitlines()[-1])  # before it stands what the server logs about odd queries
    return done.stdout.splitlines(keepends=True)


def differences(version: str, seed: int, count: int) -> list[tuple[dict[str, Any], RequestAttributes, dict[str, Any]]]:
    """Events of which the policy would be asked something else than we say."""
    records = events(seed, count)
    answers = [json.loads(line) for line in ask(build(version), ["attributes"], records)]
    ours = [attributes_of(record) for record in records]
    pairs = zip(records, ours, answers, strict=True)
    return [(record, mine, theirs) for record, mine, theirs in pairs if _shown(mine) != _shown_by_go(theirs)]


def _shown(request: RequestAttributes) -> dict[str, Any]:
    """Bytes that are no UTF-8 are U+FFFD in the oracle's JSON."""
    texts = {key: replace_invalid(value) if isinstance(value, str) else value for key, value in fields(request).items()}
    return texts | {"groups": list(request.groups)}


def _shown_by_go(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | {"groups": answer["groups"] or []}


@pytest.mark.parametrize("seed", range(4))
def test_the_policy_is_asked_what_we_say_about_an_event(version: str, seed: int) -> None:
    assert differences(version, seed, 2000) == []


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: path.stem)
def test_the_answers_to_events_and_requests_are_the_same_bytes(version: str, policy: Path) -> None:
    records = events(7, 1000)
    records += [fields(attributes_of(record)) for record in records if "%ff" not in record["requestURI"]]
    target = ServerVersion(*map(int, version.split(".")))
    loaded = load(policy.read_text("utf-8"), target)
    assert isinstance(loaded, Loaded)
    answers = LineAnswers(loaded.policy, target)

    ours = answers.answers(json.dumps(record).encode() for record in records)

    assert ours.encode().splitlines(keepends=True) == ask(build(version), ["eval", policy], records)


def main() -> int:
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    found = differences(NEWEST, seed, count)
    for record, ours, theirs in found[:5]:
        print(f"{record}\n  ours   {_shown(ours)}\n  theirs {_shown_by_go(theirs)}")  # noqa: T201
    print(f"{count} events, {len(found)} differences")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
