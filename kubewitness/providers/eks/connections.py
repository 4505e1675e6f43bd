"""boto3 clients: one for each service and way of reaching an account, shared by all clusters there."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from kubewitness.providers import NotReadError
from kubewitness.providers.eks.errors import unread

if TYPE_CHECKING:
    from collections.abc import Mapping

#: "adaptive" was slower where it was measured: its limit is the client's, and a client serves many clusters.
CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 8},
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=32,
    user_agent_extra="kubewitness",
)
_RENEW_BEFORE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Access:
    """How an account is reached. Empty: as boto3 finds it (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and the rest)."""

    region: str
    profile: str
    role: str
    external_id: str
    endpoint: str


class AwsClients:
    """Makes each client once. Roles are assumed again before their credentials end."""

    def __init__(self) -> None:
        self._making = threading.RLock()  # boto3's sessions are not made for several threads
        self._assuming: dict[Access, threading.RLock] = defaultdict(threading.RLock)
        self._sessions: dict[str, Any] = {}
        self._clients: dict[tuple[str, Access], tuple[Any, datetime | None]] = {}

    def client(self, service: str, access: Access) -> Any:
        """Raises NotReadError: no credentials, or the role may not be assumed."""
        with self._assuming[access]:
            made, until = self._clients.get((service, access), (None, None))
            if made is None or (until is not None and datetime.now(UTC) > until - _RENEW_BEFORE):
                made, until = self._made(service, access)
                self._clients[service, access] = made, until
            return made

    def region(self, access: Access) -> str:
        """The region that is asked: the host's, the profile's or the environment's; empty: none."""
        try:
            return access.region or str(self._session(access.profile).region_name or "")
        except BotoCoreError as error:
            raise NotReadError(unread(error, "credentials")) from error

    def _made(self, service: str, access: Access) -> tuple[Any, datetime | None]:
        action = "sts:AssumeRole" if access.role else "credentials"
        try:
            credentials, until = self._assumed(access) if access.role else ({}, None)
            return self._new(service, access, credentials), until
        except (BotoCoreError, ClientError) as error:
            raise NotReadError(unread(error, action)) from error

    def _assumed(self, access: Access) -> tuple[Mapping[str, str], datetime]:
        extra = {"ExternalId": access.external_id} if access.external_id else {}
        sts = self._new("sts", access, {})
        given = sts.assume_role(RoleArn=access.role, RoleSessionName="kubewitness", **extra)["Credentials"]
        names = {
            "aws_access_key_id": "AccessKeyId",
            "aws_secret_access_key": "SecretAccessKey",
            "aws_session_token": "SessionToken",
        }
        return {ours: given[theirs] for ours, theirs in names.items()}, given["Expiration"]

    def _new(self, service: str, access: Access, credentials: Mapping[str, str]) -> Any:
        with self._making:
            return self._session(access.profile).client(
                service,
                region_name=access.region or None,
                endpoint_url=access.endpoint or None,
                config=CONFIG,
                **credentials,
            )

    def _session(self, profile: str) -> Any:
        with self._making:
            if profile not in self._sessions:
                self._sessions[profile] = boto3.session.Session(profile_name=profile or None)
            return self._sessions[profile]
