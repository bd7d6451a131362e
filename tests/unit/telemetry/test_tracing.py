"""Spans of a whole run, and the header that tells a server of them."""

import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import arazzo_runner as arazzo
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.report.secrets import Masker
from arazzo_runner.telemetry import setup
from arazzo_runner.telemetry.tracing import (
    TracingObserver,
    parent_from,
    request_attributes,
    response_attributes,
)
from arazzo_runner.worlds.wrappers import WrappedWorld

API = """
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: 'https://shop.example'}]
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Shop, version: '1'}
sourceDescriptions: [{name: shop, url: api.yaml, type: openapi}]
workflows:
- workflowId: outer
  inputs: {type: object, properties: {id: {type: string, format: password}}}
  steps:
  - stepId: call
    workflowId: inner
    parameters: [{name: id, value: $inputs.id}]
- workflowId: inner
  inputs: {type: object, properties: {id: {type: string, format: password}}}
  steps:
  - stepId: get
    operationId: getOrder
    parameters: [{name: id, in: path, value: $inputs.id}]
    successCriteria: [{condition: $statusCode == 200}]
    onFailure: [{name: again, type: retry, retryAfter: 2, retryLimit: 1}]
"""
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Scripted(WrappedWorld):
    """Answers from a list, and keeps the requests."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.requests = []

    async def send(self, call):
        self.requests.append(call.request)
        return self.outcomes.pop(0)

    async def sleep(self, key, seconds):
        pass


@pytest.fixture
def spans():
    return InMemorySpanExporter()


@pytest.fixture
def provider(spans):
    made = TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(spans))
    return made


@pytest.fixture
def description(tmp_path):
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "workflow.yaml").write_text(DOCUMENT)
    return arazzo.load(tmp_path / "workflow.yaml")


def run(description, tracing, *outcomes):
    world = Scripted(*outcomes)
    inputs = {"id": "hunter22"}
    arazzo.run(description, inputs=inputs, world=tracing.wrap(world), on_event=tracing)
    return world.requests


def response(status):
    return HttpResponse(status, (), b"")


def test_a_span_for_each_workflow_step_and_request(description, spans, provider):
    tracing = TracingObserver(Masker(["hunter22"]), provider)
    requests = run(description, tracing, response(503), response(200))
    by_id = {one.context.span_id: one for one in spans.get_finished_spans()}

    def way(span):
        return [*(way(by_id[span.parent.span_id]) if span.parent else ()), span.name]

    inside = ["workflow outer", "step call", "workflow inner", "step get"]
    assert [way(one) for one in spans.get_finished_spans()] == [
        [*inside, "GET /orders/{id}"],
        [*inside, "GET /orders/{id}"],
        inside,
        inside[:3],
        inside[:2],
        inside[:1],
    ]
    first, second, step, *_ = spans.get_finished_spans()
    assert dict(first.attributes) == {
        "http.request.method": "GET",
        "server.address": "shop.example",
        "server.port": 443,
        "url.full": "https://shop.example/orders/***",
        "url.template": "/orders/{id}",
        "arazzo.call.key": "inner/get#1@1",
        "arazzo.source": "shop",
        "http.response.status_code": 503,
        "network.protocol.version": "1.1",
        "error.type": "503",
    }
    assert first.kind is trace.SpanKind.CLIENT
    assert first.status.status_code is trace.StatusCode.ERROR
    assert second.attributes["http.request.resend_count"] == 1
    assert second.status.status_code is trace.StatusCode.UNSET
    assert [one.name for one in step.events] == ["criterion failed", "retry"]
    assert step.attributes["arazzo.step.attempts"] == 2
    context = first.context
    sent = f"00-{context.trace_id:032x}-{context.span_id:016x}-"
    assert requests[0].header("traceparent").startswith(sent)


def test_what_fails_says_why(description, spans, provider):
    failure = TransportFailure("timeout", "hunter22 did not answer")
    run(description, TracingObserver(Masker(["hunter22"]), provider), failure, failure)
    request, _, step, workflow, *_ = spans.get_finished_spans()
    assert request.attributes["error.type"] == "timeout"
    assert request.status.description == "*** did not answer"
    assert step.attributes["error.type"] == "timeout"
    assert step.attributes["arazzo.step.status"] == "error"
    assert workflow.attributes["error.type"] == "step"
    assert workflow.status.status_code is trace.StatusCode.ERROR


def test_a_criterion_that_fails(description, spans, provider):
    run(description, TracingObserver(Masker(), provider), response(404), response(404))
    step = spans.get_finished_spans()[2]
    assert step.attributes["error.type"] == "criterion"


def test_spans_are_children_of_who_started_the_run(description, spans, provider):
    run(
        description,
        TracingObserver(Masker(), provider, parent_from({"TRACEPARENT": PARENT})),
        response(200),
    )
    outer = spans.get_finished_spans()[-1]
    assert f"{outer.context.trace_id:032x}" == PARENT.split("-")[1]
    spans.clear()
    with provider.get_tracer("test").start_as_current_span("test") as test:
        run(description, TracingObserver(Masker(), provider), response(200))
    assert spans.get_finished_spans()[-2].parent.span_id == test.get_span_context().span_id
    assert parent_from({}) is None


OPERATION = ("shop", "GET", "/orders")


@pytest.mark.parametrize("name", ["traceparent", "TraceParent", "tracestate"])
def test_a_workflow_may_send_its_own(provider, name):
    world = Scripted(response(200))
    request = HttpRequest("GET", "https://shop.example/orders", ((name, PARENT),))
    run_coroutine(
        TracingObserver(Masker(), provider)
        .wrap(world)
        .send(SendCall("a/b#1@1", request, None, OPERATION))
    )
    assert world.requests == [request]


@pytest.mark.parametrize(
    ("method", "url", "found"),
    [
        ("FETCH", "http://h/", {"http.request.method": "_OTHER", "http.request.method_original": "FETCH", "server.port": 80}),
        ("GET", "http://h:8080/", {"server.port": 8080, "server.address": "h"}),
        ("GET", "https://me:pw@h/x", {"url.full": "https://REDACTED:REDACTED@h/x", "server.address": "h"}),
    ],
)  # fmt: skip
def test_attributes_of_requests(method, url, found):
    attributes = request_attributes(SendCall("a/b#1@1", HttpRequest(method, url), None, OPERATION))
    assert attributes | found == attributes


@pytest.mark.parametrize(
    ("key", "resent"),
    [
        ("a/b#1@1", None),
        ("a/b#1@3", 2),
        ("a/b#1@1.2", 1),
        ("authorization#1@1", None),
        ("own", None),
        ("own@x", None),
        ("", None),
    ],
)
def test_a_key_says_how_often_a_request_was_sent_before(key, resent):
    attributes = request_attributes(SendCall(key, HttpRequest("GET", "http://h/"), None, OPERATION))
    assert attributes["arazzo.call.key"] == key
    assert attributes.get("http.request.resend_count") == resent


def test_attributes_of_responses():
    response = HttpResponse(200, (), b"", http_version="HTTP/2")
    assert response_attributes(response) == {
        "http.response.status_code": 200,
        "network.protocol.version": "2",
    }


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://h"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://h"}, True),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "console"}, False),
    ],
)
def test_when_the_environment_asks(environment, asked):
    assert setup.is_enabled(environment) is asked


@pytest.mark.parametrize(
    ("environment", "exporter"),
    [
        ({}, "otlp_proto_http"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "otlp_proto_grpc"),
        ({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "otlp_proto_http"),
        ({"OTEL_TRACES_EXPORTER": "console,klingon"}, "klingon"),
    ],
)  # fmt: skip
def test_an_exporter_that_is_not_installed(environment, exporter):
    with pytest.raises(UsageError) as caught:
        setup._tracer_provider(environment)
    assert f"`{exporter}`" in caught.value.diagnostics[0].message


@pytest.mark.parametrize("package", ["opentelemetry", "opentelemetry.sdk"])
def test_a_package_that_is_not_installed(monkeypatch, package):
    monkeypatch.setattr(setup, "find_spec", lambda name: None if name == package else name)
    # Another test of the process may have set the global one, which is taken as it is.
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    with pytest.raises(UsageError) as caught:
        setup.tracer_provider({})
    assert caught.value.diagnostics[0].help == "pip install 'arazzo[otel]'"


PROGRAM = """
import sys
from arazzo_runner.cli.main import main
code = main(["run", "workflow.yaml", "--mock", "-i", "id=hunter22", "-q", *sys.argv[1:]])
sys.stdout.flush()
print("traced" if "opentelemetry" in sys.modules else "untraced")
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("words", "environment", "code", "shown"),
    [
        ((), {}, 0, "untraced"),
        ((), {"OTEL_SERVICE_NAME": "tests"}, 0, "untraced"),
        ((), {"OTEL_TRACES_EXPORTER": "console"}, 0, '"service.name": "arazzo"'),
        ((), {"OTEL_TRACES_EXPORTER": "console", "OTEL_SERVICE_NAME": "mine"}, 0, '"service.name": "mine"'),
        ((), {"OTEL_TRACES_EXPORTER": "console", "ARAZZO_OTEL": "false"}, 0, "untraced"),
        (("--otel",), {"OTEL_TRACES_EXPORTER": "console"}, 0, "step get"),
        (("--otel",), {"OTEL_TRACES_EXPORTER": "klingon"}, 2, "no exporter of traces called `klingon`"),
        ((), {"OTEL_TRACES_EXPORTER": "klingon"}, 0, "warning[AZ906]: no exporter"),
        (("--cases", "cases.csv", "--otel"), {"OTEL_TRACES_EXPORTER": "console"}, 0, "workflow outer"),
    ],
)  # fmt: skip
def test_the_command(description, tmp_path, words, environment, code, shown):
    (tmp_path / "cases.csv").write_text("id\nhunter33\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert (done.returncode, shown in output) == (code, True), output
    assert "hunter" not in output
