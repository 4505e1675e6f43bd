"""Our policies, as the tests take them apart."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy import Loaded, Policy, RequestAttributes, Rule, load_bytes
from kubewitness.model import ServerVersion

if TYPE_CHECKING:
    from collections.abc import Iterator

NEWEST: Final = ServerVersion(1, 37)
FOLDER: Final = Path(__file__).resolve().parents[3] / "policies" / "audit"
NAMES: Final = ("essential", "standard", "forensic")

Who = tuple[str | None, tuple[str, ...]]

KUBELET: Final[Who] = ("system:node:n1", ("system:nodes", "system:authenticated"))
SCHEDULER: Final[Who] = ("system:kube-scheduler", ("system:authenticated",))
CONTROLLER_MANAGER: Final[Who] = ("system:kube-controller-manager", ("system:authenticated",))
API_SERVER: Final[Who] = ("system:apiserver", ("system:masters", "system:authenticated"))
JANE: Final[Who] = ("jane", ("system:authenticated",))
ANONYMOUS: Final[Who] = ("system:anonymous", ("system:unauthenticated",))
NOBODY: Final[Who] = (None, ())


def service_account(name: str, namespace: str = "kube-system") -> Who:
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return f"system:serviceaccount:{namespace}:{name}", groups


@cache
def text(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def shipped(name: str, version: ServerVersion = NEWEST) -> Policy:
    """The policy as kube-apiserver loads it, strictly."""
    result = load_bytes(text(name).encode(), version)
    assert isinstance(result, Loaded), result
    assert result.strict_error is None
    assert result.ignored == ()
    return result.policy


def asking(who: Who, verb: str, what: str, namespace: str = "", name: str = "") -> RequestAttributes:
    """``what`` as kubectl names it: pods, pods/exec, deployments.apps, deployments.apps/scale."""
    plural, _, subresource = what.partition("/")
    resource, _, group = plural.partition(".")
    return RequestAttributes(
        *who,
        verb,
        True,
        api_group=group,
        resource=resource,
        subresource=subresource,
        name=name,
        namespace=namespace,
    )


def visiting(who: Who, path: str, verb: str = "get") -> RequestAttributes:
    return RequestAttributes(*who, verb, resource_request=False, path=path)


def principals(rule: Rule) -> Iterator[Who]:
    """Everybody whom the rule names, with the groups that the server gives them; jane where it names nobody."""
    for user in rule.users:
        parts = user.split(":")
        if user.startswith("system:serviceaccount:"):
            yield service_account(parts[3], parts[2])
        elif user == ANONYMOUS[0]:
            yield ANONYMOUS
        else:
            yield API_SERVER if user == API_SERVER[0] else (user, ("system:authenticated",))
    for group in rule.user_groups:
        if group == "system:nodes":
            yield KUBELET
        else:
            yield service_account("some", group.rpartition(":")[2])
    if not rule.users and not rule.user_groups:
        yield JANE


def matching(rule: Rule) -> Iterator[RequestAttributes]:
    """Requests that the rule is about: everybody and everything that it names, each with each."""
    verbs, namespaces = rule.verbs or ("get",), rule.namespaces or ("default",)
    for who, verb in product(principals(rule), verbs):
        for path in rule.non_resource_urls:
            yield visiting(who, path.replace("*", "apps"), verb)
        for namespace, entry in product(namespaces, rule.resources):
            resources, names = entry.resources or ("anything",), entry.resource_names or ("",)
            for resource, name in product(resources, names):
                plural, slash, subresource = resource.replace("*", "pods").partition("/")
                group = f".{entry.group}" if entry.group else ""
                yield asking(who, verb, f"{plural}{group}{slash}{subresource}", namespace, name)
        if not rule.non_resource_urls and not rule.resources:
            yield asking(who, verb, "pods", "default")
