"""What a collector's processors drop, alter or hold in memory. Pure.

Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.158.0/processor
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Filter, Queue, QueueKind, Setting, WhenFull
from kubewitness.shippers.yamltree import Items, Scalar, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kubewitness.shippers.model import Place
    from kubewitness.shippers.otelcol.components import Component
    from kubewitness.shippers.yamltree import Value

_HARMLESS: Final = frozenset(
    {
        "attributes", "cumulativetodelta", "deltatocumulative", "deltatorate", "geoip", "groupbyattrs", "interval",
        "k8sattributes", "memorylimiter", "metricsgeneration", "metricstransform", "remotetap", "resource",
        "resourcedetection", "schema", "span",
    }
)  # fmt: skip
"""They add to a record or look at it: its body stays as it is."""
_EDITORS: Final = (
    "set|delete_key|delete_matching_keys|delete_index|keep_keys|keep_matching_keys|replace_pattern|replace_all_patterns|"
    "replace_match|replace_all_matches|truncate_all|limit|flatten|merge_maps|append"
)
_WRITES_BODY: Final = re.compile(rf"\s*(?:{_EDITORS})\(\s*(?:target\s*=\s*)?(?:log\.)?body\b")


@dataclass(frozen=True, slots=True)
class Processed:
    """What one processor does to records: nothing, by default. ``buffers``: it holds them in memory."""

    filters: tuple[Filter, ...] = ()
    alters: Setting[str] | None = None
    buffers: Queue | None = None


def processor(component: Component) -> Processed:
    """Whatever the processor is; of one that is not known here a problem says so."""
    known = _KNOWN.get(component.kind)
    if known is not None:
        return known(component)
    if component.kind not in _HARMLESS:
        message = f"processor {component.id}: whether it drops or alters is not known"
        component.section.wonder(message, component.place)
    return Processed()


def _buffer(component: Component) -> Queue:
    """It answers at once and sends later: what it holds when the program dies is lost.

    Source: https://github.com/open-telemetry/opentelemetry-collector/tree/v0.158.0/processor/batchprocessor
    """
    kind = Setting(f"processor {component.id}", QueueKind.MEMORY, component.id, component.place)
    return Queue(kind, Setting(kind.name, WhenFull.BLOCK, "block"))


def _filters(component: Component) -> Iterator[Filter]:
    section = component.section
    for path in ("log_conditions", "logs.log_record", "logs.resource", "logs.include", "logs.exclude"):
        value = section.value(path)
        texts = list(_texts(value))
        if value is not None and texts:
            drops = "what does not match" if path == "logs.include" else "what matches"
            yield _filter(component, f"{drops} {' or '.join(texts)[:200]}", path)


def _sampler(component: Component) -> Processed:
    """By default it samples nothing: all is dropped."""
    share = component.section.text("sampling_percentage") or "0"
    return Processed((_filter(component, f"all but {share} % of the records", "sampling_percentage"),))


def _repeated(component: Component) -> Processed:
    return Processed((_filter(component, "records that repeat one", component.id),))


def _redacted(component: Component) -> Processed:
    return Processed(alters=Setting(component.id, "values are masked or removed", component.id, component.place))


def _traces_only(component: Component) -> Processed:
    component.section.refuse(f"processor {component.id} takes traces only", component.place)
    return Processed()


def _filter(component: Component, drops: str, name: str) -> Filter:
    place = component.section.place(name) or component.place
    return Filter(component.id, component.place, Setting(name, drops, drops, place))


def _transforms(component: Component) -> Setting[str] | None:
    statements = component.section.value("log_statements")
    for text, place in _placed(statements):
        if _WRITES_BODY.match(text):
            return Setting("log_statements", f"writes the body anew: {text[:200]}", text[:200], place)
    return None


def _placed(value: Value | None) -> Iterator[tuple[str, Place]]:
    """Each scalar of a value, however deep."""
    match value:
        case Scalar():
            yield value.text, value.place
        case Items():
            for item in value.values:
                yield from _placed(item)
        case Table():
            for entry in value.entries:
                yield from _placed(entry.value)


def _texts(value: Value | None) -> Iterator[str]:
    return (text for text, _ in _placed(value) if text)


_KNOWN: Final[Mapping[str, Callable[[Component], Processed]]] = {
    "batch": lambda component: Processed(buffers=_buffer(component)),
    "filter": lambda component: Processed(tuple(_filters(component))),
    "probabilisticsampler": _sampler,
    "logdedup": _repeated,
    "transform": lambda component: Processed(alters=_transforms(component)),
    "redaction": _redacted,
    "tailsampling": _traces_only,
}
