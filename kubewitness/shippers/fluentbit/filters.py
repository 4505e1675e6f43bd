"""Which Fluent Bit filters leave records out or change them. Pure.

Source: https://docs.fluentbit.io/manual/data-pipeline/filters
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.shippers.fluentbit.sections import switch
from kubewitness.shippers.model import Filter, Problem, Setting

if TYPE_CHECKING:
    from kubewitness.shippers.fluentbit.sections import Entry, Section

_SCRIPTS: Final = frozenset({"lua", "wasm", "tensorflow"})
_REMOVING: Final = frozenset({
    "remove", "remove_wildcard", "remove_regex", "remove_key", "allowlist_key", "whitelist_key",
})  # fmt: skip
_SAMPLING: Final = frozenset({"throttle", "throttle_size", "sampling"})


def drops(section: Section) -> Filter | None:
    """What it leaves out; ``None``: nothing."""
    plugin, what, entry = section.plugin, "", section.entry("name")
    if plugin == "grep":
        entry = section.entry("exclude", "regex")
        what = (
            "records that match are left out" if entry and entry.key == "exclude" else "only records that match go on"
        )
    elif plugin in _SAMPLING:
        what = (
            "what comes faster than the rate is left out" if plugin != "sampling" else "a share of the records goes on"
        )
    elif plugin == "kubernetes" and switch(section.text("k8s-logging.exclude")):
        entry = section.entry("k8s-logging.exclude")
        what = "whoever writes a pod can have its log left out, by the annotation fluentbit.io/exclude"
    if not what or entry is None:
        return None
    return Filter(plugin, section.place, Setting(entry.name, what, entry.value, entry.place))


def alters(section: Section) -> Setting[str] | None:
    """What it removes from records; ``None``: nothing."""
    if section.plugin not in {"modify", "record_modifier"}:
        return None
    found: Entry | None = next((entry for entry in section.entries if entry.key in _REMOVING), None)
    if found is None:
        return None
    return Setting(found.name, "fields of the record are removed", found.value, found.place)


def unread(section: Section) -> Problem | None:
    """A script, which may do anything; ``None``: it is none."""
    if section.plugin not in _SCRIPTS:
        return None
    message = f"filter {section.plugin}: what its script leaves out or changes could not be told: read it"
    return Problem(message, section.place, refused=False)
