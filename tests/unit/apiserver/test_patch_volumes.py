from __future__ import annotations

import json

import pytest
import yaml

from kubewitness.apiserver import (
    AddedVolume,
    StaticPod,
    patch,
    read_static_pod,
)
from tests.unit.apiserver.manifests import (
    AUDIT,
    LOG_VOLUME,
    POLICY_VOLUME,
    SMALL,
    changed_lines,
    mounts,
    with_spec,
)

WHERE = "m.yaml"


def read(text: str) -> StaticPod:
    return read_static_pod(text, WHERE)


def test_json_without_any_mounts() -> None:
    text = json.dumps(yaml.safe_load(SMALL))

    after = patch(text, mounts(LOG_VOLUME), WHERE)

    mount = '"volumeMounts": [{"mountPath": "/var/log/kubernetes/audit", "name": "audit-log"}]'
    source = '{"path": "/var/log/kubernetes/audit", "type": "DirectoryOrCreate"}'
    volume = f'"volumes": [{{"hostPath": {source}, "name": "audit-log"}}]'
    assert after == text.removesuffix("}]}}") + f", {mount}}}], {volume}}}}}"


@pytest.mark.parametrize("empty", ["", " []", " [ ]  # none", " null", " ~", " [\n      ]"])
def test_empty_sections_are_filled(empty: str) -> None:
    text = f"{SMALL}    volumeMounts:{empty}\n    stdin: false\n  volumes:{empty}\n  hostNetwork: true\n"

    after = patch(text, mounts(LOG_VOLUME), WHERE)

    comment = "  # none" if "#" in empty else ""
    assert after == (
        f"{SMALL}    volumeMounts:{comment}\n    - mountPath: /var/log/kubernetes/audit\n      name: audit-log\n"
        f"    stdin: false\n  volumes:{comment}\n  - hostPath:\n      path: /var/log/kubernetes/audit\n"
        "      type: DirectoryOrCreate\n    name: audit-log\n  hostNetwork: true\n"
    )


def test_sections_that_are_not_there_stand_at_the_end_of_their_mapping() -> None:
    text = SMALL.replace("    name: kube-apiserver\n", "    name: kube-apiserver  # last\n    # more\n") + "# end\n"

    after = patch(text, mounts(LOG_VOLUME), WHERE)

    assert after == SMALL.removesuffix("    name: kube-apiserver\n") + (
        "    name: kube-apiserver  # last\n    volumeMounts:\n    - mountPath: /var/log/kubernetes/audit\n"
        "      name: audit-log\n  volumes:\n  - hostPath:\n      path: /var/log/kubernetes/audit\n"
        "      type: DirectoryOrCreate\n    name: audit-log\n    # more\n# end\n"
    )


def test_lists_that_are_indented_further_stay_so() -> None:
    text = yaml_with_deeper_lists()

    after = patch(text, AUDIT, WHERE)

    assert all(line.startswith("+") for line in changed_lines(text, after))
    assert "\n        - --audit-log-maxage=30\n" in after
    assert "\n        - mountPath: /var/log/kubernetes/audit\n          name: audit-log\n" in after
    assert (
        "\n    - hostPath:\n        path: /etc/kubernetes/audit\n        type: Directory\n      name: audit-policy\n"
        in after
    )


def yaml_with_deeper_lists() -> str:
    """SMALL with the dashes two columns further in than their keys, and a mount."""
    return """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: kube-apiserver:v1.34.4
      volumeMounts:
        - name: pki
          mountPath: /etc/kubernetes/pki

        # the command comes last
      command:
        - kube-apiserver
        - --secure-port=6443
  volumes:
    - name: pki
      hostPath: {path: /etc/kubernetes/pki}
"""


def test_a_volume_that_is_there_already_is_used() -> None:
    volumes = "  - hostPath:\n      path: /var/log/kubernetes/audit/\n      type: DirectoryOrCreate\n    name: logs\n"
    text = with_spec("", volumes)

    after = patch(text, mounts(LOG_VOLUME), WHERE)

    assert after == with_spec("    - mountPath: /var/log/kubernetes/audit\n      name: logs\n", volumes)


def test_a_volume_of_another_type_is_not_the_same() -> None:
    text = with_spec("", "  - hostPath:\n      path: /var/log/kubernetes/audit\n    name: logs\n")

    assert [volume.name for volume in read(patch(text, mounts(LOG_VOLUME), WHERE)).volumes] == ["logs", "audit-log"]


def test_a_name_in_use_is_not_taken() -> None:
    text = with_spec("", "  - name: audit-log\n  - name: audit-log-2\n")

    after = read(patch(text, mounts(LOG_VOLUME), WHERE))

    assert after.volumes[-1].name == after.mounts[-1].name == "audit-log-3"


def test_two_mounts_of_one_folder_share_a_volume() -> None:
    both = (AddedVolume("a", "/srv", "/one", "", read_only=True), AddedVolume("b", "/srv", "/two", "", read_only=False))

    after = patch(SMALL, mounts(*both), WHERE)

    assert [mount.name for mount in read(after).mounts] == ["a", "a"]
    assert after.count("hostPath") == 1
    assert patch(after, mounts(*both), WHERE) is after


def test_a_mount_within_another_is_added() -> None:
    text = with_spec(
        "    - mountPath: /var/log\n      name: logs\n      readOnly: true\n",
        "  - hostPath:\n      path: /var/log\n    name: logs\n",
    )

    after = read(patch(text, mounts(LOG_VOLUME), WHERE)).locate("/var/log/kubernetes/audit/audit.log")

    assert after is not None
    assert not after.read_only


def test_a_mount_that_gives_more_than_asked_is_kept() -> None:
    text = patch(
        SMALL, mounts(AddedVolume("p", "/etc/kubernetes/audit", "/etc/kubernetes/audit/", "", read_only=False)), WHERE
    )

    assert patch(text, mounts(POLICY_VOLUME), WHERE) is text


@pytest.mark.parametrize("name", ["on", "1", "null"])
def test_a_name_that_yaml_would_take_for_something_else_is_quoted(name: str) -> None:
    volume = AddedVolume(name, "/srv/a b", "/a", "Directory", read_only=False)

    after = read(patch(SMALL, mounts(volume), WHERE))

    assert (after.volumes[0].name, after.volumes[0].host_path) == (name, "/srv/a b")
