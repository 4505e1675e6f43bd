"""The kubelet's settings for logs in force: its flags, the drop-ins of its configuration, the file itself. Pure.

Sources: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ and
https://kubernetes.io/docs/tasks/administer-cluster/kubelet-config-file/ (drop-ins in the order of their names, the last
wins; a flag wins over all of them).
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import yaml

from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread
from kubewitness.nodelogs.amounts import quantity_bytes
from kubewitness.nodelogs.written import InForce
from kubewitness.yamldoc import compose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kubewitness.probe.reading import File

_T = TypeVar("_T")

#: Field of the configuration -> the flag that overrides it.
FLAGS: Final = {
    "containerLogMaxSize": "container-log-max-size",
    "containerLogMaxFiles": "container-log-max-files",
    "eventRecordQPS": "event-qps",
}


@dataclass(frozen=True, slots=True)
class KubeletSettings:
    """What the kubelet keeps of a container's output: ``max_files`` of ``max_size`` bytes, the current one included.

    ``event_qps``: Kubernetes events a second that it may report; 0: no limit. ``newest_change``: of the files.
    """

    max_size: InForce[int]
    max_files: InForce[int]
    event_qps: InForce[int]
    newest_change: float


def kubelet_settings(
    configs: Sequence[File], drop_ins: Sequence[File], flags: Mapping[str, str]
) -> KubeletSettings | Unread:
    """What ``configs`` (the file, if any), ``drop_ins`` and ``flags`` (by name without dashes) make of a kubelet.

    ``Unread`` where one of them could not be read, or is not what the kubelet would start with.
    """
    found: dict[str, tuple[str, str]] = {}
    files = [*configs, *sorted(drop_ins, key=lambda file: file.path)]
    for file in files:
        if file.absent:
            continue
        if not isinstance(file.text, str):
            why = file.text or file.shape
            detail = why.detail if isinstance(why, Unread) else "not read"
            reason = why.reason if isinstance(why, Unread) else Reason.NOT_OBSERVED
            return Unread(reason, f"{file.path}: {detail}")
        try:
            found |= _scalars(file.text, file.path)
        except KubewitnessError as error:
            return Unread(Reason.PARSE, str(error))
    found |= {field: (flags[flag], f"--{flag}") for field, flag in FLAGS.items() if flag in flags}
    try:
        return KubeletSettings(
            max_size=_read(found, "containerLogMaxSize", quantity_bytes, "10Mi"),
            max_files=_read(found, "containerLogMaxFiles", _count, "5"),
            event_qps=_read(found, "eventRecordQPS", _count, "50"),
            newest_change=max(map(_changed, files), default=0.0),
        )
    except KubewitnessError as error:
        return Unread(Reason.PARSE, str(error))


def flags_of_env(text: str) -> dict[str, str]:
    """The flags in an environment file of kubeadm's (``KUBELET_KUBEADM_ARGS="--a=b --c d"``), the last of each."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if not equals or not name.startswith("KUBELET_"):
            continue
        try:
            words = shlex.split(" ".join(shlex.split(value)))
        except ValueError:  # a quote that does not end: systemd would not take the line either
            continue
        for word, following in zip(words, [*words[1:], ""], strict=True):
            flag, given, text_of = word.removeprefix("--").partition("=")
            if word.startswith("--"):
                found[flag] = text_of if given else following
    return found


def _scalars(text: str, path: str) -> dict[str, tuple[str, str]]:
    """The fields that we read, as (value, FILE:LINE); those that are null are not set."""
    node = compose(text, path)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise KubewitnessError(f"{path}: not a KubeletConfiguration: the kubelet does not start with it")
    return {
        key.value: (value.value, f"{path}:{value.start_mark.line + 1}")
        for key, value in node.value
        if key.value in FLAGS and isinstance(value, yaml.ScalarNode) and value.value not in {"", "null", "~"}
    }


def _read(
    found: Mapping[str, tuple[str, str]], field: str, read: Callable[[str], _T | None], default: str
) -> InForce[_T]:
    written, where = found.get(field, (default, ""))
    value = read(written)
    if value is None:
        raise KubewitnessError(f"{where}: {field} is {written[:40]!r}: the kubelet does not start with it")
    return InForce(field, value, written, where)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _changed(file: File) -> float:
    return 0.0 if file.shape is None or isinstance(file.shape, Unread) else max(file.shape.mtime, file.shape.ctime)
