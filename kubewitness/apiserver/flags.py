"""kube-apiserver's command line, as kube-apiserver reads it. Pure.

The grammar is pflag's (https://pkg.go.dev/github.com/spf13/pflag) with kube-apiserver's naming rule: ``_`` in a name is
``-``. The last of several settings of one flag is in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.apiserver.auditflags import AUDIT_FLAG, STANDALONE, ValueKind
from kubewitness.apiserver.govalues import GoValueError, check_duration, parse_bool, parse_float, parse_int
from kubewitness.errors import KubewitnessError
from kubewitness.godecode.gotext import go_quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kubewitness.model import ServerVersion

_PROGRAM: Final = "kube-apiserver"
_MASK: Final = "*****"
"""What stands where it does not belong may be the value of any flag, and a secret."""
_VARIABLE: Final = re.compile(r"\$\([-._a-zA-Z][-._a-zA-Z0-9]*\)")
_EVERYWHERE: Final = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  compared with, not bound to
_READERS: Final[dict[ValueKind, Callable[[str], object]]] = {
    ValueKind.TEXT: str,
    ValueKind.INTEGER: parse_int,
    ValueKind.BOOLEAN: parse_bool,
    ValueKind.DURATION: check_duration,
    ValueKind.FLOAT: parse_float,
}


class FlagError(KubewitnessError):
    """A command line with which kube-apiserver does not start. ``server_text``: what it says itself."""

    def __init__(self, server_text: str) -> None:
        super().__init__(f"{server_text}: kube-apiserver does not start with it: correct the flag")
        self.server_text = server_text


class VariableError(KubewitnessError):
    """A value that the kubelet takes from the container's environment, so that it is not known here."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"--{name}={value}: taken from the environment, not known here: write the value itself")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One setting of a flag. ``first`` and ``last``: indexes of its items; the same for ``--name=value``."""

    name: str
    value: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Flags:
    """A parsed command line. Names have no dashes in front and ``-`` for ``_``.

    ``errors``: in kube-apiserver's own words why it does not start, the first one first; parsing went on behind it.
    Values are masked where they are not those of audit flags.
    """

    occurrences: tuple[Occurrence, ...] = ()
    errors: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """The value in force; ``None`` when the flag is not set. A bare boolean flag is ``true``."""
        values = self.all(name)
        return values[-1] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value given for the flag, in order."""
        return tuple(occurrence.value for occurrence in self.occurrences if occurrence.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The flags that are set, each once, in the order in which they first appear."""
        return tuple(dict.fromkeys(occurrence.name for occurrence in self.occurrences))


def parse_flags(argv: Sequence[str]) -> Flags:
    """The flags in ``argv``: the arguments of a process, or ``command`` and ``args`` of a container, with the program.

    What stands in front of the program (``go-runner``, ``hyperkube``) is not kube-apiserver's.
    """
    scan = _Scan(argv, first_argument(argv))
    scan.run()
    errors = [*scan.errors]
    if any(scan.positional):
        given = " ".join(_MASK for _ in scan.positional)
        errors.append(f'"{_PROGRAM}" does not take any arguments, got [{given}]')
    return Flags(tuple(scan.occurrences), tuple(errors))


def first_argument(argv: Sequence[str]) -> int:
    """The index of the first item behind the program, whose name may be missing (the image's entrypoint)."""
    if not argv or argv[0].startswith("-"):
        return 0
    hyperkube = _basename(argv[0]) == "hyperkube"
    for index, item in enumerate(argv):
        if _basename(item) == _PROGRAM or (hyperkube and item == "apiserver"):
            return index + 1
    return 1


def _basename(item: str) -> str:
    return "" if item.startswith("-") else item.rpartition("/")[2]


class _Scan:
    """One pass over the items."""

    def __init__(self, argv: Sequence[str], start: int) -> None:
        self.argv = argv
        self.at = start
        self.occurrences: list[Occurrence] = []
        self.positional: list[str] = []
        self.errors: list[str] = []

    def run(self) -> None:
        while self.at < len(self.argv):
            first, item = self.at, self.argv[self.at]
            self.at += 1
            if item == "--":
                self.positional.extend(self.argv[self.at :])
                return
            if item.startswith("--"):
                self._long(item, first)
            elif item.startswith("-") and item != "-":
                self._short(item, first)
            else:
                self.positional.append(item)

    def _long(self, item: str, first: int) -> None:
        written, equals, value = item[2:].partition("=")
        if not written or written.startswith("-"):
            self.errors.append(f"bad flag syntax: {_MASK}")
            return
        name = written.replace("_", "-")
        if equals:
            self._add(name, value, first)
        elif name in STANDALONE:
            self._add(name, "true", first)
        elif self._value_follows(name):
            self.at += 1
            self._add(name, self.argv[self.at - 1], first)
        elif self.at == len(self.argv):
            self.errors.append(f"flag needs an argument: --{written}")
        else:
            self._add(name, "true", first)

    def _value_follows(self, name: str) -> bool:
        """pflag takes whatever comes next. Of a flag that we do not know it may be boolean, and the next one a flag."""
        if self.at == len(self.argv):
            return False
        following = self.argv[self.at]
        return name in AUDIT_FLAG or following == "-" or not following.startswith("-")

    def _short(self, item: str, first: int) -> None:
        """``-v`` is the only shorthand with a value, ``-h`` the only one without."""
        letters = item[1:]
        while letters.startswith("h"):
            self._add("help", "true", first)
            letters = letters[1:]
        if not letters:
            return
        if letters[0] != "v":
            self.errors.append(f"unknown shorthand flag: '{letters[0]}' in -{_MASK}")
        elif len(letters) > 1:
            self._add("v", letters[2:] if letters[1] == "=" and len(letters) > 2 else letters[1:], first)
        elif self.at < len(self.argv):
            self.at += 1
            self._add("v", self.argv[self.at - 1], first)
        else:
            self.errors.append("flag needs an argument: 'v' in -v")

    def _add(self, name: str, value: str, first: int) -> None:
        self.occurrences.append(Occurrence(name, value, first, self.at - 1))
        kind = _kind(name)
        if kind is not None and not variable_in(value):
            try:
                _READERS[kind](value)
            except GoValueError as error:
                self.errors.append(_invalid(name, value, error) if name in AUDIT_FLAG else _masked(name, value, error))


def _kind(name: str) -> ValueKind | None:
    """What the value is read as, where we know it: of the audit flags, and of the flags that may stand alone."""
    if name in AUDIT_FLAG:
        return AUDIT_FLAG[name].kind
    return ValueKind.BOOLEAN if name in STANDALONE and name not in {"version", "help"} else None


def _invalid(name: str, value: str, error: GoValueError) -> str:
    return f'invalid argument {go_quote(value)} for "--{name}" flag: {error}'


def _masked(name: str, value: str, error: GoValueError) -> str:
    quoted = go_quote(value)
    return f'invalid argument {_MASK} for "--{name}" flag: {str(error).replace(quoted, _MASK)}'


def unknown_flags(flags: Flags, version: ServerVersion | None) -> tuple[str, ...]:
    """The ``audit-*`` flags that kube-apiserver of ``version`` does not have, so that it would not start.

    ``None``: those that no version from 1.17 on has had.
    """
    return tuple(_unknown(flags, version))


def _unknown(flags: Flags, version: ServerVersion | None) -> Iterator[str]:
    for name in flags.names:
        if name.startswith("audit-"):
            flag = AUDIT_FLAG.get(name)
            if flag is None or (version is not None and not flag.exists_in(version)):
                yield name


def variable_in(value: str) -> bool:
    """Whether the kubelet fills in a part of ``value`` from the container's environment, ``$(NAME)``."""
    return bool(_VARIABLE.search(value.replace("$$", "")))


def server_endpoint(flags: Flags) -> tuple[str, int]:
    """Address and port at which the server is reached on its own node. Raises FlagError.

    One that listens everywhere is asked for at the address that it advertises, else at 127.0.0.1.
    """
    port = flags.get("secure-port")
    try:
        number = parse_int(port) if port is not None else 6443
    except GoValueError as error:
        raise FlagError(_invalid("secure-port", port or "", error)) from error
    for name in ("bind-address", "advertise-address"):
        address = flags.get(name) or ""
        if address not in _EVERYWHERE and not variable_in(address):
            return address, number
    return "127.0.0.1", number


def anonymous_auth(flags: Flags) -> bool | None:
    """Whether requests without a credential are let in as system:anonymous; ``None``: a file decides that.

    Raises FlagError.
    """
    value = flags.get("anonymous-auth")
    if value is None:
        return None if flags.get("authentication-config") else True
    try:
        return parse_bool(value)
    except GoValueError as error:
        raise FlagError(_invalid("anonymous-auth", value, error)) from error
