"""What the query of a list says to the audit policy: is it a watch, and which single name does it ask for?

``kubectl get --watch secret x`` sends ``?fieldSelector=metadata.name=x``, and the policy sees the name ``x``. One
parameter that cannot be read spoils all of them but ``watch``. Sources:
https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/request#RequestInfoFactory and
https://pkg.go.dev/k8s.io/apimachinery/pkg/fields#ParseSelector
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kubewitness.auditpolicy.labelselector import is_int64, is_label_selector
from kubewitness.auditpolicy.requesturi import first_values
from kubewitness.godecode.gotext import replace_invalid

_NUMBERS: Final = ("timeoutSeconds", "limit")
_TERM: Final = re.compile(r"(?P<field>.*?)(?P<operator>!=|==|=)(?P<value>.*)", re.DOTALL)
_TERMS: Final = re.compile(r"(?:[^\\,]|\\.|\\\Z)+", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(?P<character>[\\,=])|(?P<bad>[\\,=])")


@dataclass(frozen=True, slots=True)
class ListOptions:
    """``name`` is ``""`` where the list asks for no single name, or for one that no object can have."""

    watch: bool = False
    name: str = ""


def list_options(query: str) -> ListOptions:
    """The query of a GET without a name, as it stands in the URI. Any text is one; nothing is raised."""
    if not query:
        return ListOptions()
    values = first_values(query)
    watch = _is_true(values.get("watch"))
    try:
        name = _exact_name(values.get("fieldSelector", ""))
    except ValueError:
        return ListOptions(watch)
    readable = all(is_int64(values[key]) for key in _NUMBERS if key in values)
    if not readable or not is_label_selector(values.get("labelSelector", "")):
        return ListOptions(watch)
    return ListOptions(watch, "" if name in {".", ".."} or "/" in name or "%" in name else name)


def _is_true(value: str | None) -> bool:
    """Present, and neither ``0`` nor ``false`` in any case: ``watch=`` and ``watch=no`` are true."""
    return value is not None and value != "0" and value.casefold() != "false"


def _exact_name(selector: str) -> str:
    """The value of ``metadata.name=``, of several the first in byte order. Raises ValueError for no field selector."""
    found = None
    for term in sorted(_TERMS.findall(selector)):
        parts = _TERM.match(term)
        if parts is None:
            raise ValueError(term)
        value = _unescaped(parts["value"])
        if found is None and parts["field"] == "metadata.name" and parts["operator"] != "!=":
            found = value
    return found or ""


def _unescaped(value: str) -> str:
    if not _ESCAPED.search(value):
        return value

    def character(found: re.Match[str]) -> str:
        if found["bad"]:
            raise ValueError(value)
        return found["character"]

    return _ESCAPED.sub(character, replace_invalid(value))
