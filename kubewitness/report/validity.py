"""Would kube-apiserver start with these policies? For people, and as lines of JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.decode import Refused
from kubewitness.godecode.tree import Problem
from kubewitness.report.policy.page import Cell, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kubewitness.auditpolicy import Rule
    from kubewitness.auditpolicy.verdict import Verdict
    from kubewitness.model import ServerVersion
    from kubewitness.report import Options

_RED: Final = "bold red"
_YELLOW: Final = "yellow"
_GREEN: Final = "green"
_LONGEST: Final = 500
_NO_VERSION: Final = "unknown group version field audit.k8s.io/__internal"
_HINT: Final = "apiVersion is missing, or the first document is empty: only that one is read"

_A_POD: Final = 'no kind "Pod" is registered'
_POD_HINT: Final = "a Pod, and no policy; kube-apiserver's own manifest is read by"
_REST: Final = "a second YAML document: it is not read, and kube-apiserver does not say so"


def as_json(verdict: Verdict) -> str:
    """One line with ``file``, ``ok``, ``error``, ``strictError`` and ``rules``; ``line`` for a policy inside something.

    The errors are kube-apiserver's own, or null; ``rules`` is the number of rules left, 0 where it would not start.
    ``ignoredFromLine`` is there where a second YAML document is, which kube-apiserver does not read.
    """
    fields = {
        "file": verdict.file,
        **({} if verdict.inside is None else {"line": verdict.inside.line}),
        "ok": verdict.ok,
        "error": verdict.error,
        "strictError": verdict.found.strict_error,
        "rules": len(verdict.rules),
        **({} if verdict.rest is None else {"ignoredFromLine": verdict.rest.line}),
    }
    return json.dumps(fields, separators=(",", ":")) + "\n"


def as_text(verdicts: Sequence[Verdict], version: ServerVersion, options: Options) -> str:
    """The verdicts on one file: a line each, and below it why, at its place in the file."""
    writer = _Writer(f"kube-apiserver {version.major}.{version.minor}", Page(options))
    writer.file(verdicts)
    return writer.page.text()


class _Writer:
    def __init__(self, server: str, page: Page) -> None:
        self.server = server
        self.page = page

    def file(self, verdicts: Sequence[Verdict]) -> None:
        if verdicts[0].inside is not None:
            policies = "a policy" if len(verdicts) == 1 else f"{len(verdicts)} policies"
            self.page.line(f"{verdicts[0].file}: no policy itself, but {policies} inside:")
        for verdict in verdicts:
            self.page.line(f"{_name(verdict)}: ", *self._answer(verdict))
            self._problems(verdict.file, verdict.faults)
            self._hints(verdict)
            self._problems(verdict.file, verdict.ignored)
            for line in _left(verdict):
                self.page.line(line, indent=2)
            if verdict.rest is not None:
                self._problems(verdict.file, [Problem(_REST, verdict.rest)])

    def _hints(self, verdict: Verdict) -> None:
        error = verdict.error or ""
        if error.startswith(_NO_VERSION):
            self.page.line(_HINT, indent=2)
        if _A_POD in error:
            self.page.line(_POD_HINT, indent=2)
            self.page.command(f"kubewitness policy lint POLICY --flags {verdict.file}", indent=4)

    def _answer(self, verdict: Verdict) -> tuple[Cell | str, ...]:
        rules = f"{len(verdict.rules)} {'rule' if len(verdict.rules) == 1 else 'rules'}"
        if isinstance(verdict.found, Refused):
            sure = "was not judged" if verdict.found.beyond_limits else f"{self.server} would not start with it"
            return Cell(sure, _RED), ":"
        if verdict.ignored:
            return Cell("ok, but", _YELLOW), f" {self.server} drops a part of it; {rules} left:"
        if verdict.rest is not None:
            return Cell("ok, but", _YELLOW), f" {self.server} reads a part of it only; {rules}:"
        return Cell("ok", _GREEN), f", {rules}"

    def _problems(self, file: str, problems: Iterable[Problem]) -> None:
        for problem in problems:
            place = f":{problem.mark.line}:{problem.mark.column}" if problem.mark is not None else ""
            text = problem.text if len(problem.text) <= _LONGEST else f"{problem.text[:_LONGEST]}..."
            self.page.line(f"{file}{place}: {text}", indent=2)


def _name(verdict: Verdict) -> str:
    if verdict.inside is None:
        return verdict.file
    path = f" ({verdict.inside.path})" if verdict.inside.path else ""
    return f"{verdict.file}:{verdict.inside.line}{path}"


def _left(verdict: Verdict) -> Iterator[str]:
    """What the rules have become from which something was dropped."""
    for index, rule in verdict.touched():
        words = " and ".join(_everything(rule))
        yield f"rules[{index}] is then {json.dumps(_fields(rule))}{f': {words}' if words else ''}"


def _everything(rule: Rule) -> Iterator[str]:
    """Where the rule is wider than it looks."""
    narrows = rule.users, rule.user_groups, rule.verbs, rule.namespaces, rule.resources, rule.non_resource_urls
    if not any(narrows):
        yield "it matches every request"
    for group in dict.fromkeys(entry.group for entry in rule.resources if not entry.resources):
        yield f"it matches any resource of {f'the group {group}' if group else 'the core group'}"


def _fields(rule: Rule) -> dict[str, Any]:
    """As a policy writes it, without what is empty; the group of resources is always there."""
    resources = [
        {"group": entry.group} | _filled(resources=entry.resources, resourceNames=entry.resource_names)
        for entry in rule.resources
    ]
    fields = _filled(
        users=rule.users,
        userGroups=rule.user_groups,
        verbs=rule.verbs,
        resources=resources,
        namespaces=rule.namespaces,
        nonResourceURLs=rule.non_resource_urls,
        omitStages=rule.omit_stages,
    )
    managed = {} if rule.omit_managed_fields is None else {"omitManagedFields": rule.omit_managed_fields}
    return {"level": rule.level, **fields, **managed}


def _filled(**lists: Sequence[Any]) -> dict[str, Any]:
    return {key: items for key, items in lists.items() if items}
