"""Manifests written in every style that a block manifest may have, for hypothesis."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

NAMES = [
    "advertise-address",
    "audit-log-compress",
    "audit-log-maxage",
    "audit-log-path",
    "audit-policy-file",
    "authorization-mode",
    "z",
]
VALUES = st.sampled_from(["1", "true", "/var/log/audit.log", "a,b", "x: y", "#", "it's", '"', "10.0.0.1", "é"])
_NOISE = ["", "# a comment", "      # - --audit-log-path=/commented", "   ", "          "]
_ENDINGS = ["", "", "", " ", "  # why"]


@dataclass(frozen=True)
class Written:
    """A manifest, and the line that sets each flag that is in force."""

    text: str
    in_force: dict[str, str]


class _Writer:
    """Lines with noise between them. ``step``: how much further in than their key dashes stand."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.step = draw(st.sampled_from([0, 2]))
        self.volumes = draw(st.none() | st.integers(0, 2))
        self.lines: list[str] = []
        self.in_force: dict[str, str] = {}

    def add(self, indent: int, line: str) -> None:
        self.lines += self.draw(st.lists(st.sampled_from(_NOISE), max_size=1))
        self.lines.append(" " * indent + line + self.draw(st.sampled_from(_ENDINGS)))

    def manifest(self) -> Written:
        for line in ("apiVersion: v1", "kind: Pod", "metadata:", "  name: kube-apiserver", "spec:"):
            self.add(0, line)
        volumes_first = self.draw(st.booleans())
        if volumes_first:
            self.spec_volumes()
        self.add(2, "containers:")
        parts = self.draw(
            st.permutations(["command", "mounts", "image: kube-apiserver:v1.34.4", "name: kube-apiserver"])
        )
        for index, part in enumerate(parts):
            self.part(part, first=index == 0)
        if not volumes_first:
            self.spec_volumes()
        newline = self.draw(st.sampled_from(["\n", "\r\n"]))
        return Written(newline.join(self.lines) + self.draw(st.sampled_from(["", newline])), self.in_force)

    def part(self, part: str, *, first: bool) -> None:
        before = len(self.lines)
        if part == "command":
            self.command()
        elif part == "mounts":
            self.mounts()
        else:
            self.add(4 + self.step, part)
        if first:
            place = next(
                i for i, line in enumerate(self.lines) if i >= before and line.strip() and line.strip()[0] != "#"
            )
            self.lines[place] = " " * (2 + self.step) + "- " + self.lines[place].lstrip()

    def command(self) -> None:
        dash = 4 + 2 * self.step
        self.add(4 + self.step, "command:")
        self.add(dash, "- kube-apiserver")
        pairs: list[tuple[str, str]] = self.draw(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5))
        with_args: bool = self.draw(st.booleans())
        if pairs and with_args:
            self.add(4 + self.step, "args:")
        for name, value in pairs:
            quote = self.draw(st.sampled_from(["", "'", '"']))
            if name == "audit-log-compress" or self.draw(st.booleans()):
                self.add(dash, "- " + scalar(f"--{name}={value}", quote))
            else:
                self.add(dash, "- " + scalar(f"--{name}", quote))
                self.add(dash, "- " + scalar(value, quote))
            self.in_force[name] = self.lines[-1]

    def mounts(self) -> None:
        if self.volumes is None:
            self.add(4 + self.step, "stdin: false")
            return
        self.add(
            4 + self.step, "volumeMounts:" + ("" if self.volumes else self.draw(st.sampled_from(["", " []", " null"])))
        )
        for number in range(self.volumes):
            self.add(4 + 2 * self.step, f"- mountPath: /mounted/{number}")
            self.add(6 + 2 * self.step, f"name: volume-{number}")

    def spec_volumes(self) -> None:
        if self.volumes is not None:
            self.add(2, "volumes:" if self.volumes else "volumes: []")
            for number in range(self.volumes):
                self.add(2 + self.step, f"- name: volume-{number}")
                self.add(4 + self.step, f"hostPath: {{path: /from/{number}}}")


def scalar(value: str, quote: str) -> str:
    """``value`` in these quotes; without any where it may stand so."""
    if quote == "'":
        return "'" + value.replace("'", "''") + "'"
    if not quote and value.startswith("--") and not set(value) & set("#'\"") and ": " not in value:
        return value
    return '"' + value.replace('"', '\\"') + '"'


@st.composite
def manifests(draw: st.DrawFn) -> Written:
    return _Writer(draw).manifest()
