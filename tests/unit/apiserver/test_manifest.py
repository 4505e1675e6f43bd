"""What is refused here the kubelet of 1.37.1 refuses too, unless a test says otherwise."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.apiserver import (
    HostFile,
    ManifestError,
    Mount,
    StaticPod,
    Volume,
    image_version,
    is_kube_apiserver,
    pod_identity,
    read_static_pod,
)
from kubewitness.model import ServerVersion
from tests.unit.apiserver.manifests import AUDITED, KUBEADM, SMALL, small, with_spec

WHERE = "cp-1:/etc/kubernetes/manifests/kube-apiserver.yaml"


def refusal(text: str) -> str:
    with pytest.raises(ManifestError) as caught:
        read_static_pod(text, "m.yaml")
    return str(caught.value)


def test_kubeadms_manifest() -> None:
    pod = read_static_pod(KUBEADM, WHERE)

    assert (pod.namespace, pod.name, pod.container) == ("kube-system", "kube-apiserver", "kube-apiserver")
    assert pod.argv[:2] == ("kube-apiserver", "--advertise-address=10.0.0.11")
    assert len(pod.argv) == 28
    assert KUBEADM.splitlines()[pod.argv_lines[1] - 1].strip() == "- --advertise-address=10.0.0.11"
    assert pod.image == "registry.k8s.io/kube-apiserver:v1.37.1"
    assert pod.image_version == ServerVersion(1, 37, 1)
    assert pod.mounts[0] == Mount("ca-certs", "/etc/ssl/certs", read_only=True, line=82)
    assert pod.volumes[2] == Volume("k8s-certs", "/etc/kubernetes/pki", "DirectoryOrCreate", line=112)
    assert (pod.advertise_address, pod.secure_port) == ("10.0.0.11", 6443)


def test_command_and_args_are_joined() -> None:
    text = SMALL.replace("    - --secure-port=6443\n", "    args: ['--secure-port', '8443']\n")

    assert read_static_pod(text, WHERE).argv == ("kube-apiserver", "--secure-port", "8443")
    assert read_static_pod(text, WHERE).secure_port == 8443


def test_the_images_entrypoint_with_args_only() -> None:
    text = SMALL.replace("  - command:\n    - kube-apiserver\n", "  - args:\n")

    assert read_static_pod(text, WHERE).argv == ("--secure-port=6443",)


def test_json_is_read_as_well() -> None:
    text = json.dumps(yaml.safe_load(KUBEADM), indent=2)

    assert read_static_pod(text, WHERE).argv == read_static_pod(KUBEADM, WHERE).argv


@pytest.mark.parametrize(
    "text",
    [
        KUBEADM.replace("\n", "\r\n"),
        "\ufeff" + KUBEADM,
        KUBEADM + "---\nnot: [read",
        KUBEADM.replace("status: {}", "status: {}\nunknown: 1"),
        KUBEADM.replace("  hostNetwork: true\n", "  hostNetwork: true\n  hostNetwork: false\n"),
        "# a comment\n\n" + KUBEADM,
    ],
    ids=["crlf", "bom", "second document", "unknown field", "duplicate key", "comment"],
)
def test_what_the_kubelet_takes_is_taken(text: str) -> None:
    assert read_static_pod(text, WHERE).argv == read_static_pod(KUBEADM, WHERE).argv


def test_of_a_key_that_is_given_twice_the_kubelet_takes_the_last() -> None:
    text = SMALL.replace("    name: kube-apiserver\n", "    name: first\n    name: kube-apiserver\n")

    assert read_static_pod(text, WHERE).container == "kube-apiserver"


def test_a_null_item_is_an_empty_argument() -> None:
    assert read_static_pod(small("~", "--v=2"), WHERE).argv == ("kube-apiserver", "", "--v=2")


def test_an_alias_stands_for_its_value() -> None:
    text = SMALL.replace("  containers:\n", "  x: &port --secure-port=1\n  containers:\n").replace(
        "--secure-port=6443", "*port"
    )

    assert read_static_pod(text, WHERE).secure_port == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "m.yaml:1: not a v1 Pod (no apiVersion, no kind)"),
        ("[]", "m.yaml:1: not a mapping"),
        ("a: [", "m.yaml:2: yaml: line 1: did not find expected node content"),
        (SMALL.replace("kind: Pod", "kind: Deployment"), "m.yaml:1: not a v1 Pod (v1, Deployment)"),
        (SMALL.replace("kind: Pod", "kind: 1"), "m.yaml:2: kind is a number, not a string"),
        (SMALL.replace("  name: kube-apiserver\n", "", 1), "m.yaml:4: metadata has no name"),
        (
            SMALL.replace("  name: kube-apiserver\n", "  name: kube_apiserver\n", 1),
            "m.yaml:4: metadata has a name that",
        ),
        (SMALL.partition("spec:")[0], "m.yaml:1: no spec.containers"),
        (small("1"), "m.yaml:10: spec.containers[0].command[1] is a number, not a string"),
        (small("on"), "m.yaml:10: spec.containers[0].command[1] is a boolean, not a string"),
        (small("[a]"), "m.yaml:10: spec.containers[0].command[1] is a list, not a string"),
        (small("a: b"), "m.yaml:10: spec.containers[0].command[1] is a mapping, not a string"),
        (
            SMALL.replace("    image: registry.k8s.io/kube-apiserver:v1.34.4\n", ""),
            "m.yaml:8: spec.containers[0] has no",
        ),
        ("{apiVersion: v1, kind: Pod}", "m.yaml:1: invalid character 'a' looking for beginning of object key string"),
        (SMALL.replace("    - k", "\t- k"), "m.yaml:9: yaml: line 9: found character that cannot start any token"),
        (SMALL + "    volumeMounts: {}\n", "m.yaml:13: spec.containers[0].volumeMounts is not a list"),
        (
            with_spec("    - mountPath: /a\n      name: b\n", "  - name: a\n"),
            "m.yaml:14: spec.containers[0].volumeMounts[0] names the volume b, which is not in spec.volumes",
        ),
        (
            with_spec("    - mountPath: /a\n      name: a\n    - mountPath: /a\n      name: a\n", "  - name: a\n"),
            "m.yaml:16: spec.containers[0].volumeMounts[1] mounts /a a second time",
        ),
        (
            with_spec("    - mountPath: /a\n      name: a\n      readOnly: 'true'\n", "  - name: a\n"),
            "m.yaml:16: spec.containers[0].volumeMounts[0].readOnly is a string, not true or false",
        ),
        (
            with_spec("    - mountPath: /a\n      name: a\n      subPath: ../x\n", "  - name: a\n"),
            "m.yaml:14: spec.containers[0].volumeMounts[0] has a subPath that leaves its volume",
        ),
        (with_spec("", "  - name: a\n  - name: a\n"), "m.yaml:16: spec.volumes[1] has the name a of another volume"),
        (with_spec("", "  - name: A\n"), "m.yaml:15: spec.volumes[0] has the name 'A', which is no DNS label"),
        (with_spec("", "  - hostPath: {}\n    name: a\n"), "m.yaml:15: spec.volumes[0].hostPath has no path"),
        (
            with_spec("", "  - hostPath: {path: /a/../b}\n    name: a\n"),
            "m.yaml:15: spec.volumes[0].hostPath has a path with '..'",
        ),
        (
            with_spec("", "  - hostPath: {path: /a, type: Folder}\n    name: a\n"),
            "m.yaml:15: spec.volumes[0].hostPath has the unknown type 'Folder'",
        ),
        (
            with_spec("", "  - hostPath: {path: /a}\n    emptyDir: {}\n    name: a\n"),
            "m.yaml:15: spec.volumes[0] is of more than one kind (emptyDir, hostPath)",
        ),
    ],
)
def test_what_the_kubelet_would_refuse_is_refused_with_its_place(text: str, message: str) -> None:
    found = refusal(text)

    assert found.startswith(message)
    assert "\n" not in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SMALL.replace("    - kube-apiserver\n", "    - /bin/sh\n    - -c\n"),
            "m.yaml:8: spec.containers[0] starts kube-apiserver through a shell (/bin/sh), whose text we do not read:"
            " list kube-apiserver and its flags as items of command",
        ),
        (
            SMALL.replace("kube-apiserver", "etcd"),
            "m.yaml:8: spec.containers has no kube-apiserver container: name the manifest of kube-apiserver",
        ),
        (
            SMALL.replace("- kube-apiserver", "- nginx").replace("registry.k8s.io/kube-apiserver", "nginx"),
            "m.yaml:8: spec.containers has no kube-apiserver container: name the manifest of kube-apiserver",
        ),
        (
            SMALL + "  - command: [kube-apiserver]\n    image: x\n    name: second\n",
            "m.yaml:8: spec.containers has several kube-apiserver containers: leave one of them",
        ),
        (
            json.dumps(yaml.safe_load(SMALL)).replace('"image":', '"image": "x", "image":'),
            "m.yaml:1: spec.containers[0].image is given twice: keep one of the two",
        ),
    ],
)
def test_what_the_kubelet_takes_and_we_cannot_work_with(text: str, message: str) -> None:
    assert refusal(text) == message


def test_a_text_beyond_our_limit() -> None:
    assert refusal("#" * (1 << 20) + "\n" + SMALL).startswith("m.yaml:1: larger than 1048576 bytes")


def test_a_container_beside_kube_apiserver() -> None:
    text = SMALL.replace("  containers:\n", "  containers:\n  - image: x\n    name: sidecar\n    command: [helper]\n")

    assert read_static_pod(text, WHERE).container == "kube-apiserver"


@pytest.mark.parametrize("image", ["kube-apiserver:v1.34.4", "r.io/x/kube-apiserver-amd64@sha256:01", "kube-apiserver"])
def test_the_image_tells_where_neither_command_nor_name_does(image: str) -> None:
    text = small("--v=2").replace("    - kube-apiserver\n", "").replace("- command:", "- args:")
    text = text.replace("name: kube-apiserver", "name: api").replace("registry.k8s.io/kube-apiserver:v1.34.4", image)

    assert read_static_pod(text, WHERE).argv == ("--v=2",)
    assert refusal(text.replace(image, "etcd@sha256:kube-apiserver")).startswith("m.yaml:8: spec.containers has no")


def test_a_port_that_is_no_number_is_left_to_the_flags() -> None:
    assert read_static_pod(small("--secure-port=https"), WHERE).secure_port == 6443


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("registry.k8s.io/kube-apiserver:v1.34.4", ServerVersion(1, 34, 4)),
        ("10.0.0.1:5000/kube-apiserver:v1.34.4", ServerVersion(1, 34, 4)),
        ("docker.io/rancher/hardened-kubernetes:v1.32.11-rke2r1", ServerVersion(1, 32, 11)),
        ("registry.k8s.io/kube-apiserver:v1.34.4@sha256:0123", ServerVersion(1, 34, 4)),
        ("registry.k8s.io/kube-apiserver@sha256:0123", None),
        ("10.0.0.1:5000/kube-apiserver", None),
        ("kube-apiserver:latest", None),
        ("kube-apiserver:9680e782e08a1a1c94c656190011bd02", None),
        ("kube-apiserver:2024.01.02", None),
    ],
)
def test_the_version_in_the_images_tag(image: str, version: ServerVersion | None) -> None:
    assert image_version(image) == version


def pod(*mounts: Mount, volumes: tuple[Volume, ...]) -> StaticPod:
    return StaticPod("kube-apiserver", "kube-system", (), "kube-apiserver", "x", None, mounts, volumes)


LOGS = Volume("logs", "/srv/logs/", "DirectoryOrCreate")
TMP = Volume("tmp", None, kind="emptyDir")


def test_the_nodes_file_behind_a_path_of_the_container() -> None:
    mount = Mount("logs", "/var/log/audit/")

    found = pod(mount, volumes=(LOGS,)).locate("/var/log/audit/a/audit.log")

    assert found == HostFile("/srv/logs/a/audit.log", LOGS, mount, is_file_mount=False)
    assert not found.read_only


def test_the_longest_mount_wins_whatever_the_order() -> None:
    outer, inner = Mount("tmp", "/var/log"), Mount("logs", "/var/log/audit", read_only=True)

    for mounts in ((outer, inner), (inner, outer)):
        found = pod(*mounts, volumes=(LOGS, TMP)).locate("/var/log/audit/audit.log")
        assert found is not None
        assert (found.host_path, found.read_only) == ("/srv/logs/audit.log", True)


def test_of_two_mounts_at_one_place_the_last_wins() -> None:
    found = pod(Mount("tmp", "/log"), Mount("logs", "/log/"), volumes=(LOGS, TMP)).locate("/log/audit.log")

    assert found is not None
    assert found.host_path == "/srv/logs/audit.log"


@pytest.mark.parametrize("path", ["/var/log/auditing/audit.log", "/var", "var/log/audit/x", "", "/var/log/audit/../x"])
def test_a_path_under_no_mount(path: str) -> None:
    assert pod(Mount("logs", "/var/log/audit"), volumes=(LOGS,)).locate(path) is None


def test_a_volume_that_dies_with_the_pod_is_named() -> None:
    server = pod(Mount("tmp", "/var/log"), volumes=(TMP,))

    assert server.locate("/var/log/audit.log") is None
    covering = server.covering("/var/log/audit.log")
    assert covering is not None
    assert (covering.volume.name, covering.volume.kind) == ("tmp", "emptyDir")


def test_a_mount_of_the_file_itself_is_told_apart() -> None:
    file = Volume("policy", "/etc/audit/policy.yaml", "File")

    found = pod(Mount("policy", "/p.yaml", read_only=True), volumes=(file,)).locate("/p.yaml")

    assert found is not None
    assert (found.host_path, found.is_file_mount, found.read_only) == ("/etc/audit/policy.yaml", True, True)


def test_a_sub_path_is_part_of_the_nodes_path() -> None:
    found = pod(Mount("logs", "/log", sub_path="kube/api"), volumes=(LOGS,)).locate("/log/audit.log")

    assert found is not None
    assert found.host_path == "/srv/logs/kube/api/audit.log"


def test_a_sub_path_from_the_environment_is_not_guessed() -> None:
    mounts = "    - mountPath: /log\n      name: a\n      subPathExpr: $(POD_NAME)\n"
    server = read_static_pod(with_spec(mounts, "  - hostPath: {path: /a}\n    name: a\n"), WHERE)

    assert server.locate("/log/audit.log") is None
    assert server.covering("/log/audit.log") is not None


def test_a_volume_without_a_source_is_an_empty_folder() -> None:
    assert read_static_pod(with_spec("", "  - name: a\n"), WHERE).volumes == (
        Volume("a", None, kind="emptyDir", line=15),
    )


def test_the_root_of_the_node() -> None:
    found = pod(Mount("all", "/"), volumes=(Volume("all", "/"),)).locate("/etc/x")

    assert found is not None
    assert found.host_path == "/etc/x"


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        (KUBEADM, True),
        (SMALL.replace("command:\n    - kube-apiserver", "command:\n    - other"), True),
        (SMALL.replace("name: kube-apiserver", "name: api"), True),
        (SMALL.replace("kube-apiserver", "etcd"), False),
        (SMALL.replace("namespace: kube-system", "namespace: other").replace("- kube-apiserver", "- x"), True),
        ("kind: Policy\napiVersion: audit.k8s.io/v1\n", False),
        ("a: [", False),
        ("", False),
    ],
)
def test_what_the_kubelet_would_run_as_an_api_server(text: str, *, stray: bool) -> None:
    assert is_kube_apiserver(text, "m.yaml") is stray


def test_the_kubelets_key_of_a_pod() -> None:
    assert pod_identity(KUBEADM, WHERE) == ("kube-system", "kube-apiserver")
    assert pod_identity(SMALL.replace("  namespace: kube-system\n", ""), WHERE) == ("default", "kube-apiserver")
    with pytest.raises(ManifestError, match=r"m\.yaml:1: not a v1 Pod"):
        pod_identity("kind: Policy", "m.yaml")


@given(
    st.text()
    | st.lists(st.sampled_from([*AUDITED.splitlines(keepends=True), "  ", "- ", ":", "~\n", "{", "&a ", "*a"])).map(
        "".join
    )
)
def test_any_text_is_a_pod_or_an_error_of_one_line(text: str) -> None:
    try:
        found = read_static_pod(text, "m.yaml")
    except ManifestError:
        return
    assert is_kube_apiserver(text, "m.yaml")
    assert found.argv_lines == () or max(found.argv_lines) <= len(text.splitlines())


@given(number=st.integers(0, len(KUBEADM.splitlines()) - 1), line=st.text(max_size=12), keep_indent=st.booleans())
def test_one_changed_line_is_a_pod_or_an_error(number: int, line: str, *, keep_indent: bool) -> None:
    lines = KUBEADM.splitlines()
    indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())] if keep_indent else ""
    lines[number] = indent + line

    try:
        found = read_static_pod("\n".join(lines), "m.yaml")
    except ManifestError as error:
        message = str(error)
        assert message.startswith("m.yaml:")
        assert "\n" not in message
    else:
        assert found.name
