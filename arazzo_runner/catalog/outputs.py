"""The JSON Schema of a workflow's outputs, as far as the API descriptions tell.

Arazzo Specification 1.1.0, Workflow Object, ``outputs``: each is an expression; where it ends in
the response of an operation, the schema of that response tells what it yields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct, field

from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.plan import Plan, StepKey, WorkflowCall, WorkflowKey, WorkflowPlan
from arazzo_runner.executor.secret_inputs import says_secret
from arazzo_runner.expression.ast import DynamicValue, OutputRef, StepOutputRef
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.context import StepContext, step_contexts
from arazzo_runner.lint.schemas import value_shape
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.schema.compile import bundle_beside
from arazzo_runner.openapi.schema.descend import SchemaShape
from arazzo_runner.openapi.schema.shape import Alternative, SchemaPart, alternatives, schemas_of
from arazzo_runner.openapi.schema.standalone import BundleNames
from arazzo_runner.openapi.schema.walk import (
    CHOICES,
    DEFINITIONS,
    Relation,
    definitions_of,
    keywords,
    without_definitions,
)

_DEPTH: Final = 8
"""Outputs of called workflows are followed so far."""


class PlanSchemas(Struct, frozen=True):
    """What a plan's schemas are made with: the contexts of its steps, and its API descriptions."""

    plan: Plan
    contexts: Mapping[StepKey, StepContext]
    descriptions: Mapping[int, ApiDescription]
    """By the identity of their :class:`SchemaContext`."""


def plan_schemas(plan: Plan) -> PlanSchemas:
    """What is needed for the schemas of a plan's workflows; made once for all of them."""
    contexts = {one.step.key: one for one in step_contexts(plan)}
    described = {
        id(one.operation.description): one.operation.description for one in contexts.values()
    }
    messages = (one.message.messages for one in contexts.values() if one.message is not None)
    payloads = (one.payload for each in messages for one in each if one.payload is not None)
    described |= {id(one.description): one.description for one in payloads}
    by_context = {id(schemas_of(one)): one for one in described.values()}
    return PlanSchemas(plan, contexts, by_context)


def outputs_schema(schemas: PlanSchemas, key: WorkflowKey) -> dict[str, Any]:
    """The schema of a workflow's outputs, an object with all of them; each may be null.

    An output has no value where its step did not run, or where the response has no such member.
    """
    bundling = _Bundling(schemas)
    outputs = schemas.plan.workflows[key].workflow.outputs
    properties = {name: _or_null(bundling.of_value(value, key)) for name, value in outputs}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return schema | ({DEFINITIONS: bundling.definitions} if bundling.definitions else {})


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, or null: in the words of the schema itself where it states types."""
    kinds = schema.get("type")
    listed = [kinds] if isinstance(kinds, str) else kinds
    if not schema or (isinstance(listed, list) and "null" in listed):
        return schema
    if not isinstance(listed, list) or schema.keys() & _OTHER_TYPES:
        return {"anyOf": [schema, {"type": "null"}]}
    allowed = {"enum": [*schema["enum"], None]} if isinstance(schema.get("enum"), list) else {}
    return {**schema, "type": [*listed, "null"], **allowed}


_OTHER_TYPES: Final = frozenset({"$ref", "const", *keywords(Relation.ALL), *CHOICES})
"""What may refuse null beside ``type``."""


class _Bundling(Struct, frozen=True):
    """The schemas of one workflow's outputs, with the definitions that they share."""

    schemas: PlanSchemas
    definitions: dict[str, Value] = field(default_factory=dict)
    known: BundleNames = field(default_factory=BundleNames)

    def of_value(self, value: DynamicValue, key: WorkflowKey, depth: int = 0) -> dict[str, Any]:
        """The schema of what a workflow writes as a value of an output."""
        workflow = self.schemas.plan.workflows[key]
        if isinstance(value, StepOutputRef):
            called = self._of_called(value, workflow, depth)
            if called is not None:
                return called
        contexts = self.schemas.contexts
        own = (contexts[step.key] for step in workflow.steps if step.key in contexts)
        context = next(own, None)
        shape = value_shape(value, context, ()) if context else None
        return self._of_shape(shape) if shape else {}

    def _of_called(
        self, value: StepOutputRef, workflow: WorkflowPlan, depth: int
    ) -> dict[str, Any] | None:
        """The schema where the step calls a workflow; None where it does not."""
        step = next((one for one in workflow.steps if one.step.step_id == value.step_id), None)
        if step is None or not isinstance(step.call, WorkflowCall):
            return None
        name = _name_in_callee(step.step.outputs, value.name)
        if name is None or value.path.tokens or depth >= _DEPTH:
            return {}
        called = self.schemas.plan.workflows[step.call.key]
        own = dict(called.workflow.outputs).get(name)
        return {} if own is None else self.of_value(own, called.key, depth + 1)

    def _of_shape(self, shape: SchemaShape) -> dict[str, Any]:
        """One schema for a shape: any of its alternatives, each all of its parts."""
        found: dict[tuple[object, ...], Alternative] = {}
        for one in shape.alternatives or ():
            parts = _outermost(shape, one)
            found.setdefault(
                tuple((part.place.source, part.place.pointer) for part in parts), parts
            )
        options = [self._of_parts(shape, parts) for parts in found.values()]
        options = [one for at, one in enumerate(options) if one not in options[:at]]
        if not options or {} in options:
            return {}
        return options[0] if len(options) == 1 else {"anyOf": options}

    def _of_parts(self, shape: SchemaShape, parts: Alternative) -> dict[str, Any]:
        schemas = [one for part in parts if (one := self._of_part(shape, part))]
        if not schemas:
            return {}
        return schemas[0] if len(schemas) == 1 else {"allOf": schemas}

    def _of_part(self, shape: SchemaShape, part: SchemaPart) -> dict[str, Any]:
        description = self.schemas.descriptions.get(id(shape.schemas))
        if description is None:  # of the inputs, or a constant
            return _of_inputs(part.node)
        schema = Schema(part.node, part.place)
        try:
            value = bundle_beside(schema, description, "response", self.known).value
        except DocumentError:  # a finding where the operation is called
            return {}
        self.definitions.update(definitions_of(value))
        stated = without_definitions(value)
        return stated if isinstance(stated, dict) else {}


def _of_inputs(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of an input as one of an output, where it neither refers to others nor is secret.

    What it has by default is none of the caller's concern, and may be secret by a flag.
    """
    todo: list[Value] = [schema]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            if "$ref" in node or says_secret(node):
                return {}
            todo += node.values()
    return {key: one for key, one in schema.items() if key not in _ANNOTATIONS}


_ANNOTATIONS: Final = frozenset({DEFINITIONS, "default", "example", "examples"})
"""What an output of an input does not have of its schema."""


def _name_in_callee(outputs: Iterable[tuple[str, DynamicValue]], name: str) -> str | None:
    """The output of the called workflow that an output of the step is; None: it is another value.

    A step gives the outputs of its workflow under their own names, too.
    """
    own = dict(outputs)
    if name not in own:
        return name
    value = own[name]
    return value.name if isinstance(value, OutputRef) and not value.path.tokens else None


def _outermost(shape: SchemaShape, parts: Alternative) -> Alternative:
    """The parts that no other one refers to or combines."""
    inner = {
        _identity(below)
        for part in parts
        for option in alternatives(shape.schemas, Schema(part.node, part.place)) or ()
        for below in option
        if below.place != part.place
    }
    return tuple(one for one in parts if _identity(one) not in inner)


def _identity(part: SchemaPart) -> tuple[object, ...]:
    return part.place.source, part.place.pointer
