"""What a test holds of a running fake Google Cloud."""

from __future__ import annotations

import datetime
import json
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from kubewitness.providers.gke.grpcready import prepare_grpc
from tests.fakes.handle import Handle

if TYPE_CHECKING:
    from types import TracebackType

_CLIENTS = {
    "container": ("google.cloud.container_v1", "ClusterManagerClient"),
    "projects": ("google.cloud.resourcemanager_v3", "ProjectsClient"),
    "folders": ("google.cloud.resourcemanager_v3", "FoldersClient"),
    "organizations": ("google.cloud.resourcemanager_v3", "OrganizationsClient"),
    "config": ("google.cloud.logging_v2.services.config_service_v2", "ConfigServiceV2Client"),
    "logging": ("google.cloud.logging_v2.services.logging_service_v2", "LoggingServiceV2Client"),
}

_WITHOUT_REST = {"config", "logging"}

_KEPT: list[Any] = []
"""Every gRPC channel. One that is freed in a process that gevent has patched may wait for ever, with all others."""


class Gcp(Handle):
    """Actions are permissions: ``container.clusters.list``. Labels: ``project``, ``location``, ``folder``, ``name``."""

    module = "tests.fakes.gcp"

    def __init__(self) -> None:
        super().__init__()
        ready = self._process.ready
        self.grpc: str = ready["grpc"]
        """``127.0.0.1:PORT``"""
        self.rest: str = ready["rest"]
        """``https://127.0.0.1:PORT``"""
        self.token_url: str = ready["token_url"]
        self._folder = TemporaryDirectory(prefix="fake-gcp-")
        folder = Path(self._folder.name)
        self.certificate = folder / "certificate.pem"
        """Whoever trusts this file trusts the server."""
        self.certificate.write_text(ready["certificate"], encoding="utf-8")
        self.credentials_file = self._write_credentials(folder)

    @override
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._folder.cleanup()
        super().__exit__(kind, error, at)

    def environment(self) -> dict[str, str]:
        """What google-auth, requests and gRPC read: credentials whose tokens are renewed here, and the certificate."""
        return {
            "GOOGLE_APPLICATION_CREDENTIALS": str(self.credentials_file),
            "REQUESTS_CA_BUNDLE": str(self.certificate),
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(self.certificate),
            "NO_GCE_CHECK": "true",
        }

    def _write_credentials(self, folder: Path) -> Path:
        """Of an external account, the one kind that lets a file say where tokens come from and needs no key."""
        subject = folder / "subject-token"
        subject.write_text("not-verified", encoding="utf-8")
        file = folder / "credentials.json"
        content = {
            "type": "external_account",
            "audience": "//iam.googleapis.com/locations/global/workforcePools/fake/providers/fake",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": self.token_url,
            "credential_source": {"file": str(subject)},
        }
        file.write_text(json.dumps(content), encoding="utf-8")
        return file

    def credentials(self) -> Any:
        """google-auth's, with a token that is good now, and that is renewed here when its time comes."""
        from google.oauth2.credentials import Credentials  # noqa: PLC0415

        token, seconds = self.tell("token")
        until = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(seconds=seconds)
        return Credentials(  # type: ignore[no-untyped-call]
            token,
            "refresh",
            token_uri=self.token_url,
            client_id="fake",
            client_secret="not-verified",  # noqa: S106
            expiry=until,
        )

    def client(self, kind: str, transport: str = "") -> Any:
        """A real client: container, projects, folders, organizations by REST; config and logging by gRPC alone.

        ``transport`` "grpc" asks for it where both are known.
        """
        transport = transport or ("grpc" if kind in _WITHOUT_REST else "rest")
        module, name = _CLIENTS[kind]
        client_class = getattr(import_module(module), name)
        if transport == "rest":
            made = client_class(
                credentials=self.credentials(), transport="rest", client_options={"api_endpoint": self.rest}
            )
            made.transport._session.trust_env = False  # REQUESTS_CA_BUNDLE of this machine would win over ``verify``
            made.transport._session.verify = str(self.certificate)
            return made
        return client_class(transport=client_class.get_transport_class("grpc")(channel=self.channel()))

    def channel(self) -> Any:
        """gRPC over TLS, with a token on each call."""
        from google.auth.transport.requests import Request  # noqa: PLC0415

        from tests.fakes.gcp.untyped import grpc, secure_authorized_channel  # noqa: PLC0415

        prepare_grpc()
        trust = grpc.ssl_channel_credentials(self.certificate.read_bytes())
        authorized: Any = secure_authorized_channel
        made = authorized(self.credentials(), Request(), self.grpc, ssl_credentials=trust)
        _KEPT.append(made)
        return made

    def advance(self, seconds: float) -> None:
        """Let time pass in the server: operations end, tokens expire."""
        self.tell("advance", seconds=seconds)

    def add(self, *names: str, parent: str = "", state: str = "ACTIVE") -> None:
        """``add("organizations/9")``, ``add("folders/1", parent="organizations/9")``, ``add("projects/shop", ...)``."""
        for name in names:
            self.tell("add", name=name, parent=parent, state=state)

    def alter_cluster(self, name: str, **members: Any) -> None:
        """Let GKE say what nobody can make it say. Members as in JSON; ``None``: absent."""
        self.tell("alter_cluster", name=name, members=members)

    def disable_api(self, project: str, api: str = "container.googleapis.com") -> None:
        self.tell("disable_api", api=api, project=project)

    def fail_next_operation(self, cluster: str, code: str = "INTERNAL", message: str = "made to fail") -> None:
        """The next operation on clusters of this (short) name is begun, and ends with an error."""
        self.tell("fail_next_operation", cluster=cluster, code=code, message=message)

    def finish_operations(self) -> None:
        self.tell("finish_operations")

    def expire(self) -> None:
        """End all tokens that are out."""
        self.tell("expire")


def gcp_server() -> Gcp:
    """Start one: two or three seconds. Use it as a context manager."""
    return Gcp()
