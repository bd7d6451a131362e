"""The plan: each workflow with every name in it bound to its target, and the settings of a run.

``executor/bind/plan.py`` makes it; nothing in it is looked up again while a run goes on.
Documents and API descriptions meet here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args
from typing import Literal as Choice

from msgspec import Struct, field

from arazzo_runner.document.model import (
    ArazzoDocument,
    Criterion,
    FailureAction,
    Step,
    SuccessAction,
    Workflow,
)
from arazzo_runner.document.uris import relative_reference
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.inputs_schema import InputsSchema, WebhookInput
from arazzo_runner.executor.payload.plan import BodyPlan
from arazzo_runner.executor.payload.text import FormText, JsonText
from arazzo_runner.expression.ast import DynamicValue
from arazzo_runner.expression.pointer import array_index
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription, Operation, Parameter
from arazzo_runner.openapi.response.contract import CheckKind
from arazzo_runner.openapi.security.schemes import Authorization
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import AsyncApiDescription


class WorkflowKey(Struct, frozen=True):
    """Which workflow: the URI of its Arazzo document and its workflowId, unique in that alone."""

    document: str
    workflow: str

    def step(self, step_id: str) -> StepKey:
        """A step of the workflow."""
        return StepKey(self.document, self.workflow, step_id)


class StepKey(Struct, frozen=True):
    """Which step: names of workflows and steps are unique in their document or workflow alone."""

    document: str
    workflow: str
    step: str

    @property
    def workflow_key(self) -> WorkflowKey:
        """The workflow that has the step."""
        return WorkflowKey(self.document, self.workflow)

    def text(self, entry: str) -> str:
        """``workflow/step``, behind the document's URI, as seen from the ``entry`` document's.

        Two steps never have the same text.
        """
        name = f"{_escape(self.workflow)}/{_escape(self.step)}"
        return (
            name if self.document == entry else f"{relative_reference(entry, self.document)}#{name}"
        )


_NUMBERS: Final = lazy_pattern(r"@([0-9]{1,9})(?:\.([0-9]{1,9}))?\Z")


def step_text(call_key: str) -> str:
    """The :meth:`StepKey.text` within the key of a call, ``text#visit@attempt``."""
    return call_key.rpartition("#")[0]


def resend_key(call_key: str) -> str:
    """The key of the second request of an attempt, ``text#visit@attempt.2``."""
    return f"{call_key}.2"


def attempt_numbers(call_key: str) -> tuple[int, int]:
    """The numbers of the attempt and of its request in the key of a call.

    The worlds of others may have other keys: they count as the first of the first.
    """
    found = _NUMBERS.search(call_key)
    return (int(found[1]), int(found[2] or 1)) if found else (1, 1)


def _escape(name: str) -> str:
    """A name without the characters that divide a key."""
    return "".join(f"%{ord(one):02X}" if one in "%/#@" else one for one in name)


class Unit(Struct, frozen=True):
    """An Arazzo document with what its source descriptions name.

    ``apis`` are the OpenAPI sources by name, ``async_apis`` the AsyncAPI sources, ``documents`` the
    Arazzo sources (the URI of another unit), ``fields`` what ``$sourceDescriptions.<name>.<field>``
    reads, ``inputs`` what its workflows declare, by workflowId.
    """

    document: ArazzoDocument
    apis: Mapping[str, ApiDescription]
    documents: Mapping[str, str]
    fields: Mapping[str, Mapping[str, Value]]
    inputs: Mapping[str, InputsSchema]
    async_apis: Mapping[str, AsyncApiDescription] = field(default_factory=dict)

    @property
    def source_names(self) -> frozenset[str]:
        """The names of the source descriptions that could be read."""
        return frozenset((*self.apis, *self.async_apis, *self.documents))


class Argument(Struct, frozen=True):
    """A parameter of an operation and the value that the document gives it.

    ``text`` is the value of a ``querystring`` that is written as text, once it is read.
    """

    parameter: Parameter
    value: DynamicValue
    place: Place
    text: FormText | JsonText | None = None


class InputArgument(Struct, frozen=True):
    """An input of a workflow and the value that a step or an action gives it.

    ``level`` tells who named it: what the callee does not declare is left out when it came from
    the workflow, and an error when the step or action names it.
    """

    name: str
    value: DynamicValue
    level: Choice["step", "workflow"]
    place: Place


class OperationCall(Struct, frozen=True):
    """A step's operation, ready to be called: ``server`` is its base URL (see ``server_url``)."""

    source: str
    operation: Operation
    server: str
    arguments: tuple[Argument, ...]
    body: BodyPlan | None
    authorization: Authorization
    url: DynamicValue | None = None
    """Where the request goes in place of the built URL (``x-url``), where that has a value."""
    is_free: bool = False
    """Whether the request may contradict the description (``x-send-invalid``)."""


class WorkflowCall(Struct, frozen=True):
    """A step's workflow and the inputs it is given."""

    key: WorkflowKey
    arguments: tuple[InputArgument, ...]


class PlannedAction(Struct, frozen=True):
    """An action with its target bound: a position in the workflow's steps, or a workflow."""

    action: SuccessAction | FailureAction
    level: Choice["step", "workflow"]
    target: int | WorkflowKey | None = None
    arguments: tuple[InputArgument, ...] = ()


class StepPlan(Struct, frozen=True):
    """A step, bound; actions are merged with the workflow's, in the order they are tried.

    ``depends_on`` are the steps that have to be completed before it, wherever they stand;
    ``findings`` are what contradicts the API description here, for when the step fails.
    """

    step: Step
    call: OperationCall | WorkflowCall | ChannelCall
    criteria: tuple[Criterion, ...]
    on_success: tuple[PlannedAction, ...]
    on_failure: tuple[PlannedAction, ...]
    key: StepKey
    depends_on: tuple[StepKey, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    is_heavy: bool = False
    """Whether its evaluation may take long (``executor/bind/queries.py``)."""


class WorkflowPlan(Struct, frozen=True):
    """A workflow, bound; ``steps`` in the order they run."""

    key: WorkflowKey
    workflow: Workflow
    unit: Unit
    steps: tuple[StepPlan, ...]
    depends_on: tuple[WorkflowKey, ...]
    inputs_schema: InputsSchema
    finally_call: WorkflowCall | None = None
    """The workflow that runs when this one ends (``x-finally``)."""
    is_heavy: bool = False
    """Whether its outputs may take long to evaluate."""
    webhooks: tuple[WebhookInput, ...] = ()


Tokens: TypeAlias = tuple[str | int, ...]


class Slot(Struct, frozen=True):
    """An input or output, and the way to what is secret in it; ``step`` is "" but for a step's.

    ``is_named`` tells that the user named it.
    """

    kind: Choice["input", "step", "workflow"]
    workflow: WorkflowKey
    step: str
    name: str
    tokens: Tokens = ()
    is_named: bool = False

    def pick(self, values: Mapping[str, Value]) -> Value:
        """What is secret of the values of this kind by name; None where there is none."""
        value: Value = values.get(self.name)
        for token in self.tokens:
            index = array_index(str(token))
            if isinstance(value, list) and index is not None:
                value = value[index] if index < len(value) else None
            else:
                value = value.get(str(token)) if isinstance(value, dict) else None
        return value


class SecretFlow(Struct, frozen=True):
    """The slots of a plan that are secret, by the workflow, or by the workflow and its step.

    ``headers`` and ``query`` are the names of header fields and query parameters that carry the
    credentials of its APIs, in lower case.
    """

    headers: frozenset[str] = frozenset()
    query: frozenset[str] = frozenset()
    inputs: Mapping[WorkflowKey, tuple[Slot, ...]] = field(default_factory=dict)
    outputs: Mapping[WorkflowKey, tuple[Slot, ...]] = field(default_factory=dict)
    steps: Mapping[StepKey, tuple[Slot, ...]] = field(default_factory=dict)


class Plan(Struct, frozen=True):
    """The workflows to run, in order, and all that they can reach.

    ``secret`` is what of their values flows where secrets do (``executor/secret_flow.py``),
    ``generated`` are inputs that were generated, ``seed`` is what makes the same ones again,
    ``own_inputs`` are those that one workflow alone gets. ``protocols`` are those by which steps on
    channels reach their brokers, by the text of a step's key. ``memo`` is what is worked out of
    ``workflows`` on first use: other workflows need another one.
    """

    selected: tuple[WorkflowKey, ...]
    workflows: Mapping[WorkflowKey, WorkflowPlan] = field(default_factory=dict)
    secret: SecretFlow = field(default_factory=SecretFlow)
    generated: Mapping[str, Value] = field(default_factory=dict)
    seed: int | None = None
    own_inputs: Mapping[WorkflowKey, Mapping[str, Value]] = field(default_factory=dict)
    protocols: Mapping[str, str] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict)

    def inputs_of(self, key: WorkflowKey, inputs: Mapping[str, Value]) -> dict[str, Value]:
        """What a workflow gets: of ``inputs`` for all what it takes, and its own, which win."""
        accepted = self.workflows[key].inputs_schema.accepted_inputs(inputs)
        return {**accepted, **self.own_inputs.get(key, {})}

    @property
    def has_channels(self) -> bool:
        """Whether a step of it sends or receives messages."""
        steps = (step for workflow in self.workflows.values() for step in workflow.steps)
        return any(isinstance(step.call, ChannelCall) for step in steps)

    @property
    def entry(self) -> str:
        """The URI of the document whose workflows were selected."""
        return self.selected[0].document if self.selected else ""


JudgeName: TypeAlias = Choice["openapi-core"]
CheckSeverity: TypeAlias = Choice["off", "warn", "error"]

ALL_WARN: dict[str, CheckSeverity] = {
    "status": "warn",
    "content-type": "warn",
    "schema": "warn",
    "headers": "warn",
}


def severities_for(
    checks: Mapping[str, CheckSeverity], names: Iterable[str]
) -> Mapping[CheckKind, CheckSeverity]:
    """The severities by kind where an operation or step of these ``names`` is checked.

    ``checks`` has them by kind, and narrowed as ``schema:listJobs``; later names count more.
    """
    kinds: tuple[CheckKind, ...] = get_args(CheckKind)
    general: dict[CheckKind, CheckSeverity] = {
        kind: checks[kind] for kind in kinds if kind in checks
    }
    if len(general) == len(checks):
        return general
    for name in names:
        for kind in kinds:
            if narrowed := checks.get(f"{kind}:{name}"):
                general[kind] = narrowed
    return general


class Limits(Struct, frozen=True):
    """The guards of a run (docs/limits.md); times in seconds.

    ``max_kept`` and ``max_message`` are in bytes.
    """

    max_steps: int = 1_000
    max_depth: int = 16
    max_retries: int = 10
    max_wait: float = 60.0
    all_waits: float = 3_600.0
    run_timeout: float = 3_600.0
    query_seconds: float = 1.0
    json_depth: int = 512
    max_kept: int = 64 * 2**20
    max_message: int = 2**20


class Clock(Struct, frozen=True):
    """Two clocks: ``monotonic`` in seconds for durations, ``now`` in seconds since 1970, UTC.

    ``recorded`` are seconds that limits count beside the measured ones: those which a replay does
    not wait for. ``thread`` has the seconds that the calling thread itself has computed, for the
    time of queries where several threads compute.
    """

    monotonic: Callable[[], float]
    now: Callable[[], float]
    recorded: Callable[[], float] = lambda: 0.0
    thread: Callable[[], float] | None = None

    def limited(self) -> float:
        """The instant that limits of time are checked against."""
        return self.monotonic() + self.recorded()


class Settings(Struct, frozen=True):
    """``checks`` are the contract checks' severities, by kind or, narrowed, by ``kind:name``.

    ``until`` is the last step to run.
    ``fail_fast`` leaves out the workflows after the first that does not pass. ``allow_origins``
    are those that an ``x-url`` may lead to, beside the server's own. ``send_invalid`` are steps, or
    ``all``, whose requests may contradict their descriptions. ``check_with`` is another judge.
    ``max_durations`` are the seconds that the request of a step may take, by ``step`` or
    ``workflow/step``.
    """

    limits: Limits = field(default_factory=Limits)
    checks: Mapping[str, CheckSeverity] = field(default_factory=lambda: ALL_WARN)
    until: str | None = None
    fail_fast: bool = False
    allow_origins: tuple[str, ...] = ()
    send_invalid: tuple[str, ...] = ()
    check_with: JudgeName | None = None
    max_durations: Mapping[str, float] = field(default_factory=dict)
