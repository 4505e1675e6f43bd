"""One EKS cluster, through boto3: thin, all that is understood of the answers is in ``parse``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from kubewitness.errors import KubewitnessError
from kubewitness.managed import Destination, ManagedCluster, Provider, latest
from kubewitness.model import Reason, Unread
from kubewitness.moments import rfc3339
from kubewitness.providers import NotReadError
from kubewitness.providers.eks import parse
from kubewitness.providers.eks.accounts import Account, Accounts
from kubewitness.providers.eks.enable import Aws, carry_out
from kubewitness.providers.eks.errors import is_unknown_key, unread
from kubewitness.providers.eks.permissions import ACTIONS
from kubewitness.providers.paging import Trail, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubewitness.enabling import Deadline
    from kubewitness.managedplan import Step

_T = TypeVar("_T")

#: A cluster's audit log is never silent for so long; what CloudWatch has noted of a stream can be an hour behind.
_RECENT_SECONDS: Final = 300
_STREAMS_LOOKED_INTO: Final = 3
_PART_ALONE: Final = frozenset({Reason.DENIED, Reason.THROTTLED})


class Connections:
    """The AWS clients of one run: as few as ``Accounts`` makes, for each profile."""

    def __init__(self) -> None:
        self._of_profile: dict[str, Accounts] = {}

    def cluster(self, name: str, cluster: str, data: Callable[[str], object]) -> EksCluster:
        """The cluster of a host. Host data: ``id`` (ARN, or name), ``region``, ``profile``, ``role``, ``external_id``,
        ``endpoint``. Raises KubewitnessError, NotReadError.
        """  # noqa: D205  the list is one sentence
        profile, role, external_id, endpoint = (
            str(data(key) or "") for key in ("profile", "role", "external_id", "endpoint")
        )
        given = str(data("id") or name.removeprefix("@managed/"))
        which = parse.cluster_name(given, str(data("region") or ""), name)
        try:
            if profile not in self._of_profile:
                self._of_profile[profile] = Accounts(profile)
            accounts = self._of_profile[profile]
        except BotoCoreError as error:  # the configuration itself: a profile that there is not
            raise NotReadError(unread(error, "credentials")) from error
        which = replace(which, region=which.region or accounts.region)
        if not which.region:
            raise KubewitnessError(f"{name}: no region: set host data region, or AWS_REGION")
        return EksCluster(name, cluster, which, Account("", role, external_id, endpoint=endpoint), accounts)


class EksCluster:
    """Reads a cluster, its updates and its log group."""

    def __init__(self, name: str, cluster: str, which: parse.ClusterName, account: Account, accounts: Accounts) -> None:
        self.name = name
        self.which = which
        self._cluster = cluster
        self._account = account
        self._accounts = accounts

    def observe(self) -> ManagedCluster:
        """Nine calls or so. Raises NotReadError: no such cluster, another account's, or nobody answers."""
        now = datetime.now(UTC)
        found = self._described()
        known = found if isinstance(found, parse.Cluster) else None
        self._refuse_another_account(known)
        idle = known.not_loggable if known else ""
        update, changed = (None, None) if idle else self._updates()
        made = known.made if known else found if isinstance(found, Unread) else None
        return ManagedCluster(
            name=self.name,
            cluster=self._cluster,
            provider=Provider.EKS,
            id=known.arn if known else f"{self.which.region}/{self.which.name}",
            read_at=rfc3339(now),
            log_types=found if isinstance(found, Unread) else found.log_types,
            audit_types=parse.AUDIT_TYPES,
            destinations=() if idle else self._destinations(now),
            update=update,
            changed=latest(changed, made),
            not_loggable=idle,
            blind_spots=parse.BLIND_SPOTS,
            unrecorded=(),  # there is no setting that leaves a request out
            exempted=parse.NO_EXEMPTIONS,
            doubles=parse.NO_DOUBLES,
        )

    def retention_at_least(self, days: int) -> int:
        """The shortest retention that CloudWatch Logs offers and that is no less."""
        return parse.retention_at_least(days)

    def key(self, given: str) -> str:
        """The ARN of a KMS key, in the cluster's region."""
        return parse.kms_key(given, self.which.region)

    def carry_out(self, step: Step, deadline: Deadline, tell: Callable[[str], None]) -> None:
        """One step of a plan, to its end. Raises KubewitnessError, NotReadError."""
        group = parse.group_name(self.which.name)
        carry_out(step, Aws(self.which.name, group, self.call, self.log_group, deadline, tell))

    def call(self, service: str, method: str, **arguments: Any) -> Any:
        """One call. Raises what the SDK raises, with the permission that it needs as ``action``; NotReadError where
        the role may not be assumed.
        """  # noqa: D205  one sentence
        try:
            return self._accounts.call(self._account, service, method, self.which.region, **arguments)
        except (BotoCoreError, ClientError) as error:
            if of_role := getattr(error, "kubewitness_action", ""):
                raise NotReadError(unread(error, of_role)) from error
            error.action = ACTIONS[method]
            raise

    def part(self, read: Callable[[], _T]) -> _T | Unread:
        """What ``read`` reads, or why it could not be read."""
        try:
            return read()
        except (BotoCoreError, ClientError) as error:
            return unread(error, str(getattr(error, "action", "AWS")))
        except NotReadError as error:
            return error.unread

    def _described(self) -> parse.Cluster | Unread:
        """Refused by itself it hides nothing else; where nobody answers, or knows us, there is nothing else to ask."""
        try:
            return parse.parse_cluster(self.call("eks", "describe_cluster", name=self.which.name)["cluster"])
        except (BotoCoreError, ClientError) as error:
            why = unread(error, ACTIONS["describe_cluster"])
            if isinstance(error, ClientError) and why.reason in _PART_ALONE and not is_unknown_key(error):
                return why
            raise NotReadError(why) from error

    def _refuse_another_account(self, known: parse.Cluster | None) -> None:
        """The credentials lead into an account that may have a cluster and a log group of the same names.

        Where the cluster is not shown, the credentials are asked whose they are.
        """
        if not self.which.account:
            return
        shown = known.arn if known else self.part(lambda: str(self.call("sts", "get_caller_identity")["Arn"]))
        if isinstance(shown, Unread):
            raise NotReadError(shown)
        if f":{self.which.account}:" not in shown:
            said = f"these credentials show {shown}, which is in another account than the id: set role or profile"
            raise NotReadError(Unread(Reason.NOT_OBSERVED, said))

    def _updates(self) -> tuple[str | Unread | None, str | Unread | None]:
        """The change of the logging that is under way, and when the last one was started.

        The list is in no order, so all are looked at; DescribeCluster may say ACTIVE meanwhile.

        Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_ListUpdates.html
        """
        found = self.part(lambda: list(self._each_update()))
        if isinstance(found, Unread):
            return found, found
        ours = [update for update in found if update.of_logging]
        running = next((update for update in ours if update.status == "InProgress"), None)
        changed = max((update.started for update in ours if update.status == "Successful"), default=None)
        return f"update {running.id}, started {running.started}" if running else None, changed

    def _each_update(self) -> Iterator[parse.Update]:
        for page in self._pages("eks", "list_updates", name=self.which.name):
            for update in page["updateIds"]:
                told = self.call("eks", "describe_update", name=self.which.name, updateId=update)
                yield parse.parse_update(told["update"])

    def _destinations(self, now: datetime) -> tuple[Destination, ...]:
        name = parse.group_name(self.which.name)
        kind, types = "CloudWatch log group", frozenset(parse.LOG_TYPES)
        group = self.part(self.log_group)
        if isinstance(group, Unread):
            return (
                Destination(kind, name, types, group, group, None, group, key=group, undeletable=group, readers=group),
            )
        if group is None:
            return (Destination(kind, name, types, exists=False),)
        streams = self.part(lambda: self._streams(name))
        last: str | Unread | None = streams if isinstance(streams, Unread) else None
        noted = 0
        if not isinstance(streams, Unread):
            last, noted = self.part(lambda: self._last_event(name, streams, now)), parse.newest_noted(streams)
        return (
            Destination(
                kind,
                group.arn,
                types,
                exists=True,
                last_event=last,
                noted=parse.at(noted) if noted else None,
                retention_days=group.retention_days,
                retention_owner=group.retention_owner,
                key=group.key,
                undeletable=group.undeletable,
                readers=self.part(lambda: self._readers(name)),
                limits=parse.LIMITS,
            ),
        )

    def log_group(self) -> parse.LogGroup | None:
        """The cluster's log group; ``None``: there is none. Raises what the SDK raises."""
        name = parse.group_name(self.which.name)
        told = self._pages("logs", "describe_log_groups", logGroupNamePrefix=name)
        return parse.parse_group((group for page in told for group in page["logGroups"]), name)

    def _streams(self, group: str) -> list[parse.Stream]:
        asked = {"logGroupName": group, "logStreamNamePrefix": parse.AUDIT_STREAMS}
        told = self._pages("logs", "describe_log_streams", **asked)
        return [parse.parse_stream(raw) for page in told for raw in page["logStreams"]]

    def _last_event(self, group: str, streams: list[parse.Stream], now: datetime) -> str | None:
        """When the newest audit event was. Where CloudWatch's note of it is old, the youngest streams are asked."""
        newest = parse.newest_noted(streams)
        if newest < (now.timestamp() - _RECENT_SECONDS) * 1000:
            for stream in parse.newest_streams(streams, _STREAMS_LOOKED_INTO):
                last = self.call(
                    "logs", "get_log_events", logGroupName=group, logStreamName=stream.name, limit=1,
                    startFromHead=False,
                )  # fmt: skip
                newest = max([newest, *(event["timestamp"] for event in last["events"])])
        return parse.at(newest) if newest else None

    def _readers(self, group: str) -> tuple[str, ...]:
        told = self._pages("logs", "describe_subscription_filters", logGroupName=group)
        return tuple(parse.parse_filter(raw) for page in told for raw in page["subscriptionFilters"])

    def _pages(self, service: str, method: str, **arguments: Any) -> Iterator[Any]:
        """Every page. Raises NotReadError where there is no end."""

        def ask(mark: str) -> Any:
            return self.call(service, method, **arguments, **({"nextToken": mark} if mark else {}))

        return pages(ask, lambda page: page.get("nextToken"), Trail(ACTIONS[method]))
