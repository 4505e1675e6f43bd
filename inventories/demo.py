"""The fleet of `make demo`: three nodes as file trees, in copies under .demo that the deploy may change.

A real inventory looks the same, with the names of machines instead of `@tree/NAME` and no `root`.
"""

from pathlib import Path

_NODES = Path(__file__).resolve().parent.parent / ".demo" / "nodes"

control_plane = [
    ("@tree/no-auditing", {"root": str(_NODES / "no-auditing"), "cluster": "shop"}),
    ("@tree/records-nothing", {"root": str(_NODES / "records-nothing"), "cluster": "bank"}),
    # Somebody wrote this one's policy by hand: the deploy replaces such a policy only where it is told to.
    (
        "@tree/lists-unseen",
        {"root": str(_NODES / "lists-unseen"), "cluster": "blog", "audit_policy_replace": True},
    ),
]
