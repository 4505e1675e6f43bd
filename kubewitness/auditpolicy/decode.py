"""Would kube-apiserver start with this file, and with what left of it?

It decodes strictly; where that fails only for unknown or duplicate keys it decodes again, drops what it does not know,
writes a warning and starts (since 1.26; before, it dropped in silence). It reads the file once, when it starts.
Sources: https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/, https://pkg.go.dev/k8s.io/apiserver/pkg/audit/policy
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kubewitness.auditpolicy.bind import Bound, bind
from kubewitness.auditpolicy.documents import second_document
from kubewitness.auditpolicy.draft import draft_of, policy_of
from kubewitness.auditpolicy.identity import Identity, identify, require_policy
from kubewitness.auditpolicy.schema import INTERNAL_POLICY, POLICY, Struct
from kubewitness.auditpolicy.types import Policy
from kubewitness.auditpolicy.validate import Invalid, validate
from kubewitness.filesize import MAX_BYTES
from kubewitness.godecode.jsontext import parse_json
from kubewitness.godecode.tree import START, Mark, Problem, TreeError, Value
from kubewitness.godecode.yamltext import parse_yaml
from kubewitness.model import ServerVersion

STRICT_SINCE: Final = ServerVersion(1, 26)
"""From here on kube-apiserver says what it drops."""

_EMBEDDED_NAMED_SINCE: Final = ServerVersion(1, 35)
_LOWER_CASE_SINCE: Final = ServerVersion(1, 31)
"""Two changes of upstream's error texts."""

_GO_SPACE: Final = (
    "\t\n\v\f\r \u0085\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
_PROTOBUF: Final = b"k8s\x00"


@dataclass(frozen=True, slots=True)
class Loaded:
    """kube-apiserver would start with ``policy``.

    ``ignored``: keys that it does not know or that come twice, at their places, whatever the version. ``strict_error``:
    the warning that it writes about them; ``None`` where there are none, and before 1.26. ``rest``: where a second YAML
    document begins, which it does not read and does not mention.
    """

    policy: Policy
    strict_error: str | None
    ignored: tuple[Problem, ...] = ()
    rest: Mark | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """kube-apiserver would not start. ``error`` is its text, without the name of the file that it appends.

    ``problems``: each validation error by itself. ``beyond_limits``: the refusal is ours, kube-apiserver might read on;
    ``error`` says which limit. ``line`` and ``column`` are ``None`` where no place is to blame.
    """

    error: str
    line: int | None
    column: int | None
    problems: tuple[Problem, ...] = ()
    strict_error: str | None = None
    ignored: tuple[Problem, ...] = ()
    beyond_limits: bool = False


def load(text: str, version: ServerVersion) -> Loaded | Refused:
    """Judge a policy file for a server version; versions before 1.24 are judged as 1.24.

    Bytes that are no UTF-8 may come as lone surrogates (``surrogateescape``). Raises nothing.
    """
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "surrogatepass")
    return load_bytes(data, version)


def load_bytes(data: bytes, version: ServerVersion) -> Loaded | Refused:
    """As ``load``, for the bytes of a file: kube-apiserver reads UTF-16 as well, if it starts with its mark."""
    try:
        value, duplicates = _parse(data, version)
        identity = identify(value, data.decode("utf-8", "surrogateescape"))
        require_policy(identity)
        bound = bind(value, _target(identity, version))
    except TreeError as error:
        line, column = (error.mark.line, error.mark.column) if error.mark is not None else (None, None)
        text = f"not judged by kubewitness: {error.text}" if error.beyond_limits else f"failed decoding: {error.text}"
        return Refused(text, line, column, beyond_limits=error.beyond_limits)
    ignored = _ignored(duplicates, bound)
    strict_error = _strict_error(duplicates, bound, version)
    if identity.is_internal:
        text = f"unknown group version field {identity.group}/{identity.version}, Kind={identity.kind} in policy"
        return Refused(text, identity.mark.line, identity.mark.column, (), strict_error, ignored)
    judged = _judge(bound, version, strict_error, ignored)
    return replace(judged, rest=second_document(data)) if isinstance(judged, Loaded) else judged


def _target(identity: Identity, version: ServerVersion) -> Struct:
    """The Go type that the file is decoded into."""
    if not identity.is_internal:
        return POLICY
    return INTERNAL_POLICY if version >= _EMBEDDED_NAMED_SINCE else replace(INTERNAL_POLICY, embedded={})


def _parse(data: bytes, version: ServerVersion) -> tuple[Value, tuple[Problem, ...]]:
    """The value of the file and, of a YAML file, the keys that its maps hold twice."""
    if len(data) > MAX_BYTES:
        raise TreeError(f"larger than {MAX_BYTES} bytes", START, beyond_limits=True)
    if data.startswith(_PROTOBUF):
        raise TreeError("a binary (protobuf) policy", START, beyond_limits=True)
    if data.decode("utf-8", "replace").lstrip(_GO_SPACE).startswith("{"):
        try:
            return parse_json(data), ()
        except TreeError as error:
            text = error.text if error.beyond_limits else f"couldn't get version/kind; json parse error: {error.text}"
            raise TreeError(text, error.mark, beyond_limits=error.beyond_limits) from error
    try:
        document = parse_yaml(data)
    except TreeError as error:
        if version < _LOWER_CASE_SINCE and error.text.startswith("unsupported map key"):
            raise TreeError(f"U{error.text[1:]}", error.mark) from error
        raise
    return document.value, document.duplicates


def _ignored(duplicates: tuple[Problem, ...], bound: Bound) -> tuple[Problem, ...]:
    return (*duplicates, *bound.refused)


def _strict_error(duplicates: tuple[Problem, ...], bound: Bound, version: ServerVersion) -> str | None:
    """All duplicate keys of a YAML file are one error, each unknown field is another."""
    texts = [problem.text for problem in bound.refused]
    if duplicates:
        texts.insert(0, "yaml: unmarshal errors:\n  " + "\n  ".join(problem.text for problem in duplicates))
    if not texts or version < STRICT_SINCE:
        return None
    return f"strict decoding error: {', '.join(texts)}"


def _judge(
    bound: Bound, version: ServerVersion, strict_error: str | None, ignored: tuple[Problem, ...]
) -> Loaded | Refused:
    draft = draft_of(bound)
    invalid = validate(draft, version)
    if invalid:
        problems = tuple(Problem(error.text, _place(error, bound)) for error in invalid)
        text = invalid[0].text if len(invalid) == 1 else f"[{', '.join(error.text for error in invalid)}]"
        first = problems[0].mark
        line, column = (first.line, first.column) if first is not None else (None, None)
        return Refused(text, line, column, problems, strict_error, ignored)
    if not draft.rules:
        place = bound.positions.get("rules", START)
        return Refused("loaded illegal policy with 0 rules", place.line, place.column, (), strict_error, ignored)
    return Loaded(policy_of(draft), strict_error, ignored)


def _place(invalid: Invalid, bound: Bound) -> Mark | None:
    """Where the value stands, or the next thing around it that stands in the file."""
    path = invalid.path
    while path and path not in bound.positions:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return bound.positions.get(path)
