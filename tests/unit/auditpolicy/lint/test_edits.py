"""Where a suggestion is written by a tool that applies it. That it ends its finding then is tested with the cases."""

from __future__ import annotations

from kubewitness.auditpolicy.lint.edits import Edit
from tests.unit.auditpolicy.lint.linting import HEADER, edited, linted

SILENT = "- level: None\n  users: [jane]\n  resources: [{group: '', resources: [secrets]}]\n"
CATCH_ALL = "- level: Metadata\n"


def edit(policy: str) -> Edit | None:
    return next(item.edit for item in linted(policy).findings if item.id in {"AP040", "AP011"})


def test_it_goes_before_the_comment_of_the_rule_that_decided() -> None:
    policy = f"{HEADER}- level: None\n  verbs: [watch]\n  users: [x]\n\n# why jane\n# is quiet\n{SILENT}{CATCH_ALL}"
    found = [item for item in linted(policy).findings if item.rule == 1]

    assert [(item.edit.line, item.edit.column) for item in found if item.edit] == [(8, 1)]
    assert found[0].edit is not None
    assert linted(edited(policy, found[0].edit)).rules == 4


def test_it_has_the_indent_of_the_rules() -> None:
    rules = "".join(f"    {line}\n" for line in f"{SILENT}{CATCH_ALL}".splitlines())
    found = edit(f"{HEADER}{rules}")

    assert found is not None
    assert found.text.startswith("    - level: Metadata\n      users: [jane]\n")


def test_where_no_rule_matched_it_goes_behind_the_last_one_and_before_what_follows() -> None:
    rule = "- level: Metadata\n  users: [jane]\n"

    assert edit(f"{HEADER}{rule}\nomitManagedFields: true\n") == Edit(6, 1, "- level: Metadata\n")
    assert edit(f"{HEADER}{rule}") == Edit(5, 16, "\n- level: Metadata\n")


def test_between_rules_on_one_line_nothing_can_be_written() -> None:
    head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
    rules = "{level: None, verbs: [get], users: [jane]}, {level: Metadata}"

    assert edit(f"{head}rules: [{rules}]\n") is None


def test_inside_another_file_nothing_is_written() -> None:
    policy = "".join(f"    {line}\n" for line in f"{HEADER}{SILENT}{CATCH_ALL}".splitlines())

    assert edit(f"kind: ConfigMap\ndata:\n  policy.yaml: |\n{policy}") is None
