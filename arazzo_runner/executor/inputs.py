"""Giving inputs to a workflow from a step, an action, or the run; what is wrong with them.

Arazzo Specification 1.1.0, Workflow Object, ``inputs`` (JSON Schema 2020-12).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.inputs_schema import InputsSchema
from arazzo_runner.executor.plan import InputArgument, WorkflowPlan
from arazzo_runner.executor.result import Status, StepError, WorkflowResult
from arazzo_runner.expression.evaluate import EvaluationError, evaluate_within_bounds
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, FileBody, Value
from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.openapi.schema.walk import OTHER_MEMBERS
from arazzo_runner.text.diagnostic import did_you_mean
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place

_LONGEST = 300
_WEBHOOK_HINT: Final = (
    "add `--listen HOST:PORT`, where webhooks are received: it is the address of a channel there"
)
_HALF: Final = lazy_pattern("[\ud800-\udfff]")


class InputProblem(Struct, frozen=True):
    """What is wrong with one input: ``name`` is None for the inputs as a whole."""

    kind: str
    """``missing``, ``undeclared`` or ``invalid``"""
    name: str | None
    message: str
    hint: str | None = None


def find_problems(schema: InputsSchema, inputs: Mapping[str, Value]) -> list[InputProblem]:
    """All that is wrong with the inputs by their schema; empty when they fit."""
    found = undeclared_problems(schema, inputs)
    broken = [_broken_text_problem(name) for name, one in inputs.items() if _has_half(name, one)]
    if broken:
        return [*found, *broken]  # no validator takes it
    if schema.value is not None:
        judge, value = compile_inputs(schema.value), _as_json(dict(inputs))
        try:
            failures = list(judge.iter_errors(value))
        except ValueError as reason:  # the run is over, or its patterns are too much work
            message = f"the inputs cannot be checked: {reason}"
            return [*found, InputProblem("invalid", None, message)]
        # Several keywords may require the same member.
        found += dict.fromkeys(_schema_problems(failures, schema)) if failures else ()
    return found


def _schema_problems(failures: list[Any], schema: InputsSchema) -> Iterator[InputProblem]:
    from arazzo_runner.openapi.schema.relevance import relevant_errors

    for failure in relevant_errors(failures, schema.value):
        for problem in _explain_errors(failure, schema.declarations):
            is_webhook = problem.kind == "missing" and problem.name in schema.webhooks
            yield replace(problem, hint=_WEBHOOK_HINT) if is_webhook else problem


def undeclared_problems(schema: InputsSchema, names: Iterable[str]) -> list[InputProblem]:
    """Those of some names that the workflow does not declare."""
    known = schema.declarations or {}
    return [_undeclared_problem(name, known) for name in names if not schema.accepts(name)]


def _as_json(value: Value) -> Value:
    """A value as a schema sees it, for which binary is a string."""
    match value:
        case bytes():
            return value.label if isinstance(value, FileBody) else value.decode("latin-1")
        case dict():
            return {name: _as_json(one) for name, one in value.items()}
        case list():
            return [_as_json(one) for one in value]
        case _:
            return value


def _has_half(*values: Value) -> bool:
    """Whether half a surrogate pair is in a text of a value, or in a name in it."""
    todo: list[Value] = list(values)
    while todo:
        match todo.pop():
            case str() as text if not text.isascii() and _HALF.search(text):
                return True
            case dict() as members:
                todo += [*members, *members.values()]
            case list() as items:
                todo += items
    return False


def _broken_text_problem(name: str) -> InputProblem:
    """A command line that is not UTF-8 has such text, and so may Python's strings."""
    message = f"the input `{name}` contains half a surrogate pair, which is no character"
    return InputProblem("invalid", name, message, "write it in UTF-8")


def _undeclared_problem(name: str, known: Collection[str]) -> InputProblem:
    message = f"no input is called `{name}`"
    listed = ", ".join(f"`{one}`" for one in known)
    all_of_them = f"its inputs: {listed}" if known else "it has no inputs"
    nearest = did_you_mean(name, known)
    hint = f"{nearest} {all_of_them}" if nearest and len(known) > 1 else nearest or all_of_them
    return InputProblem("undeclared", name, message, hint)


def _unwelcome_problem(name: str) -> InputProblem:
    """An input that a schema declares which does not apply beside the others."""
    message = f"the schema of the inputs takes no `{name}` beside the other inputs"
    return InputProblem(
        "invalid", name, message, "what allows it is not given, such as another input"
    )


def _explain_errors(failure: Any, known: Collection[str] | None) -> list[InputProblem]:
    path = list(failure.instance_path)
    if not path and failure.kind.name == "required":
        name = failure.kind.property
        message = f"the required input `{name}` is missing"
        return [InputProblem("missing", name, message, f"pass it with `-i {name}=…`")]
    if not path and failure.kind.name in OTHER_MEMBERS and known is not None:
        # Of the others `undeclared_problems` says it, with the names that are declared.
        return [_unwelcome_problem(name) for name in failure.kind.unexpected if name in known]
    where = "".join(
        f"[{token}]" if isinstance(token, int) else f".{token}" for token in path
    ).lstrip(".")
    subject = f"input `{where}`" if path else "the inputs as a whole"
    message = f"{subject}: {_shorten(failure.message)}"
    return [InputProblem("invalid", str(path[0]) if path else None, message)]


def _shorten(message: str) -> str:
    """A message that quotes a value, which may be long."""
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def compile_inputs(schema: Value) -> Any:
    """The validator of a bundled schema, made once; ValueError for a schema that is none."""
    return _validator(json.dumps(schema))


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    return schema_validator(json.loads(schema))


class CallInputError(Exception):
    """The inputs do not fit the workflow that they are given to; ``hint`` is the way out."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def not_started_result(callee: WorkflowPlan, reason: CallInputError) -> WorkflowResult:
    """The result of a workflow whose inputs were refused."""
    workflow = callee.workflow
    error = refused_inputs_error(reason, workflow.place)
    return WorkflowResult(
        workflow.workflow_id, Status.FAILED, {}, {}, 0.0, (), None, error, workflow.place
    )


def refused_inputs_error(reason: CallInputError, place: Place) -> StepError:
    """What is said at ``place`` of inputs that do not fit: nothing was sent."""
    return StepError("inputs-refused", str(reason), reason.hint, "request", place)


def inputs_for_call(
    callee: WorkflowPlan, arguments: tuple[InputArgument, ...], scope: Scope
) -> dict[str, Value]:
    """The inputs of a workflow called with these arguments, defaults filled in and validated.

    What has no value is left out; what the callee does not declare is left out when it came from
    the workflow level. Raises CallInputError.
    """
    given: dict[str, Value] = {}
    for argument in arguments:
        if argument.level == "workflow" and not callee.inputs_schema.accepts(argument.name):
            continue
        value = _evaluate_argument(argument, scope)
        if value is not MISSING:
            given[argument.name] = value
    return check_inputs(callee, given)


def _evaluate_argument(argument: InputArgument, scope: Scope) -> Value:
    try:
        return evaluate_within_bounds(argument.value, scope)
    except EvaluationError as reason:
        raise CallInputError(f"input `{argument.name}`: {reason}") from reason


class WorkflowInputs(Struct, frozen=True):
    """The inputs for one workflow alone, and the names under which they stand among all."""

    inputs: dict[str, Value]
    names: frozenset[str]


def workflow_inputs(
    workflow_id: str, inputs: Mapping[str, Value], stated: Collection[str]
) -> WorkflowInputs:
    """Of some inputs those for one workflow: ``{WORKFLOW: {NAME: …}}`` and ``WORKFLOW.NAME``.

    ``stated`` are names of inputs, which stay what they are.
    """
    table, prefix = inputs.get(workflow_id), f"{workflow_id}."
    own: dict[str, Value] = {}
    names: list[str] = []
    if isinstance(table, dict) and workflow_id not in stated:
        own.update(table)
        names.append(workflow_id)
    for name, value in inputs.items():
        if name.startswith(prefix) and name not in stated:
            own[name.removeprefix(prefix)] = value
            names.append(name)
    return WorkflowInputs(own, frozenset(names))


def extension_hint(schema: InputsSchema, names: Iterable[str]) -> str | None:
    """Why some inputs of a workflow that a step calls have no value of their own."""
    for extension, inputs in (("x-generate", schema.generated), ("x-webhook", schema.webhooks)):
        if not inputs.keys().isdisjoint(names):
            return (
                f"`{extension}` is for workflows that a run begins with,"
                " not for those that a step calls"
            )
    return None


def inherit_inputs(callee: WorkflowPlan, run_inputs: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs of a workflow that is gone to without parameters.

    Its schema's defaults and the inputs of the same name. Raises CallInputError.
    """
    return check_inputs(callee, callee.inputs_schema.accepted_inputs(run_inputs))


def check_inputs(callee: WorkflowPlan, given: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs with defaults, held against the schema. Raises CallInputError."""
    inputs = callee.inputs_schema.with_defaults(given)
    found = find_problems(callee.inputs_schema, inputs)
    if found:
        listed = "; ".join(problem.message for problem in found)
        # Of the hints only this one is not about the command line.
        hint = next((one.hint for one in found if one.kind == "undeclared"), None)
        missing = [one.name for one in found if one.kind == "missing"]
        hint = hint or extension_hint(callee.inputs_schema, [one for one in missing if one])
        message = f"workflow `{callee.workflow.workflow_id}` cannot start: {listed}"
        raise CallInputError(message, hint)
    return inputs
