"""rsyslog's configuration as what it does: routes from inputs through queues and filters to outputs. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import (
    Configuration,
    Filter,
    InputKind,
    Output,
    OutputKind,
    Problem,
    Program,
    QueueKind,
    Route,
    Setting,
)
from kubewitness.shippers.rsyslog import inputs, outputs, queues
from kubewitness.shippers.rsyslog.gather import Ruleset, gather
from kubewitness.shippers.rsyslog.parameters import Parameters, number
from kubewitness.shippers.rsyslog.started import started, unsent, window_of
from kubewitness.shippers.rsyslog.syntax import Call, Condition, Object, Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kubewitness.shippers.model import Input, Place, Queue
    from kubewitness.shippers.rsyslog.gather import Gathered
    from kubewitness.shippers.rsyslog.started import Started
    from kubewitness.shippers.rsyslog.syntax import Statement

#: Rulesets that call rulesets.
MAX_CALLS: Final = 20


def read(files: Mapping[str, str]) -> Configuration:
    """What rsyslog does with these files, the main one first; includes are looked for among them. Never raises.

    A part that could not be read, or that rsyslog refuses, is a problem of the configuration.
    """
    found = gather(files)
    fed = _fed(found)
    called = {name for ruleset in found.rulesets.values() for name in _calls(ruleset.statements)}
    unfed = [name for name in found.rulesets if name not in fed and name not in called]
    unit = started(files, found.files[0]) if found.files else None
    routes = [_route(name, fed.get(name, ()), found, unit) for name in (*fed, *unfed)]
    kept = tuple(route for route in routes if route.inputs or route.outputs)
    return Configuration(Program.RSYSLOG, tuple(found.files), kept, tuple(found.problems))


@dataclass(frozen=True, slots=True)
class _Source:
    """An input, and the statement that it was made of; ``None``: its module reads by itself."""

    input: Input
    statement: Object | None


def _fed(found: Gathered) -> dict[str, tuple[_Source, ...]]:
    """Each ruleset that inputs are bound to, with these."""
    fed: dict[str, tuple[_Source, ...]] = {}
    for statement in found.inputs:
        name = _bound_to(statement, found)
        fed[name] = (*fed.get(name, ()), _Source(inputs.input_of(statement, found), statement))
    written = {Parameters(statement.parameters).text("type") for statement in found.inputs}
    for module, place in found.loaded.items():
        off = found.module(module).text("syssock.use") == "off"
        if module in inputs.READS_BY_ITSELF and not off and not (module == "imjournal" and module in written):
            source = _Source(inputs.by_itself(module, found, place), None)
            fed[found.default_ruleset] = (*fed.get(found.default_ruleset, ()), source)
    return fed


def _bound_to(statement: Object, found: Gathered) -> str:
    parameters = Parameters(statement.parameters)
    name = parameters.text("ruleset") or found.module(parameters.text("type")).text("ruleset")
    if not name:
        return found.default_ruleset
    if name not in found.rulesets:
        message = f"the input's ruleset {name!r} is not there: rsyslog takes the default one"
        found.problems.append(Problem(message, statement.place, refused=True))
        return found.default_ruleset
    return name


def _route(name: str, sources: tuple[_Source, ...], found: Gathered, unit: Started | None) -> Route:
    ruleset = found.rulesets.get(name) or Ruleset(name, sources[0].input.place)
    walk = _Walk(found)
    walk.through(ruleset.statements)
    by_inputs = tuple(one for source in sources for one in inputs.filters_of(source.input, source.statement, found))
    return Route(
        name,
        ruleset.place,
        tuple(_forgetful(source.input, walk.window, unit) for source in sources),
        tuple(walk.outputs),
        (*by_inputs, *walk.filters),
        _queue(ruleset.parameters, sources, found),
    )


def _forgetful(reader: Input, window: int, unit: Started | None) -> Input:
    """The same, with what its unit does not make good. Without the unit that cannot be told, and nothing is said."""
    lost = unsent(reader, window, unit) if unit else None
    return replace(reader, saves_ahead=lost) if lost else reader


def _queue(parameters: Parameters, sources: tuple[_Source, ...], found: Gathered) -> Queue:
    files = bool(sources) and all(source.input.kind is InputKind.FILES for source in sources)
    submits = [at_once for source in sources if (at_once := _submits(source)) is not None]
    if queues.has_own(parameters):
        return queues.ruleset_queue(parameters, found, submits, files=files)
    return queues.main_queue(found, submits, files=files)


def _submits(source: _Source) -> Setting[int] | None:
    if source.statement is None or source.input.kind is not InputKind.FILES:
        return None
    at_once = Parameters(source.statement.parameters).setting("maxSubmitAtOnce", number, 1024, "1024")
    return at_once if isinstance(at_once, Setting) else None


def _calls(statements: Iterable[Statement]) -> list[str]:
    names: list[str] = []
    for statement in statements:
        if isinstance(statement, Call):
            names.append(statement.ruleset)
        elif isinstance(statement, Condition):
            names.extend(_calls((*statement.then, *statement.otherwise)))
    return names


@dataclass(slots=True)
class _Walk:
    """What a record meets on its way through a ruleset. ``window``: the largest of its RELP outputs; 0: there is none.

    A ``stop`` leaves something out only where an output comes after it that has not had the record already.
    """

    found: Gathered
    outputs: list[Output] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    window: int = 0
    _stops: list[Filter] = field(default_factory=list)
    _altered: Setting[str] | None = None
    _sent: bool = False
    _called: list[str] = field(default_factory=list)

    def through(self, statements: Iterable[Statement], condition: str = "") -> None:
        """Follow the statements. ``condition``: under which they are reached; empty: always."""
        acted = False
        for statement in statements:
            match statement:
                case Object(kind="action"):
                    acted = self._action(statement, always=not condition) or acted
                case Condition():
                    self._condition(statement, condition)
                case Call():
                    self._call(statement, condition)
                case Stop():
                    self._stop(statement.place, condition, acted=acted)
                    return
                case _:
                    pass

    def _action(self, action: Object, *, always: bool) -> bool:
        self._altered = outputs.alteration(action) or self._altered
        output = outputs.output_of(action, self.found)
        if output is None:
            return False
        self.outputs.append(replace(output, alters=output.alters or self._altered))
        if output.kind is OutputKind.RELP:
            self.window = max(self.window, window_of(Parameters(action.parameters)))
        if not self._sent:
            self.filters.extend(self._stops)
            self._stops.clear()
        self.filters.extend(outputs.filters_of(action))
        self._sent = self._sent or (always and not output.local)
        return True

    def _condition(self, statement: Condition, outer: str) -> None:
        self.through(statement.then, outer if statement.always else statement.text)
        if statement.otherwise:
            self.through(statement.otherwise, f"not: {statement.text}")

    def _stop(self, place: Place, condition: str, *, acted: bool) -> None:
        if condition and not acted and not self._sent:
            self._stops.append(Filter("stop", place, Setting("stop", f"records for which: {condition}", "stop", place)))

    def _call(self, call: Call, condition: str) -> None:
        ruleset = self.found.rulesets.get(call.ruleset)
        if not call.told:
            self._problem("which ruleset is called is known only at run time: not judged", call.place, refused=False)
        elif ruleset is None:
            self._problem(f"ruleset {call.ruleset!r} is called, and is not there", call.place, refused=True)
        elif call.ruleset not in self._called and len(self._called) < MAX_CALLS:
            self._called.append(call.ruleset)
            before = len(self.outputs)
            self.through(ruleset.statements, condition)
            self._called.pop()
            self._queued(ruleset, before)

    def _queued(self, ruleset: Ruleset, first: int) -> None:
        """A ruleset with a queue of its own takes what is called into it: nothing there waits any more."""
        if not queues.has_own(ruleset.parameters):
            return
        queue = queues.ruleset_queue(ruleset.parameters, self.found, (), files=False)
        if queue.kind.value is QueueKind.NONE:
            return
        for position in range(first, len(self.outputs)):
            output = self.outputs[position]
            self.outputs[position] = replace(output, queue=output.queue or queue)

    def _problem(self, message: str, place: Place, *, refused: bool) -> None:
        problem = Problem(message, place, refused)
        if problem not in self.found.problems:
            self.found.problems.append(problem)
