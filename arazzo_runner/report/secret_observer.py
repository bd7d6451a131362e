"""An observer that teaches the masker what becomes secret during a run; it has to be the first."""

from __future__ import annotations

from collections.abc import Iterable

from arazzo_runner.executor.events import (
    Event,
    MessageReceived,
    MessageSent,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepRetried,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.executor.plan import Plan, Slot, StepKey, WorkflowPlan, step_text
from arazzo_runner.executor.result import StepMessage
from arazzo_runner.executor.secret_inputs import scalars, secret_inputs
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.ast import DynamicValue
from arazzo_runner.expression.evaluate import EvaluationError, evaluate
from arazzo_runner.expression.scope import Exchange, Scope
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.report.secret_names import header_values, url_values
from arazzo_runner.report.secrets import Masker


class SecretObserver:
    """Tells a masker of inputs that are passwords, and of what went out or came where secrets do.

    An output that the plan passes on into such a place is known as soon as it came.
    """

    def __init__(self, plan: Plan, masker: Masker) -> None:
        self._plan = plan
        self._masker = masker
        self._by_step: dict[str, list[tuple[Slot, DynamicValue]]] | None = None
        self._unread: tuple[str, HttpResponse] | None = None
        self._seen: set[object] = set()

    def __call__(self, event: Event) -> None:
        """Learn from an event."""
        match event:
            case RequestSent(_, request):
                self._request(request)
            case (
                MessageSent(outcome=StepMessage() as message)
                | MessageReceived(outcome=StepMessage() as message)
            ):
                self._headers(message.headers)
            case ResponseReceived(key, outcome):
                self._outcome(key, outcome)
            case (
                StepFinished(result=result, step_key=step)
                | StepRetried(result=result, step_key=step)
            ):
                self._step(self._plan.secret.steps.get(step, ()), result.outputs)
            case WorkflowStarted(inputs=inputs, workflow_key=workflow):
                self._inputs(self._plan.workflows[workflow], inputs)
            case WorkflowFinished(result=result, workflow_key=workflow):
                self._slots(self._plan.secret.outputs.get(workflow, ()), result.outputs)

    def _inputs(self, plan: WorkflowPlan, inputs: dict[str, Value]) -> None:
        self._masker.learn(secret_inputs(plan.inputs_schema, inputs))
        self._slots(self._plan.secret.inputs.get(plan.key, ()), inputs)

    def _step(self, slots: Iterable[Slot], outputs: dict[str, Value]) -> None:
        """Learn the outputs of a step: where all are there, its response need not be read again."""
        if any(one.name not in outputs for one in slots):
            self._outputs()
        self._unread = None
        self._slots(slots, outputs)

    def _slots(self, slots: Iterable[Slot], values: dict[str, Value]) -> None:
        for slot in slots:
            self._learn(slot, slot.pick(values))

    def _learn(self, slot: Slot, value: Value) -> None:
        learn = self._masker.learn if slot.is_named else self._masker.observe
        learn(scalars(value))

    # --- what goes over the wire ------------------------------------------------------------------

    def _request(self, request: HttpRequest) -> None:
        self._headers(request.headers)
        if request.url not in self._seen:
            self._seen.add(request.url)
            self._masker.observe(url_values(request.url, self._plan.secret.query))

    def _headers(self, headers: Headers) -> None:
        # Step after step sends the same ones.
        if headers and headers not in self._seen:
            self._seen.add(headers)
            self._masker.observe(header_values(headers, self._masker.header_names))

    def _outcome(self, key: str, outcome: HttpResponse | TransportFailure) -> None:
        for one in outcome.exchanges:
            self._request(one.request)
            if one.response is not None:
                self._headers(one.response.headers)
        if outcome.request is not None:
            self._request(outcome.request)
        if isinstance(outcome, HttpResponse):
            self._headers(outcome.sent_headers)
            self._headers(outcome.headers)
            if self._plan.secret.steps and self._slots_of(step_text(key)):
                self._unread = key, outcome
                self._masker.before_masking(self._outputs)

    def _outputs(self) -> None:
        """Learn the outputs that will be made of a response, before anything of it is shown."""
        if self._unread is None:
            return
        (key, response), self._unread = self._unread, None
        try:
            body = decode_body(
                header_value(response.headers, "Content-Type"), response.body, _DEPTH
            )
        except BodyError:
            body = MISSING
        exchange = Exchange(
            "", "", status=response.status, response_headers=response.headers, response_body=body
        )
        scope = Scope(exchange=exchange)
        for slot, value in self._slots_of(step_text(key)):
            try:
                output = evaluate(value, scope)
            except EvaluationError:  # it reads more than the response: the end of the step tells
                continue
            self._learn(slot, slot.pick({slot.name: None if output is MISSING else output}))

    def _slots_of(self, name: str) -> list[tuple[Slot, DynamicValue]]:
        if self._by_step is None:
            self._by_step = {
                key.text(self._plan.entry): [*self._made_of_responses(key, slots)]
                for key, slots in self._plan.secret.steps.items()
            }
        return self._by_step.get(name, [])

    def _made_of_responses(
        self, key: StepKey, slots: Iterable[Slot]
    ) -> Iterable[tuple[Slot, DynamicValue]]:
        for step in self._plan.workflows[key.workflow_key].steps:
            if step.key == key:
                outputs = dict(step.step.outputs)
                yield from ((one, outputs[one.name]) for one in slots if one.name in outputs)


_DEPTH = 512
"""The depth of JSON that is looked into; the run's own limit is judged elsewhere."""
