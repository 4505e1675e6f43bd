"""What a test holds of a running fake AWS."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.fakes.handle import Handle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MANAGEMENT = "111111111111"
REGION = "eu-west-1"


class Aws(Handle):
    """Labels that narrow a fault: ``account``, ``region``, ``name`` (a cluster, a log group, a role's ARN)."""

    module = "tests.fakes.aws"

    def __init__(self) -> None:
        super().__init__()
        self.endpoint: str = self._process.ready["endpoint"]

    def environment(self, account: str = MANAGEMENT, region: str = REGION) -> dict[str, str]:
        """What boto3 and the AWS command line read, so that they ask this server as this account's user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": f"AKIA{account}FAKE",
            "AWS_SECRET_ACCESS_KEY": "not-verified",
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def client(
        self,
        service: str,
        *,
        region: str = REGION,
        account: str = MANAGEMENT,
        credentials: tuple[str, str, str] | None = None,
        **config: Any,
    ) -> Any:
        """A boto3 client of the account's user.

        Args:
            credentials: access key, secret key and token, in place of the user's.
            config: of botocore's Config. Without, nothing is tried twice.
        """
        key, secret, token = credentials or (f"AKIA{account}FAKE", "not-verified", None)
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=self._boto.Config(**{"retries": {"total_max_attempts": 1}, "read_timeout": 20, **config}),
        )

    @cached_property
    def _boto(self) -> Any:
        import boto3  # type: ignore[import-untyped]  # noqa: PLC0415  a third of a second, for those who use it

        return boto3.session

    @cached_property
    def _session(self) -> Any:
        """One for all clients: each new one reads AWS's models again."""
        return self._boto.Session()

    def advance(self, seconds: float) -> None:
        """Let time pass in the server: updates end, policies come into force, credentials expire."""
        self.tell("advance", seconds=seconds)

    def expire(self, account: str = "*") -> None:
        """End the temporary credentials that are out, whatever their Expiration says."""
        self.tell("expire", account=account)

    def ask_for_external_id(self, role: str, value: str) -> None:
        """The trust policy of a role (an ARN) demands this ExternalId."""
        self.tell("external_id", role=role, value=value)

    def organization(self, accounts: Sequence[Mapping[str, str] | str]) -> None:
        """Members of the management account's organization: ids, or ``{"id": ..., "name": ..., "state": ...}``."""
        self.tell("organization", accounts=[{"id": one} if isinstance(one, str) else dict(one) for one in accounts])

    def alter_cluster(self, name: str, *, region: str = REGION, account: str = MANAGEMENT, **members: Any) -> None:
        """Let DescribeCluster say what nobody can make it say: ``logging=None`` (absent), ``status="CREATING"``."""
        self.tell("alter_cluster", account=account, region=region, name=name, members=members)

    def fail_next_update(self, name: str, code: str = "AccessDenied", message: str = "made to fail") -> None:
        """The next update of clusters of this name is taken, and ends as Failed."""
        self.tell("fail_next_update", name=name, code=code, message=message)

    def finish_updates(self) -> None:
        """End all that are InProgress now."""
        self.tell("finish_updates")


def aws_server() -> Aws:
    """Start one: a second or two. Use it as a context manager."""
    return Aws()
