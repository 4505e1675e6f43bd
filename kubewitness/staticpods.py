"""Which file of the manifest folder the kubelet runs as kube-apiserver. Pure.

A file that was not read may be the same pod, whatever it is called: it is kept, so that nobody says "one file only".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.apiserver import UnsupportedManifestError, pod_identity
from kubewitness.errors import KubewitnessError
from kubewitness.model import Reason, Unread
from kubewitness.probe.reading import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubewitness.probe.reading import File

_POD: Final = ("kube-system", "kube-apiserver")


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """``manifest``: the file that the kubelet runs; ``None`` where there is none.

    ``others``: those that define the same pod. ``unread``: why it is not known whether one more does, with the path.
    """

    manifest: File | Unread | None
    others: tuple[File, ...] = ()
    unread: tuple[Unread, ...] = ()


def server_files(folder: Sequence[File] | Unread | None) -> ServerFiles:
    """What the files of the manifest folder are to kube-apiserver.

    At a re-list the last one in sort order wins (kubelet, pkg/kubelet/config/file.go).
    """
    if folder is None or isinstance(folder, Unread):
        return ServerFiles(folder)
    claims = {file: _claims_to_be_ours(file) for file in folder if not _is_skipped(file)}
    mine = sorted((file for file, claim in claims.items() if claim is True), key=_in_bytes)
    unread = {file: claim for file, claim in claims.items() if isinstance(claim, Unread)}
    if mine:
        return ServerFiles(mine[-1], tuple(mine[:-1]), tuple(unread.values()))
    called_ours = sorted(filter(_is_called_ours, unread), key=_in_bytes)
    if called_ours:
        unread.pop(called_ours[-1])
        return ServerFiles(called_ours[-1], (), tuple(unread.values()))
    return ServerFiles(next(iter(unread.values()), None))


def not_read(file: File) -> Unread:
    """Why the content of ``file`` is not known, with its path."""
    text = file.text if isinstance(file.text, Unread) else Unread(Reason.PARSE, "not read")
    return Unread(text.reason, f"{file.path}: {text.detail}")


def _is_skipped(file: File) -> bool:
    """The kubelet passes over folders, devices, and links that lead nowhere."""
    return file.absent or (isinstance(file.shape, Shape) and not file.shape.is_file)


def _claims_to_be_ours(file: File) -> bool | Unread:
    """One that kubelet could not read either goes by its name: it is meant to be our pod."""
    if not isinstance(file.text, str):
        return not_read(file)
    try:
        return pod_identity(file.text, file.path) == _POD
    except UnsupportedManifestError as error:
        return Unread(Reason.UNSUPPORTED, str(error))
    except KubewitnessError:
        return _is_called_ours(file)


def _is_called_ours(file: File) -> bool:
    return file.path.rpartition("/")[2].startswith("kube-apiserver.")


def _in_bytes(file: File) -> bytes:
    return file.path.encode("utf-8", "surrogateescape")
