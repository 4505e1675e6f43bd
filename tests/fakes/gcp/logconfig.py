"""Where Cloud Logging keeps what: buckets, sinks, exclusions, settings.

Sources: https://cloud.google.com/logging/docs/routing/overview, https://cloud.google.com/logging/docs/buckets
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.cloud.logging_v2.types import logging_config as types

from tests.fakes.gcp.hierarchy import Hierarchy, above, known_project
from tests.fakes.gcp.paging import page
from tests.fakes.gcp.refusals import Refusal, denied, invalid
from tests.fakes.gcp.untyped import empty_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.gcp.world import Call, World

Bucket: Any = types.LogBucket.pb()
Sink: Any = types.LogSink.pb()
Exclusion: Any = types.LogExclusion.pb()
Settings: Any = types.Settings.pb()

REQUIRED = (
    'LOG_ID("cloudaudit.googleapis.com/activity") OR LOG_ID("externalaudit.googleapis.com/activity") OR '
    'LOG_ID("cloudaudit.googleapis.com/system_event") OR LOG_ID("externalaudit.googleapis.com/system_event") OR '
    'LOG_ID("cloudaudit.googleapis.com/access_transparency") OR '
    'LOG_ID("externalaudit.googleapis.com/access_transparency")'
)


@dataclass
class Config:
    """Everything by its name; sinks and exclusions too: ``projects/shop/sinks/audit``."""

    buckets: dict[str, Any] = field(default_factory=dict)
    sinks: dict[str, Any] = field(default_factory=dict)
    exclusions: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)


def _config(call: Call) -> Config:
    """What there is, with what each project, folder and organization has from its beginning."""
    if call.container.startswith("projects/"):
        known_project(call)
    return begun(call.world, call.container)


def begun(world: World, container: str) -> Config:
    """Everything, with what ``container`` has from its beginning."""
    known: Config = world.remembered(Config)
    if container not in known.begun:
        known.begun.add(container)
        known.settings[container] = Settings(name=f"{container}/settings", storage_location="global")
        for name, days, locked, filter_ in (
            ("_Required", 400, True, REQUIRED),
            ("_Default", 30, False, f"NOT ({REQUIRED})"),
        ):
            bucket = f"{container}/locations/global/buckets/{name}"
            known.buckets[bucket] = Bucket(name=bucket, retention_days=days, locked=locked, lifecycle_state="ACTIVE")
            known.sinks[f"{container}/sinks/{name}"] = Sink(
                name=name, destination=f"logging.googleapis.com/{bucket}", filter=filter_
            )
    return known


def _found(call: Call, known: dict[str, Any]) -> Any:
    if call.resource not in known:
        raise Refusal("NOT_FOUND", f"{call.resource} does not exist")
    return known[call.resource]


def _listed(kind: str, answer: Any) -> Callable[[Call], Any]:
    def listed(call: Call) -> Any:
        known = getattr(_config(call), kind)
        prefix = call.resource.removesuffix("/-") + "/"
        shown, token = page(call, [known[name] for name in sorted(known) if name.startswith(prefix)])
        return answer(**{kind: shown, "next_page_token": token})

    return listed


def _sinks(call: Call) -> Any:
    """Exclusions of a project are those of its ``_Default`` sink, and shown there too.

    Source: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.exclusions/create
    """
    known = _config(call)
    shown, token = page(call, [_with_exclusions(known, name) for name in sorted(known.sinks) if _lies_in(name, call)])
    return types.ListSinksResponse.pb()(sinks=shown, next_page_token=token)


def _lies_in(name: str, call: Call) -> bool:
    return name.startswith(f"{call.resource}/")


def _with_exclusions(known: Config, name: str) -> Any:
    shown = Sink()
    shown.CopyFrom(known.sinks[name])
    container, _, short = name.partition("/sinks/")
    if short == "_Default":
        shown.exclusions.extend(
            known.exclusions[one] for one in sorted(known.exclusions) if one.startswith(f"{container}/")
        )
    return shown


def sinks_that_take(world: World, container: str) -> Iterator[Any]:
    """The sinks of a project, and those above it that take what lies below; with their exclusions."""
    known, parents = world.remembered(Config), world.remembered(Hierarchy).parents
    for place in [container, *above(parents, container)]:
        for name in sorted(known.sinks):
            sink = _with_exclusions(known, name)
            if name.startswith(f"{place}/sinks/") and (place == container or sink.include_children):
                yield sink


def _got(kind: str) -> Callable[[Call], Any]:
    return lambda call: _found(call, getattr(_config(call), kind))


def _got_sink(call: Call) -> Any:
    _found(call, _config(call).sinks)
    return _with_exclusions(_config(call), call.resource)


def _deleted(kind: str) -> Callable[[Call], Any]:
    def deleted(call: Call) -> Any:
        known = getattr(_config(call), kind)
        _found(call, known)
        if call.resource.rpartition("/")[2] in ("_Required", "_Default"):
            raise invalid(f"{call.resource} cannot be deleted")
        del known[call.resource]
        return empty_pb2.Empty()

    return deleted


def update_bucket(call: Call) -> Any:
    """``_Required`` stays as it is, and a locked bucket keeps its retention for ever."""
    bucket = _found(call, _config(call).buckets)
    paths = _mask(call)
    if call.resource.endswith("/_Required"):
        raise invalid("Buckets with the ID _Required cannot be modified")
    if bucket.locked and paths & {"retention_days", "locked"}:
        raise Refusal("FAILED_PRECONDITION", f"{call.resource} is locked")
    _merge(bucket, call.request.bucket, paths)
    return bucket


def create_bucket(call: Call) -> Any:
    known = _config(call).buckets
    name = f"{call.resource}/buckets/{call.request.bucket_id}"
    if name in known:
        raise Refusal("ALREADY_EXISTS", f"{name} already exists")
    made = Bucket()
    made.CopyFrom(call.request.bucket)
    made.name, made.lifecycle_state = name, types.LifecycleState.ACTIVE
    made.retention_days = made.retention_days or 30
    known[name] = made
    return made


def _made(kind: str, member: str, of: Any) -> Callable[[Call], Any]:
    def made(call: Call) -> Any:
        known, sent = getattr(_config(call), kind), getattr(call.request, member)
        name = f"{call.resource}/{kind}/{sent.name}"
        if name in known:
            raise Refusal("ALREADY_EXISTS", f"{name} already exists")
        known[name] = of()
        known[name].CopyFrom(sent)
        return known[name]

    return made


def update_sink(call: Call) -> Any:
    """Without a mask: destination, filter and include_children, as the documentation of the field says."""
    sink = _found(call, _config(call).sinks)
    if call.resource.endswith("/_Required"):
        raise invalid("The _Required sink cannot be modified")
    paths = set(call.request.update_mask.paths) or {"destination", "filter", "include_children"}
    _merge(sink, call.request.sink, paths)
    return sink


def update_exclusion(call: Call) -> Any:
    exclusion = _found(call, _config(call).exclusions)
    _merge(exclusion, call.request.exclusion, _mask(call))
    return exclusion


def _settings(call: Call) -> Any:
    settings = _config(call).settings.get(call.container)
    if settings is None:
        raise denied(call.permission, call.container)
    return settings


def update_settings(call: Call) -> Any:
    settings = _settings(call)
    _merge(settings, call.request.settings, _mask(call))
    return settings


def _mask(call: Call) -> set[str]:
    if not call.request.update_mask.paths:
        raise invalid("update_mask is required")
    return set(call.request.update_mask.paths)


def _merge(target: Any, source: Any, paths: set[str]) -> None:
    """Field by field of the first level, which is all that these masks name."""
    for path in paths:
        if path not in target.DESCRIPTOR.fields_by_name:
            raise invalid(f"update_mask: there is no {path}")
        target.ClearField(path)
        part = type(source)()
        part.CopyFrom(source)
        for descriptor, _ in source.ListFields():
            if descriptor.name != path:
                part.ClearField(descriptor.name)
        target.MergeFrom(part)


ACTIONS = {
    "ConfigServiceV2.ListBuckets": ("logging.buckets.list", _listed("buckets", types.ListBucketsResponse.pb())),
    "ConfigServiceV2.GetBucket": ("logging.buckets.get", _got("buckets")),
    "ConfigServiceV2.CreateBucket": ("logging.buckets.create", create_bucket),
    "ConfigServiceV2.UpdateBucket": ("logging.buckets.update", update_bucket),
    "ConfigServiceV2.DeleteBucket": ("logging.buckets.delete", _deleted("buckets")),
    "ConfigServiceV2.ListSinks": ("logging.sinks.list", _sinks),
    "ConfigServiceV2.GetSink": ("logging.sinks.get", _got_sink),
    "ConfigServiceV2.CreateSink": ("logging.sinks.create", _made("sinks", "sink", Sink)),
    "ConfigServiceV2.UpdateSink": ("logging.sinks.update", update_sink),
    "ConfigServiceV2.DeleteSink": ("logging.sinks.delete", _deleted("sinks")),
    "ConfigServiceV2.ListExclusions": (
        "logging.exclusions.list",
        _listed("exclusions", types.ListExclusionsResponse.pb()),
    ),
    "ConfigServiceV2.GetExclusion": ("logging.exclusions.get", _got("exclusions")),
    "ConfigServiceV2.CreateExclusion": (
        "logging.exclusions.create",
        _made("exclusions", "exclusion", Exclusion),
    ),
    "ConfigServiceV2.UpdateExclusion": ("logging.exclusions.update", update_exclusion),
    "ConfigServiceV2.DeleteExclusion": ("logging.exclusions.delete", _deleted("exclusions")),
    "ConfigServiceV2.GetSettings": ("logging.settings.get", _settings),
    "ConfigServiceV2.UpdateSettings": ("logging.settings.update", update_settings),
}
