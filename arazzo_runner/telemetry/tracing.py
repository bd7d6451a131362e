"""OpenTelemetry: a span for each workflow, step and request (docs/opentelemetry.md).

Imported only where traces are asked for; of OpenTelemetry the API alone is used. Attributes are
OpenTelemetry's for HTTP, and our own that begin with ``arazzo.``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final, TypeAlias, assert_never
from urllib.parse import urlsplit

from msgspec.structs import replace
from opentelemetry import context, propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider

from arazzo_runner.executor.events import (
    CriterionJudged,
    Event,
    MessageAwaited,
    MessageReceived,
    MessageSent,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepRetried,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.executor.plan import attempt_numbers
from arazzo_runner.executor.result import StepResult, WorkflowResult
from arazzo_runner.executor.world import (
    PublishCall,
    PublishedMessage,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
    World,
)
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.report.secrets import Masker
from arazzo_runner.telemetry.messages import (
    link_sender,
    message_attributes,
    outcome_attributes,
    span_name,
    with_trace,
)
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.version import VERSION
from arazzo_runner.worlds.wrappers import WrappedWorld

Attributes: TypeAlias = dict[str, str | int | float | bool]

_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
_LOGIN: Final = lazy_pattern(r"(?<=://)[^/@]*@")
_PORTS: Final = {"http": 80, "https": 443}


def request_attributes(call: SendCall) -> Attributes:
    """What is known of a request before it is sent; a login in its URL is left out."""
    request = call.request
    parts = urlsplit(request.url)
    source, _, template = call.operation
    resent = sum(attempt_numbers(call.key)) - 2
    return {
        **_method(request.method),
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS.get(parts.scheme, 0),
        "url.full": _LOGIN.sub("REDACTED:REDACTED@", request.url),
        "url.template": template,
        **({"http.request.resend_count": resent} if resent else {}),
        "arazzo.call.key": call.key,
        "arazzo.source": source,
    }


def _method(method: str) -> Attributes:
    if method in _METHODS:
        return {"http.request.method": method}
    return {"http.request.method": "_OTHER", "http.request.method_original": method}


def response_attributes(outcome: HttpResponse | TransportFailure) -> Attributes:
    """What came: a status from 400 on is an error, to OpenTelemetry."""
    if isinstance(outcome, TransportFailure):
        return {"error.type": outcome.code}
    found: Attributes = {
        "http.response.status_code": outcome.status,
        "network.protocol.version": outcome.http_version.removeprefix("HTTP/"),
    }
    return found | ({"error.type": str(outcome.status)} if outcome.status >= 400 else {})


def step_attributes(result: StepResult) -> Attributes:
    """How a visit of a step went."""
    found: Attributes = {
        "arazzo.step.status": result.status.value,
        "arazzo.step.attempts": len(result.attempts),
    }
    if result.operation:
        found["arazzo.source"] = result.source or ""
        found["arazzo.operation.id"] = result.operation.operation_id or ""
    if result.channel:
        found["arazzo.source"] = result.source or ""
        found["arazzo.channel"] = result.channel.channel.name
    if not result.passed:
        error = result.attempts[-1].error if result.attempts else None
        found["error.type"] = error.code if error else "criterion"
    return found


def workflow_attributes(result: WorkflowResult) -> Attributes:
    """How a workflow went."""
    found: Attributes = {"arazzo.workflow.status": result.status.value}
    if not result.passed:
        found["error.type"] = result.error.code if result.error else "step"
    return found


SCHEMA_URL: Final = "https://opentelemetry.io/schemas/1.37.0"

AttributeValues: TypeAlias = Mapping[str, str | int | float | bool]


class TracingObserver:
    """An observer that makes spans of workflows and steps; of requests, with :meth:`wrap`.

    For one run. Without a ``provider`` it is the global one; the spans are children of ``parent``,
    or else of the span that is current. Secrets are masked by ``masker``.
    """

    def __init__(
        self,
        masker: Masker,
        provider: TracerProvider | None = None,
        parent: Context | None = None,
    ) -> None:
        self.tracer = trace.get_tracer("arazzo", VERSION, provider, SCHEMA_URL)
        self.masker = masker
        self._parent = parent
        self._open: list[Span] = []

    def wrap(self, world: World) -> World:
        """A world whose requests have spans, and tell the server of them."""
        return TracingWorld(world, self)

    def current(self) -> Context:
        """The context of the innermost span of the run."""
        outside = context.get_current() if self._parent is None else self._parent
        return trace.set_span_in_context(self._open[-1], outside) if self._open else outside

    def __call__(self, event: Event) -> None:
        """Begin and end spans."""
        match event:
            case WorkflowStarted(workflow, _, _):
                name = workflow.workflow_id
                self._begin(f"workflow {name}", {"arazzo.workflow.id": name})
            case StepStarted(workflow, step, _, _):
                ids = {"arazzo.workflow.id": workflow.workflow_id, "arazzo.step.id": step.step_id}
                self._begin(f"step {step.step_id}", ids)
            case CriterionJudged(key, result, _) if not result.passed:
                self._note(
                    "criterion failed",
                    {"arazzo.call.key": key, "arazzo.condition": result.condition},
                )
            case StepRetried(_, attempt, action, _):
                wait = {"arazzo.attempt": attempt, "arazzo.wait": action.wait or 0.0}
                self._note("retry", wait)
            case StepFinished(_, step_result, _):
                self._end(step_attributes(step_result), step_result)
            case WorkflowFinished(workflow_result, _):
                self._end(workflow_attributes(workflow_result), workflow_result)
            case RequestSent() | ResponseReceived() | CriterionJudged():
                pass
            case MessageSent() | MessageAwaited() | MessageReceived():
                pass
            case _:
                assert_never(event)

    def _begin(self, name: str, attributes: AttributeValues) -> None:
        masked = self.masked(attributes)
        span = self.tracer.start_span(self.masker.text(name), self.current(), attributes=masked)
        self._open.append(span)

    def _note(self, name: str, attributes: AttributeValues) -> None:
        self._open[-1].add_event(name, self.masked(attributes))

    def _end(self, attributes: Attributes, result: StepResult | WorkflowResult) -> None:
        span = self._open.pop()
        span.set_attributes(self.masked(attributes))
        if not result.passed:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def masked(self, attributes: AttributeValues) -> Attributes:
        """Attributes without secrets."""
        return {
            name: self.masker.text(one) if isinstance(one, str) else one
            for name, one in attributes.items()
        }


class TracingWorld(WrappedWorld):
    """Wraps a world: a span for each request and message, and its identity in their headers."""

    def __init__(self, world: World, tracing: TracingObserver) -> None:
        super().__init__(world)
        self._tracing = tracing

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Send with a ``traceparent``, unless the workflow has one of its own."""
        tracing = self._tracing
        with tracing.tracer.start_as_current_span(
            f"{call.request.method} {tracing.masker.text(call.operation[2])}",
            tracing.current(),
            SpanKind.CLIENT,
            tracing.masked(request_attributes(call)),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            outcome = await self._world.send(
                replace(call, request=_with_trace_headers(call.request))
            )
            self._judge(span, outcome)
        return outcome

    async def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        """Publish with a ``traceparent``, where the protocol has a place for it."""
        with self._message_span(call, SpanKind.PRODUCER) as span:
            outcome = await self._world.publish(with_trace(call))
            self._judge_message(span, outcome)
        return outcome

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """Wait for a message; its span is linked with the sender's."""
        with self._message_span(call, SpanKind.CONSUMER) as span:
            outcome = await self._world.receive(call)
            self._judge_message(span, outcome)
            if isinstance(outcome, ReceivedMessage):
                link_sender(span, outcome.headers)
        return outcome

    def _message_span(
        self, call: PublishCall | ReceiveCall, kind: SpanKind
    ) -> AbstractContextManager[Span]:
        tracing = self._tracing
        return tracing.tracer.start_as_current_span(
            tracing.masker.text(span_name(call)),
            tracing.current(),
            kind,
            tracing.masked(message_attributes(call)),
            record_exception=False,
            set_status_on_exception=False,
        )

    def _judge_message(self, span: Span, outcome: object) -> None:
        span.set_attributes(self._tracing.masked(outcome_attributes(outcome)))
        if isinstance(outcome, TransportFailure):
            span.set_status(Status(StatusCode.ERROR, self._tracing.masker.text(outcome.message)))

    def _judge(self, span: Span, outcome: HttpResponse | TransportFailure) -> None:
        span.set_attributes(self._tracing.masked(response_attributes(outcome)))
        if isinstance(outcome, TransportFailure):
            message = self._tracing.masker.text(outcome.message)
            span.set_status(Status(StatusCode.ERROR, message))
        elif outcome.status >= 400:
            span.set_status(Status(StatusCode.ERROR))


def _with_trace_headers(request: HttpRequest) -> HttpRequest:
    """The request with the header fields of the current span, if it has none of them."""
    fields = {name.lower() for name in propagate.get_global_textmap().fields}
    if fields & {name.lower() for name, _ in request.headers}:
        return request
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return replace(request, headers=(*request.headers, *carrier.items()))


def parent_from(environment: Mapping[str, str]) -> Context | None:
    """The span of whoever started the program, from ``TRACEPARENT`` and its like."""
    names = ("traceparent", "tracestate", "baggage")
    carrier = {name: environment[name.upper()] for name in names if environment.get(name.upper())}
    return propagate.extract(carrier) if carrier else None
