"""What a source of Vector reads, from where on, and what it remembers. Pure.

Defaults of 0.50: https://vector.dev/docs/reference/configuration/sources/file/, …/journald/ and …/kubernetes_logs/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.model import Unread
from kubewitness.shippers.model import Checkpoint, Filter, Input, InputKind, Setting, Start
from kubewitness.shippers.settings import instead, switch, whole
from kubewitness.shippers.yamltree import scalars

if TYPE_CHECKING:
    from kubewitness.shippers.settings import Section

METRICS: Final = frozenset({
    "apache_metrics", "aws_ecs_metrics", "demo_logs", "eventstoredb_metrics", "host_metrics", "internal_logs",
    "internal_metrics", "mongodb_metrics", "nginx_metrics", "postgresql_metrics", "prometheus_pushgateway",
    "prometheus_remote_write", "prometheus_scrape", "static_metrics", "statsd",
})  # fmt: skip
"""Sources that read no logs but Vector's own."""
_OTHER: Final = frozenset({"docker_logs", "exec", "file_descriptor", "stdin"})
_FILE_LINE: Final = 102_400
_POD_LINE: Final = 32_768
_PODS: Final = "/var/log/pods/*/*/*.log"
_DATA_DIR: Final = "/var/lib/vector/"
_DAY: Final = 86_400


def input_of(name: str, section: Section, root: Section, acknowledged: Setting[bool] | Unread) -> Input:
    """``root``: the whole configuration. ``acknowledged``: by every sink that it leads to."""
    place = section.table.place
    match section.text("type"):
        case "file" | "kubernetes_logs" as type_:
            return _files(name, section, root, acknowledged, pods=type_ == "kubernetes_logs")
        case "journald":
            now = section.setting("since_now", switch, default=False, written="false")
            return Input(
                name,
                InputKind.JOURNAL,
                place,
                start=instead(now, lambda value: Start.END if value else Start.BEGINNING),
                checkpoint=Setting("data_dir", Checkpoint.DISK, "on disk"),
                saves_ahead=instead(acknowledged, lambda value: not value),
                waits=acknowledged,
                state_dir=_data_dir(section, root),
                units=_texts(section, "include_units"),
            )
        case type_:
            return Input(name, InputKind.OTHER if type_ in _OTHER else InputKind.NETWORK, place)


def _files(name: str, section: Section, root: Section, acknowledged: Setting[bool] | Unread, *, pods: bool) -> Input:
    limit = _POD_LINE if pods else _FILE_LINE
    paths = (Setting("include_paths_glob_patterns", _PODS, _PODS),) if pods else _texts(section, "include")
    forgets = section.setting("ignore_checkpoints", switch, default=False, written="false")
    return Input(
        name,
        InputKind.FILES,
        section.table.place,
        paths=paths,
        excluded=_texts(section, "exclude"),
        start=section.setting("read_from", _start, Start.BEGINNING, "beginning"),
        checkpoint=instead(forgets, lambda value: Checkpoint.MEMORY if value else Checkpoint.DISK),
        line_limit=instead(section.setting("max_line_bytes", whole, limit, str(limit)), lambda value: value),
        saves_ahead=instead(acknowledged, lambda value: not value),
        waits=acknowledged,
        state_dir=_data_dir(section, root),
    )


def filters_of(name: str, section: Section) -> tuple[Filter, ...]:
    """Files that it passes over, although it reads their names."""
    age = section.setting("ignore_older_secs", whole, 0, "not set")
    if isinstance(age, Unread) or age.by_default or age.value >= _DAY:
        return ()
    drops = Setting(age.name, "a file that was not written to for so long is passed over", age.written, age.place)
    return (Filter(name, section.table.place, drops),)


def _start(text: str) -> Start | None:
    return {"beginning": Start.BEGINNING, "end": Start.END}.get(text)


def _data_dir(section: Section, root: Section) -> Setting[str]:
    for table in (section, root):
        found = table.scalar("data_dir")
        if found is not None:
            return Setting("data_dir", found.text, found.text, found.place)
    return Setting("data_dir", _DATA_DIR, _DATA_DIR)


def _texts(section: Section, key: str) -> tuple[Setting[str], ...]:
    return tuple(Setting(key, item.text, item.text, item.place) for item in scalars(section.value(key)))
