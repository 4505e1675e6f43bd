"""The flag rules: the checks with a code, on a manifest alone."""

from __future__ import annotations

from typing import Any

import pytest

from kubewitness.auditpolicy.lint import Linted, NotLookedAt
from kubewitness.catalogue import load_catalogue
from kubewitness.manifestlint import Manifest, lint_manifest, read_manifest
from kubewitness.model import ServerVersion
from tests.checks.servers import Given
from tests.checks.standards import standard

FLAGGED = {"AF001", "AF002", "AF003", "AF004", "AF005", "AF006"}


def manifest(text: str | None = None, target: ServerVersion | None = None, **given: Any) -> Manifest:
    return read_manifest("kube-apiserver.yaml", Given(**given).manifest_text() if text is None else text, target)


def found(read: Manifest) -> Linted:
    return lint_manifest(read, load_catalogue(), standard())


def findings(**given: Any) -> list[tuple[str, str | None]]:
    return [(item.id, item.check) for item in found(manifest(**given)).findings]


def test_a_good_manifest_has_no_finding_and_the_node_was_not_looked_at() -> None:
    result = found(manifest())

    assert result.findings == ()
    assert (result.kind, result.rules, result.unjudged) == ("manifest", None, None)
    assert [item.id for item in result.not_looked_at] == ["AF007", "AF008"]


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ({"audit-policy-file": None}, ("AF001", "audit-policy-file")),
        ({"audit-log-path": None}, ("AF001", "audit-backend")),
        ({"audit-log-path": "/srv/audit.log"}, ("AF002", "audit-log-mounted")),
        ({"audit-policy-file": "/srv/policy.yaml"}, ("AF002", "audit-policy-mounted")),
        ({"audit-log-maxage": "7"}, ("AF003", "audit-log-rotation")),
        ({"audit-log-maxsize": "0"}, ("AF003", "audit-log-bounded")),
        ({"audit-log-path": "-"}, ("AF004", "audit-log-kept")),
        ({"audit-dynamic-configuration": "true"}, ("AF005", "apiserver-manifest")),
        ({"audit-log-truncate-max-batch-size": "1"}, ("AF005", "apiserver-manifest")),
        ({"audit-log-mode": "batch", "audit-log-batch-max-size": "9"}, ("AF006", "audit-batching")),
    ],
)
def test_a_flag_that_is_wrong_is_found_by_the_check_with_its_code(
    flags: dict[str, str], wanted: tuple[str, str]
) -> None:
    assert wanted in findings(flags=flags)


def test_the_device_is_no_file_to_rotate() -> None:
    assert ("AF004", "audit-log-device") in findings(flags={"audit-log-path": "/dev/stdout"})


def test_a_finding_stands_at_its_flag() -> None:
    read = manifest(flags={"audit-log-maxage": "7"})

    (finding,) = found(read).findings

    assert finding.line is not None
    assert "--audit-log-maxage=7" in read.text.splitlines()[finding.line - 1]
    assert finding.message == "audit-log-rotation: --audit-log-maxage: 7: set --audit-log-maxage=30"


def test_the_image_says_the_version_unless_it_is_given() -> None:
    flags = {"audit-log-maxage": None, "audit-log-maxbackup": None}

    image = manifest(version="1.34.4", flags=flags)
    given = manifest(target=ServerVersion(1, 37), version="1.34.4", flags=flags)

    assert (image.version, given.version) == (ServerVersion(1, 34, 4), ServerVersion(1, 37))
    assert [item.id for item in found(image).findings] == ["AF003"]
    assert found(given).findings == ()


def test_of_a_manifest_that_is_refused_nothing_else_is_said() -> None:
    read = manifest("spec: [")

    result = found(read)

    assert [(item.id, item.severity, item.line) for item in result.findings] == [("AF005", "critical", 2)]
    assert {item.id for item in result.not_looked_at} == {*FLAGGED, "AF007", "AF008"} - {"AF005"}
    assert read.settings is None


def test_what_a_file_in_a_repository_is_told_knows_of_no_node() -> None:
    (broken,) = found(manifest("spec: [")).findings
    (policy,) = found(manifest("apiVersion: audit.k8s.io/v1\nkind: Policy\n")).findings

    assert broken.message == (
        "apiserver-manifest: yaml: line 1: did not find expected node content: correct it, the kubelet takes down a pod"
        " whose manifest it cannot read"
    )
    assert policy.message == (
        "apiserver-manifest: not a v1 Pod (audit.k8s.io/v1, Policy): the manifest of kube-apiserver is one"
    )


def test_a_server_started_by_a_shell_is_not_judged_and_no_finding() -> None:
    text = Given().manifest_text().replace("- kube-apiserver\n", "- /bin/sh\n", 1)

    result = found(manifest(text))

    assert result.findings == ()
    assert "through a shell" in (result.unjudged or "")
    assert NotLookedAt("AF001", "kube-apiserver.yaml was not judged") in result.not_looked_at


def test_a_value_from_the_environment_is_not_judged() -> None:
    result = found(manifest(flags={"audit-log-maxage": "$(AGE)"}))

    assert result.findings == ()
    assert result.unjudged is not None
    assert "taken from the environment" in result.unjudged


def test_a_pod_of_another_name_is_read_as_well() -> None:
    text = (
        Given(flags={"audit-log-path": None}).manifest_text().replace("  name: kube-apiserver\n", "  name: other\n", 1)
    )

    assert [item.id for item in found(manifest(text)).findings] == ["AF001"]


def test_a_comment_in_the_manifest_accepts_a_finding() -> None:
    comment = "# kubewitness: ignore AF003 a shipper keeps them\n"
    text = comment + Given(flags={"audit-log-maxage": "7"}).manifest_text()

    result = found(manifest(text))

    assert result.findings == ()
    assert [(item.finding.id, item.reason) for item in result.accepted] == [("AF003", "a shipper keeps them")]


def test_a_comment_that_accepts_nothing_is_told() -> None:
    text = "# kubewitness: ignore AF003 why\n# kubewitness: ignore AF004\n" + Given().manifest_text()

    assert [(item.id, item.line) for item in found(manifest(text)).findings] == [("AP070", 2), ("AP071", 1)]


def test_every_code_belongs_to_a_check() -> None:
    codes = {item.code for item in load_catalogue() if item.code}

    assert codes == {*FLAGGED, "AF007", "AF008"}


@pytest.mark.parametrize(("version", "taken"), [("1.45.0", ServerVersion(1, 37)), ("1.20.0", ServerVersion(1, 24))])
def test_a_version_that_is_not_known_is_said_to_be(version: str, taken: ServerVersion) -> None:
    read = manifest(version=version)

    result = found(read)

    assert read.version == taken
    assert result.unjudged is not None
    assert f"Kubernetes {version[:-2]} is not known here (1.24 to 1.37)" in result.unjudged
