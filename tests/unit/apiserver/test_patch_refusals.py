from __future__ import annotations

import json

import pytest
import yaml

from kubewitness.apiserver import (
    AddedVolume,
    ManifestEdit,
    ManifestError,
    PatchError,
    patch,
)
from tests.unit.apiserver.manifests import (
    AUDIT,
    LOG_VOLUME,
    SMALL,
    flags,
    mounts,
    small,
    with_spec,
)

WHERE = "m.yaml"
SMALL_JSON = json.dumps(yaml.safe_load(SMALL))


def refusal(text: str, edit: ManifestEdit) -> str:
    with pytest.raises(PatchError) as caught:
        patch(text, edit, WHERE)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "edit", "message"),
    [
        (
            SMALL.replace("- --secure-port", "- &port --secure-port"),
            flags(secure_port="1"),
            "m.yaml:10: written with an anchor, alias or tag: write the value out, then start again",
        ),
        (
            SMALL.replace("command:\n", "command: &c\n"),
            flags(secure_port="1"),
            "m.yaml:8: written with an anchor, alias or tag: write the value out, then start again",
        ),
        (
            SMALL.replace("kind: Pod", "kind: Pod\nx: &p --secure-port=6443").replace("- --secure-port=6443", "- *p"),
            flags(secure_port="1"),
            "m.yaml:3: written with an anchor, alias or tag: write the value out, then start again",
        ),
        (
            SMALL.replace("    image", "    <<: {stdin: true}\n    image"),
            flags(audit_log_path="/l"),
            "m.yaml:8: a mapping with a merge key (<<): write its fields out, then start again",
        ),
        (
            SMALL.replace("    image", "    command: [kube-apiserver]\n    image"),
            flags(audit_log_path="/l"),
            "m.yaml:11: command is given twice: keep one of the two, then start again",
        ),
        (
            small("|-\n      --secure-port=6443"),
            flags(secure_port="1"),
            "m.yaml:10: a value of several lines: edit it by hand, then start again",
        ),
        (
            SMALL.replace("    - kube-apiserver\n    - --secure-port=6443\n", ""),
            flags(audit_log_path="/l"),
            "m.yaml:8: neither command nor args: write kube-apiserver as its command",
        ),
        (
            SMALL,
            flags(audit_log_path="/a\nb"),
            r"m.yaml: '/a\nb': not printable: give a text without control characters",
        ),
        (
            SMALL,
            ManifestEdit({"--audit-log-path": "/l"}),
            "m.yaml: '--audit-log-path': not the name of a flag: give it without dashes in front",
        ),
        (
            SMALL,
            mounts(AddedVolume("a", "audit", "/a", "", read_only=True)),
            "m.yaml: 'audit': not absolute: give the whole path",
        ),
        (
            with_spec(
                "    - {mountPath: /var/log/kubernetes/audit, name: a}\n",
                "  - {name: a, hostPath: {path: /x}}\n",
            ),
            mounts(LOG_VOLUME),
            "m.yaml:14: /var/log/kubernetes/audit is the mount of /x, not of /var/log/kubernetes/audit:"
            " take that mount away, or use another path",
        ),
        (
            with_spec("    - {mountPath: /var/log/kubernetes/audit, name: a}\n", "  - name: a\n"),
            mounts(LOG_VOLUME),
            "m.yaml:14: /var/log/kubernetes/audit is the mount of emptyDir, not of /var/log/kubernetes/audit:"
            " take that mount away, or use another path",
        ),
        (
            with_spec(
                "    - {mountPath: /var/log/kubernetes/audit, name: a, readOnly: true}\n",
                "  - {name: a, hostPath: {path: /var/log/kubernetes/audit}}\n",
            ),
            mounts(LOG_VOLUME),
            "m.yaml:14: /var/log/kubernetes/audit is mounted read-only: set readOnly: false",
        ),
        (
            SMALL,
            mounts(LOG_VOLUME, LOG_VOLUME),
            "m.yaml: the change would break it (m.yaml:16: spec.containers[0].volumeMounts[1] mounts"
            " /var/log/kubernetes/audit a second time): edit it by hand, then start again",
        ),
        (
            SMALL,
            mounts(AddedVolume("a", "/a", "/a", "Folder", read_only=True)),
            "m.yaml: the change would break it (m.yaml:19: spec.volumes[0].hostPath has the unknown type 'Folder'):"
            " edit it by hand, then start again",
        ),
        (
            SMALL,
            flags(audit_log_compress="maybe"),
            'm.yaml: kube-apiserver would not start (invalid argument "maybe" for "--audit-log-compress" flag:'
            ' strconv.ParseBool: parsing "maybe": invalid syntax): edit it by hand, then start again',
        ),
        (
            small("--audit-log-maxage"),
            flags(audit_log_path="/l"),
            "m.yaml: --audit-log-path would not come out as /l: edit it by hand, then start again",
        ),
        (
            SMALL_JSON.replace('"namespace"', '"x": "\\ud83d\\ude00", "namespace"'),
            flags(audit_log_path="/l"),
            "m.yaml:1:84: found invalid Unicode character escape code: edit it by hand, then start again",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_without_touching_more_is_refused(text: str, edit: ManifestEdit, message: str) -> None:
    assert refusal(text, edit) == message


def test_a_manifest_that_cannot_be_read_is_refused_as_such() -> None:
    with pytest.raises(ManifestError, match=r"m\.yaml:1: not a v1 Pod"):
        patch("", AUDIT, WHERE)
