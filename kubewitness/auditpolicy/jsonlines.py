"""The protocol of ``kubewitness policy eval``: a request as a line of JSON in, a decision as a line of JSON out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kubewitness.auditpolicy.attributes import RecordError, attributes_of
from kubewitness.auditpolicy.compiled import compile_policy
from kubewitness.godecode.gotext import replace_invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kubewitness.auditpolicy.evaluate import Decision
    from kubewitness.auditpolicy.types import Policy
    from kubewitness.model import ServerVersion

LONGEST_LINE: Final = 32 << 20
"""Bytes. The body of a request has 3 MB at most; the answer to a long list in an event may have more."""

_SPACE: Final = " \t\r\n"


class LineAnswers:
    """Answers lines, in bounded memory however many there are. ``count``: lines so far; ``unread``: those that failed.

    An answer has ``level``, ``omitStages`` (sorted), ``omitManagedFields`` and ``rule`` (index, -1 where none matched).
    That to a line which is no JSON or no request has ``error`` alone, so that answers and requests stay in pairs;
    ``first_unread`` is the first of these.
    """

    def __init__(self, policy: Policy, version: ServerVersion) -> None:
        self.count = 0
        self.unread = 0
        self.first_unread = ""
        self._decide = compile_policy(policy, version)
        self._written: dict[int, str] = {}

    def answers(self, lines: Iterable[bytes]) -> str:
        """A line for each line, all with a newline. The lines come without theirs."""
        answers = []
        for line in lines:
            self.count += 1
            try:
                decision = self._decide(attributes_of(_record(line)))
            except RecordError as error:
                answers.append(self._refused(error))
            else:
                answers.append(self._written.get(decision.rule) or self._write(decision))
        return "".join(answers)

    def _refused(self, error: RecordError) -> str:
        text = f"line {self.count}: {error}"
        self.unread += 1
        self.first_unread = self.first_unread or text
        return _line({"error": text})

    def _write(self, decision: Decision) -> str:
        fields = {
            "level": decision.level,
            "omitStages": sorted(decision.omit_stages),
            "omitManagedFields": decision.omit_managed_fields,
            "rule": decision.rule,
        }
        return self._written.setdefault(decision.rule, _line(fields))


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":")) + "\n"


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_no_number, parse_int=float)
"""No number is ever looked at; ``float`` takes those that are too long for ``int``."""


def _record(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise RecordError(f"longer than {LONGEST_LINE} bytes")
    try:
        return _object(line)
    except RecursionError as error:
        raise RecordError("nested too deep") from error


def _object(line: bytes) -> dict[str, Any]:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = replace_invalid(line.decode("utf-8", "surrogateescape"))
    text = text.strip(_SPACE)
    if not text:
        raise RecordError("blank")
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise RecordError(f"not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}") from error
    except ValueError as error:
        raise RecordError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise RecordError("a JSON object is wanted")
    return _without_surrogates(value) if "\\u" in text else value


def _without_surrogates(value: Any) -> Any:
    """Half a surrogate pair, which JSON can spell and UTF-8 cannot, becomes U+FFFD, as in Go."""
    match value:
        case str():
            return replace_invalid(value)
        case list():
            return [_without_surrogates(item) for item in value]
        case dict():
            return {replace_invalid(key): _without_surrogates(item) for key, item in value.items()}
    return value
