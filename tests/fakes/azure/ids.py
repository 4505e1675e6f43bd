"""Resource ids. Azure compares them without regard to case, and writes them as it pleases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """What a path is about."""

    path: str
    """As it was asked, without a trailing action."""
    subscription: str
    group: str
    kind: str
    """Full type in lower case: ``microsoft.insights/diagnosticsettings``."""
    name: str
    """Of one resource; empty: all of this kind."""
    parent: str
    """The path that this one hangs from: a group, a subscription, another resource."""
    action: str = ""
    """What POST asks for: ``lock``."""

    @property
    def key(self) -> str:
        return self.path.lower()


def target(path: str, method: str = "GET") -> Target:
    """Raises: ValueError: it is no path of Azure's."""
    parts = path.strip("/").split("/")
    action = parts.pop() if method == "POST" and _is_odd_one_out(parts) else ""
    lowered = [part.lower() for part in parts]
    subscription = _after(parts, lowered, "subscriptions")
    group = _after(parts, lowered, "resourcegroups")
    clean = "/" + "/".join(parts)
    if "providers" not in lowered:
        return _of_arm_itself(clean, parts, lowered, subscription, group)
    at = len(lowered) - 1 - lowered[::-1].index("providers")
    own = parts[at + 1 :]
    if len(own) < 2:
        raise ValueError(f"{path}: no type after the provider")
    types, names = own[1::2], own[2::2]
    kind = "/".join([own[0], *types]).lower()
    name = names[-1] if len(names) == len(types) else ""
    parent = parts[:at] if len(types) == 1 else parts[: at + 1 + 2 * (len(types) - 1) + 1]
    return Target(clean, subscription, group, kind, name, "/" + "/".join(parent), action)


def _is_odd_one_out(parts: list[str]) -> bool:
    """Whether the last part is an action: types and names come in pairs, and what is left over is one."""
    lowered = [part.lower() for part in parts]
    if "providers" not in lowered:
        return False
    at = len(lowered) - 1 - lowered[::-1].index("providers")
    return len(parts) - at - 2 > 2 and (len(parts) - at - 2) % 2 == 1


def _of_arm_itself(path: str, parts: list[str], lowered: list[str], subscription: str, group: str) -> Target:
    if lowered[:1] == ["subscriptions"] and len(parts) <= 2:
        return Target(path, subscription, "", "microsoft.resources/subscriptions", subscription, "")
    if lowered[2:3] == ["resourcegroups"] and len(parts) <= 4:
        kind = "microsoft.resources/subscriptions/resourcegroups"
        return Target(path, subscription, group, kind, group, f"/subscriptions/{subscription}")
    raise ValueError(f"{path}: no path of Azure Resource Manager that this fake knows")


def _after(parts: list[str], lowered: list[str], word: str) -> str:
    if word not in lowered:
        return ""
    at = lowered.index(word) + 1
    return parts[at] if at < len(parts) else ""
