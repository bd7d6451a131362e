"""Inputs of a workflow: passed by a step, an action or the run, defaults filled in, then validated.

Arazzo Specification 1.1.0, Workflow Object, ``inputs`` (JSON Schema 2020-12).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from arazzo_runner.document.inputs_schema import resolve_schema
from arazzo_runner.executor.plan import InputArgument, WorkflowPlan
from arazzo_runner.executor.result import Status, StepError, WorkflowResult
from arazzo_runner.expression.evaluate import EvaluationError, evaluate_within_bounds
from arazzo_runner.expression.scope import Scope
from arazzo_runner.expression.value import MISSING, FileBody, Value
from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.text.diagnostic import did_you_mean
from arazzo_runner.text.source import Place

_COMPONENTS = "#/components/inputs/"
_LONGEST = 300


class InputProblem(Struct, frozen=True):
    """What is wrong with one input: ``name`` is None for the inputs as a whole."""

    kind: str
    """``missing``, ``undeclared`` or ``invalid``"""
    name: str | None
    message: str
    hint: str | None = None


def bundle_inputs(schema: Value, components: Mapping[str, Value]) -> Value:
    """Make an ``inputs`` schema self-contained: ``#/components/inputs/x`` becomes ``#/$defs/x``.

    Where the schema has a definition of its own called ``x``, the component gets another name.
    """
    own = schema.get("$defs") if isinstance(schema, dict) else None
    taken = own if isinstance(own, dict) else {}
    names = {one: f"components.inputs.{one}" if one in taken else one for one in components}
    bundled = _relocate(schema, names)
    if not isinstance(bundled, dict) or not components:
        return bundled
    defs = {names[one]: _relocate(schema, names) for one, schema in components.items()}
    return {**bundled, "$defs": {**defs, **bundled.get("$defs", {})}}


def _relocate(node: Value, names: Mapping[str, str]) -> Value:
    if isinstance(node, list):
        return [_relocate(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _reference(value, names) if key == "$ref" else _relocate(value, names)
        for key, value in node.items()
    }


def _reference(value: Value, names: Mapping[str, str]) -> Value:
    if not isinstance(value, str) or not value.startswith(_COMPONENTS):
        return value
    name, slash, rest = value.removeprefix(_COMPONENTS).partition("/")
    return f"#/$defs/{names.get(name, name)}{slash}{rest}"


def declared_schemas(schema: Value) -> dict[str, Value] | None:
    """The declared inputs by name with their schemas; None where any name is welcome.

    References and applicators (``allOf``, ``oneOf``, ``then`` and such) of the bundled schema are
    followed. A workflow without a schema declares none; a schema that says nothing of names, or
    welcomes others, is open.
    """
    if schema is None:
        return {}
    every = [*schema_parts(schema, schema), *_possible_schemas(schema)]
    if any(part.get("additionalProperties") or "patternProperties" in part for part in every):
        return None
    if not any("properties" in part for part in every):
        return None
    found: dict[str, Value] = {}
    for part in every:  # of several schemas for one name that counts which surely holds
        for name, one in direct_properties(part).items():
            found.setdefault(name, one)
    return found


def _possible_schemas(schema: Value) -> Iterator[dict[str, Any]]:
    """The schemas that may be applied to the same value, depending on what it holds."""
    todo, seen = list(schema_parts(schema, schema)), list[dict[str, Any]]()
    while todo:
        node = todo.pop(0)
        if any(node is one for one in seen):
            continue
        seen.append(node)
        for one in _alternatives(node):
            found = schema_parts(one, schema)
            yield from found
            todo.extend(found)


def _alternatives(node: dict[str, Any]) -> Iterator[Value]:
    for name in ("anyOf", "oneOf"):
        yield from node[name] if isinstance(node.get(name), list) else ()
    for name in ("if", "then", "else"):
        yield node.get(name)
    dependent = node.get("dependentSchemas")
    yield from dependent.values() if isinstance(dependent, dict) else ()


def direct_properties(part: dict[str, Any]) -> dict[str, Value]:
    """The properties that one schema states by itself.

    A schema may be malformed here: that is told when its workflow is bound.
    """
    stated = part.get("properties")
    return stated if isinstance(stated, dict) else {}


def schema_parts(schema: Value, root: Value) -> list[dict[str, Any]]:
    """A schema and all that it surely also is: its ``$ref`` target and its ``allOf`` members."""
    todo, seen = [schema], list[dict[str, Any]]()
    while todo:
        node = todo.pop(0)
        if not isinstance(node, dict) or any(node is one for one in seen):
            continue
        seen.append(node)
        todo.extend(node["allOf"] if isinstance(node.get("allOf"), list) else ())
        if isinstance(node.get("$ref"), str):
            todo.append(resolve_schema(node["$ref"], root))
    return seen


def apply_defaults(schema: Value, given: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs with the schema's ``default``s for what was not given, also in nested objects."""
    return _fill(schema, schema, dict(given))


def _fill(schema: Value, root: Value, value: dict[str, Value]) -> dict[str, Value]:
    filled = dict(value)
    for part in schema_parts(schema, root):
        for name, property_schema in direct_properties(part).items():
            _fill_property(name, property_schema, root, filled)
    return filled


def _fill_property(name: str, schema: Value, root: Value, into: dict[str, Value]) -> None:
    if name not in into:
        default = next(
            (part["default"] for part in schema_parts(schema, root) if "default" in part), _NONE
        )
        if default is _NONE:
            return
        into[name] = default
    if isinstance(into[name], dict):
        into[name] = _fill(schema, root, into[name])


_NONE = object()


def find_problems(schema: Value, inputs: Mapping[str, Value]) -> list[InputProblem]:
    """All that is wrong with the inputs by their bundled schema; empty when they fit."""
    known = declared_schemas(schema)
    found = (
        []
        if known is None
        else [_undeclared_problem(name, known) for name in inputs if name not in known]
    )
    if schema is not None:
        for failure in compile_inputs(schema).iter_errors(_as_json(dict(inputs))):
            found.extend(_explain_errors(failure, known))
    return found


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


def _undeclared_problem(name: str, known: Mapping[str, Value]) -> InputProblem:
    message = f"no input is called `{name}`"
    listed = ", ".join(f"`{one}`" for one in known)
    all_of_them = f"its inputs: {listed}" if known else "it has no inputs"
    nearest = did_you_mean(name, known)
    hint = f"{nearest} {all_of_them}" if nearest else all_of_them
    return InputProblem("undeclared", name, message, hint)


def _explain_errors(failure: Any, known: Mapping[str, Value] | None) -> list[InputProblem]:
    path = list(failure.instance_path)
    if not path and failure.kind.name == "required":
        name = failure.kind.property
        message = f"the required input `{name}` is missing"
        return [InputProblem("missing", name, message, f"pass it with `-i {name}=…`")]
    unwelcome = ("additionalProperties", "unevaluatedProperties")
    if not path and failure.kind.name in unwelcome and known is not None:
        return []  # said by `_undeclared`, with the names that are declared
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
    known = declared_schemas(callee.inputs_schema)
    given: dict[str, Value] = {}
    for argument in arguments:
        if argument.level == "workflow" and known is not None and argument.name not in known:
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


def inherit_inputs(callee: WorkflowPlan, run_inputs: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs of a workflow that is gone to without parameters.

    Its schema's defaults and the inputs of the same name. Raises CallInputError.
    """
    return check_inputs(callee, relevant_inputs(callee, run_inputs))


def relevant_inputs(callee: WorkflowPlan, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Those inputs that the workflow declares; all of them where it is open."""
    known = declared_schemas(callee.inputs_schema)
    return {name: value for name, value in inputs.items() if known is None or name in known}


def check_inputs(callee: WorkflowPlan, given: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs with defaults, held against the schema. Raises CallInputError."""
    inputs = apply_defaults(callee.inputs_schema, given)
    found = find_problems(callee.inputs_schema, inputs)
    if found:
        listed = "; ".join(problem.message for problem in found)
        # Of the hints only this one is not about the command line.
        hint = next((one.hint for one in found if one.kind == "undeclared"), None)
        message = f"workflow `{callee.workflow.workflow_id}` cannot start: {listed}"
        raise CallInputError(message, hint)
    return inputs
