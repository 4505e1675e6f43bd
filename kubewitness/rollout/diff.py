"""A plan as a person reads it: unified diffs with secrets masked, and what it costs. Pure."""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.rollout.outcome import FileChange, Plan

_MASK: Final = "*****"
_HIDDEN: Final = "\0"
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# What of a manifest may be shown, as it is written there, quotes and all. Everything else may be a secret.
_TAME: Final = r"""[^@?=&\s"'\\]*"""
_KEY: Final = re.compile(r"""(["']?)[A-Za-z][A-Za-z0-9_./-]*\1\Z""")
_ARGUMENT: Final = re.compile(
    rf"""(["']?)(?:kube-apiserver\1\Z|--(?:audit[-_][a-z_-]+|event[-_]ttl)=(?:{_TAME})\1\Z|--[a-z][a-z0-9._-]*(?:=|\1\Z|(?=\s)))"""
)
_AUDIT_FLAG: Final = re.compile(r"""(["']?)--audit[-_][a-z_-]+\1\Z""")
_AUDIT_VALUE: Final = re.compile(rf"""{_ARGUMENT.pattern}|(["']?)(?!--){_TAME}\2\Z""")
_NOTHING: Final = re.compile(r"(?!)")
_VALUES: Final = {
    key: re.compile(rf"""(["']?)(?:{value})\1\Z""")
    for key, value in {
        "apiVersion": r"v1",
        "kind": r"Pod",
        "name": r"[A-Za-z_][A-Za-z0-9_.-]*",
        "namespace": r"[a-z0-9-]+",
        "image": r"[A-Za-z0-9_./:-]+(?:@sha256:[0-9a-f]+)?",
        "path": rf"/{_TAME}",
        "mountPath": rf"/{_TAME}",
        "readOnly": r"true|false",
        "type": r"[A-Z][A-Za-z]+",
    }.items()
}
_SIGNS: Final = (
    yaml.KeyToken, yaml.ValueToken, yaml.BlockEntryToken, yaml.FlowEntryToken, yaml.DocumentStartToken,
    yaml.FlowSequenceStartToken, yaml.FlowSequenceEndToken, yaml.FlowMappingStartToken, yaml.FlowMappingEndToken,
)  # fmt: skip
_BEFORE_ITEM: Final = (yaml.BlockEntryToken, yaml.FlowEntryToken, yaml.FlowSequenceStartToken)


def describe(plan: Plan, *, live: bool) -> Iterator[str]:
    """Lines for the terminal: why, the difference of each file, what is not proved, and how long the API is away."""
    yield from (printable(reason) for reason in plan.reasons)
    for change in plan.written:
        yield from diff(change, is_manifest=change is plan.manifest)
    if plan.accepts_drift and not plan.written:
        yield "no file is changed: what is there meets the standard, and is recorded as it is now"
    if live and plan.unproved:
        yield f"no canary is looked for: {plan.unproved}: nothing will be proved but that the API server is ready"
    yield plan.restart.outage if live else "a file tree: no API server is restarted, and nothing is proved"


def diff(change: FileChange, *, is_manifest: bool = False) -> Iterator[str]:
    """The unified diff of one file, of a manifest with what may be secret masked. No lines where nothing differs."""
    before, after = (_lines(text or "", is_manifest=is_manifest) for text in (change.before, change.after))
    old, new = (printable(change.path) if text is not None else "/dev/null" for text in (change.before, change.after))
    for line in unified_diff(before, after, old, new, lineterm="", n=2):
        yield line.partition(_HIDDEN)[0]


def _lines(text: str, *, is_manifest: bool) -> list[str]:
    """Each line as it is shown, and behind it as it is: a line whose hidden part alone differs, differs."""
    raw = text.splitlines()
    shown = masked(text) if is_manifest else map(printable, raw)
    return [f"{line}{_HIDDEN}{full}" for line, full in zip(shown, raw, strict=True)]


def masked(manifest: str) -> list[str]:
    """The lines of a manifest as they may be shown: keys, names, mounts, volumes, flags, and values of audit flags.

    Values of other fields and flags, and comments, are masked; all of what is no YAML is.
    """
    chars = [char if char.isspace() else _HIDDEN for char in manifest]
    try:
        spans = list(_harmless(manifest))
    except yaml.YAMLError:
        spans = []
    for start, end in spans:
        chars[start:end] = manifest[start:end]
    lines = "".join(chars).splitlines()
    return [printable(re.sub(f"{_HIDDEN}+(?:\\s+{_HIDDEN}+)*", _MASK, line)) for line in lines]


def _harmless(manifest: str) -> Iterator[tuple[int, int]]:
    """Where what may be shown starts and ends: decided by the place that it has in the YAML."""
    allowed, key = _NOTHING, ""  # `allowed`: what the next scalar may be; _AUDIT_FLAG: such a flag was the last one
    for token in yaml.scan(manifest):
        start, end = token.start_mark.index, token.end_mark.index
        if isinstance(token, _SIGNS):
            yield start, end
        if isinstance(token, yaml.KeyToken):
            allowed = _KEY
        elif isinstance(token, yaml.ValueToken):
            allowed, key = _VALUES.get(key, _NOTHING), ""
        elif isinstance(token, _BEFORE_ITEM):
            allowed = _AUDIT_VALUE if allowed is _AUDIT_FLAG else _ARGUMENT
        elif isinstance(token, yaml.ScalarToken):
            raw = manifest[start:end]
            found = allowed.match(raw)
            if found:
                yield start, start + found.end()
            key = token.value if allowed is _KEY else ""
            is_item = allowed in {_ARGUMENT, _AUDIT_VALUE}
            allowed = _AUDIT_FLAG if is_item and _AUDIT_FLAG.match(raw) else _NOTHING


def printable(line: str) -> str:
    """``line`` with control characters, bidirectional ones and what is no UTF-8 made visible."""
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), line)
