"""What a test holds of a running server, whichever cloud it is: faults, counts, the end."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.fakes.process import ServerProcess

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class Handle:
    """A context manager. Its end stops the server, and fails when the server broke the cloud's own models."""

    module: str

    def __init__(self) -> None:
        self._process = ServerProcess(self.module)
        self.pid = self._process.pid
        self.control_url: str = self._process.ready["control"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            violations = self.violations() if kind is None else []
        finally:
            self._process.stop()
        assert not violations, "the fake left the cloud's own models:\n" + "\n".join(violations)

    def tell(self, verb: str, **arguments: Any) -> Any:
        """Ask the server's control endpoint."""
        request = Request(f"{self.control_url}/_fake/{verb}", json.dumps(arguments).encode())  # noqa: S310  loopback
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.loads(answer.read())
        except HTTPError as error:
            with error:
                raise ValueError(error.read().decode()) from None

    def deny(self, action: str = "*", *, times: int | None = None, **where: str) -> int:
        """The caller may not do it. The number takes it back: ``heal(number)``."""
        return self._fault("deny", action, where, times=times)

    def block(self, action: str = "*", *, times: int | None = None, **where: str) -> int:
        """An organisation's policy forbids it."""
        return self._fault("block", action, where, times=times)

    def throttle(
        self, action: str = "*", *, times: int | None = None, per_second: float = 0, seconds: float = 0, **where: str
    ) -> int:
        """Too many requests: the next ``times``, or what exceeds a rate. ``seconds``: Retry-After, if any."""
        return self._fault("throttle", action, where, times=times, per_second=per_second, seconds=seconds)

    def hang(self, action: str = "*", *, seconds: float, times: int | None = None, **where: str) -> int:
        """Nothing for so long; then the real answer, if anyone still waits for it."""
        return self._fault("hang", action, where, times=times, seconds=seconds)

    def lose(self, action: str = "*", *, times: int | None = None, **where: str) -> int:
        """It is done, and the answer is lost with the connection."""
        return self._fault("lose", action, where, times=times)

    def fail(
        self, action: str, *, code: str, status: int, message: str = "", times: int | None = None, **where: str
    ) -> int:
        """Any other refusal."""
        return self._fault("fail", action, where, times=times, code=code, status=status, message=message)

    def truncate(self, action: str = "*", *, size: int, **where: str) -> int:
        """Pages of at most ``size`` items; 0: an empty first page that says there is more."""
        return self._fault("truncate", action, where, size=size)

    def heal(self, number: int | None = None) -> None:
        """Take back one fault, or all."""
        self.tell("heal", number=number)

    def set(self, **settings: Any) -> None:
        """Change settings; which there are: README.md."""
        self.tell("set", **settings)

    def calls(self, action: str = "", *, scope: str = "", region: str = "", outcome: str = "") -> Counter[str]:
        """Action -> number of requests, the refused ones too; narrowed where something is given."""
        found: Counter[str] = Counter()
        for what, *rest, number in self.tell("calls")["calls"]:
            wanted = (action, scope, region, outcome)
            if all(want in ("", got) for want, got in zip(wanted, (what, *rest), strict=True)):
                found[what] += number
        return found

    def peak(self, scope: str = "") -> int:
        """The most requests at the same time: in all, or in one account, subscription or project."""
        return int(self.tell("calls")["peak"].get(scope, 0))

    def forget_calls(self) -> None:
        self.tell("forget")

    def violations(self) -> list[str]:
        """What the server met or answered that the cloud's own models do not know."""
        return list(self.tell("violations"))

    def reset(self) -> None:
        """As it was at the start, without the time that a start takes."""
        self.tell("reset")

    def _fault(self, kind: str, action: str, where: dict[str, str], **of: Any) -> int:
        return int(self.tell("fault", kind=kind, action=action, where=where, **of))
