"""Clusters on the fake Google Cloud, and how our code reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.fakes.gcp import Gcp  # before anything that imports gRPC

# isort: split
from kubewitness.providers.gke.cluster import Connections, GkeCluster

if TYPE_CHECKING:
    from collections.abc import Mapping

WHERE: Final = "projects/shop/locations/europe-west1"
PROD: Final = f"{WHERE}/clusters/prod"
BUCKETS: Final = "projects/shop/locations/global/buckets"
DEFAULT: Final = f"{BUCKETS}/_Default"
REQUIRED: Final = f"{BUCKETS}/_Required"
SYSTEM, WORKLOADS, APISERVER = 1, 2, 3
READS: Final = ("ADMIN_READ", "DATA_READ")


def endpoints(gcp: Gcp) -> dict[str, str]:
    """Where gcloud's own settings put the endpoints of the APIs."""
    prefix = "CLOUDSDK_API_ENDPOINT_OVERRIDES_"
    rest = dict.fromkeys((f"{prefix}CONTAINER", f"{prefix}CLOUDRESOURCEMANAGER"), gcp.rest)
    return {**rest, f"{prefix}LOGGING": f"https://{gcp.grpc}/"}


def create(gcp: Gcp, name: str = "prod", *, on: tuple[int, ...] = (SYSTEM, WORKLOADS), **members: Any) -> None:
    cluster = {"name": name, "logging_config": {"component_config": {"enable_components": list(on)}}, **members}
    gcp.client("container").create_cluster(parent=WHERE, cluster=cluster)
    gcp.finish_operations()
    gcp.client("container").get_cluster(name=f"{WHERE}/clusters/{name}")


def record_reads(
    gcp: Gcp,
    where: str = "projects/shop",
    *,
    types: tuple[str, ...] = READS,
    exempted: tuple[str, ...] = (),
    service: str = "container.googleapis.com",
) -> None:
    """Audit configs of one resource, beside what is there."""
    client = gcp.client(where.partition("/")[0])
    policy = client.get_iam_policy(request={"resource": where})
    config = policy.audit_configs.add(service=service)
    for kind in types:
        config.audit_log_configs.add(log_type=kind, exempted_members=exempted)
    mask = {"paths": ["audit_configs"]}
    client.set_iam_policy(request={"resource": where, "policy": policy, "update_mask": mask})


def update_bucket(gcp: Gcp, name: str = DEFAULT, **members: Any) -> None:
    request = {"name": name, "bucket": members, "update_mask": {"paths": list(members)}}
    gcp.client("config").update_bucket(request=request)


def update_default_sink(gcp: Gcp, **members: Any) -> None:
    config = gcp.client("config")
    request = {"sink_name": "projects/shop/sinks/_Default", "sink": members, "update_mask": {"paths": list(members)}}
    config.update_sink(request=request)


def make_sink(gcp: Gcp, name: str, bucket: str, parent: str = "projects/shop", **members: Any) -> None:
    destination = bucket if ".com/" in bucket else f"logging.googleapis.com/{bucket}"
    sink = {"name": name, "destination": destination, **members}
    gcp.client("config").create_sink(request={"parent": parent, "sink": sink})


def make_bucket(gcp: Gcp, name: str = "audit", parent: str = "projects/shop/locations/global", **members: Any) -> str:
    request = {"parent": parent, "bucket_id": name, "bucket": members}
    return str(gcp.client("config").create_bucket(request=request).name)


def exclude(gcp: Gcp, text: str, *, disabled: bool = False) -> None:
    exclusion = {"name": "noise", "filter": text, "disabled": disabled}
    gcp.client("config").create_exclusion(request={"parent": "projects/shop", "exclusion": exclusion})


def audit_configs(gcp: Gcp, where: str = "projects/shop") -> dict[str, dict[str, set[str]]]:
    """Service -> type -> exempted members."""
    policy = gcp.client(where.partition("/")[0]).get_iam_policy(request={"resource": where})
    kind = type(policy).DESCRIPTOR.fields_by_name["audit_configs"].message_type
    names = kind.fields_by_name["audit_log_configs"].message_type.enum_types_by_name["LogType"].values_by_number
    return {
        config.service: {names[one.log_type].name: set(one.exempted_members) for one in config.audit_log_configs}
        for config in policy.audit_configs
    }


def components(gcp: Gcp, name: str = "prod") -> list[int]:
    cluster = gcp.client("container").get_cluster(name=f"{WHERE}/clusters/{name}")
    return list(type(cluster).pb(cluster).logging_config.component_config.enable_components)


def reached(name: str = "@managed/prod", **data: str) -> GkeCluster:
    given: Mapping[str, str] = {"provider": "gke", "project": "shop", "location": "europe-west1", **data}
    return Connections().cluster(name, "prod", given.get)
