"""Standards for tests: the one called ``standard``, and what a test changes of it."""

from __future__ import annotations

from typing import Any

import yaml

from kubewitness.content import policy_names, standard_text
from kubewitness.standard import Standard, parse_standard


def standard(**changes: Any) -> Standard:
    """The shipped standard with ``changes``: ``required`` (a rung, of every source), and of its sections.

    ``rotation``, ``at_least``, ``at_most``, ``managed``, ``journal``, ``containers`` and ``shipping`` replace what is
    there, key by key, ``event_ttl_hours`` as it is; a level of ``None`` takes a probe out.
    """
    root = yaml.safe_load(standard_text("standard"))
    if required := changes.pop("required", None):
        root["sources"] = dict.fromkeys(root["sources"], required)
    root["event_ttl_hours"] = changes.pop("event_ttl_hours", root["event_ttl_hours"])
    for section in ("managed", "journal", "containers", "shipping"):
        root[section].update(changes.pop(section, {}))
    for name, change in changes.items():
        merged = {**root["audit"][name], **change}
        root["audit"][name] = {key: value for key, value in merged.items() if value is not None}
    return parse_standard(yaml.safe_dump(root), "standard of this test", policy_names())
