"""Three clouds to try things on, each a server on this machine, with a cluster in each that logs too little.

    python -m demo.clouds FILE

Writes into FILE, for a shell, what lets the clouds' SDKs find them, and serves until its standard input ends.
"""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.fakes.aws import Aws, aws_server
from tests.fakes.azure import Azure, azure_server
from tests.fakes.azure.handle import SUBSCRIPTION
from tests.fakes.gcp import Gcp, gcp_server

_REGION = "eu-west-1"
_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"
_WORKSPACE = f"{_GROUP}/providers/Microsoft.OperationalInsights/workspaces/audit"
_OVERRIDES = "CLOUDSDK_API_ENDPOINT_OVERRIDES_"


def main(file: Path) -> None:
    """Start the servers, fill them, say in ``file`` where they are, and wait."""
    with ExitStack() as servers:
        aws = servers.enter_context(aws_server())
        azure = servers.enter_context(azure_server())
        gcp = servers.enter_context(gcp_server())
        bundle = file.with_name("certificates.pem")
        bundle.write_bytes(azure.certificate.read_bytes() + gcp.certificate.read_bytes())
        environment = {
            **_in_aws(aws),
            **_in_azure(azure),
            **_in_google(gcp),
            "REQUESTS_CA_BUNDLE": str(bundle),
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(bundle),
        }
        written = file.with_suffix(".new")
        written.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()))
        written.rename(file)
        while sys.stdin.buffer.read(4096):
            pass


def _in_aws(aws: Aws) -> dict[str, str]:
    """EKS logs nothing unless it is told to."""
    aws.client("eks", region=_REGION).create_cluster(
        name="web", roleArn="arn:aws:iam::111111111111:role/eks", resourcesVpcConfig={}
    )
    return aws.environment(region=_REGION)


def _in_azure(azure: Azure) -> dict[str, str]:
    """AKS sends its logs nowhere unless a diagnostic setting says where to; the workspace is the team's."""
    azure.add_subscription()
    azure.put(_WORKSPACE, {"location": "westeurope", "properties": {"retentionInDays": 90}}, version="2023-09-01")
    azure.put(
        f"{_GROUP}/providers/Microsoft.ContainerService/managedClusters/pay",
        {"location": "westeurope", "properties": {"dnsPrefix": "pay"}},
        version="2025-05-01",
    )
    return {
        **azure.environment(),
        "AZURE_RESOURCE_MANAGER_ENDPOINT": azure.endpoint,
        "DEMO_WORKSPACE": _WORKSPACE,
    }


def _in_google(gcp: Gcp) -> dict[str, str]:
    """GKE records who changes something, always, and who reads a secret only where an audit config says so."""
    gcp.add("organizations/9")
    gcp.add("projects/shop", parent="organizations/9")
    cluster = {"name": "stock", "logging_config": {"component_config": {"enable_components": [1, 2]}}}
    gcp.client("container").create_cluster(parent="projects/shop/locations/europe-west1", cluster=cluster)
    gcp.finish_operations()
    rest = dict.fromkeys((f"{_OVERRIDES}CONTAINER", f"{_OVERRIDES}CLOUDRESOURCEMANAGER"), gcp.rest)
    return {**gcp.environment(), **rest, f"{_OVERRIDES}LOGGING": f"https://{gcp.grpc}/", "GOOGLE_CLOUD_PROJECT": "shop"}


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
    os._exit(0)  # gRPC's threads are not waited for
