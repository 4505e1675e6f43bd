"""Regions: which an account has, and what Account Management and EC2 say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.logs.models import logs_backends
from moto.utilities.utils import get_partition

from tests.fakes.aws.paging import page
from tests.fakes.aws.refusals import Refusal
from tests.fakes.aws.world import MANAGEMENT

if TYPE_CHECKING:
    from tests.fakes.aws.world import Call, World

ALWAYS_ON = frozenset({
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1",
    "us-east-2", "us-west-1", "us-west-2",
})  # fmt: skip
"""Enabled in every account, and not to be disabled. All others of the partition are off until asked for.

Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

ALL = tuple(
    sorted(name for name in logs_backends[MANAGEMENT].regions if get_partition(name) == "aws" and "-iso" not in name)
)
"""Of the partition aws, as botocore's endpoints have them."""


def is_enabled(world: World, account: str, region: str) -> bool:
    """Other partitions, and the pseudo region of the global services, are not ours to judge."""
    return region in ALWAYS_ON or region not in ALL or (account, region) in world.enabled_regions


def status(world: World, account: str, region: str) -> str:
    if region in ALWAYS_ON:
        return "ENABLED_BY_DEFAULT"
    return "ENABLED" if (account, region) in world.enabled_regions else "DISABLED"


def list_regions(call: Call) -> dict[str, Any]:
    wanted = call.params.get("RegionOptStatusContains")
    account = call.params.get("AccountId", call.account)
    found = [{"RegionName": name, "RegionOptStatus": status(call.world, account, name)} for name in ALL]
    kept = [one for one in found if not wanted or one["RegionOptStatus"] in wanted]
    return page(call, kept, "Regions", limit="MaxResults", token="NextToken", default=20)  # noqa: S106


def get_region_opt_status(call: Call) -> dict[str, Any]:
    name = _known(call)
    account = call.params.get("AccountId", call.account)
    return {"RegionName": name, "RegionOptStatus": status(call.world, account, name)}


def enable_region(call: Call) -> dict[str, Any]:
    """At once; AWS takes minutes to hours."""
    call.world.enabled_regions.add((call.params.get("AccountId", call.account), _known(call)))
    return {}


def disable_region(call: Call) -> dict[str, Any]:
    call.world.enabled_regions.discard((call.params.get("AccountId", call.account), _known(call)))
    return {}


def describe_regions(call: Call) -> dict[str, Any]:
    """Enabled ones, unless AllRegions. moto answers all of them either way.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    """
    named = call.params.get("RegionNames", [])
    if unknown := [name for name in named if name not in ALL]:
        raise Refusal("InvalidParameterValue", f"Invalid region provided: {unknown[0]}", 400)
    shown = []
    for name in ALL:
        one = {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": _opt_in(call, name)}
        asked_for = name in named or (not named and call.params.get("AllRegions"))
        if (asked_for or one["OptInStatus"] != "not-opted-in") and (not named or name in named):
            shown.append(one)
    return {"Regions": [one for one in shown if _passes(one, call.params.get("Filters", []))]}


_FILTERS = {"region-name": "RegionName", "endpoint": "Endpoint", "opt-in-status": "OptInStatus"}


def _passes(region: dict[str, str], filters: list[dict[str, Any]]) -> bool:
    for one in filters:
        if one["Name"] not in _FILTERS:
            raise Refusal("InvalidParameterValue", f"The filter '{one['Name']}' is invalid", 400)
        if region[_FILTERS[one["Name"]]] not in one["Values"]:
            return False
    return True


def _opt_in(call: Call, region: str) -> str:
    if region in ALWAYS_ON:
        return "opt-in-not-required"
    return "opted-in" if (call.account, region) in call.world.enabled_regions else "not-opted-in"


def _known(call: Call) -> str:
    name = str(call.params["RegionName"])
    if name not in ALL:
        raise Refusal("ValidationException", f"{name} is not a region", 400)
    return name


ACTIONS = {
    "account:ListRegions": list_regions,
    "account:GetRegionOptStatus": get_region_opt_status,
    "account:EnableRegion": enable_region,
    "account:DisableRegion": disable_region,
    "ec2:DescribeRegions": describe_regions,
}
