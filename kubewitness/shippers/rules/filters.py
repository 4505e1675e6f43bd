"""SH017 and SH018: what is left out or changed on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Severity
from kubewitness.shippers.rules.rule import Found, ShipperRule, shipper_rule
from kubewitness.shippers.rules.subject import Reads, Served, judged, reads, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubewitness.shippers.model import Configuration, Filter, Setting

_NIST: Final = "https://csrc.nist.gov/pubs/sp/800/92/final"


@shipper_rule("SH017", "a filter leaves records out", Severity.HIGH, source=_NIST)
def leaves_out(configuration: Configuration) -> Iterator[Found]:
    """What is too much belongs into the audit policy, where it is reviewed.

    A filter of the shipper removes it where nobody looks, and nothing tells the reader of the store that it is missing.
    """
    told: set[Filter] = set()
    for route in configuration.routes:
        audit = any(reads(item) is Reads.AUDIT for item in route.inputs)
        for item in route.filters:
            if item in told and not audit:
                continue
            told.add(item)
            text = f"{said(item.drops)}: {item.drops.value}"
            severity = Severity.HIGH if audit else Severity.LOW
            yield Found(text, item.place, item.drops, route.name, severity, name=f"filter {item.name}")


@shipper_rule("SH018", "what is sent is not what was read", Severity.MEDIUM, source=_NIST)
def alters(configuration: Configuration) -> Iterator[Found]:
    """A record that was changed on the way is no evidence.

    Escaped, cut or without a field it does not compare with what kube-apiserver wrote, and often does not parse.
    """
    for served in judged(configuration):
        setting = served.output.alters
        if setting is not None and not _unwraps(served, setting):
            yield served.found(setting, f"{said(setting)}: {setting.value}", Severity.MEDIUM)


def _unwraps(served: Served, setting: Setting[str]) -> bool:
    """What the container runtime put around a line is no part of what the container wrote."""
    return setting.written == "container" and {reads(item) for item in served.inputs()} == {Reads.CONTAINERS}


RULES: Final[tuple[ShipperRule[Configuration], ...]] = (leaves_out, alters)
