from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubewitness.auditpolicy import Level, Loaded, RequestAttributes, evaluate, load_bytes
from kubewitness.cli import main
from kubewitness.model import ServerVersion

POLICIES = Path(__file__).resolve().parents[3] / "policies" / "audit"
NEWEST = ServerVersion(1, 37)
CONTROLLER = "system:serviceaccount:ingress:controller"
LEASE = f"ingress/leader={CONTROLLER}"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["policy", "new", *arguments])


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["essential", "standard", "forensic"])
def test_a_policy_is_printed_as_it_was_shipped(name: str) -> None:
    done = run(name)

    assert done.exit_code == 0
    assert done.stdout == (POLICIES / f"{name}.yaml").read_text("utf-8")


def test_without_a_name_it_is_standard() -> None:
    assert run().stdout == run("standard").stdout


def test_the_list_says_what_each_is_for_from_the_smallest_log_on() -> None:
    done = run("--list")

    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["essential", "standard", "forensic"]
    assert all(line[11:].startswith("who did what") for line in lines)


@pytest.mark.parametrize("more", [["-f", "policy.yaml"], ["--lease", LEASE], ["--force"], ["forensic"]], ids=str)
def test_the_list_with_what_would_have_no_effect_is_a_mistake(more: list[str]) -> None:
    done = run("--list", *more)

    assert (done.exit_code, done.stdout) == (2, "")
    assert "--list writes no policy" in done.stderr
    assert not Path("policy.yaml").exists()


def test_another_name_is_refused_with_those_that_there_are() -> None:
    done = run("../standards/standard")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("there are essential, forensic, standard\n")


def test_a_file_is_written_and_nothing_is_printed() -> None:
    done = run("forensic", "-f", "policy.yaml")

    assert (done.exit_code, done.output) == (0, "")
    assert Path("policy.yaml").read_text("utf-8") == (POLICIES / "forensic.yaml").read_text("utf-8")


def test_a_file_that_is_there_is_left_alone() -> None:
    Path("policy.yaml").write_text("mine", "utf-8")

    done = run("-f", "policy.yaml")

    assert done.exit_code == 2
    assert done.stderr == (
        "kubewitness: policy.yaml: is there already: name another file, or say --force to replace it\n"
    )
    assert Path("policy.yaml").read_text("utf-8") == "mine"


def test_so_is_a_link_that_leads_nowhere() -> None:
    Path("policy.yaml").symlink_to("elsewhere.yaml")

    assert run("-f", "policy.yaml").exit_code == 2
    assert not Path("elsewhere.yaml").exists()


def test_force_replaces_it() -> None:
    Path("policy.yaml").write_text("mine", "utf-8")

    assert run("-f", "policy.yaml", "--force").exit_code == 0
    assert Path("policy.yaml").read_text("utf-8") == run().stdout


def test_force_without_a_file_is_a_mistake() -> None:
    assert run("--force").exit_code == 2


def test_a_folder_that_is_not_there_is_said() -> None:
    done = run("-f", "none/policy.yaml")

    assert done.exit_code == 2
    assert done.stderr == "kubewitness: none/policy.yaml: cannot be written: No such file or directory\n"


def test_a_lease_adds_a_rule_that_leaves_out_its_renewal_by_its_user_and_nothing_else() -> None:
    done = run("--lease", LEASE)

    loaded = load_bytes(done.stdout.encode(), NEWEST)
    assert isinstance(loaded, Loaded)
    renewal = RequestAttributes(
        CONTROLLER, ("system:authenticated",), "update", api_group="coordination.k8s.io", resource="leases",
        name="leader", namespace="ingress",
    )  # fmt: skip
    decision = evaluate(loaded.policy, renewal, NEWEST)
    rule = loaded.policy.rules[decision.rule]
    assert decision.level is Level.NONE
    assert (rule.users, rule.verbs, rule.namespaces) == ((CONTROLLER,), ("get", "update"), ("ingress",))
    assert [(entry.resources, entry.resource_names) for entry in rule.resources] == [(("leases",), ("leader",))]


def test_no_lease_can_be_put_before_what_is_always_recorded() -> None:
    text = run("--lease", LEASE).stdout

    assert text.index("always recorded") < text.index("secrets") < text.index("pods/exec") < text.index(CONTROLLER)


def test_leases_are_as_many_rules_as_there_are_different_ones() -> None:
    once = run("--lease", LEASE).stdout

    assert run("--lease", LEASE, "--lease", LEASE).stdout == once
    assert run("--lease", LEASE, "--lease", "ingress/other=jane").stdout.count("--lease") == 2


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("leader", "NAMESPACE/LEASE=USER"),
        ("ingress/leader=", "NAMESPACE/LEASE=USER"),
        ("Ingress/leader=jane", "NAMESPACE/LEASE=USER"),
        ("ingress/leader=system:nodes", "is a group"),
        ("ingress/leader=system:serviceaccounts:kube-system", "is a group"),
        ("ingress/leader=system:serviceaccount:controller", "is no service account"),
        ("ingress/leader=system:anonymous", "everybody without credentials"),
        ("ingress/leader=system:serviceaccount:ingress:*", "letter by letter"),
        ("ingress/leader=jane\n  - level: None", "letter by letter"),
        ("ingress/leader=jane,bob", "--lease once for each"),
    ],
)
def test_what_is_no_lease_of_one_user_is_refused(wrong: str, why: str) -> None:
    done = run("--lease", wrong)

    assert (done.exit_code, done.stdout) == (2, "")
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("version", ["1.24", "1.35", "1.37"])
def test_it_is_written_for_every_server_that_we_claim(version: str) -> None:
    assert run("--target-version", version).exit_code == 0


def test_what_the_server_would_not_take_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = "rules:\n- level: Metadata\n  resources: [{group: '*'}]\napiVersion: audit.k8s.io/v1\n"
    monkeypatch.setattr("kubewitness.content.policy_text", lambda _: newer)

    assert run("--target-version", "1.36").stdout == newer
    done = run("--target-version", "1.35", "-f", "policy.yaml")

    assert done.exit_code == 2
    assert "standard: kube-apiserver 1.35.0 would not take it whole: rules[0].resources.group" in done.stderr
    assert not Path("policy.yaml").exists()
