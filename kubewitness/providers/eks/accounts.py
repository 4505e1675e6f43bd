"""Many AWS accounts through few boto3 clients: one a service and region, each request signed for its own account.

A client costs milliseconds and megabytes; an organisation has thousands of accounts and regions.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3  # type: ignore[import-untyped]
import botocore.session  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.credentials import Credentials, ReadOnlyCredentials  # type: ignore[import-untyped]
from botocore.exceptions import ClientError, NoCredentialsError  # type: ignore[import-untyped]

from kubewitness.providers.eks.errors import is_throttled
from kubewitness.providers.eks.permissions import WRITES

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Whoever does not answer is given up after half a minute. "adaptive" was slower where it was measured: its limit is
#: the client's, and a client serves many clusters.
CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 3},
    connect_timeout=5,
    read_timeout=10,
    max_pool_connections=32,
    user_agent_extra="kubewitness",
)
_ONCE: Final = Config(retries={"mode": "standard", "total_max_attempts": 1})
PAUSES: Final = (2, 6, 18)
"""Seconds, where an account's limit is still met after the SDK's attempts: then they begin anew."""
_RENEW_BEFORE: Final = timedelta(minutes=5)
_ANY_REGION: Final = "us-east-1"
_SIGNER: Final[ContextVar[ReadOnlyCredentials]] = ContextVar("credentials")


class _OfTheCaller(Credentials):  # type: ignore[misc]
    """What a request is signed with is what this thread has set. Nothing set: no request leaves."""

    def __init__(self) -> None:
        super().__init__("", "", method="kubewitness")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return _SIGNER.get()


class _Provider:
    """A credential provider as botocore asks for one."""

    METHOD = "kubewitness"

    def load(self) -> _OfTheCaller:
        return _OfTheCaller()


@dataclass(frozen=True, slots=True)
class Account:
    """An account, and the role that leads into it; without one the credentials that boto3 finds are its own.

    ``endpoint``: URL of all AWS services; empty: as boto3 finds them.
    """

    id: str
    role: str = ""
    external_id: str = ""
    name: str = ""
    endpoint: str = ""


class Accounts:
    """Asks AWS in the name of accounts. Roles are assumed once, and again before they end."""

    def __init__(self, profile: str = "") -> None:
        self._own = botocore.session.Session(profile=profile or None)
        signing = botocore.session.Session(profile=profile or None)
        signing.get_component("credential_provider").providers.insert(0, _Provider())
        self._clients_from = boto3.session.Session(botocore_session=signing)
        self._home = str(self._own.get_config_variable("region") or _ANY_REGION)
        self._making = threading.RLock()
        self._clients: dict[tuple[str, str, str, bool], Any] = {}
        self._assuming: dict[Account, threading.RLock] = defaultdict(threading.RLock)
        self._assumed: dict[Account, tuple[ReadOnlyCredentials, datetime]] = {}

    @property
    def region(self) -> str:
        """The profile's or the environment's; empty: none."""
        return str(self._own.get_config_variable("region") or "")

    def known_regions(self) -> list[str]:
        """Those of EKS that this boto3 has heard of, in the partition of the own region."""
        partition = self._clients_from.get_partition_for_region(self._home)
        return sorted(self._clients_from.get_available_regions("eks", partition_name=partition))

    def enter(self, account: Account) -> None:
        """Assume the account's role, if it has one. Raises BotoCoreError, ClientError."""
        self._signer(account)

    def call(self, account: Account, service: str, method: str, region: str = "", **arguments: Any) -> Any:
        """One call. ``region`` empty: any will do. Raises BotoCoreError, ClientError.

        What changes something is sent once, whatever comes back: whoever sends it again has to read first.
        Where a role cannot be assumed, the error has ``kubewitness_action`` "sts:AssumeRole".
        """
        signer = self._signer(account)
        client = self._client(service, region or self._home, account.endpoint, once=method in WRITES)
        for pause in () if method in WRITES else PAUSES:
            try:
                return _ask(client, signer, method, arguments)
            except ClientError as error:
                if not is_throttled(error):
                    raise
            time.sleep(pause)
        return _ask(client, signer, method, arguments)

    def _signer(self, account: Account) -> ReadOnlyCredentials:
        if not account.role:
            return self._own_credentials()
        with self._assuming[account]:
            signer, until = self._assumed.get(account, (None, datetime.min.replace(tzinfo=UTC)))
            if signer is None or datetime.now(UTC) > until - _RENEW_BEFORE:
                signer, until = self._assume(account)
                self._assumed[account] = signer, until
            return signer

    def _own_credentials(self) -> ReadOnlyCredentials:
        with self._making:  # a session finds its credentials once, and not for several threads
            found = self._own.get_credentials()
        if found is None:
            raise NoCredentialsError
        return found.get_frozen_credentials()

    def _assume(self, account: Account) -> tuple[ReadOnlyCredentials, datetime]:
        asked = {"RoleArn": account.role, "RoleSessionName": "kubewitness"}
        if account.external_id:
            asked["ExternalId"] = account.external_id
        try:
            sts = self._client("sts", self._home, account.endpoint, once=False)
            given = _ask(sts, self._own_credentials(), "assume_role", asked)["Credentials"]
        except Exception as error:
            error.kubewitness_action = "sts:AssumeRole"  # type: ignore[attr-defined]
            raise
        signer = ReadOnlyCredentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return signer, given["Expiration"]

    def _client(self, service: str, region: str, endpoint: str, *, once: bool) -> Any:
        with self._making:
            made = self._clients.get((service, region, endpoint, once))
            if made is None:
                config = CONFIG.merge(_ONCE) if once else CONFIG
                made = self._clients_from.client(
                    service, region_name=region, endpoint_url=endpoint or None, config=config
                )
                self._clients[service, region, endpoint, once] = made
            return made


def _ask(client: Any, signer: ReadOnlyCredentials, method: str, arguments: Mapping[str, Any]) -> Any:
    _SIGNER.set(signer)
    return getattr(client, method)(**arguments)
