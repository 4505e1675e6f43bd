"""One request put together from what was said, with the traps that it holds told where they bite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.auditpolicy.evaluate import RequestAttributes
from kubewitness.auditpolicy.membership import usual_groups
from kubewitness.auditpolicy.query.options import QueryError

if TYPE_CHECKING:
    from kubewitness.auditpolicy.query.options import Options
    from kubewitness.auditpolicy.query.resourcenames import Meant

SOMEBODY: Final = "kubewitness-probe"
"""The user where none is said, as in the probes: somebody whom no rule names."""
SOME_NAME: Final = "some-name"
"""The object where none is said, and one is needed."""
_SELECTED: Final = "metadata.name="


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. ``why``: what it is for, where kubectl makes several of them; else empty."""

    attributes: RequestAttributes
    why: str = ""


class Builder:
    """Makes requests of one query, and collects what its reader should know."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.notes: dict[str, None] = {}

    def note(self, text: str) -> None:
        """Say it once."""
        self.notes[text] = None

    def who(self) -> tuple[str | None, tuple[str, ...]]:
        """Who asks, with the groups that the server gives and those that are said."""
        if self._options.unauthenticated:
            return None, ()
        user = self._options.user if self._options.user is not None else SOMEBODY
        return user, tuple(dict.fromkeys((*usual_groups(user), *self._options.user_groups)))

    def request(
        self, verb: str, what: Meant, name: str, *, namespace: str | None = None, each: bool = False
    ) -> RequestAttributes:
        """The request as the server sees it.

        ``namespace``: where, whatever was said. ``each``: one of the objects that were found, wherever it is.
        """
        verb = self._verb(verb, what, name)
        name = self._name(verb, what, name)
        user, groups = self.who()
        return RequestAttributes(
            user=user,
            groups=groups,
            verb=verb,
            api_group=what.group,
            resource=what.resource,
            subresource=what.subresource,
            name=name,
            namespace=self._namespace(verb, what, name, each=each) if namespace is None else namespace,
        )

    def about(self, what: Meant) -> None:
        """What is to be known of the resource itself."""
        if what.known:
            if what.elsewhere and self._options.group is None:
                groups = " and ".join(f"{what.resource}.{group or 'core'}" for group in what.elsewhere)
                self.note(f"{what.resource} of {what.group or 'the core group'} is taken; there is {groups} too")
        elif what.group:
            self.note(f"{what.path}.{what.group} is none of kube-apiserver's own resources: a custom one, or misspelt")
        else:
            self.note(f"{what.path} is not known, and taken to be of the core group: write RESOURCE.GROUP for another")

    def _verb(self, verb: str, what: Meant, name: str) -> str:
        if verb == "get" and not name and not what.subresource:
            self.note("get without a name is a list: rules for get alone do not match it")
            return "list"
        return verb

    def _name(self, verb: str, what: Meant, name: str) -> str:
        selector = self._options.field_selector or ""
        if verb in {"list", "watch"}:
            return name or (selector.removeprefix(_SELECTED) if selector.startswith(_SELECTED) else "")
        if verb == "create" and not what.subresource:
            if name:
                self.note("a create has no name for the policy: resourceNames do not match it")
            return ""
        if verb == "deletecollection":
            return ""
        if not name:
            self.note(f"no object is named: {SOME_NAME} is taken, which no rule should name")
        return name or SOME_NAME

    def _namespace(self, verb: str, what: Meant, name: str, *, each: bool) -> str:
        said = self._options.namespace
        if what.group == "" and what.resource == "namespaces":
            if name:
                self.note("a Namespace has its own name as its namespace")
            return name
        if what.namespaced is False:
            if said:
                self.note(f"{what.resource} are in no namespace: -n {said} changes nothing")
            return ""
        if self._options.all_namespaces:
            if each and (verb != "list" or name):
                self.note("each object is asked for in its own namespace: default is taken")
                return "default"
            if verb not in {"list", "watch"} or name:
                raise QueryError(f"{verb} with -A: only a list or a watch without a name is for all namespaces")
            self.note('a list of all namespaces is in none: of the rules with namespaces only those with "" match it')
            return ""
        if said is None:
            self.note("no -n: the namespace default is taken, as kubectl does")
        return "default" if said is None else said
