"""Texts and verdicts were taken from k8s.io/apiserver's own LoadPolicyFromBytes, 0.24 to 0.37."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.auditpolicy import Level, Loaded, Mark, Refused, Stage, load, load_bytes
from kubewitness.model import ServerVersion

NEWEST = ServerVersion(1, 37)
V1_35 = ServerVersion(1, 35)
V1_33 = ServerVersion(1, 33)
V1_25 = ServerVersion(1, 25)

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
GOOD = HEAD + "rules: [{level: Metadata}]\n"


def loaded(text: str, version: ServerVersion = NEWEST) -> Loaded:
    result = load(text, version)
    assert isinstance(result, Loaded), result
    return result


def refused(text: str, version: ServerVersion = NEWEST) -> Refused:
    result = load(text, version)
    assert isinstance(result, Refused), result
    return result


def test_a_policy_becomes_typed_rules_with_their_places() -> None:
    text = HEAD + (
        "omitStages: [RequestReceived]\n"
        "omitManagedFields: true\n"
        "rules:\n"
        "  - level: None\n"
        "    users: [a]\n"
        "    resources: [{group: apps, resources: [deployments], resourceNames: [x]}]\n"
        "    omitManagedFields: false\n"
        "  - {level: RequestResponse, omitStages: [Panic], nonResourceURLs: ['/healthz*']}\n"
    )

    policy = loaded(text).policy

    assert policy.omit_stages == (Stage.REQUEST_RECEIVED,)
    assert policy.omit_managed_fields is True
    first, second = policy.rules
    assert (first.level, first.users, first.omit_managed_fields) == (Level.NONE, ("a",), False)
    assert first.resources[0].resource_names == ("x",)
    assert (first.line, first.column) == (6, 5)
    assert (second.level, second.omit_stages) == (Level.REQUEST_RESPONSE, (Stage.PANIC,))
    assert second.non_resource_urls == ("/healthz*",)
    assert second.omit_managed_fields is None
    assert (second.line, second.column) == (10, 5)


NO_VERSION = "unknown group version field audit.k8s.io/__internal, Kind=Policy in policy"
HEAD_TYPE = r'struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }'
HEAD_ERROR = "failed decoding: couldn't get version/kind; json parse error: "
SCHEME = "k8s.io/apiserver/pkg/audit/scheme.go:30"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", NO_VERSION),
        ("# nothing but a comment\n", NO_VERSION),
        ("---\n---\n" + GOOD, NO_VERSION),
        ("rules: [{level: Metadata}]", NO_VERSION),
        ("apiVersion: audit.k8s.io/\nkind: Policy", NO_VERSION),
        ("[]", f"{HEAD_ERROR}json: cannot unmarshal array into Go value of type {HEAD_TYPE}"),
        ("a text", f"{HEAD_ERROR}json: cannot unmarshal string into Go value of type {HEAD_TYPE}"),
        ("kind: 5", f"{HEAD_ERROR}json: cannot unmarshal number into Go struct field .kind of type string"),
        ("apiVersion: a/b/c", "failed decoding: unexpected GroupVersion string: a/b/c"),
        ("apiVersion: foo/", "failed decoding: Object 'apiVersion' is missing in 'apiVersion: foo/'"),
        (
            "apiVersion: audit.k8s.io/v1beta1\nkind: Policy",
            f'failed decoding: no kind "Policy" is registered for version "audit.k8s.io/v1beta1" in scheme "{SCHEME}"',
        ),
        (
            "apiVersion: v1\nkind: Pod",
            f'failed decoding: no kind "Pod" is registered for version "v1" in scheme "{SCHEME}"',
        ),
        (
            "apiVersion: audit.k8s.io/v1\nkind: Event",
            "failed decoding: converting (v1.Event) to (audit.Policy): unknown conversion",
        ),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy", "loaded illegal policy with 0 rules"),
        (HEAD + "Rules: [{level: Metadata}]", "loaded illegal policy with 0 rules"),
        (HEAD + "rules: null", "loaded illegal policy with 0 rules"),
        (HEAD + "rules: [null]", "rules[0].level: Required value"),
        (
            HEAD + "rules: {}",
            "failed decoding: json: cannot unmarshal object into Go struct field Policy.rules of type []v1.PolicyRule",
        ),
        (
            HEAD + "rules: [{users: alice}]",
            "failed decoding: json: cannot unmarshal string into Go struct field PolicyRule.rules.users of type "
            "[]string",
        ),
        (
            HEAD + "rules: [{resources: [{group: 1}]}]",
            "failed decoding: json: cannot unmarshal number into Go struct field GroupResources.rules.resources.group "
            "of type string",
        ),
        (
            HEAD + "metadata: {creationTimestamp: yesterday}",
            'failed decoding: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": '
            'cannot parse "yesterday" as "2006"',
        ),
        (
            HEAD + "metadata: {generation: 1.5}",
            "failed decoding: json: cannot unmarshal number 1.5 into Go struct field ObjectMeta.metadata.generation "
            "of type int64",
        ),
        (
            "Rules: 5",
            "failed decoding: json: cannot unmarshal number into Go struct field Policy.Rules of type "
            "[]audit.PolicyRule",
        ),
    ],
)
def test_what_kube_apiserver_refuses_is_refused_in_its_words(text: str, error: str) -> None:
    assert refused(text).error == error


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEAD + "rules:\n- level: Full\n", (4, 10)),
        (HEAD + "rules:\n- {level: None, nonResourceURLs: [/a, b]}\n", (4, 39)),
        (HEAD + "rules:\n- level: None\n  resources:\n  - {group: ''}\n  - {group: 'apps/v1'}\n", (7, 13)),
        (HEAD + "rules:\n- users: [a]\n", (4, 3)),
        (HEAD + "rules:\n- level: yes\n", (4, 10)),
        (HEAD + "rules: []\n", (3, 8)),
        ("kind: Policy\napiVersion: v1\n", (2, 13)),
        (HEAD + "x: {{ .Values.rules }}\n", (3, 5)),
        ('{\n  "apiVersion": "audit.k8s.io/v1",\n  "rules": [{"level": "é", "level": "Full"}]\n}', (3, 37)),
    ],
)
def test_a_refusal_names_its_place(text: str, place: tuple[int, int]) -> None:
    result = refused(text)

    assert (result.line, result.column) == place


def test_several_validation_errors_are_one_text_and_each_a_problem() -> None:
    result = refused(HEAD + "omitStages: [End]\nrules:\n- level: Full\n- level: Full\n- {}\n")

    assert result.error == f"[{', '.join(problem.text for problem in result.problems)}]"
    assert [problem.mark for problem in result.problems] == [Mark(3, 14), Mark(5, 10), Mark(6, 10), Mark(7, 3)]


def test_unknown_keys_are_dropped_with_a_warning() -> None:
    text = (
        HEAD
        + "rules:\n- level: None\n  resources:\n  - group: ''\n    username: jane\n- level: Metadata\n  Verbs: [get]\n"
    )

    result = loaded(text)

    assert result.strict_error == (
        'strict decoding error: unknown field "rules[0].resources[0].username", unknown field "rules[1].Verbs"'
    )
    assert [problem.mark for problem in result.ignored] == [Mark(7, 5), Mark(9, 3)]
    assert result.policy.rules[0].resources[0].resources == ()
    assert result.policy.rules[1].verbs == ()


def test_before_1_26_unknown_keys_were_dropped_in_silence() -> None:
    result = loaded(GOOD + "foo: 1\n", V1_25)

    assert result.strict_error is None
    assert [problem.text for problem in result.ignored] == ['unknown field "foo"']


def test_of_a_key_that_comes_twice_the_last_one_stays() -> None:
    result = loaded(HEAD + "rules:\n- level: None\n  users: [a]\n  level: Metadata\n")

    assert result.policy.rules[0].level is Level.METADATA
    assert result.strict_error == (
        'strict decoding error: yaml: unmarshal errors:\n  line 6: key "level" already set in map'
    )
    assert result.ignored[0].mark == Mark(6, 3)


def test_in_json_a_list_that_comes_twice_is_written_into_the_first() -> None:
    text = (
        '{"apiVersion":"audit.k8s.io/v1",'
        '"rules":[{"level":"None","users":["a"]},{"level":"None","verbs":["get"]}],'
        '"rules":[{"level":"Metadata"}],"rules":[{"level":"Request"},{}]}'
    )

    result = loaded(text)

    assert [rule.level for rule in result.policy.rules] == [Level.REQUEST, Level.NONE]
    assert result.policy.rules[0].users == ("a",)
    assert result.policy.rules[1].verbs == ("get",)
    assert result.strict_error == 'strict decoding error: duplicate field "rules"'


def test_a_strict_error_is_told_of_a_refused_policy_too() -> None:
    result = refused(HEAD + "rules: []\nfoo: 1\n")

    assert result.strict_error == 'strict decoding error: unknown field "foo"'


def test_at_most_a_hundred_unknown_fields_are_told() -> None:
    result = loaded(GOOD + "".join(f"x{number}: 1\n" for number in range(150)))

    assert len(result.ignored) == 100


def test_the_kind_may_be_missing_but_not_wrong() -> None:
    assert isinstance(load("apiVersion: audit.k8s.io/v1\nrules: [{level: None}]", NEWEST), Loaded)
    assert isinstance(load("apiVersion: audit.k8s.io/v1\nkind: policy\nrules: [{level: None}]", NEWEST), Refused)


def test_apiversion_is_found_in_any_case_and_then_unknown() -> None:
    result = loaded("APIVERSION: audit.k8s.io/v1\nrules: [{level: None}]")

    assert result.strict_error == 'strict decoding error: unknown field "APIVERSION"'


def test_metadata_is_allowed_as_kubectl_writes_it() -> None:
    text = GOOD + "metadata: {name: x, labels: {a: b}, creationTimestamp: null, generation: 1e3}\n"

    assert loaded(text).strict_error is None


def test_only_the_first_document_counts() -> None:
    assert len(loaded(GOOD + "---\n@ this is no YAML\n").policy.rules) == 1


def test_a_policy_in_brackets_is_json_and_nothing_else() -> None:
    flow = "{apiVersion: audit.k8s.io/v1, rules: [{level: None}]}"

    assert refused(flow).error == f"{HEAD_ERROR}invalid character 'a' looking for beginning of object key string"
    assert len(loaded("# a comment makes it YAML\n" + flow).policy.rules) == 1
    assert len(loaded("\ufeff" + flow).policy.rules) == 1


def test_any_group_is_a_wildcard_from_1_36_on_and_an_error_before() -> None:
    text = HEAD + 'rules: [{level: None, resources: [{group: "*"}]}]'

    assert isinstance(load(text, ServerVersion(1, 36)), Loaded)
    assert refused(text, V1_35).error.startswith('rules[0].resources.group: Invalid value: "*": a lowercase RFC 1123')


def test_lists_in_errors_are_json_from_1_34_on_and_go_before() -> None:
    text = HEAD + "rules: [{level: None, resources: [{resourceNames: [a]}]}]"

    reason = "using resourceNames requires at least one resource"
    assert refused(text).error == f'rules[0].resources.resourceNames: Invalid value: ["a"]: {reason}'
    assert refused(text, V1_33).error == f'rules[0].resources.resourceNames: Invalid value: []string{{"a"}}: {reason}'


def test_bytes_with_the_mark_of_utf_16_are_read_as_utf_16() -> None:
    assert isinstance(load_bytes(GOOD.encode("utf-16"), NEWEST), Loaded)


@pytest.mark.parametrize("code", [0xDCFF, 0xD800, 0x00, 0x7F])
def test_what_is_no_text_is_refused(code: int) -> None:
    assert refused(f"{GOOD}x: {chr(code)}\n").error.startswith("failed decoding: yaml: ")


def test_invalid_bytes_in_a_json_string_become_replacement_characters() -> None:
    text = '{"apiVersion":"audit.k8s.io/v1","rules":[{"level":"None","users":["\udcff\udcfe","\\ud800"]}]}'

    assert loaded(text).policy.rules[0].users == ("\ufffd\ufffd", "\ufffd")


_TOKENS = (
    "apiVersion: audit.k8s.io/v1\n|rules:\n|- level: None\n|  users: [a]\n|metadata: |- |{|}|[|]|,|: |? |&a |*a|<<: "
    "|!!int |!x,|'|\"|>\n|\t|---\n|#|\ufeff|\x00|\udcff|y|~|\\"
)
_WORDS = st.sampled_from(_TOKENS.split("|"))


@given(st.one_of(st.text(), st.lists(_WORDS, max_size=30).map("".join)))
def test_any_text_is_loaded_or_refused(text: str) -> None:
    for version in (NEWEST, V1_25):
        result = load(text, version)

        assert isinstance(result, Loaded | Refused)


@given(st.binary())
def test_any_bytes_are_loaded_or_refused(data: bytes) -> None:
    assert isinstance(load_bytes(data, NEWEST), Loaded | Refused)
