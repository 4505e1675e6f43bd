"""Reads the manifest of a static pod as the kubelet does, as far as audit logging needs it. Pure.

What the kubelet would refuse is refused here too: it keeps a pod whose manifest became unreadable only until its next
look at the folder. Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kubewitness.apiserver.flags import Flags, first_argument, parse_flags
from kubewitness.apiserver.govalues import GoValueError, parse_int
from kubewitness.apiserver.pod import Mount, StaticPod, Volume
from kubewitness.apiserver.podshape import refuse_wrong_types
from kubewitness.apiserver.podtree import Cursor, UnsupportedManifestError, decode
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

_SERVER: Final = "kube-apiserver"
_PROGRAMS: Final = ("apiserver", "hyperkube")
_SHELLS: Final = frozenset({"sh", "bash", "ash", "dash", "busybox"})
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_SUBDOMAIN: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_HOST_PATH_TYPES: Final = frozenset(
    {"", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"}
)
_KINDS: Final = frozenset({
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "configMap", "csi", "downwardAPI", "emptyDir",
    "ephemeral", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "hostPath", "image",
    "iscsi", "nfs", "persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "projected", "quobyte", "rbd",
    "scaleIO", "secret", "storageos", "vsphereVolume",
})  # fmt: skip
"""What a volume can be made of."""


def read_static_pod(text: str, where: str) -> StaticPod:
    """The kube-apiserver pod that ``text`` defines; ``where`` names the text in errors. Raises ManifestError."""
    root = _pod(text, where)
    refuse_wrong_types(root)
    namespace, name = _identity(root)
    containers = _containers(root)
    container = containers[server_container(containers)]
    items = (*container.items("command"), *container.items("args"))
    argv = tuple(item.string() for item in items)
    _refuse_shell(container, argv)
    flags = parse_flags(argv)
    image = container.required("image")
    volumes = _volumes(root)
    return StaticPod(
        name=name,
        namespace=namespace,
        argv=argv,
        container=container.required("name"),
        image=image,
        image_version=image_version(image),
        mounts=_mounts(container, volumes),
        volumes=volumes,
        advertise_address=flags.get("advertise-address"),
        secure_port=_port(flags),
        argv_lines=tuple(item.line for item in items),
    )


def pod_identity(text: str, where: str) -> tuple[str, str]:
    """Namespace and name of the pod that ``text`` defines: the kubelet's key. Raises ManifestError."""
    return _identity(_pod(text, where))


def is_kube_apiserver(text: str, where: str) -> bool:
    """Whether the kubelet would run ``text`` as the pod kube-system/kube-apiserver, or as another API server beside it.

    False for what the kubelet could not read either.
    """
    try:
        root = _pod(text, where)
        return _identity(root) == ("kube-system", _SERVER) or any(map(_rank, _containers(root)))
    except KubewitnessError:
        return False


def server_index(text: str, where: str) -> int:
    """The index of the kube-apiserver container in ``spec.containers``. Raises ManifestError."""
    return server_container(_containers(_pod(text, where)))


def image_version(image: str) -> ServerVersion | None:
    """The Kubernetes version that the tag names; ``None`` without a tag, and for one that is no such version."""
    name = image.partition("@")[0].rpartition("/")[2]
    version = ServerVersion.parse(name.partition(":")[2])
    return version if version is not None and version.major == 1 else None


def server_container(containers: Sequence[Cursor]) -> int:
    """The index of the kube-apiserver container, by command, else name, else image. Raises ManifestError."""
    ranks = [_rank(container) for container in containers]
    best = max(ranks)
    place = Cursor(containers[0].value, containers[0].where, "spec.containers")
    if best == 0:
        raise place.refuse("has no kube-apiserver container", "name the manifest of kube-apiserver")
    if ranks.count(best) > 1:
        raise place.refuse("has several kube-apiserver containers", "leave one of them")
    return ranks.index(best)


def _rank(container: Cursor) -> int:
    """0: not kube-apiserver; the higher, the surer."""
    argv = [item.string() for item in (*container.items("command"), *container.items("args"))]
    first = first_argument(argv)
    if first > 0 and argv[first - 1].rpartition("/")[2] in {_SERVER, "apiserver"}:
        return 3
    image = container.text("image").partition("@")[0].rpartition("/")[2].partition(":")[0]
    if argv and not any(word in text for word in _PROGRAMS for text in (*argv, image)):
        return 0  # it starts something else, whatever it is called
    if container.text("name") == _SERVER:
        return 2
    return 1 if image == _SERVER or image.startswith(f"{_SERVER}-") else 0


def _pod(text: str, where: str) -> Cursor:
    root = decode(text, where)
    kind, api = root.text("kind"), root.text("apiVersion")
    if (kind, api) != ("Pod", "v1"):
        found = f"{api or 'no apiVersion'}, {kind or 'no kind'}"
        raise root.refuse(f"not a v1 Pod ({found})", "the manifest of kube-apiserver is one")
    return root


def _identity(root: Cursor) -> tuple[str, str]:
    metadata = root.get("metadata")
    if metadata is None:
        raise root.refuse("no metadata.name")
    namespace, name = metadata.text("namespace") or "default", metadata.required("name")
    if not _LABEL.match(namespace) or not _SUBDOMAIN.match(name):
        raise metadata.refuse(f"has a name that is no DNS name ({namespace}/{name})")
    return namespace, name


def _containers(root: Cursor) -> tuple[Cursor, ...]:
    spec = root.get("spec")
    containers = spec.items("containers") if spec is not None else ()
    if not containers:
        raise root.refuse("no spec.containers")
    names = [container.required("name") for container in containers]
    for container, name in zip(containers, names, strict=True):
        container.required("image")
        if not _LABEL.match(name):
            raise container.refuse(f"has the name {name!r}, which is no DNS label")
        if names.count(name) > 1:
            raise container.refuse(f"has the name {name} of another container")
    return containers


def _refuse_shell(container: Cursor, argv: Sequence[str]) -> None:
    if argv and argv[0].rpartition("/")[2] in _SHELLS:
        remedy = "list kube-apiserver and its flags as items of command"
        problem = f"{container.path} starts kube-apiserver through a shell ({argv[0]}), whose text we do not read"
        raise UnsupportedManifestError(f"{container.where}:{container.line}: {problem}", remedy)


def _port(flags: Flags) -> int:
    try:
        return parse_int(flags.get("secure-port") or "6443")
    except GoValueError:
        return 6443  # audit_settings and server_endpoint say what is wrong with it


def _volumes(root: Cursor) -> tuple[Volume, ...]:
    spec = root.get("spec")
    found: dict[str, Volume] = {}
    for item in spec.items("volumes") if spec is not None else ():
        volume = _volume(item)
        if volume.name in found:
            raise item.refuse(f"has the name {volume.name} of another volume")
        found[volume.name] = volume
    return tuple(found.values())


def _volume(item: Cursor) -> Volume:
    name = item.required("name")
    if not _LABEL.match(name):
        raise item.refuse(f"has the name {name!r}, which is no DNS label")
    kinds = [key for key in item.keys() if key in _KINDS]  # noqa: SIM118  not a dict
    source = item.get("hostPath")
    if source is None:
        return Volume(name, None, kind=kinds[0] if kinds else "emptyDir", line=item.line)
    if len(kinds) > 1:
        raise item.refuse(f"is of more than one kind ({', '.join(kinds)})")
    path, of_type = source.required("path"), source.text("type")
    if ".." in path.split("/"):
        raise source.refuse("has a path with '..'")
    if of_type not in _HOST_PATH_TYPES:
        raise source.refuse(f"has the unknown type {of_type!r}")
    return Volume(name, path, of_type, line=item.line)


def _mounts(container: Cursor, volumes: Sequence[Volume]) -> tuple[Mount, ...]:
    known = {volume.name for volume in volumes}
    found: dict[str, Mount] = {}
    for item in container.items("volumeMounts"):
        mount = _mount(item)
        if mount.name not in known:
            raise item.refuse(f"names the volume {mount.name}, which is not in spec.volumes")
        if mount.mount_path in found:
            raise item.refuse(f"mounts {mount.mount_path} a second time")
        found[mount.mount_path] = mount
    return tuple(found.values())


def _mount(item: Cursor) -> Mount:
    literal, expanded = item.text("subPath"), item.text("subPathExpr")
    sub_path = literal or expanded
    if literal and expanded:
        raise item.refuse("has both subPath and subPathExpr")
    if sub_path.startswith("/") or ".." in sub_path.split("/"):
        raise item.refuse("has a subPath that leaves its volume")
    return Mount(
        name=item.required("name"),
        mount_path=item.required("mountPath"),
        read_only=item.flag("readOnly"),
        sub_path=sub_path,
        expands="$" in expanded,
        line=item.line,
    )
