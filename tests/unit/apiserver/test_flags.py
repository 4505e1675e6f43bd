"""Errors are compared with what kube-apiserver 1.34.4 and 1.37.1 themselves say to the same arguments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.apiserver import (
    AUDIT_FLAGS,
    FlagError,
    anonymous_auth,
    parse_flags,
    server_endpoint,
    unknown_flags,
)
from kubewitness.model import ServerVersion


@pytest.mark.parametrize(
    "argv",
    [
        ["--audit-log-path=/a"],
        ["--audit-log-path", "/a"],
        ["--audit_log_path=/a"],
        ["--audit_log-path", "/a"],
        ["--audit-log-path=/first", "--audit-log-path=/a"],
        ["--audit-log-path=/first", "--audit_log_path", "/a"],
        ["kube-apiserver", "--audit-log-path=/a"],
        ["/usr/local/bin/kube-apiserver", "--audit-log-path=/a"],
        ["hyperkube", "apiserver", "--audit-log-path=/a"],
        ["/go-runner", "--log-file=/x", "--also-stdout", "/usr/local/bin/kube-apiserver", "--audit-log-path=/a"],
    ],
)
def test_every_way_of_writing_a_flag_is_the_same_setting(argv: list[str]) -> None:
    flags = parse_flags(argv)

    assert flags.get("audit-log-path") == "/a"
    assert flags.names == ("audit-log-path",)
    assert flags.errors == ()


def test_the_last_of_several_settings_is_in_force_and_all_are_kept() -> None:
    flags = parse_flags(["--audit-log-maxage=7", "--v=2", "--audit-log-maxage", "30"])

    assert flags.get("audit-log-maxage") == "30"
    assert flags.all("audit-log-maxage") == ("7", "30")
    assert [(one.first, one.last) for one in flags.occurrences] == [(0, 0), (1, 1), (2, 3)]


def test_an_absent_flag_is_not_an_empty_one() -> None:
    flags = parse_flags(["--audit-policy-file="])

    assert flags.get("audit-policy-file") == ""
    assert flags.get("audit-log-path") is None


def test_a_bare_boolean_does_not_take_the_next_item() -> None:
    flags = parse_flags(["--audit-log-compress", "--audit-log-path=/a"])

    assert flags.get("audit-log-compress") == "true"
    assert flags.get("audit-log-path") == "/a"


@pytest.mark.parametrize("value", ["-", "--audit-policy-file=/p"])
def test_an_audit_flag_takes_whatever_comes_next(value: str) -> None:
    flags = parse_flags(["--audit-log-path", value])

    assert flags.get("audit-log-path") == value
    assert flags.get("audit-policy-file") is None


def test_a_flag_that_we_do_not_know_does_not_swallow_the_next_one() -> None:
    flags = parse_flags(["--new-in-some-version", "--audit-log-path=/a", "--etcd-prefix", "/registry"])

    assert flags.get("audit-log-path") == "/a"
    assert flags.get("etcd-prefix") == "/registry"


@pytest.mark.parametrize("argv", [["-v=4"], ["-v4"], ["-v", "4"], ["--v=4"]])
def test_the_shorthand_of_verbosity(argv: list[str]) -> None:
    assert parse_flags(argv).get("v") == "4"


@pytest.mark.parametrize(
    ("item", "name", "value", "cause"),
    [
        ("--audit-log-maxage=abc", "audit-log-maxage", "abc", 'strconv.ParseInt: parsing "abc": invalid syntax'),
        ("--audit_log_maxage=x", "audit-log-maxage", "x", 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("--audit-log-maxage=", "audit-log-maxage", "", 'strconv.ParseInt: parsing "": invalid syntax'),
        ("--audit-log-compress=no", "audit-log-compress", "no", 'strconv.ParseBool: parsing "no": invalid syntax'),
        ("--audit-log-batch-max-wait=3", "audit-log-batch-max-wait", "3", 'time: missing unit in duration "3"'),
        (
            "--audit-log-batch-throttle-qps=x",
            "audit-log-batch-throttle-qps",
            "x",
            'strconv.ParseFloat: parsing "x": invalid syntax',
        ),
    ],
)
def test_a_value_that_the_server_would_not_parse(item: str, name: str, value: str, cause: str) -> None:
    errors = parse_flags(["kube-apiserver", item]).errors

    assert errors == (f'invalid argument "{value}" for "--{name}" flag: {cause}',)


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (["--audit-log-maxage"], "flag needs an argument: --audit-log-maxage"),
        (["--audit-log-compress", "yes"], '"kube-apiserver" does not take any arguments, got [*****]'),
        (["foo", "--", "bar"], '"kube-apiserver" does not take any arguments, got [***** *****]'),
        (["---x"], "bad flag syntax: *****"),
        (["--=3"], "bad flag syntax: *****"),
        (["-x"], "unknown shorthand flag: 'x' in -*****"),
    ],
)
def test_arguments_that_the_server_would_not_parse(argv: list[str], error: str) -> None:
    assert parse_flags(["kube-apiserver", *argv]).errors == (error,)


def test_a_value_that_may_be_a_secret_is_not_told() -> None:
    argv = ["kube-apiserver", "--anonymous-auth=3", "--profiling=hunter2", "hunter2", "--", "hunter2"]

    told = " ".join(parse_flags(argv).errors)

    assert 'invalid argument ***** for "--profiling" flag: strconv.ParseBool: parsing *****: invalid syntax' in told
    assert "hunter2" not in told


def test_an_earlier_setting_that_is_not_in_force_stops_the_server_too() -> None:
    assert parse_flags(["--audit-log-maxage=x", "--audit-log-maxage=30"]).errors != ()


def test_a_value_from_the_environment_is_not_called_wrong() -> None:
    flags = parse_flags(["--audit-log-maxage=$(DAYS)"])

    assert flags.errors == ()


def test_an_escaped_variable_is_a_value() -> None:
    flags = parse_flags(["--audit-log-maxage=$$(DAYS)"])

    assert len(flags.errors) == 1


def test_nothing_behind_two_dashes_is_a_flag() -> None:
    assert parse_flags(["--v=2", "--", "--audit-log-path=/a"]).names == ("v",)


@pytest.mark.parametrize(
    ("name", "version", "unknown"),
    [
        ("audit-dynamic-configuration", ServerVersion(1, 18), False),
        ("audit-dynamic-configuration", ServerVersion(1, 19), True),
        ("audit-dynamic-configuration", None, False),
        ("audit-log-compress", ServerVersion(1, 19), True),
        ("audit-log-compress", ServerVersion(1, 20), False),
        ("audit-log-maxsze", None, True),
        ("audit-log-maxsze", ServerVersion(1, 37), True),
        ("some-other-flag", ServerVersion(1, 37), False),
    ],
)
def test_flags_that_a_version_does_not_have(name: str, version: ServerVersion | None, *, unknown: bool) -> None:
    assert unknown_flags(parse_flags([f"--{name}=1"]), version) == ((name,) if unknown else ())


def test_every_audit_flag_is_in_the_table_once() -> None:
    names = [flag.name for flag in AUDIT_FLAGS]

    assert len(names) == len(set(names)) == 33
    assert all(name.startswith("audit-") for name in names)


@pytest.mark.parametrize(
    ("argv", "endpoint"),
    [
        ([], ("127.0.0.1", 6443)),
        (["--secure-port=443"], ("127.0.0.1", 443)),
        (["--advertise-address=10.0.0.11"], ("10.0.0.11", 6443)),
        (["--bind-address=0.0.0.0", "--advertise-address=10.0.0.11"], ("10.0.0.11", 6443)),
        (["--bind-address=::", "--secure-port", "8443"], ("127.0.0.1", 8443)),
        (["--bind-address=10.1.1.1", "--advertise-address=10.0.0.11"], ("10.1.1.1", 6443)),
        (["--advertise-address=$(HOST_IP)"], ("127.0.0.1", 6443)),
        (["--advertise-address=fd00::1"], ("fd00::1", 6443)),
    ],
)
def test_where_the_server_is_reached_on_its_own_node(argv: list[str], endpoint: tuple[str, int]) -> None:
    assert server_endpoint(parse_flags(argv)) == endpoint


def test_a_port_that_is_no_number() -> None:
    with pytest.raises(FlagError) as caught:
        server_endpoint(parse_flags(["--secure-port=https"]))

    assert caught.value.server_text == (
        'invalid argument "https" for "--secure-port" flag: strconv.ParseInt: parsing "https": invalid syntax'
    )


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], True),
        (["--anonymous-auth=false"], False),
        (["--anonymous-auth"], True),
        (["--authentication-config=/etc/kubernetes/authn.yaml"], None),
        (["--authentication-config=/etc/kubernetes/authn.yaml", "--anonymous-auth=false"], False),
    ],
)
def test_anonymous_requests(argv: list[str], expected: bool | None) -> None:
    assert anonymous_auth(parse_flags(argv)) is expected


ITEMS = st.text(max_size=8) | st.sampled_from(
    [
        "--",
        "-",
        "-v",
        "-h",
        "-hv3",
        "--audit-log-path",
        "--audit-log-maxage=1",
        "--audit_log_compress",
        "kube-apiserver",
    ]
)


@given(st.lists(ITEMS, max_size=8))
def test_any_arguments_are_parsed_and_every_setting_stands_where_it_says(argv: list[str]) -> None:
    flags = parse_flags(argv)

    last = -1
    for one in flags.occurrences:
        assert last <= one.first <= one.last < len(argv)  # -hv3 sets two flags in one item
        assert one.value in {argv[one.last].partition("=")[2], argv[one.last], "true"} or argv[one.last].endswith(
            one.value
        )
        last = one.first


@given(st.lists(ITEMS, max_size=6), st.integers(0, 9999))
def test_a_flag_at_the_end_wins(argv: list[str], days: int) -> None:
    flags = parse_flags(["kube-apiserver", *argv, "--v=1", f"--audit-log-maxage={days}"])

    assert flags.get("audit-log-maxage") == str(days) or "--" in argv
