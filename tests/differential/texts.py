"""Texts that somebody thought of: each word of the policy in a wrong shape, each oddity of YAML and JSON once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_POLICY: Final = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n"
_HEAD: Final = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"

_HEADS: Final = (
    "", "null", "{}", "[]", "5", "x", '{"apiVersion":"audit.k8s.io/v1"', '{"kind":[1],"apiVersion":5}', "kind: 5",
    "apiVersion: a/b/c", "apiVersion: foo/", "apiVersion: audit.k8s.io/", "apiVersion: /", "kind: Policy\nRules: 5",
    "Apiversion: audit.k8s.io/v1\nrules: [{level: None}]", "kind: Policy\nName: 5", "kind: Policy\nname: 5",
    "kind: Policy\nRules: [{Level: 5}]", "kind: Policy\nObjectMeta: 5", "kind: Policy\nRules: [{level: 5}]",
    f"{_POLICY}KIND: Foo", f"KIND: Foo\n{_POLICY}", '{"kind":"Policy","KIND":"Foo","apiVersion":"audit.k8s.io/v1"}',
    _POLICY.replace("kind", "\u212aind").replace("apiVersion", "apiVer\u017fion"), "\u00a0{}", '\u2028{"a":}',
    "\ufeff" + '{"apiVersion": "audit.k8s.io/v1", "rules": [{"level": "None"}]}', "--- {kind: Policy}", " ",
    "---\n---\n",
)  # fmt: skip
_GROUP_VERSIONS: Final = ("audit.k8s.io/v1", "audit.k8s.io/__internal", "v1", "__internal", "foo/v1", '"/v1"', "")
_KINDS: Final = (
    "Event", "EventList", "PolicyList", "WatchEvent", "ListOptions", "GetOptions", "DeleteOptions", "CreateOptions",
    "UpdateOptions", "PatchOptions", "Status", "APIVersions", "APIGroup", "APIGroupList", "APIResourceList",
    "InternalEvent", "TableOptions", "Table", "Policy", "policy", "Foo",
)  # fmt: skip
_FIELDS: Final = (
    "rules: [{level: 5}]", "rules: [{level: true}]", "rules: {}", "rules: [5]", "rules: [{users: x}]", "rules: [null]",
    "rules: [{users: [1]}]", "rules: [{resources: [{group: 1}]}]", "rules: [{resources: [1]}]", "omitStages: [1]",
    "rules: [{omitStages: [1]}]", "omitManagedFields: x", "rules: [{omitManagedFields: 1}]", "metadata: 5",
    "metadata: {name: 5}", "metadata: {labels: {a: 5}}", "metadata: {labels: [5]}", "metadata: {creationTimestamp: 5}",
    "metadata: {creationTimestamp: x}", "metadata: {generation: x}", "metadata: {generation: 1.5}",
    "metadata: {ownerReferences: [{controller: 5}]}", "metadata: {managedFields: [{time: x}]}",
    "metadata: {managedFields: [{fieldsV1: x, subresource: 1}]}", "metadata: {deletionTimestamp: [1]}",
    "rules: [{level: null, users: [null]}]", "rules: [{level: None}]\nmetadata: {generation: 9223372036854775808}",
    'rules: [{level: "F\\u00e9\\u0001<", nonResourceURLs: ["a<\\u00e9", "/*/*"], resources: [{group: "A",'
    ' resourceNames: ["x<"]}], namespaces: [a], omitStages: [q]}]',
    f"rules: [{{level: None, resources: [{{group: {'a' * 254}}}]}}]",
    "rules: [{level: None, resources: [{group: '*'}]}]", "rules: [{level: None}]\nmetadata: {}\nmetadata: {}\nfoo: 1",
    "rules:\n- &a {level: None, users: [a], users: [b]}\n- <<: *a\n  level: Metadata\n- level: Metadata\n  <<: *a\n"
    "- {<<: [*a, {level: Request, zz: 1}]}\n",
)  # fmt: skip
_TIMES: Final = (
    "", "2001", "200x-", "2001-13-01T", "2001-00", "2001-02-30T01:01:01Z", "2001-02-03 01:01:01Z",
    "2001-02-03T1:01:01Z", "2001-02-03T24:01:01Z", "2001-02-03T1:61:01Z", "2001-02-03T1:1:01Z", "2001-02-03T01:01:60Z",
    "2001-02-03T01:01:01,5Z", "2001-02-03T01:01:01.Z", "2001-02-03T01:01:01", "2001-02-03T01:01:01+01",
    "2001-02-03T01:01:01+01:00", "2001-02-03T01:01:01+24:60", "2001-02-03T01:01:01+25:00", "2001-02-03T01:01:01+01:61",
    "2001-02-03T01:01:01+xx:00", "2001-02-03T01:01:01Zx", "2001-02-03T01:01:01+01:00 ", "2001-02-31T01:01:01Zx",
    "\u00e92001", "2001-02-03T01:01:01+x1:00", "2000-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
)  # fmt: skip
_SCALARS: Final = (
    "y", "Y", "n", "N", "yes", "no", "on", "off", "true", "~", "null", "Null", "NULL", "5", "-5", "+5", "010", "08",
    "0o17", "0x1F", "0b101", "0b-1", "-0b1", "1_000", "_1", "1e3", "1e400", ".5", ".5e3", ".", ".e5", "5.", "-.", "+",
    "-", "+.inf", ".inf", "-.inf", ".NaN", "2001-01-01", "12:30", "99999999999999999999", "18446744073709551615",
    "9223372036854775807", "0x10000000000000000", "1.5e-7", "1e21", "123456789.0", "-0", "-0.0", "0.1", "1__0", "1.",
    "16777217.0", "1e39", "1e6", "1e-7", "0777777777777777777777777", '"a\\tb"', "1.5",
)  # fmt: skip
_YAML: Final = (
    "x: {{ a }}", 'x: !!binary "@"', "<<: 5", "<<: [5]", "x: !!int a", "x: *a", "x: &a [*a]", "a: b: c", "x: [a:, b]",
    "x: {a:}", "x: [a?b]", "x: [?a]", "x: [a ?b]", "x: [a, ? b]", "x: [a\n?b]", "x: {a?: b}", "x: {?a: b}", "x: a?b",
    "x: [ab:\n, c]", 'x: ["a":b]', 'x: "\\x00"', "x: a\x00b", "x: \x7f", "x: \x85y", "---\n@@@", "...\n@@", "[a]: b",
    "x: [''rules:]", "x: ['',rules:]", 'x: [a, "b"c:]', "x: [a, it's:, b]", "x: [a b\n c:]", "x: !a,b c", "x: [!a,b c]",
    "x: ![a]", "x: !!a,b[c] d", "x: &a !b, c\ny: *a", "x: !<a,b> c", "x: !a%2 b", "x: !a,%2 b", "\ufeffx: y",
    "x: |\n\ufeff  a\n", "x: a\n\ufeff", 'x: "a\n\ufeffb"', "{a: b}: c", "*a: b", "&a b: *a", "[]: x", "? []\n: x",
    'x: "\\/"', "x:\n[]: y", "x: [[]: y]", "{}: x", "x: !!timestamp 2001-01-01", "x: !!timestamp 2001-1-1 1:1:1",
    "x: !!timestamp x", "x: !!timestamp 2001-1-1T1:1:1+25:00", "x: !!float 5", "x: !!float x", "x: !!bool 5",
    "x: !!float 18446744073709551615", "x: !!null x", "x: !!null ''", "x: !!int '5'", "x: !!str 5", "x: !foo 5",
    "x: ! y", "x: !!foo y", "x: !!map y", "x: !!seq {a: b}", 'x: !!binary "/w=="', '!!binary "/w==": 1', "x: <<",
    "!!merge <<: {k: v}", '"<<": {k: v}', "!!str <<: {k: v}", '!!str "<<": {k: v}', "&a <<: {k: v}\nx: *a",
    "<<: &a [{k: v}]", "x: &a [{k: v}]\n<<: *a", "x: &a {k: v}\n<<: *a", "x: &a {k: v, <<: *a}", "%YAML 1.1\n---\na",
    "x: &a {k: v, <<: {l: m}}\ny: {<<: [*a, {k: w}], z: 1}", "x: \u2028y", "x: [a, b", "x: 'a", "\tx: y", "x:\ty",
)  # fmt: skip
_BEFORE: Final = (
    "%TAG !e! tag:yaml.org,2002:\n---\nk: !e!int 5\n", "%FOO bar\n---\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n",
    "%YAML 2.0\n---\n", "%YAML 1.1\n%YAML 1.1\n---\n", "# c\n", "\ufeff\ufeff", "\ufeff\n\ufeff", "--- # c\n", "...\n",
    "- <<", "[]ules: x\n", "# c\n{a: b} ", "--- [] : x\n", "--- &a\n", "--- !!map\n", "\x00", "\x1b", "\u2028", "@",
)  # fmt: skip
_JSON: Final = (
    '{"a":1e}', '{"a":1e+}', '{"a":1.}', '{"a":-}', '{"a":01}', '{"a":1.5.2}', '{"a":"\x01"}', '{"a":"\\u12g4"}',
    '{"a":"\\u1', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{"a":[1,]}', '{"a":[1', '{"a":[1}', "{a:1}",
    '{"a";1}', '{"a":nul}', '{"a":falsy}', '{"a":t', '{"a":"abc', "{\"a\":'b'}", '{"a":/**/1}', '{"a":[[]]]}',
    '{"a":{}}{}', '{"a":\u00e9}', "{{", '{"a":+1}', '{"a":"\t"}', "{,}", '{"a":1 "b":2}', '{"a":"\\', '{"a":"\\x"}',
    '{"apiVersion":"audit.k8s.io/v1","rules":[{"level":"None","users":["a","b"]},{"level":"None","verbs":["x"]}],'
    '"rules":[{"level":"Metadata"}],"rules":[{"users":["q"]},{}]}',
    '{"apiVersion":"audit.k8s.io/v1","omitStages":["Panic"],"omitStages":null,"rules":[{"level":"None","level":null,'
    '"omitManagedFields":true,"omitManagedFields":null,"foo":1,"foo":2}]}',
    '{"apiVersion":"audit.k8s.io/v1","rules":[{"level":"None","users":["\\ud800","\\ud83d\\ude00","\\ud800\\u0041"]}]}',
)  # fmt: skip
_BYTES: Final = (
    _POLICY.encode("utf-16"), _POLICY.encode("utf-16-be"), b"\xfe\xff" + _POLICY.encode("utf-16-be"),
    _POLICY.encode() + b'x: "\xff"', _POLICY.encode() + b'x: "\xed\xa0\x80"', _POLICY.encode("utf-32"),
    b'{"apiVersion":"audit.k8s.io/v1","rules":[{"level":"None","users":["\xff\xed\xa0\x80"]}]}',
)  # fmt: skip


def texts() -> Iterator[bytes]:
    """Each by itself."""
    yield from _BYTES
    yield from (text.encode() for text in (*_HEADS, *_JSON))
    yield from (f"apiVersion: {version}\nkind: {kind}\n".encode() for version in _GROUP_VERSIONS for kind in _KINDS)
    yield from (f"{_HEAD}{fields}".encode() for fields in _FIELDS)
    yield from (f"{_POLICY}{more}".encode() for more in _YAML)
    yield from (f"{more}{_POLICY}".encode() for more in _BEFORE)
    yield from (f'{_POLICY}metadata: {{creationTimestamp: "{time}"}}'.encode() for time in _TIMES)
    for scalar in _SCALARS:
        yield f"{_POLICY}k: {scalar}".encode()
        yield f"{_HEAD}rules: [{{level: None, users: [{scalar}]}}]".encode()
        yield f"{scalar}: v\n{_POLICY}".encode()
        yield f"{_POLICY}a: 1\n{scalar}: v\n{scalar}: w\n".encode()
