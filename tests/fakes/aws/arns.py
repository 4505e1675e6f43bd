"""What an action is about, as the message of a denial names it.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html and
its neighbours
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.aws.world import Call


def resource_of(call: Call) -> str:
    here = f"{call.region}:{call.account}"
    match call.asked.service:
        case "eks":
            return f"arn:{call.partition}:eks:{here}:cluster/{call.params.get('name', '*')}"
        case "logs":
            group = call.params.get("logGroupName") or call.params.get("logGroupNamePrefix") or ""
            return f"arn:{call.partition}:logs:{here}:log-group:{group}:log-stream:"
        case "sts":
            return str(call.params.get("RoleArn", "*"))
        case "account":
            return f"arn:{call.partition}:account::{call.account}:account"
    return "*"
