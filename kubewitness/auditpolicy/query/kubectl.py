"""The requests of one word of kubectl: ``drain n1``, ``rollout restart deploy/web``, ``label pods --all a=b``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn

from kubewitness.auditpolicy.query.asked import SOME_NAME, Asked
from kubewitness.auditpolicy.query.objects import Target, found_by, targets
from kubewitness.auditpolicy.query.options import EXAMPLE, QueryError
from kubewitness.auditpolicy.query.resourcenames import meant
from kubewitness.auditpolicy.query.steps import ABOUT_NOTHING, INTO_PODS, LOOK, USUAL, WITHOUT_NAMES, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.auditpolicy.evaluate import RequestAttributes
    from kubewitness.auditpolicy.query.asked import Builder
    from kubewitness.auditpolicy.query.options import Options
    from kubewitness.auditpolicy.query.steps import Step
    from kubewitness.model import ServerVersion

_TO_FIND_ONE: Final = "to find one of its pods"


def requests_of(word: str, words: list[str], options: Options, builder: Builder, version: ServerVersion) -> list[Asked]:
    """What kubectl sends for ``word``, each request once. ``words``: those behind it. Raises QueryError."""
    telling = _Telling(word, options, builder, version)
    if word in ABOUT_NOTHING:
        return list(telling.steps(Target(meant("pods", None, version), SOME_NAME)))
    found = [asked for target in telling.targets(words) for asked in telling.requests(target)]
    first: dict[RequestAttributes, Asked] = {}
    for asked in found:
        first.setdefault(asked.attributes, asked)
    return list(first.values())


class _Telling:
    def __init__(self, word: str, options: Options, builder: Builder, version: ServerVersion) -> None:
        self._word, self._options, self._builder, self._version = word, options, builder, version

    def targets(self, words: list[str]) -> list[Target]:
        """What the word is about."""
        word, usual = self._word, USUAL.get(self._word)
        words = [text for text in words if "=" not in text and not text.endswith("-")]
        if word == "taint":
            words = [text for text in words if ":" not in text]
        if word == "set serviceaccount":
            words = words[:-1]
        if word in {"port-forward", "run", "logs", "attach", "exec"}:
            words = words[:1]  # then come ports, a command, a container
        if word == "cp":
            return [self._copied(words or self._nothing())]
        some = found_by(self._options) or word in WITHOUT_NAMES
        if not words and usual is not None and some:
            words = [usual]
        elif words and usual is not None and "/" not in words[0]:
            words = [usual, *words]
        found = targets(word, words or self._nothing(), self._options, self._builder, self._version)
        if some or all(target.name for target in found):
            return found
        self._builder.note(f"no object is named: {SOME_NAME} is taken, which no rule should name")
        return [replace(target, name=target.name or SOME_NAME) for target in found]

    def requests(self, target: Target) -> Iterator[Asked]:
        """Of one object, or of all that are found."""
        itself = {"pods", "nodes"} if self._word == "debug" else {"pods"}
        if self._word in INTO_PODS and target.what.resource not in itself:
            return self._by_way_of(target)
        return self.steps(target)

    def steps(self, target: Target) -> Iterator[Asked]:
        """The requests about this object itself."""
        namespaced = target.what.namespaced is not False
        for step in steps_of(self._word, target.what.resource, namespaced=namespaced):
            if step.resource == "namespaces" and step.named:
                place = Target(meant("namespaces", None, self._version), self._options.namespace or "default")
                yield from [self._step(step, place)] if namespaced else []
            else:
                yield self._step(step, target)

    def _by_way_of(self, target: Target) -> Iterator[Asked]:
        """Into a pod of something: it is looked for; only port-forward looks at the pod itself once more."""
        yield self._step(LOOK, target)
        pod = Target(meant("pods", None, self._version), SOME_NAME)
        yield Asked(self._builder.request("list", pod.what, ""), _TO_FIND_ONE)
        for step in steps_of(self._word, "pods", namespaced=True):
            if step is not LOOK or self._word == "port-forward":
                yield self._step(step, pod)

    def _step(self, step: Step, target: Target) -> Asked:
        about = target.what
        what = meant(step.resource, None, self._version) if step.resource else about
        subresource = step.subresource or ("" if step.resource else about.subresource)
        what = replace(what, subresource=subresource)
        if step.finds and not target.name:
            found = self._builder.request("list", what, "", namespace=self._place(step, target))
            return Asked(found, step.why.replace("looks at the object", "looks for the objects"))
        name = target.name if what.resource == about.resource or step.namespace else ""
        asked = self._builder.request(
            step.verb,
            what,
            (name or SOME_NAME) if step.named else "",
            namespace=self._place(step, target),
            each=not target.name,
        )
        return Asked(asked, step.why if target.name or not step.named else f"{step.why}; for each of them")

    def _place(self, step: Step, target: Target) -> str | None:
        """Where it is asked, if not where the query says."""
        if step.everywhere:
            return ""
        if step.resource and (target.what.group, target.what.resource) == ("", "namespaces"):
            return target.name or SOME_NAME
        if step.elsewhere and self._options.namespace is None:
            self._builder.note(f"each of the {step.resource} has a namespace of its own: default is taken for it")
            return "default"
        return step.namespace or None

    def _copied(self, words: list[str]) -> Target:
        """``cp NAMESPACE/POD:PATH PATH``, or the other way round."""
        place = next((text.partition(":")[0] for text in words if ":" in text), words[0])
        namespace, slash, name = place.rpartition("/")
        if slash and self._options.namespace is None:
            self._options.namespace = namespace
        return Target(meant("pods", None, self._version), name)

    def _nothing(self) -> NoReturn:
        example = "web-0" if USUAL.get(self._word) == "pods" else "deployments web"
        raise QueryError(f"{self._word}: of what? write it as '{self._word} {example} -n prod', or {EXAMPLE}")
