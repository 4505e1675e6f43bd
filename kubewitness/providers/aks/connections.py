"""Azure Resource Manager through azure-core's own pipeline: one client for each endpoint, shared by all clusters there.

No client of a single service: azure-mgmt-monitor has had none for diagnostic settings since 7.0
(https://github.com/Azure/azure-sdk-for-python/issues/42425), and the pipelines of the others register a resource
provider with the subscription where one is missing, which a reader must not.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from azure.core.exceptions import AzureError
from azure.core.pipeline import policies
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.core.settings import settings
from azure.identity import DefaultAzureCredential
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.core.tools import get_arm_endpoints
from typing_extensions import override

from kubewitness import __version__
from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread
from kubewitness.providers import NotReadError
from kubewitness.providers.aks.errors import RefusedError, understood
from kubewitness.providers.aks.ids import action_of
from kubewitness.providers.paging import Trail, pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENDPOINT_VARIABLE: Final = "AZURE_RESOURCE_MANAGER_ENDPOINT"
"""URL of Azure Resource Manager where it is none of the clouds that azure-core knows: a proxy, a test server."""

_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 20
_RETRIES: Final = 4
_LONGEST_PAUSE_SECONDS: Final = 60
"""Asked to come back later than that, we say so instead of waiting."""

_NOT_THERE: Final = frozenset(
    {"ResourceNotFound", "ResourceGroupNotFound", "ContainerNotFound", "ManagementPolicyNotFound"}
)
"""What a 404 is called where there is no such resource. Others (SubscriptionNotFound) may hide one that is there.

Source: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors,
https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
"""


class Arm:
    """Azure Resource Manager at one endpoint."""

    def __init__(self, endpoint: str, credential: Any) -> None:
        cloud = get_arm_endpoints(settings.azure_cloud())
        self.endpoint = (endpoint or str(cloud["resource_manager"])).rstrip("/")
        self._client: ARMPipelineClient[Any, Any] = ARMPipelineClient(
            base_url=self.endpoint,
            transport=RequestsTransport(connection_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS),
            policies=[
                policies.RequestIdPolicy(),
                policies.HeadersPolicy(),
                policies.UserAgentPolicy(f"kubewitness/{__version__}"),
                policies.ProxyPolicy(),
                _Retries(retry_total=_RETRIES, retry_status=_RETRIES, retry_connect=1, retry_read=1),
                ARMChallengeAuthenticationPolicy(credential, *cloud["credential_scopes"]),
            ],
        )

    def get(self, path: str, version: str, **query: str) -> Any:
        """One answer. Raises RefusedError."""
        return self._ask("GET", self._url(path, version, query), action_of("GET", path))

    def find(self, path: str, version: str) -> Any | None:
        """The same; ``None``: there is no such resource. Raises RefusedError: also where that is not sure."""
        try:
            return self.get(path, version)
        except RefusedError as error:
            if error.status == 404 and error.code in _NOT_THERE:
                return None
            raise

    def pages(self, path: str, version: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        """All that a list holds. Raises RefusedError: also where it has no end."""
        action, first = action_of("GET", path), self._url(path, version, query or {})

        def ask(url: str) -> Any:
            if url and urlsplit(url)[:2] != urlsplit(self.endpoint)[:2]:  # it would get our token
                raise RefusedError(Unread(Reason.PARSE, f"{action}: the next page is said to lie on another server"))
            return self._ask("GET", url or first, action)

        try:
            for page in pages(ask, lambda page: page.get("nextLink"), Trail(action)):
                yield from page.get("value") or ()
        except NotReadError as error:
            raise RefusedError(error.unread) from error

    def question(self, path: str, version: str, body: Mapping[str, Any]) -> Any:
        """The answer to one that is posted, and changes nothing. Raises RefusedError."""
        return self._ask("POST", self._url(path, version, {}), action_of("POST", path), body)

    def write(self, method: str, path: str, version: str, body: Mapping[str, Any]) -> None:
        """PUT or PATCH of a resource, sent once whatever comes back: what it is about may have changed meanwhile, so
        that whoever sends it again has to read it first. Raises RefusedError.
        """  # noqa: D205  one sentence
        try:
            self._ask(method, self._url(path, version, {}), action_of(method, path), body, retry_total=0)
        except RefusedError as error:
            error.written = True
            raise

    def _url(self, path: str, version: str, query: Mapping[str, str]) -> str:
        return f"{self.endpoint}{quote(path, safe='/()')}?{urlencode({'api-version': version, **query})}"

    def _ask(self, method: str, url: str, action: str, body: Mapping[str, Any] | None = None, **options: Any) -> Any:
        try:
            response = self._client.send_request(HttpRequest(method, url, json=body), **options)
            response.raise_for_status()
            found = response.json() if response.text() else {}
        except AzureError as error:
            raise understood(error, action) from error
        except ValueError as error:
            raise RefusedError(Unread(Reason.PARSE, f"{action}: the answer is no JSON")) from error
        return found if isinstance(found, dict) else {}


class ArmClients:
    """Makes each client once, and one credential for all."""

    def __init__(self) -> None:
        logging.getLogger("azure").setLevel(logging.CRITICAL)  # what went wrong is in the result
        self._making = threading.RLock()
        self._credential: Any = None
        self._clients: dict[str, Arm] = {}

    def client(self, endpoint: str) -> Arm:
        """The client for ``endpoint``; empty: as the environment says. Raises KubewitnessError."""
        wanted = endpoint or os.environ.get(ENDPOINT_VARIABLE, "")
        if wanted and not wanted.lower().startswith("https://"):
            raise KubewitnessError("the endpoint of Azure Resource Manager must begin with https://: tokens go there")
        with self._making:
            if self._credential is None:
                self._credential = DefaultAzureCredential()
            if wanted not in self._clients:
                try:
                    self._clients[wanted] = Arm(wanted, self._credential)
                except ValueError as error:  # of azure-core, about AZURE_SDK_CLOUD_CONF
                    raise KubewitnessError(f"AZURE_SDK_CLOUD_CONF: {error}") from error
            return self._clients[wanted]


class _Retries(policies.RetryPolicy[Any, Any]):
    """azure-core's own, which would wait for as long as any server says."""

    @override
    def is_retry(self, settings: Any, response: Any) -> bool:
        if (self.get_retry_after(response) or 0) > _LONGEST_PAUSE_SECONDS:
            return False
        return bool(super().is_retry(settings, response))
