"""Log entries: what was written, and what the clusters write by themselves.

Of the query language there is what a question after the newest event needs: comparisons, joined by AND.
Source: https://cloud.google.com/logging/docs/view/logging-query-language
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from google.cloud.audit import audit_log_pb2  # type: ignore[import-untyped]
from google.cloud.logging_v2.types import logging as types
from google.cloud.logging_v2.types.log_entry import LogEntry

from tests.fakes.gcp.clusters import Clusters
from tests.fakes.gcp.hierarchy import Hierarchy, data_access
from tests.fakes.gcp.logconfig import REQUIRED, begun, sinks_that_take
from tests.fakes.gcp.paging import page
from tests.fakes.gcp.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.gcp.world import Call, World

Entry: Any = LogEntry.pb()
ACTIVITY = quote("cloudaudit.googleapis.com/activity", safe="")
DATA_ACCESS = quote("cloudaudit.googleapis.com/data_access", safe="")

_CLAUSE = re.compile(r"""\s*(?:log_id\("([^"]+)"\)|([\w.]+)\s*(>=|<=|!=|=|:|>|<)\s*"?([^"\s]+)"?)\s*""", re.IGNORECASE)


@dataclass
class Entries:
    of: dict[str, list[Any]] = field(default_factory=dict)
    """Project, folder or organization -> entries, as they came."""


def write_log_entries(call: Call) -> Any:
    for sent in call.request.entries:
        made = Entry()
        made.CopyFrom(sent)
        made.log_name = made.log_name or call.request.log_name
        if not made.HasField("resource"):
            made.resource.CopyFrom(call.request.resource)
        if not made.HasField("timestamp"):
            made.timestamp.FromDatetime(call.world.moment())
        container = "/".join(made.log_name.split("/")[:2])
        call.world.remembered(Entries).of.setdefault(container, []).append(made)
    return types.WriteLogEntriesResponse.pb()()


def list_log_entries(call: Call) -> Any:
    tests = _parsed(call.request.filter)
    found = [
        entry
        for name in call.request.resource_names
        for entry in _lying_in(call, name)
        if all(test(entry) for test in tests)
    ]
    newest_first = call.request.order_by == "timestamp desc"
    found.sort(key=lambda entry: entry.timestamp.ToNanoseconds(), reverse=newest_first)
    shown, token = page(call, found, default=50)
    return types.ListLogEntriesResponse.pb()(entries=shown, next_page_token=token)


def _lying_in(call: Call, name: str) -> list[Any]:
    """The entries of a project, or what one bucket of it got, from whatever project its sinks take them."""
    container, kept = _container(name), name.partition("/views/")[0] if "/buckets/" in name else ""
    written = call.world.remembered(Entries).of
    projects = [one for one in call.world.remembered(Hierarchy).parents if one.startswith("projects/")]
    return [
        entry
        for project in (projects if kept else [container])
        for entry in [*written.get(project, []), *_written_now(call, project), *_policies_changed(call, project)]
        if not kept or _is_routed(call.world, project, entry, kept)
    ]


def _is_routed(world: World, project: str, entry: Any, bucket: str) -> bool:
    begun(world, project)
    return any(
        sink.destination == f"logging.googleapis.com/{bucket}"
        and not sink.disabled
        and _matches(sink.filter, entry)
        and not any(_matches(one.filter, entry) for one in sink.exclusions if not one.disabled)
        for sink in sinks_that_take(world, project)
    )


def _matches(text: str, entry: Any) -> bool:
    """Of the two sinks that each project begins with, and of whatever a question can say."""
    if text in (REQUIRED, f"NOT ({REQUIRED})"):
        return bool(entry.log_name.endswith(ACTIVITY)) == (text == REQUIRED)
    return all(test(entry) for test in _parsed(text))


def _written_now(call: Call, container: str) -> list[Any]:
    """A running cluster is never silent: each has an Admin Activity entry of this moment, which cannot be turned off,
    and one of Data Access where that is on.

    Source: https://cloud.google.com/logging/docs/audit#admin-activity
    """
    if not call.world.settings.emits:
        return []
    logs = [ACTIVITY, *([DATA_ACCESS] if data_access(call.world, container) & {"ADMIN_READ", "DATA_READ"} else [])]
    return [
        _entry(call, cluster, log)
        for cluster in call.world.remembered(Clusters).all
        if cluster.startswith(f"{container}/")
        for log in logs
    ]


def _entry(call: Call, cluster: str, log: str) -> Any:
    _, project, _, location, _, short = cluster.split("/")
    entry = Entry(log_name=f"projects/{project}/logs/{log}", insert_id=short)
    entry.resource.type = "k8s_cluster"
    entry.resource.labels.update(project_id=project, location=location, cluster_name=short)
    entry.timestamp.FromDatetime(call.world.moment())
    return entry


def _policies_changed(call: Call, project: str) -> list[Any]:
    found = []
    for name, when in call.world.remembered(Hierarchy).changed:
        if name == project:
            entry = Entry(log_name=f"{project}/logs/{ACTIVITY}")
            entry.resource.type = "project"
            entry.proto_payload.Pack(audit_log_pb2.AuditLog(method_name="SetIamPolicy"))
            entry.timestamp.FromDatetime(when)
            found.append(entry)
    return found


def _parsed(text: str) -> list[Callable[[Any], bool]]:
    """Raises: Refusal: it says more than we understand."""
    tests = []
    for clause in re.split(r"\bAND\b|\n", text):
        if not clause.strip():
            continue
        matched = _CLAUSE.fullmatch(clause)
        if matched is None:
            raise invalid(f"this fake does not understand the filter {clause.strip()!r}")
        tests.append(_test(*matched.groups()))
    return tests


def _test(log_id: str | None, name: str | None, sign: str | None, value: str | None) -> Callable[[Any], bool]:
    if log_id:
        return lambda entry: bool(entry.log_name.endswith(f"/logs/{quote(log_id, safe='')}"))
    return lambda entry: _SIGNS[str(sign)](_value(entry, str(name)), str(value))


_SIGNS: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    ":": lambda got, value: value.lower() in got.lower(),
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def _value(entry: Any, name: str) -> str:
    if name == "timestamp":
        return str(entry.timestamp.ToJsonString())
    if name in ("logName", "log_name"):
        return str(entry.log_name)
    if name == "resource.type":
        return str(entry.resource.type)
    if name == "protoPayload.methodName":
        told = audit_log_pb2.AuditLog()
        entry.proto_payload.Unpack(told)
        return str(told.method_name)
    if name.startswith("resource.labels."):
        return str(entry.resource.labels.get(name.removeprefix("resource.labels."), ""))
    raise invalid(f"this fake does not understand {name} in a filter")


def _container(name: str) -> str:
    return "/".join(name.split("/")[:2])


ACTIONS = {
    "LoggingServiceV2.ListLogEntries": ("logging.logEntries.list", list_log_entries),
    "LoggingServiceV2.WriteLogEntries": ("logging.logEntries.create", write_log_entries),
}
