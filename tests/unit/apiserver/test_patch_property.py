"""Whatever a manifest looks like: what was asked for is there afterwards, and every other line is as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubewitness.apiserver import AddedVolume, ManifestEdit, StaticPod, parse_flags, patch, read_static_pod
from tests.unit.apiserver.written import NAMES, VALUES, Written, manifests

VOLUMES = [
    (),
    (AddedVolume("volume-0", "/etc/audit", "/etc/audit", "Directory", read_only=True),),
    (
        AddedVolume("log", "/from/0", "/var/log/audit", "", read_only=False),
        AddedVolume("policy", "/etc/a b", "/etc/audit", "DirectoryOrCreate", read_only=True),
    ),
]
VALID = {"audit-log-compress": st.sampled_from(["true", "false"]), "audit-log-maxage": st.sampled_from(["1", "30"])}
EDITS = st.builds(
    ManifestEdit,
    st.fixed_dictionaries({}, optional={name: VALID.get(name, VALUES) for name in NAMES}),
    st.sampled_from(VOLUMES),
)
EMPTY_SECTIONS = ("volumeMounts: []", "volumeMounts: null", "volumes: []")


def read(text: str) -> StaticPod:
    return read_static_pod(text, "m.yaml")


@given(manifests(), EDITS)
def test_what_was_asked_for_is_there_and_nothing_else(written: Written, edit: ManifestEdit) -> None:
    before = read(written.text)

    after = read(patch(written.text, edit, "m.yaml"))

    old, new = parse_flags(before.argv), parse_flags(after.argv)
    for name in {*old.names, *edit.set_flags}:
        assert new.all(name) == (*old.all(name)[:-1], edit.set_flags.get(name, old.get(name)))
    for volume in edit.volumes:
        host = after.locate(volume.mount_path)
        assert host is not None
        assert (host.host_path, host.volume.type, host.read_only) == (volume.host_path, volume.type, volume.read_only)
    assert len(after.mounts) == len(before.mounts) + len(edit.volumes)
    assert [mount.mount_path for mount in after.mounts][: len(before.mounts)] == [
        one.mount_path for one in before.mounts
    ]


@given(manifests(), EDITS)
def test_every_other_line_is_as_it_was_and_where_it_was(written: Written, edit: ManifestEdit) -> None:
    flags = parse_flags(read(written.text).argv)
    replaced = {
        written.in_force[name]
        for name, value in edit.set_flags.items()
        if name in written.in_force and value != flags.get(name)
    }

    text = patch(written.text, edit, "m.yaml")

    remaining = iter(text.splitlines(keepends=True))
    for line in written.text.splitlines(keepends=True):
        kept = line.rstrip("\r\n") not in replaced and not any(part in line for part in EMPTY_SECTIONS)
        if kept and line.endswith("\n"):
            assert line in remaining  # reads on until it finds it: the order counts
    assert written.text.endswith("\n") == text.endswith("\n")


@given(manifests(), EDITS)
def test_a_second_time_changes_nothing(written: Written, edit: ManifestEdit) -> None:
    once = patch(written.text, edit, "m.yaml")

    assert patch(once, edit, "m.yaml") is once
