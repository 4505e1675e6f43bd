"""Defaults from k8s.io/apiserver, pkg/server/options/audit.go; refusals as kube-apiserver 1.34.4 and 1.37.1 print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.apiserver import (
    AUDIT_FLAGS,
    AuditSettings,
    Batching,
    FlagError,
    Truncation,
    VariableError,
    audit_settings,
    parse_flags,
)
from kubewitness.errors import KubewitnessError
from kubewitness.model import ServerVersion

V1_23, V1_35, V1_36 = ServerVersion(1, 23), ServerVersion(1, 35, 9), ServerVersion(1, 36)
LOG = "--audit-log-path=/var/log/audit.log"


def settings(*argv: str, version: ServerVersion | None = V1_36) -> AuditSettings:
    return audit_settings(parse_flags(["kube-apiserver", *argv]), version)


@pytest.mark.parametrize(
    ("version", "argv", "in_force"),
    [
        (V1_35, [], (0, 0, 100)),
        (V1_36, [], (366, 100, 100)),
        (V1_35, ["--audit-log-maxsize=0"], (0, 0, 100)),
        (V1_36, ["--audit-log-maxsize=0"], (366, 100, 0)),
        (V1_36, ["--audit-log-maxage=0", "--audit-log-maxbackup=0"], (0, 0, 100)),
        (V1_35, ["--audit-log-maxage=7", "--audit-log-maxbackup=3", "--audit-log-maxsize=5"], (7, 3, 5)),
        (None, [], (None, None, None)),
        (None, ["--audit-log-maxage=0", "--audit-log-maxsize=0"], (0, None, None)),
        (None, ["--audit-log-maxsize=5"], (None, None, 5)),
        (V1_36, ["--audit-log-maxage=030"], (24, 100, 100)),
    ],
)
def test_the_rotation_in_force(
    version: ServerVersion | None, argv: list[str], in_force: tuple[int | None, int | None, int | None]
) -> None:
    found = settings(LOG, *argv, version=version)

    assert (found.maxage_days, found.maxbackup, found.maxsize_mib) == in_force


def test_what_is_not_set_has_its_default() -> None:
    assert settings() == AuditSettings(
        policy_file="",
        log_path="",
        maxage_days=366,
        maxbackup=100,
        maxsize_mib=100,
        format="json",
        compress=False,
        log_mode="blocking",
        log_version="audit.k8s.io/v1",
        batch=Batching(10_000, 1, "0s", throttle_enable=False, throttle_qps=0, throttle_burst=0),
        truncate=Truncation(enabled=False, max_batch_bytes=10_485_760, max_event_bytes=102_400),
        webhook_config_file="",
        webhook_mode="batch",
        webhook_version="audit.k8s.io/v1",
        webhook_initial_backoff="10s",
        webhook_batch=Batching(10_000, 400, "30s", throttle_enable=True, throttle_qps=10, throttle_burst=15),
        webhook_truncate=Truncation(enabled=False, max_batch_bytes=10_485_760, max_event_bytes=102_400),
    )


def test_what_is_set_is_in_force() -> None:
    found = settings(
        "--audit-policy-file=/p",
        LOG,
        "--audit-log-mode=blocking-strict",
        "--audit-log-compress",
        "--audit-log-truncate-enabled",
        "--audit-log-truncate-max-event-size=1000",
        "--audit-webhook-config-file=/w",
        "--audit-webhook-batch-throttle-qps=2.5",
        "--audit-webhook-initial-backoff=5s",
        "--audit-webhook-batch-initial-backoff=7s",
    )

    assert found.policy_file == "/p"
    assert found.log_path == "/var/log/audit.log"
    assert found.log_mode == "blocking-strict"
    assert found.compress
    assert (found.truncate.enabled, found.truncate.max_event_bytes) == (True, 1000)
    assert found.webhook_config_file == "/w"
    assert found.webhook_batch.throttle_qps == 2.5
    assert found.webhook_initial_backoff == "7s"


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["--audit-log-maxsize=-1"], "--audit-log-maxsize -1 can't be a negative number"),
        (["--audit-log-maxage"], "flag needs an argument: --audit-log-maxage"),
        (["--audit-log-format=xml"], 'invalid audit log format xml, allowed formats are "legacy,json"'),
        (
            ["--audit-log-mode=async"],
            'invalid audit log mode async, allowed modes are "batch,blocking,blocking-strict"',
        ),
        (["--audit-log-version=v1beta1"], 'invalid group version, allowed versions are ["audit.k8s.io/v1"]'),
        (["--audit-log-version=a/b/c"], "unexpected GroupVersion string: a/b/c"),
        (
            ["--audit-log-truncate-max-event-size=0"],
            "invalid audit truncate log max event size 0, must be a positive number",
        ),
        (
            ["--audit-log-truncate-max-batch-size=1"],
            "invalid audit truncate log max batch size 1, must be greater than max event size (102400)",
        ),
        (
            ["--audit-log-mode=batch", "--audit-log-batch-buffer-size=0"],
            "invalid audit batch log buffer size 0, must be a positive number",
        ),
        (
            ["--audit-webhook-config-file=/x", "--audit-webhook-batch-throttle-qps=-1.5"],
            "invalid audit batch webhook throttle QPS -1.5, must be a positive number",
        ),
        (["--audit-dynamic-configuration"], "unknown flag: --audit-dynamic-configuration"),
        (["--audit-log-maxsze=1"], "unknown flag: --audit-log-maxsze"),
        (
            ["--audit-log-mode=async", "--audit-log-maxage=-2"],
            '[invalid audit log mode async, allowed modes are "batch,blocking,blocking-strict",'
            " --audit-log-maxage -2 can't be a negative number]",
        ),
    ],
)
def test_what_the_server_would_refuse_is_refused_in_its_words(argv: list[str], text: str) -> None:
    with pytest.raises(FlagError) as caught:
        settings(LOG, *argv)

    assert caught.value.server_text == text
    assert str(caught.value) == f"{text}: kube-apiserver does not start with it: correct the flag"


def test_a_backend_that_is_off_is_not_looked_at() -> None:
    found = settings("--audit-log-mode=async", "--audit-log-maxage=-1", "--audit-webhook-mode=async")

    assert found.log_mode == "async"


def test_the_beta_api_was_there_until_1_23() -> None:
    found = settings(LOG, "--audit-log-version=audit.k8s.io/v1beta1", version=V1_23)

    assert found.log_version == "audit.k8s.io/v1beta1"


def test_a_number_from_the_environment_is_not_guessed() -> None:
    with pytest.raises(VariableError) as caught:
        settings(LOG, "--audit-log-maxage=$(DAYS)")

    assert str(caught.value) == (
        "--audit-log-maxage=$(DAYS): taken from the environment, not known here: write the value itself"
    )


def test_a_path_from_the_environment_is_left_as_it_is() -> None:
    assert settings("--audit-policy-file=$(DIR)/policy.yaml").policy_file == "$(DIR)/policy.yaml"


@given(
    st.lists(st.tuples(st.sampled_from([flag.name for flag in AUDIT_FLAGS]), st.text(max_size=6) | st.just("1"))),
    st.sampled_from([None, V1_23, V1_35, V1_36]),
)
def test_any_flags_are_settings_or_an_error_of_one_line(
    pairs: list[tuple[str, str]], version: ServerVersion | None
) -> None:
    flags = parse_flags([f"--{name}={value}" for name, value in pairs])

    try:
        found = audit_settings(flags, version)
    except KubewitnessError:
        return
    assert found.log_path == (flags.get("audit-log-path") or "")
    assert found.maxage_days is not None or version is None
