"""AWS Organizations: who belongs to it, in which state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.aws.paging import page
from tests.fakes.aws.refusals import Refusal
from tests.fakes.aws.world import MANAGEMENT

if TYPE_CHECKING:
    from moto.organizations.models import OrganizationsBackend

    from tests.fakes.aws.world import Call


def list_accounts(call: Call) -> dict[str, Any]:
    """Twenty a page. ``Status`` is gone since 2026-09-09; ``State`` is what is left.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
    """
    backend = _backend(call.account)
    if backend.org is None:
        raise _not_yours(call)
    accounts = sorted((one.describe() for one in backend.accounts), key=lambda one: str(one["Id"]))
    if not call.world.settings.status_member:
        accounts = [{key: value for key, value in one.items() if key != "Status"} for one in accounts]
    return page(call, accounts, "Accounts", limit="MaxResults", token="NextToken", default=20)  # noqa: S106


def _not_yours(call: Call) -> Refusal:
    """Members may not list; whoever is in no organization hears that instead."""
    if any(one.id == call.account for one in _backend(MANAGEMENT).accounts):
        return Refusal("AccessDeniedException", "You don't have permissions to access this resource.", 400)
    return Refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400)


def make_organization(accounts: list[dict[str, str]]) -> None:
    """An organization of the management account with these members: the API would choose their ids itself.

    Args:
        accounts: ``id``, and where it matters ``name`` and ``state``.
    """
    backend = _backend(MANAGEMENT)
    if backend.org is None:
        backend.create_organization("us-east-1", FeatureSet="ALL")
    for one in accounts:
        name = one.get("name", f"account-{one['id']}")
        backend.create_account(AccountName=name, Email=f"aws-{one['id']}@example.com")
        made = backend.accounts[-1]
        made.id = one["id"]
        made.state = one.get("state", "ACTIVE")


def _backend(account: str) -> OrganizationsBackend:
    from moto.organizations.models import organizations_backends  # noqa: PLC0415  brings IAM with it: half a second

    return organizations_backends[account]["aws"]


ACTIONS = {"organizations:ListAccounts": list_accounts}
