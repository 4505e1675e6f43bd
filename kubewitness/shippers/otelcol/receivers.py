"""What a collector's receivers do. Pure.

Defaults are those of 0.158: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.158.0/receiver
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.shippers.model import Filter, Input, InputKind, Setting, Start
from kubewitness.shippers.otelcol.components import storage
from kubewitness.shippers.otelcol.operators import operators
from kubewitness.shippers.settings import instead, seconds, size_bytes, switch, whole
from kubewitness.shippers.yamltree import scalars

if TYPE_CHECKING:
    from kubewitness.shippers.otelcol.components import Component, Surroundings
    from kubewitness.shippers.settings import Section

NETWORK: Final = frozenset(
    {"otlp", "syslog", "tcplog", "udplog", "fluentforward", "splunkhec", "loki", "kafka", "webhookevent", "nats"}
)
_QUIETER: Final = frozenset({"emerg", "alert", "crit", "err", "warning", "notice", *"012345"})


@dataclass(frozen=True, slots=True)
class Received:
    """One receiver: what it reads, what it leaves out, and how it changes what it read (``None``: not)."""

    input: Input
    filters: tuple[Filter, ...] = ()
    alters: Setting[str] | None = None


def receiver(component: Component, around: Surroundings) -> Received:
    """Whatever the receiver is, as far as it is known."""
    match component.kind:
        case "filelog":
            return _files(component, around)
        case "journald":
            return _journal(component, around)
        case kind if kind in NETWORK:
            return Received(Input(component.id, InputKind.NETWORK, component.place))
        case _:
            component.section.wonder(f"receiver {component.id}: not one that is judged here", component.place)
            return Received(Input(component.id, InputKind.OTHER, component.place))


def _files(component: Component, around: Surroundings) -> Received:
    section = component.section
    kept, folder = storage(section, "storage", around)
    paths = _texts(section, "include")
    if not paths:
        section.refuse(f"receiver {component.id}: include is not set", component.place)
    found = Input(
        component.id,
        InputKind.FILES,
        component.place,
        paths=paths,
        excluded=_texts(section, "exclude"),
        start=_start(section),
        checkpoint=kept,
        line_limit=_line_limit(section),
        offers_again=_offers_again(section),
        saves_ahead=around.saves_ahead,
        state_dir=folder,
    )
    work = operators(section)
    return Received(found, (*_left_out(section), *work.filters), work.alters)


def _line_limit(section: Section) -> Setting[int | None] | Unread:
    return section.setting("max_log_size", lambda text: size_bytes(text) or None, 1024 * 1024, "1MiB")


def _journal(component: Component, around: Surroundings) -> Received:
    """The cursor is saved before its entry is handed on, whatever the emitter: a kill can lose one.

    Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.158.0/pkg/stanza/operator/input/journald/input.go
    """
    section = component.section
    kept, folder = storage(section, "storage", around)
    ahead = around.saves_ahead
    if isinstance(ahead, Setting) and not ahead.value:
        ahead = Setting("storage", True, "the cursor of an entry is saved before the entry is handed on", kept.place)
    found = Input(
        component.id,
        InputKind.JOURNAL,
        component.place,
        start=_start(section),
        checkpoint=kept,
        line_limit=_field_limit(section),
        offers_again=_offers_again(section),
        saves_ahead=ahead,
        state_dir=folder,
        units=_texts(section, "units"),
    )
    left_out = tuple(
        Filter(component.id, section.place(key) or component.place, Setting(key, value, value, section.place(key)))
        for key, value in (("grep", section.text("grep")), ("priority", section.text("priority")))
        if value and (key != "priority" or value in _QUIETER)
    )
    work = operators(section)
    return Received(found, (*left_out, *work.filters), work.alters)


def _field_limit(section: Section) -> Setting[int | None] | Unread:
    """journalctl writes a longer field as null, unless it is told to write all.

    Source: https://www.freedesktop.org/software/systemd/man/latest/journalctl.html#all
    """
    return instead(
        section.setting("all", switch, default=False, written="false"), lambda value: None if value else 4096
    )


def _texts(section: Section, path: str) -> tuple[Setting[str], ...]:
    return tuple(Setting(path, item.text, item.text, item.place) for item in scalars(section.value(path)))


def _start(section: Section) -> Setting[Start] | Unread:
    starts = {"beginning": Start.BEGINNING, "end": Start.END}
    return section.setting("start_at", starts.get, Start.END, "end")


def _offers_again(section: Section) -> Setting[bool] | Unread:
    """For ever, that is. Source: internal/coreinternal/consumerretry of the same repository."""
    enabled = section.setting("retry_on_failure.enabled", switch, default=False, written="false")
    if isinstance(enabled, Unread) or not enabled.value:
        return enabled
    longest = section.setting("retry_on_failure.max_elapsed_time", seconds, 300.0, "5m")
    return instead(
        enabled if isinstance(longest, Setting) and not longest.value else longest, lambda value: value is True
    )


def _left_out(section: Section) -> tuple[Filter, ...]:
    """Files that the receiver passes over."""
    older = section.setting("exclude_older_than", seconds, 0.0, "0s")
    first = section.setting("ordering_criteria.top_n", whole, 0, "not set")
    said = (
        (older, f"files that did not change for {section.text('exclude_older_than')}"),
        (first, f"all but the first {section.text('ordering_criteria.top_n')} files"),
    )
    return tuple(
        Filter(
            setting.name,
            setting.place or section.table.place,
            Setting(setting.name, drops, setting.written, setting.place),
        )
        for setting, drops in said
        if isinstance(setting, Setting) and setting.value
    )
