"""Policies in files that are no YAML as a whole. The texts are made up."""

from __future__ import annotations

import pytest

from kubewitness.auditpolicy import Loaded, Refused, load_bytes
from kubewitness.auditpolicy.embedded import embedded_policies
from kubewitness.model import ServerVersion

PAGE = """\
# Auditing

Write this:

```yaml
# comment
kind: Policy
apiVersion: audit.k8s.io/v1
rules:
- level: Metadata

- level: None
```

1. or that:

   ~~~
   apiVersion: "audit.k8s.io/v1"
   rules:
     - level: Request
   ~~~
"""
SCRIPT = """\
#!/bin/sh
set -eu: x
cat > policy.yaml <<EOF
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
EOF
\tcat <<-EOF
\tapiVersion: audit.k8s.io/v1
\trules:
\t- level: None
\tEOF
"""
TEMPLATE = """\
kind: List
items:
{{- if .Values.audit }}
- apiVersion: audit.k8s.io/v1
  kind: Policy
  rules:
  - level: Metadata
{{- end }}
- kind: Other
"""


CONDITIONAL = """\
{% if audit %}
apiVersion: audit.k8s.io/v1
rules:
- level: Metadata

{% endif %}
{{ end }}
"""


def found(text: str) -> list[tuple[int, int, tuple[int, int]]]:
    """Line and column of each policy, and the place of its last rule in the file."""
    answers = []
    for policy in embedded_policies(text.encode()):
        loaded = load_bytes(policy.data, ServerVersion(1, 37))
        assert isinstance(loaded, Loaded)
        last = loaded.policy.rules[-1]
        answers.append((policy.line, policy.column, policy.place(last.line, last.column)))
    return answers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PAGE, [(6, 1, (12, 3)), (18, 4, (20, 8))]),
        (SCRIPT, [(4, 1, (7, 3)), (10, 2, (12, 4))]),
        (TEMPLATE, [(4, 3, (7, 5))]),
        (CONDITIONAL, [(2, 1, (4, 3))]),
    ],
)
def test_a_policy_is_found_where_it_begins_and_ends(
    text: str, expected: list[tuple[int, int, tuple[int, int]]]
) -> None:
    assert found(text) == expected


def test_documents_before_the_broken_one_are_read_as_yaml() -> None:
    config_map = "kind: ConfigMap\ndata:\n  p: |\n    apiVersion: audit.k8s.io/v1\n    rules: [{level: None}]\n"

    assert found(f"{config_map}---\n{TEMPLATE}") == [(4, 5, (5, 13)), (10, 3, (13, 5))]


def test_a_policy_before_the_fault_of_a_document_is_found_once() -> None:
    text = "kind: Namespace\n---\np: |\n  apiVersion: audit.k8s.io/v1\n  rules:\n  - level: None\nb: c: d\n"

    assert found(text) == [(4, 3, (6, 5))]


@pytest.mark.parametrize("line", ["{{ if x }}", "{% if x %}", "<% x %>", "%{ if x }", "${x}"])
def test_a_policy_with_a_template_in_its_midst_is_not_judged_by_its_half(line: str) -> None:
    text = f"a: b: c\np: |\n  apiVersion: audit.k8s.io/v1\n  rules:\n  - level: None\n  {line}\n  - level: Metadata\n"
    (policy,) = embedded_policies(text.encode())

    refused = load_bytes(policy.data, ServerVersion(1, 37))

    assert isinstance(refused, Refused)
    assert refused.line is not None
    assert policy.place(refused.line, 1)[0] in {6, 7}
