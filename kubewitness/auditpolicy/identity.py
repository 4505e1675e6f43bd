"""Which kind of object does a file say it is? Group, version and kind, by the rules of kube-apiserver's decoder.

The kind may be missing. The keys are found here whatever their case, and only here. Source:
https://pkg.go.dev/k8s.io/apimachinery/pkg/runtime/serializer/json
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kubewitness.godecode.gotext import go_quote
from kubewitness.godecode.tree import Array, Kind, Mark, Object, Scalar, TreeError, Value

GROUP: Final = "audit.k8s.io"
VERSION: Final = "v1"
KIND: Final = "Policy"
INTERNAL: Final = "__internal"

_SCHEME: Final = "k8s.io/apiserver/pkg/audit/scheme.go:30"
"""As released binaries say it; one that was built from Go modules names another line."""
_HEAD_TYPE: Final = (
    r'struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }'
)
_LOOK_ALIKES: Final = str.maketrans({"\u017f": "s", "\u212a": "k"})
"""The long s and the Kelvin sign: Go folds them into the letters that they look like."""

_OPTIONS: Final = frozenset(
    {"ListOptions", "GetOptions", "DeleteOptions", "CreateOptions", "UpdateOptions", "PatchOptions", "WatchEvent"}
)
_UNVERSIONED: Final = frozenset({"Status", "APIVersions", "APIGroup", "APIGroupList", "APIResourceList"})
_AUDIT_KINDS: Final = frozenset({"Event", "EventList", "PolicyList"})


@dataclass(frozen=True, slots=True)
class Identity:
    """Group, version and kind, filled up where the file says nothing. ``mark``: what is to blame if it is no policy."""

    group: str
    version: str
    kind: str
    mark: Mark

    @property
    def is_policy(self) -> bool:
        """A policy, of this version or of none."""
        return self.group == GROUP and self.kind == KIND and self.version in {VERSION, INTERNAL}

    @property
    def is_internal(self) -> bool:
        """No version at all: kube-apiserver decodes it and then refuses it."""
        return self.version == INTERNAL


def identify(value: Value, original: str) -> Identity:
    """Who ``value`` says it is. ``original``: the file, which upstream quotes. Raises TreeError."""
    head = _head(value)
    api_version, kind = head["apiversion"], head["kind"]
    group, version = _group_version(api_version)
    if not version and group in {"", GROUP}:
        group, version = GROUP, INTERNAL
    if not version:
        raise TreeError(f"Object 'apiVersion' is missing in '{original}'", api_version.mark)
    blamed = kind if (group, version) == (GROUP, VERSION) else api_version
    return Identity(group, version, kind.text or KIND, blamed.mark)


def require_policy(identity: Identity) -> None:
    """Raises TreeError for an object that is no policy."""
    if not identity.is_policy:
        raise TreeError(_refusal(identity), identity.mark)


def _refusal(identity: Identity) -> str:
    gv = f"{identity.group}/{identity.version}" if identity.group else identity.version
    go_type = _go_type(identity)
    if go_type is not None:
        return f"converting ({go_type}) to (audit.Policy): unknown conversion"
    if identity.is_internal:
        where = f"the internal version of group {go_quote(identity.group)}"
    else:
        where = f"version {go_quote(gv)}"
    return f"no kind {go_quote(identity.kind)} is registered for {where} in scheme {go_quote(_SCHEME)}"


def _head(value: Value) -> dict[str, Scalar]:
    """``apiversion`` and ``kind``, empty where missing or null; the last of several spellings counts."""
    if isinstance(value, Array) or (isinstance(value, Scalar) and value.kind is not Kind.NULL):
        word = "array" if isinstance(value, Array) else value.kind
        raise _head_error(f"json: cannot unmarshal {word} into Go value of type {_HEAD_TYPE}", value)
    found = dict.fromkeys(("apiversion", "kind"), Scalar(Kind.STRING, "", value.mark))
    names = {"apiversion": "apiVersion", "kind": "kind"}
    error: TreeError | None = None
    for field in value.fields if isinstance(value, Object) else ():
        key = field.key.translate(_LOOK_ALIKES).lower()
        if key not in found:
            continue
        if isinstance(field.value, Scalar) and field.value.kind is Kind.STRING:
            found[key] = field.value
        elif not isinstance(field.value, Scalar) or field.value.kind is not Kind.NULL:
            text = f"json: cannot unmarshal {_word(field.value)} into Go struct field .{names[key]} of type string"
            error = error or _head_error(text, field.value)
    if error is not None:
        raise error
    return found


def _head_error(text: str, value: Value) -> TreeError:
    return TreeError(f"couldn't get version/kind; json parse error: {text}", value.mark)


def _word(value: Value) -> str:
    match value:
        case Scalar():
            return value.kind
        case Array():
            return "array"
        case Object():
            return "object"


def _group_version(api_version: Scalar) -> tuple[str, str]:
    text = api_version.text
    if text.count("/") > 1:
        raise TreeError(f"unexpected GroupVersion string: {text}", api_version.mark)
    if text in {"", "/"}:
        return "", ""
    group, slash, version = text.partition("/")
    return (group, version) if slash else ("", text)


def _go_type(identity: Identity) -> str | None:
    """The Go type of the other kinds that kube-apiserver knows in this place."""
    kind, internal = identity.kind, identity.is_internal
    if kind in _UNVERSIONED:
        return f"v1.{kind}"
    if identity.group not in {"", GROUP} or identity.version not in {VERSION, INTERNAL}:
        return None
    if internal and kind == "WatchEvent":
        return "v1.InternalEvent"
    if not internal and kind in _OPTIONS:
        return f"v1.{kind}"
    if identity.group == GROUP and kind in _AUDIT_KINDS:
        return f"audit.{kind}" if internal else f"v1.{kind}"
    return None
