"""The objects of the Arazzo Specification 1.0.1 and 1.1.0, as loaded.

Names are those of the specification in Python's spelling. Expressions are parsed; Reusable
Objects are still references (``Reusable``) until ``document/components.py`` puts the component in
their place. Every object knows its :class:`Place`.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from typing import Literal as Choice

from msgspec import Struct, field

from arazzo_runner.expression.ast import (
    Condition,
    DynamicValue,
    Expression,
    MalformedExpression,
    Notice,
    SelectorType,
    Template,
)
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.value import Value
from arazzo_runner.text.source import Place, SourceFile

SourceType: TypeAlias = Choice["openapi", "asyncapi", "arazzo"]
Location: TypeAlias = Choice["path", "query", "querystring", "header", "cookie"]


class Info(Struct, frozen=True):
    """Info Object."""

    title: str
    version: str
    summary: str | None
    description: str | None
    place: Place


class SourceDescription(Struct, frozen=True):
    """Source Description Object; ``type`` is None when the document leaves it out."""

    name: str
    url: str
    type: SourceType | None
    place: Place


class Reusable(Struct, frozen=True):
    """Reusable Object: a reference to a component, with an optional parameter value."""

    type: Choice["parameters", "successActions", "failureActions"]
    name: str
    value: DynamicValue | None
    place: Place


class Parameter(Struct, frozen=True):
    """Parameter Object; ``location`` is its ``in``, None for a workflow's input."""

    name: str
    location: Location | None
    value: DynamicValue
    place: Place


class SimpleCriterion(Struct, frozen=True):
    """Criterion Object of type ``simple``; ``reads`` are its expressions, each where it stands."""

    text: str
    condition: Condition | MalformedExpression
    place: Place
    notices: tuple[Notice, ...] = ()
    reads: tuple[tuple[Expression, Place], ...] = ()


class QueryCriterion(Struct, frozen=True):
    """Criterion Object of type ``regex``, ``jsonpath`` or ``xpath``.

    ``version`` is that of the Expression Type Object, or the language's default; None for regex.
    """

    kind: Choice["regex", "jsonpath", "xpath"]
    version: str | None
    text: str
    context: Expression | None
    condition: Template | Constant
    place: Place


Criterion: TypeAlias = SimpleCriterion | QueryCriterion


class WorkflowName(Struct, frozen=True):
    """A ``workflowId`` as written: local, or ``$sourceDescriptions.<source>.<workflow_id>``."""

    workflow_id: str
    source: str | None
    place: Place


class EndAction(Struct, frozen=True):
    """Success or Failure Action Object of type ``end``."""

    name: str
    criteria: tuple[Criterion, ...]
    place: Place


class GotoAction(Struct, frozen=True):
    """Success or Failure Action Object of type ``goto``: to a step, or to a workflow."""

    name: str
    criteria: tuple[Criterion, ...]
    target: str | WorkflowName
    parameters: tuple[Parameter | Reusable, ...]
    place: Place


class RetryAction(Struct, frozen=True):
    """Failure Action Object of type ``retry``.

    ``retry_after`` is in seconds; ``retry_limit`` None means the default, a single retry;
    ``target`` is the step (str) or workflow to run before each further attempt.
    """

    name: str
    criteria: tuple[Criterion, ...]
    retry_after: float
    retry_limit: int | None
    target: str | WorkflowName | None
    parameters: tuple[Parameter | Reusable, ...]
    place: Place


SuccessAction: TypeAlias = EndAction | GotoAction
FailureAction: TypeAlias = EndAction | GotoAction | RetryAction


class PayloadReplacement(Struct, frozen=True):
    """Payload Replacement Object; ``type`` None: by the payload's media type."""

    target: Template | Constant
    type: SelectorType | None
    value: DynamicValue
    place: Place


class RequestBody(Struct, frozen=True):
    """Request Body Object; ``payload`` None when the document gives none."""

    content_type: str | None
    payload: DynamicValue | None
    replacements: tuple[PayloadReplacement, ...]
    place: Place


class OperationById(Struct, frozen=True):
    """``operationId``: a plain id (``source`` None), or one qualified by its source."""

    operation_id: str
    source: str | None
    place: Place


class OperationByPath(Struct, frozen=True):
    """``operationPath``: the source's name and the tokens of the pointer."""

    source: str
    pointer: tuple[str, ...]
    text: str
    place: Place


class ChannelByPath(Struct, frozen=True):
    """``channelPath`` (1.1): the source's name and the tokens of the pointer to a channel."""

    source: str
    pointer: tuple[str, ...]
    text: str
    place: Place


StepTarget: TypeAlias = OperationById | OperationByPath | ChannelByPath | WorkflowName


class StepName(Struct, frozen=True):
    """An item of a step's ``dependsOn`` (1.1): a step here, or one of another workflow."""

    step_id: str
    workflow: WorkflowName | None
    place: Place


class Step(Struct, frozen=True):
    """Step Object; ``timeout`` is in milliseconds."""

    step_id: str
    description: str | None
    target: StepTarget
    parameters: tuple[Parameter | Reusable, ...]
    request_body: RequestBody | None
    success_criteria: tuple[Criterion, ...]
    on_success: tuple[SuccessAction | Reusable, ...]
    on_failure: tuple[FailureAction | Reusable, ...]
    outputs: tuple[tuple[str, DynamicValue], ...]
    timeout: int | None
    correlation_id: DynamicValue | None
    action: Choice["send", "receive"] | None
    depends_on: tuple[StepName, ...]
    place: Place
    url: DynamicValue | None = None
    """``x-url``, an extension: where its request goes."""
    sends_invalid: bool = False
    """``x-send-invalid``, an extension: its request may contradict the description."""
    credentials: str = ""
    """``x-credentials``, an extension: the name of the credentials of its request."""


class FinallyCall(Struct, frozen=True):
    """``x-finally``, an extension: the workflow that runs when this one ends, with its inputs."""

    target: WorkflowName
    parameters: tuple[Parameter | Reusable, ...]
    place: Place


class Workflow(Struct, frozen=True):
    """Workflow Object; ``inputs`` is the JSON Schema as written (None when there is none)."""

    workflow_id: str
    summary: str | None
    description: str | None
    inputs: Value | None
    depends_on: tuple[WorkflowName, ...]
    steps: tuple[Step, ...]
    success_actions: tuple[SuccessAction | Reusable, ...]
    failure_actions: tuple[FailureAction | Reusable, ...]
    outputs: tuple[tuple[str, DynamicValue], ...]
    parameters: tuple[Parameter | Reusable, ...]
    place: Place
    finally_call: FinallyCall | None = None


class Components(Struct, frozen=True):
    """Components Object; ``inputs`` are JSON Schemas as written."""

    inputs: dict[str, Value] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    success_actions: dict[str, SuccessAction] = field(default_factory=dict)
    failure_actions: dict[str, FailureAction] = field(default_factory=dict)


class ArazzoDocument(Struct, frozen=True):
    """The Arazzo Specification Object, the root.

    ``version`` is (major, minor); ``self_uri`` is ``$self`` as written; ``base_uri`` is what
    relative references resolve against ("Establishing the Base URI"); ``raw`` is the whole
    document as plain data, for schemas' ``$ref``. ``memo`` is what is worked out of ``workflows``
    on first use: other workflows need another one.
    """

    version: tuple[int, int]
    self_uri: str | None
    base_uri: str
    info: Info
    source_descriptions: tuple[SourceDescription, ...]
    workflows: tuple[Workflow, ...]
    components: Components
    raw: Value
    source: SourceFile
    memo: dict[str, Any] = field(default_factory=dict)
