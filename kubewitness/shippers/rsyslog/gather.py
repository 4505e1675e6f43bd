"""All that one rsyslog was told, from all its files: includes followed, legacy directives turned into objects. Pure."""

from __future__ import annotations

import fnmatch
import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from kubewitness.shippers.model import Place, Problem
from kubewitness.shippers.rsyslog import legacy
from kubewitness.shippers.rsyslog.parameters import Parameters
from kubewitness.shippers.rsyslog.parse import BSD_SELECTOR, parse
from kubewitness.shippers.rsyslog.syntax import Condition, Directive, LegacyAction, Object, Parameter, Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kubewitness.shippers.rsyslog.syntax import Statement

#: Of one file, and of all of them: nobody writes more.
MAX_BYTES: Final = 1024 * 1024
MAX_INCLUDES: Final = 500
#: The ruleset of whatever stands in no other.
DEFAULT: Final = "RSYSLOG_DefaultRuleset"


@dataclass(slots=True)
class Ruleset:
    """A ruleset, with only actions, conditions, calls and stops left in it."""

    name: str
    place: Place
    parameters: Parameters = field(default_factory=Parameters)
    statements: list[Statement] = field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """What was found, by kind. ``modules``: what their module() sets, by name; ``inputs``: in their order."""

    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    settings: list[Parameter] = field(default_factory=list)
    modules: dict[str, list[Parameter]] = field(default_factory=dict)
    loaded: dict[str, Place] = field(default_factory=dict)
    inputs: list[Object] = field(default_factory=list)
    templates: dict[str, Object] = field(default_factory=dict)
    rulesets: dict[str, Ruleset] = field(default_factory=dict)
    main_queue: list[Parameter] = field(default_factory=list)
    default_ruleset: str = DEFAULT

    @property
    def everywhere(self) -> Parameters:
        """What global() sets."""
        return Parameters(tuple(self.settings))

    def module(self, name: str) -> Parameters:
        """What is set for the module of this name; nothing where it is not loaded."""
        return Parameters(tuple(self.modules.get(name, ())))


def gather(files: Mapping[str, str]) -> Gathered:
    """Read ``files``, of which the first is the main one. Never raises for what they hold.

    Where the main one includes nothing, others are read behind it, as those of ``/etc/rsyslog.d`` without it.
    """
    reader = _Reader(files)
    for name in list(files)[:1]:
        reader.file(name)
    if not reader.includes:
        for name in list(files)[1:]:
            if name.endswith(".conf"):
                reader.file(name)
    return reader.found


class _Reader:
    """Goes through the statements in the order in which rsyslog meets them: a directive counts from there on."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.found = Gathered()
        self._open: list[str] = []
        self.includes = 0
        self._depth = 0
        self._ruleset = DEFAULT
        self._selector = ""
        self._next_action: dict[str, Parameter] = {}
        self._actions: dict[str, dict[str, Parameter]] = {}
        self._next_file: dict[str, Parameter] = {}

    def file(self, name: str) -> tuple[Statement, ...]:
        """The statements of one file for the block in which it is included; those of the top level are kept at once."""
        place = Place(name)
        if name in self._open:
            self._problem("this file includes itself: rsyslog reads it once", place, refused=True)
            return ()
        if len(self.files[name]) > MAX_BYTES:
            self._problem(f"larger than {MAX_BYTES} characters: not read", place)
            return ()
        self._open.append(name)
        self.found.files.append(name)
        statements, problems = parse(self.files[name], name)
        self.found.problems.extend(problems)
        kept = [one for statement in statements for one in self._kept(statement)]
        self._open.pop()
        return tuple(kept)

    def _kept(self, statement: Statement) -> tuple[Statement, ...]:
        """Outside of all blocks a statement goes to the ruleset of the moment: nothing is left for the caller."""
        left = self._statement(statement)
        if self._depth:
            return left
        ruleset = self.found.rulesets.setdefault(self._ruleset, Ruleset(self._ruleset, Place(self.found.files[0])))
        ruleset.statements.extend(left)
        return ()

    def _statement(self, statement: Statement) -> tuple[Statement, ...]:
        """What is left of a statement once what it declares is noted."""
        match statement:
            case Directive():
                return self._directive(statement)
            case Object(kind="include"):
                return self._include(statement)
            case Object() if statement.kind != "action":
                self._declare(statement)
                return ()
            case LegacyAction():
                return self._chosen((self._legacy_action(statement),))
            case Condition():
                then, otherwise = self._all(statement.then), self._all(statement.otherwise)
                return self._chosen((replace(statement, then=then, otherwise=otherwise),))
            case _:
                return (statement,)

    def _all(self, statements: Iterable[Statement]) -> tuple[Statement, ...]:
        """The same of the statements of a block."""
        self._depth += 1
        left = tuple(one for statement in statements for one in self._statement(statement))
        self._depth -= 1
        return left

    def _chosen(self, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """Under ``!program`` or ``+host`` what follows is for these only."""
        if not self._selector:
            return statements
        first = statements[0]
        return (Condition(self._selector, first.place, statements),)

    def _legacy_action(self, line: LegacyAction) -> Statement:
        if line.text.split(";")[0].strip() == "~":
            self._next_action.clear()
            return Stop(line.place)
        always = self._actions.get(legacy.module_of(line), {})
        action = legacy.action_of(line, (*self._next_action.values(), *always.values()))
        self._next_action.clear()
        return action

    def _declare(self, statement: Object) -> None:
        found, parameters = self.found, statement.parameters
        name = Parameters(parameters).text("name")
        match statement.kind:
            case "global":
                found.settings.extend(parameters)
            case "main_queue":
                found.main_queue.extend(parameters)
            case "module":
                self._module(Parameters(parameters).text("load"), parameters, statement.place)
            case "input":
                found.inputs.append(statement)
            case "template":
                found.templates[name] = statement
            case "ruleset":
                body = list(self._all(statement.body))
                found.rulesets[name] = Ruleset(name, statement.place, Parameters(parameters), body)
            case _:
                pass

    def _module(self, path: str, parameters: tuple[Parameter, ...], place: Place) -> None:
        name = posixpath.basename(path).removesuffix(".so")
        self.found.loaded.setdefault(name, place)
        self.found.modules.setdefault(name, []).extend(parameters)

    def _directive(self, directive: Directive) -> tuple[Statement, ...]:
        name, found = directive.name, self.found
        if name == "includeconfig":
            return self._included(directive.argument, directive.place, optional=True)
        if name == "ruleset":
            self._select_ruleset(directive)
        elif name == "defaultruleset":
            found.default_ruleset = directive.argument
        elif name == "modload":
            self._module(directive.argument, (), directive.place)
        elif name == "template":
            self._template(directive)
        elif name == BSD_SELECTOR:
            self._selector = "" if directive.argument[1:].strip() == "*" else directive.argument
        else:
            self._value(directive)
        return ()

    def _select_ruleset(self, directive: Directive) -> None:
        name = directive.argument.split()[0] if directive.argument else DEFAULT
        self._ruleset = name
        self.found.rulesets.setdefault(name, Ruleset(name, directive.place))

    def _value(self, directive: Directive) -> None:
        """A directive that sets something: for the next action or input, for a module, for all."""
        name, found = directive.name, self.found
        if name in legacy.NEXT_ACTION:
            parameter = legacy.parameter_of(directive, legacy.NEXT_ACTION[name])
            self._next_action[parameter.name] = parameter
        elif name in legacy.ACTIONS:
            module, key = legacy.ACTIONS[name]
            self._actions.setdefault(module, {})[key] = legacy.parameter_of(directive, key)
        elif name in legacy.MAIN_QUEUE:
            found.main_queue.append(legacy.parameter_of(directive, legacy.MAIN_QUEUE[name]))
        elif name in legacy.GLOBAL:
            found.settings.append(legacy.parameter_of(directive, legacy.GLOBAL[name]))
        elif name in legacy.MODULES:
            module, key = legacy.MODULES[name]
            found.modules.setdefault(module, []).append(legacy.parameter_of(directive, key))
        else:
            self._input(directive)

    def _input(self, directive: Directive) -> None:
        name = directive.name
        if name in legacy.FILES:
            parameter = legacy.parameter_of(directive, legacy.FILES[name])
            self._next_file[parameter.name] = parameter
        elif name == "inputrunfilemonitor":
            kind = Parameter("type", ("imfile",), directive.place)
            self.found.inputs.append(Object("input", (kind, *self._next_file.values()), directive.place))
            self._next_file.clear()
        elif name in legacy.LISTENERS:
            kind = Parameter("type", (legacy.LISTENERS[name],), directive.place)
            port = Parameter("port", (directive.argument,), directive.place)
            self.found.inputs.append(Object("input", (kind, port), directive.place))

    def _template(self, directive: Directive) -> None:
        name, _, rest = directive.argument.partition(",")
        text = rest.strip()
        end = text.rfind('"')
        string = text[1:end] if text.startswith('"') and end > 0 else text
        parameters = (
            Parameter("name", (name.strip(),), directive.place),
            Parameter("type", ("string",), directive.place),
            Parameter("string", (string,), directive.place),
        )
        self.found.templates[name.strip()] = Object("template", parameters, directive.place)

    def _include(self, statement: Object) -> tuple[Statement, ...]:
        parameters = Parameters(statement.parameters)
        file = parameters.find("file")
        if file is None or not file.told:
            self._problem("what is included here is not told by a file's name: not read", statement.place)
            return ()
        return self._included(file.values[0], statement.place, optional=parameters.text("mode") == "optional")

    def _included(self, pattern: str, place: Place, *, optional: bool) -> tuple[Statement, ...]:
        self.includes += 1
        if self.includes > MAX_INCLUDES:
            self._problem(f"more than {MAX_INCLUDES} includes: not read", place)
            return ()
        names = _matching(pattern, self.files, self.found.files[0])
        if not names and not optional:
            self._problem(f"{pattern!r} was not among the files given: what is in it is not judged", place)
        return tuple(one for name in names for one in self.file(name))

    def _problem(self, message: str, place: Place, *, refused: bool = False) -> None:
        self.found.problems.append(Problem(message, place, refused))


def _matching(pattern: str, files: Mapping[str, str], main: str) -> list[str]:
    """The files that an include takes, in rsyslog's order; those of a copy are compared by folder and name."""
    whole = f"{pattern.rstrip('/')}/*"
    exact = [name for name in files if _takes(pattern, name) or _takes(whole, name)]
    if exact:
        return sorted(exact)
    last = posixpath.basename(pattern.rstrip("/")) or "*"
    folder = posixpath.basename(posixpath.dirname(pattern))
    near = [name for name in files if fnmatch.fnmatchcase(posixpath.basename(name), last) and name != main]
    return sorted(name for name in near if not folder or posixpath.basename(posixpath.dirname(name)) == folder)


def _takes(pattern: str, name: str) -> bool:
    """A glob as glob(3) has it: a star takes no slash, nor a name that begins with a dot."""
    parts, names = pattern.split("/"), name.split("/")
    return len(parts) == len(names) and all(
        fnmatch.fnmatchcase(one, part) and (part.startswith(".") or not one.startswith("."))
        for part, one in zip(parts, names, strict=True)
    )
