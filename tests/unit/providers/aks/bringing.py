"""What the tests of the deploy on AKS ask again and again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from kubewitness.content import read_standard
from kubewitness.enabling import enable
from kubewitness.errors import KubewitnessError
from kubewitness.managedplan import ManagedPlan, plan_managed
from kubewitness.providers.aks.permissions import PERMISSIONS
from tests.unit.providers.aks.fleet import LOGS, reached, settings

if TYPE_CHECKING:
    from tests.fakes.azure import Azure

WRITES = {item.name for item in PERMISSIONS if item.enforces and not item.linked}
ON = f"switch on guard, kube-apiserver, kube-audit to {LOGS}, by the diagnostic setting kubewitness"


def bring(standard: str = "standard", *, wait: float = 20, **data: str) -> list[str]:
    """The steps, as they were told; what is waited for left out."""
    cluster, told = reached(**{"destination": LOGS, **data}), list[str]()
    plan = partial(
        plan_managed, standard=read_standard(standard), key="", retention_at_least=cluster.retention_at_least
    )
    enable(cluster, plan, told.append, wait)
    return [step for step in told if not step.startswith("waiting")]


def notes(**data: str) -> tuple[str, ...]:
    cluster = reached(**{"destination": LOGS, **data})
    found = plan_managed(
        cluster.observe(), read_standard("standard"), key="", retention_at_least=cluster.retention_at_least
    )
    assert isinstance(found, ManagedPlan)
    return found.notes


def refusal(standard: str = "standard", *, wait: float = 20, **data: str) -> str:
    with pytest.raises(KubewitnessError) as caught:
        bring(standard, wait=wait, **data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def on(azure: Azure, name: str = "kubewitness") -> set[str]:
    return {one["category"] for one in settings(azure)[name]["logs"] if one["enabled"]}


def table(azure: Azure, name: str = "AKSAudit", of: str = LOGS) -> dict[str, Any]:
    return dict(azure.ask("GET", f"{of}/tables/{name}", version="2023-09-01")[1]["properties"])


def written(azure: Azure) -> set[str]:
    return {action for action in azure.calls() if not action.endswith("/read")} - {"token"}
