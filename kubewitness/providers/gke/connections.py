"""Google's clients: one for each service and endpoint, with one set of credentials, shared by all clusters.

REST where a client knows it, over requests, which waits through gevent by itself; those for logging know gRPC only.
What that means in a process that gevent has patched is measured in docs/gke.md.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Final

from kubewitness.providers.gke.grpcready import prepare_grpc

prepare_grpc()  # before anything below imports gRPC

import google.auth  # noqa: E402
import requests  # noqa: E402
from google.api_core import exceptions as sdk  # noqa: E402
from google.api_core.client_options import ClientOptions  # noqa: E402
from google.api_core.gapic_v1.client_info import ClientInfo  # noqa: E402
from google.api_core.retry import Retry  # noqa: E402
from google.cloud import container_v1, resourcemanager_v3  # noqa: E402
from google.cloud.logging_v2.services.config_service_v2 import ConfigServiceV2Client  # noqa: E402
from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client  # noqa: E402

from kubewitness.providers import NotReadError  # noqa: E402
from kubewitness.providers.gke.errors import ERRORS, code_of, is_credential, unread  # noqa: E402
from kubewitness.providers.gke.permissions import ACTIONS, WRITES  # noqa: E402
from kubewitness.providers.paging import MOST_PAGES, Trail  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
#: A call, with all that is tried again of it: so long where a project's limits are met.
TIMEOUT_SECONDS: Final = 60.0
#: One attempt. Whoever does not answer is given up after it; a search of the log takes longer than anything else.
_ATTEMPT_SECONDS: Final = 20.0
_SEARCH_SECONDS: Final = 45.0
RECONNECTS: Final = 3
"""How often a call is made again where nobody was reached."""

_ITEMS: Final[Mapping[str, str]] = {
    "list_log_entries": "entries",
    "list_sinks": "sinks",
    "search_projects": "projects",
    "list_projects": "projects",
    "list_folders": "folders",
}
"""Method -> what its pages call their items."""

_CLIENTS: Final[Mapping[str, tuple[Any, str, str]]] = {
    "container": (container_v1.ClusterManagerClient, "rest", "CONTAINER"),
    "projects": (resourcemanager_v3.ProjectsClient, "rest", "CLOUDRESOURCEMANAGER"),
    "folders": (resourcemanager_v3.FoldersClient, "rest", "CLOUDRESOURCEMANAGER"),
    "organizations": (resourcemanager_v3.OrganizationsClient, "rest", "CLOUDRESOURCEMANAGER"),
    "config": (ConfigServiceV2Client, "grpc", "LOGGING"),
    "logging": (LoggingServiceV2Client, "grpc", "LOGGING"),
}
"""Client, transport, and what gcloud calls the API where its endpoint is overridden.

Source: https://cloud.google.com/sdk/docs/properties (api_endpoint_overrides)
"""

_KEPT: Final[list[Any]] = []
"""Every client, to the end of the process: a gRPC channel that is freed under gevent may wait for ever."""


class GcpClients:
    """Makes each client once, and calls it. Everything that google-auth reads holds: GOOGLE_APPLICATION_CREDENTIALS,
    GOOGLE_CLOUD_UNIVERSE_DOMAIN, GOOGLE_CLOUD_QUOTA_PROJECT and the rest.
    """  # noqa: D205  the list is one sentence

    def __init__(self) -> None:
        self._making = threading.RLock()
        self._found: tuple[Any, str] | None = None
        self._clients: dict[tuple[str, str], Any] = {}

    @property
    def project(self) -> str:
        """The project that the credentials or the environment name; empty: none. Raises NotReadError."""
        return self._credentials()[1]

    def call(self, client: str, method: str, endpoint: str = "", **request: Any) -> Any:
        """One call, with what is worth another attempt; what changes something is sent once, whatever comes back.

        Raises what the SDK raises, or NotReadError: no credentials.
        """
        again = Retry(predicate=Again(), initial=0.5, maximum=10, timeout=TIMEOUT_SECONDS)
        retry = None if f"{client}.{method}" in WRITES else again
        timeout = _SEARCH_SECONDS if method == "list_log_entries" else _ATTEMPT_SECONDS
        return getattr(self._client(client, endpoint), method)(request=request, retry=retry, timeout=timeout)

    def each(
        self, client: str, method: str, endpoint: str = "", *, most_pages: int = MOST_PAGES, **request: Any
    ) -> Iterator[Any]:
        """Every item of a list. Raises what ``call`` raises; NotReadError: the list has no end."""
        trail = Trail(ACTIONS[f"{client}.{method}"], most_pages)
        for page in self.call(client, method, endpoint, **request).pages:
            yield from getattr(page, _ITEMS[method])
            if page.next_page_token:
                trail.follow(str(page.next_page_token))

    def _client(self, kind: str, endpoint: str) -> Any:
        with self._making:
            if (kind, endpoint) not in self._clients:
                self._clients[kind, endpoint] = self._made(kind, endpoint)
            return self._clients[kind, endpoint]

    def _made(self, kind: str, endpoint: str) -> Any:
        of, transport, service = _CLIENTS[kind]
        given = endpoint or os.environ.get(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{service}", "")
        given = given.rstrip("/")
        if transport == "grpc":
            given = given.removeprefix("https://")
        options = ClientOptions(api_endpoint=given or None)
        info = ClientInfo(user_agent="kubewitness")  # type: ignore[no-untyped-call]
        try:
            made = of(credentials=self._credentials()[0], transport=transport, client_options=options, client_info=info)
        except ERRORS as error:
            raise NotReadError(unread(error, "credentials")) from error
        _KEPT.append(made)
        return made

    def _credentials(self) -> tuple[Any, str]:
        with self._making:
            if self._found is None:
                try:
                    credentials, project = google.auth.default(scopes=[_SCOPE])
                except ERRORS as error:
                    raise NotReadError(unread(error, "credentials")) from error
                self._found = credentials, str(project or "")
            return self._found


class Again:
    """Of one call: whether an error is worth another attempt.

    Limits that are met are; so are, a few times, servers that are away and connections that break.
    """

    def __init__(self) -> None:
        self._left = RECONNECTS

    def __call__(self, error: BaseException) -> bool:
        code = code_of(error) if isinstance(error, sdk.GoogleAPICallError) and not is_credential(error) else ""
        if code == "RESOURCE_EXHAUSTED":
            return True
        broken = isinstance(error, requests.exceptions.ConnectionError) and not isinstance(
            error, (requests.exceptions.SSLError, requests.exceptions.Timeout)
        )
        self._left -= broken or code == "UNAVAILABLE"
        return (broken or code == "UNAVAILABLE") and self._left >= 0
