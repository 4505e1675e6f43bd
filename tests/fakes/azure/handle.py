"""What a test holds of a running fake Azure."""

from __future__ import annotations

import json
import ssl
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from typing_extensions import override

from tests.fakes.handle import Handle

if TYPE_CHECKING:
    from types import TracebackType

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
SCOPE = "https://management.azure.com/.default"


class Azure(Handle):
    """Actions are a role's (``Microsoft.Insights/diagnosticSettings/write``); labels: subscription, group, name."""

    module = "tests.fakes.azure"

    def __init__(self) -> None:
        super().__init__()
        ready = self._process.ready
        self.endpoint: str = ready["endpoint"]
        """``https://127.0.0.1:PORT``"""
        self.identity_url: str = ready["identity_url"]
        self._folder = TemporaryDirectory(prefix="fake-azure-")
        self.certificate = Path(self._folder.name) / "certificate.pem"
        """Whoever trusts this file trusts the server."""
        self.certificate.write_text(ready["certificate"], encoding="utf-8")

    @override
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._folder.cleanup()
        super().__exit__(kind, error, at)

    def environment(self) -> dict[str, str]:
        """What azure-identity's chain (a managed identity) and requests read."""
        return {
            "IDENTITY_ENDPOINT": self.identity_url,
            "IDENTITY_HEADER": "not-verified",
            "REQUESTS_CA_BUNDLE": str(self.certificate),
        }

    def credential(self) -> Any:
        """A credential with a token that is good now."""
        from azure.core.credentials import AccessToken  # noqa: PLC0415

        azure = self

        class Fake:
            def get_token(self, *_: str, **__: Any) -> AccessToken:
                token, seconds = azure.tell("token")
                return AccessToken(token, int(time.time()) + seconds)

        return Fake()

    def clusters(self, subscription: str = SUBSCRIPTION, **options: Any) -> Any:
        """A real ContainerServiceClient; nothing is tried twice unless ``options`` say so."""
        from azure.mgmt.containerservice import ContainerServiceClient  # noqa: PLC0415

        given = {"retry_total": 0, "connection_verify": str(self.certificate), **options}
        return ContainerServiceClient(
            self.credential(), subscription, base_url=self.endpoint, credential_scopes=[SCOPE], **given
        )

    def ask(self, method: str, path: str, body: Any = None, *, version: str = "2021-05-01-preview") -> tuple[int, Any]:
        """Status and answer, by no SDK at all. ``version``: of the API; empty: none is sent."""
        mark = "&" if "?" in path else "?"
        address = path if path.startswith("https:") else f"{self.endpoint}{quote(path, safe='/?&=$')}"
        address += f"{mark}api-version={version}" if version and "api-version=" not in address else ""
        headers = {"Authorization": f"Bearer {self.tell('token')[0]}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = Request(address, data, headers, method=method)  # noqa: S310
        try:
            with urlopen(request, context=ssl.create_default_context(cafile=self.certificate)) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def put(self, path: str, body: Any, **options: str) -> Any:
        """Make a resource, and the group that it lies in; it must be taken."""
        subscription, group = path.split("/")[2], path.split("/")[4]
        self.ask("PUT", f"/subscriptions/{subscription}/resourceGroups/{group}", {"location": "westeurope"})
        status, answer = self.ask("PUT", path, body, **options)
        assert status in (200, 201), answer
        return answer

    def add_subscription(self, subscription: str = SUBSCRIPTION, name: str = "shop", state: str = "Enabled") -> None:
        self.tell("subscription", subscription=subscription, name=name, state=state)

    def unregister(self, namespace: str, subscription: str = SUBSCRIPTION) -> None:
        """The subscription has not registered a resource provider."""
        self.tell("unregister", subscription=subscription, namespace=namespace)

    def alter(self, resource: str, **properties: Any) -> None:
        """Let a resource say what nobody can make it say."""
        self.tell("alter", resource=resource, properties=properties)

    def set_categories(self, groups: dict[str, list[str]]) -> None:
        """What AKS can log: category -> groups."""
        self.tell("categories", groups=groups)

    def advance(self, seconds: float) -> None:
        self.tell("advance", seconds=seconds)

    def expire(self) -> None:
        """End all tokens that are out."""
        self.tell("expire")


def azure_server() -> Azure:
    """Start one: about a second. Use it as a context manager."""
    return Azure()
