"""Every EKS cluster of an AWS account, or of all accounts of an organisation.

Accounts by ListAccounts or by name, one role in each, the regions that each has enabled, the clusters in each region.
What is refused is an ``Unseen`` with the permission that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from kubewitness.discovery.fanout import Pace, Task
from kubewitness.discovery.found import Found, Item, LeftOut, Looked, Place, Unseen
from kubewitness.managed import Provider
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.eks import parse
from kubewitness.providers.eks.accounts import Account, Accounts
from kubewitness.providers.eks.errors import is_unknown_key, unread
from kubewitness.providers.eks.permissions import ACTIONS
from kubewitness.providers.paging import Trail, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: AWS counts calls by account and region, and says nowhere how many EKS takes; throttling began at some tens a second.
_CALLS_A_SECOND: Final = 20
_BURST: Final = 20
_REFUSED: Final = (BotoCoreError, ClientError)
_ENABLED: Final = ["ENABLED", "ENABLED_BY_DEFAULT"]
_NO_ACCESS: Final = {
    "SUSPENDED": "the account is SUSPENDED",
    "PENDING_CLOSURE": "the account is being closed (PENDING_CLOSURE)",
    "CLOSED": "the account is CLOSED",
    "PENDING_ACTIVATION": "the account is not active yet (PENDING_ACTIVATION)",
}
"""States in which nobody can use an account.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
"""

Step: TypeAlias = "Item | Task[Item]"


@dataclass(frozen=True, slots=True)
class AwsSearch:
    """Where to look. ``role``: name of the role to assume in each account but the own one; empty: the own one is all.

    ``accounts`` empty: all of the organisation. ``regions`` empty: those that are enabled. ``describe``: ask each
    cluster what it is, and what it logs. ``expected``: accounts that ought to be there, which only the organisation's
    list can deny; where it is refused they are looked at all the same.
    """

    role: str = ""
    external_id: str = ""
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    profile: str = ""
    describe: bool = True
    expected: tuple[str, ...] = ()

    @property
    def provider(self) -> Provider:
        return Provider.EKS

    def tasks(self) -> Iterator[Task[Item]]:
        """What to begin with."""
        try:
            yield Task("", _Aws(self).start)
        except BotoCoreError as error:  # the configuration itself: a profile that there is not
            gap = Unseen(Provider.EKS, Place("aws"), unread(error, "credentials"))
            yield Task("", lambda: (gap,))


class _Aws:
    def __init__(self, search: AwsSearch) -> None:
        self._search = search
        self._accounts = Accounts(search.profile)
        self._pace = Pace(_CALLS_A_SECOND, _BURST)
        self._own = Account("")
        self._partition = "aws"
        self._listed: set[str] = set()

    def start(self) -> Iterator[Step]:
        """Who we are, then which accounts there are."""
        try:
            me = self._call(self._own, "sts", "get_caller_identity")
        except _REFUSED as error:
            yield self._unseen(Place(self._search.profile or "aws"), error, ACTIONS["get_caller_identity"])
            return
        self._own = Account(str(me["Account"]))
        self._partition = str(me["Arn"]).split(":")[1]
        if self._search.accounts:
            yield from (self._in_account(Account(one)) for one in dict.fromkeys(self._search.accounts))
        elif self._search.role:
            trail = Trail(ACTIONS["list_accounts"])
            yield Task(self._own.id, lambda: self._organization_page(trail))
        else:
            yield from self._known_accounts()

    def _known_accounts(self) -> Iterator[Step]:
        """The own one, and those that ought to be there: looked at, or refused by name, as no list denies them.

        Those that the list has shown before it was refused are left out.
        """
        others = sorted(set(self._search.expected) - {self._own.id})
        known = (one for one in (self._own, *map(Account, others)) if one.id not in self._listed)
        yield from (self._in_account(one) for one in known)

    def _organization_page(self, trail: Trail, token: str = "") -> Iterator[Step]:
        following = {"NextToken": token} if token else {}
        try:
            page = self._call(self._own, "organizations", "list_accounts", **following)
        except _REFUSED as error:
            yield self._unseen(Place("organization"), error, ACTIONS["list_accounts"])
            yield from self._known_accounts()
            return
        for one in page.get("Accounts", ()):
            account = Account(str(one["Id"]), name=str(one.get("Name", "")))
            self._listed.add(account.id)
            # State is what is left since 2026-09-09; an older API says Status
            why = _NO_ACCESS.get(str(one.get("State") or one.get("Status") or ""))
            yield LeftOut(Place(account.id, name=account.name), why) if why else self._in_account(account)
        ask = partial(self._organization_page, trail)
        yield from self._further(page.get("NextToken"), trail, Place("organization"), ask)

    def _in_account(self, account: Account) -> Task[Item]:
        if account.id != self._own.id and self._search.role:
            role = f"arn:{self._partition}:iam::{account.id}:role/{self._search.role}"
            account = replace(account, role=role, external_id=self._search.external_id)
        return Task(account.id, lambda: self._account(account))

    def _account(self, account: Account) -> Iterator[Step]:
        here = Place(account.id, name=account.name)
        if account.id != self._own.id and not account.role:
            said = f"sts:AssumeRole: these credentials are of account {self._own.id}: name a role to assume"
            yield Unseen(Provider.EKS, here, Unread(Reason.DENIED, said))
            return
        try:
            self._accounts.enter(account)
        except _REFUSED as error:
            yield self._unseen(here, error, ACTIONS["assume_role"])
            return
        try:
            regions = self._search.regions or self._enabled(account)
        except _REFUSED as error:
            # which regions are enabled is not known: all that there are
            yield self._unseen(here, error, f"{ACTIONS['list_regions']}, {ACTIONS['describe_regions']}")
            yield from (self._in_region(account, name, guessed=True) for name in self._accounts.known_regions())
            return
        yield from (self._in_region(account, region) for region in dict.fromkeys(regions))

    def _enabled(self, account: Account) -> tuple[str, ...]:
        """By Account Management, or by EC2 where that is refused. Raises what the SDK raises."""
        try:
            return tuple(self._listed_regions(account))
        except (ClientError, NotReadError):
            told = self._call(account, "ec2", "describe_regions")
        return tuple(str(one["RegionName"]) for one in told["Regions"])

    def _listed_regions(self, account: Account) -> Iterator[str]:
        def ask(mark: str) -> Any:
            more = {"NextToken": mark} if mark else {}
            return self._call(
                account, "account", "list_regions", RegionOptStatusContains=_ENABLED, MaxResults=50, **more
            )

        for page in pages(ask, lambda page: page.get("NextToken"), Trail(ACTIONS["list_regions"])):
            yield from (str(one["RegionName"]) for one in page.get("Regions", ()))

    def _in_region(self, account: Account, region: str, *, guessed: bool = False) -> Task[Item]:
        trail = Trail(ACTIONS["list_clusters"])
        return Task(account.id, lambda: self._region_page(account, region, trail, guessed=guessed))

    def _region_page(
        self, account: Account, region: str, trail: Trail, token: str = "", *, guessed: bool = False
    ) -> Iterator[Step]:
        """``guessed``: whether the region is enabled is not known; an unknown key then means that it is not."""
        here = Place(account.id, region, account.name)
        following = {"nextToken": token} if token else {}
        try:
            page = self._call(account, "eks", "list_clusters", region, include=["all"], **following)
        except _REFUSED as error:
            if not (guessed and is_unknown_key(error)):
                yield self._unseen(here, error, ACTIONS["list_clusters"])
            return
        yield from (self._cluster(account, here, str(name)) for name in page.get("clusters", ()))
        ask = partial(self._region_page, account, region, trail)
        yield from self._further(page.get("nextToken"), trail, here, ask, end=Looked(here))

    def _further(
        self,
        following: str | None,
        trail: Trail,
        here: Place,
        ask: Callable[[str], Iterable[Step]],
        end: Item | None = None,
    ) -> Iterator[Step]:
        """The next page, or ``end``."""
        if not following:
            yield from () if end is None else (end,)
            return
        try:
            trail.follow(following)
        except NotReadError as error:
            yield Unseen(Provider.EKS, here, error.unread)
        else:
            yield Task(here.scope, lambda: ask(following))

    def _cluster(self, account: Account, here: Place, name: str) -> Step:
        arn = f"arn:{self._partition}:eks:{here.location}:{here.scope}:cluster/{name}"
        data = {"role": account.role, "external_id": account.external_id, "profile": self._search.profile}
        found = Found(
            Provider.EKS,
            arn,
            name,
            f"{here.scope}/{here.location}/{name}",
            here,
            {key: value for key, value in data.items() if value},
        )
        return Task(account.id, lambda: (self._described(account, found),)) if self._search.describe else found

    def _described(self, account: Account, found: Found) -> Found:
        try:
            raw = self._call(account, "eks", "describe_cluster", found.place.location, name=found.name)["cluster"]
        except _REFUSED as error:
            return replace(found, audit=unread(error, ACTIONS["describe_cluster"]))
        told = parse.parse_cluster(raw)
        elsewhere = told.not_loggable if raw.get("connectorConfig") else ""
        audit = None if elsewhere else any(told.log_types[name] for name in parse.AUDIT_TYPES)
        return replace(found, state=told.status, elsewhere=elsewhere, audit=audit)

    def _unseen(self, here: Place, error: Exception, action: str) -> Unseen:
        return Unseen(Provider.EKS, here, unread(error, str(getattr(error, "kubewitness_action", action))))

    def _call(self, account: Account, service: str, method: str, region: str = "", **arguments: Any) -> Any:
        self._pace.wait(account.id)
        return self._accounts.call(account, service, method, region, **arguments)
