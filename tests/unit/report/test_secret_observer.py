"""What a run teaches a masker, before anything else is told of it."""

import json

import pytest

import arazzo_runner as arazzo
from arazzo_runner.executor.events import (
    ResponseReceived,
    StepFinished,
    StepRetried,
    WorkflowFinished,
)
from arazzo_runner.executor.plan import Plan, SecretFlow, Slot, WorkflowKey
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.openapi.message import WireExchange
from arazzo_runner.openapi.response.body import decode_body
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report import secret_observer
from arazzo_runner.report.formats.ndjson import EventLines
from arazzo_runner.report.secret_observer import SecretObserver
from arazzo_runner.report.secrets import NO_MASK, Masker

EMPTY = Plan(())


@pytest.fixture
def masker():
    return Masker()


@pytest.fixture
def observe(masker):
    return SecretObserver(EMPTY, masker)


def test_what_came_and_what_went_out_in_secret_fields_is_learned(build, masker, observe):
    answer = build.response(200, {}, headers=(("X-Auth-Token", "tok-1234"), ("X-Id", "4711x")))
    observe(ResponseReceived("w/s#1@1", answer, 0))
    assert masker.text("tok-1234 4711x") == "*** 4711x"


def test_a_failure_is_learned_from_too(build, masker, observe):
    request = build.request(url="https://h/?token=tok-5678", headers=(("Cookie", "sid=abc-12345"),))
    observe(ResponseReceived("w/s#1@1", TransportFailure("timeout", "late", request=request), 0))
    assert masker.text("tok-5678 abc-12345") == "*** ***"


def test_all_exchanges_are_learned_from(build, masker, observe):
    request = build.request(headers=(("Authorization", "Bearer tok-1234"),))
    answer = build.response(302, {}, headers=(("Set-Cookie", "sid=abc-12345; Path=/orders"),))
    exchanges = (WireExchange(request, answer, 0.0, 0.1), WireExchange(request, None, 0.1, 0.1))
    failure = TransportFailure("timeout", "late", exchanges=exchanges)
    observe(ResponseReceived("w/s#1@1", failure, 0))
    assert masker.text("tok-1234 abc-12345 /orders") == "*** *** /orders"


def test_query_parameters_of_security_schemes_are_secret(build, masker):
    observe = SecretObserver(Plan((), {}, SecretFlow(query=frozenset({"appid"}))), masker)
    request = build.request(url="https://h/?appid=tok-5678&page=1234")
    observe(ResponseReceived("w/s#1@1", TransportFailure("timeout", "late", request=request), 0))
    assert masker.text("tok-5678 1234") == "*** 1234"


@pytest.mark.parametrize(("uri", "shown"), [("file:///a", "***"), ("file:///b", "tok-5678")])
def test_the_outputs_of_a_workflow_of_the_same_name_elsewhere(build, masker, uri, shown):
    own = WorkflowKey("file:///a", "w")
    flow = SecretFlow(outputs={own: (Slot("workflow", own, "", "token"),)})
    observe = SecretObserver(Plan((), {}, flow), masker)
    result = build.workflow(outputs={"token": "tok-5678"})
    observe(WorkflowFinished(result, 0, WorkflowKey(uri, "w")))
    assert masker.text("tok-5678") == shown


DOCUMENT = """
arazzo: 1.0.1
info: {title: Session, version: "1"}
sourceDescriptions: [{name: api, url: api.json, type: openapi}]
workflows:
- workflowId: w
  inputs: {type: object, properties: {user: {type: string}}}
  steps:
  - stepId: login
    operationId: login
    outputs: {token: $response.body#/token, both: "{$inputs.user}/{$response.body#/token}"}
  - stepId: me
    operationId: me
    parameters: [{name: X-Api-Key, in: header, value: $steps.login.outputs.token}]
  outputs: {token: $steps.login.outputs.token}
"""
API = {
    "openapi": "3.0.3",
    "info": {"title": "Accounts", "version": "1"},
    "servers": [{"url": "https://accounts.example"}],
    "paths": {
        "/login": {"post": {"operationId": "login", "responses": {}}},
        "/me": {
            "get": {
                "operationId": "me",
                "parameters": [{"name": "X-Api-Key", "in": "header", "schema": {"type": "string"}}],
                "responses": {},
            }
        },
    },
}


class Login:
    """A world whose every answer holds a token."""

    def __init__(self, response):
        self.response = response

    async def send(self, call):
        return self.response


def prepare(folder, options=None):
    (folder / "w.arazzo.yaml").write_text(DOCUMENT)
    (folder / "api.json").write_text(json.dumps(API))
    description = arazzo.load(folder / "w.arazzo.yaml")
    return pipeline.prepare_run(description, {"user": "ann"}, (), options)


def lines(folder, response, **options):
    """The events of a run as its report in lines tells them."""
    options = pipeline.RunConfig(needs_credentials=False, **options)
    prepared = prepare(folder, options)
    masker, found = prepared.masker(), []
    observers = [
        pipeline.secrets_observer(prepared, masker),
        EventLines(found.append, masker, lambda: 0),
    ]
    observe = lambda event: [one(event) for one in observers]  # noqa: E731
    pipeline.execute_run(prepared, Login(response), options, observe)
    return [line.decode() for line in found]


def test_an_output_is_secret_in_the_event_that_it_came_with(build, tmp_path):
    told = lines(tmp_path, build.response(200, {"token": "tok-5e2c", "name": "ann-smith"}))
    assert not [one for one in told if "tok-5e2c" in one]
    assert any('"response_received"' in one and "ann-smith" in one for one in told)


def test_an_output_of_a_body_that_cannot_be_read(build, tmp_path):
    told = lines(tmp_path, build.response(200, b'{"token": "tok-5e2c'))
    assert any("tok-5e2c" in one for one in told)


def test_an_output_that_reads_more_than_its_response_is_known_at_the_end_of_its_step(
    build, tmp_path
):
    told = lines(tmp_path, build.response(200, {"token": "tok-5e2c"}), secrets=("both",))
    assert not [one for one in told if "tok-5e2c" in one]


# --- responses are read for their outputs only where something is shown before the end of the step


class ReadBodies(list):
    """Reads bodies, and keeps those that it has read."""

    def __call__(self, content_type, body, depth):
        self.append(body)
        return decode_body(content_type, body, depth)


class Session:
    """The job of above, whose step `login` has a token in its response; events are told by hand."""

    def __init__(self, build, folder, masker, options=None):
        self.build, self.masker = build, masker
        prepared = prepare(folder, options)
        self.observe = pipeline.secrets_observer(prepared, masker)
        self.workflow = prepared.plan.selected[0]

    def respond(self, attempt, token):
        response = self.build.response(200, {"token": token})
        self.observe(ResponseReceived(f"w/login#1@{attempt}", response, 0))

    def retry(self, **outputs):
        attempt, key = self.build.attempt(outputs=outputs), self.workflow.step("login")
        self.observe(StepRetried(self.build.step_model(), 1, self.build.action(), 0, key, attempt))

    def finish(self, **outputs):
        result, key = self.build.step("login", outputs=outputs), self.workflow.step("login")
        self.observe(StepFinished(self.build.workflow_model(), result, 0, key))


@pytest.fixture
def session(build, tmp_path, masker):
    return Session(build, tmp_path, masker)


@pytest.fixture
def bodies(monkeypatch):
    monkeypatch.setattr(secret_observer, "decode_body", bodies := ReadBodies())
    return bodies


def test_a_response_is_not_read_a_second_time_where_nothing_is_shown(session, masker, bodies):
    session.respond(1, "tok-5e2c")
    session.finish(token="tok-5e2c")
    assert masker.text("tok-5e2c") == "***"
    assert bodies == []


SHOWN = {
    "text": lambda masker: masker.text("a tok-5e2c"),
    "the whole text": lambda masker: masker.text("tok-5e2c"),
    "value": lambda masker: masker.value({"a": ["a tok-5e2c"]})["a"][0],
    "cut": lambda masker: masker.clip("a tok-5e2c" + "-" * 100, 20),
    "spans": lambda masker: str(masker.spans("a tok-5e2c")),
    "line": lambda masker: str(masker.line_spans("a tok-5e2c")),
    "bytes": lambda masker: masker.value(b"a tok-5e2c").decode(),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_a_response_is_read_before_anything_is_shown(show, session, masker, bodies):
    assert masker.line_spans("a tok-5e2c") == []
    session.respond(1, "tok-5e2c")
    shown = show(masker)
    assert "tok" not in shown
    assert "***" in shown or "(2, 10)" in shown
    assert len(bodies) == 1
    session.finish(token="tok-5e2c")
    assert masker.text("a tok-5e2c") == "a ***"
    assert len(bodies) == 1


def test_a_number_of_a_response_is_masked_by_what_was_read_just_now(session, masker):
    session.respond(1, 471_123)
    assert masker.value(471_123) == "***"


def test_a_short_text_of_a_response_is_masked_as_a_whole(build, tmp_path, masker):
    session = Session(build, tmp_path, masker, pipeline.RunConfig(secrets=("token",)))
    session.respond(1, "x1")
    assert masker.text("x1") == "***"


def test_the_margin_of_a_cut_knows_what_was_read_just_now(session, masker):
    assert masker.margin == 0
    session.respond(1, "tok-5e2c")
    assert masker.margin > 8


@pytest.mark.parametrize(("outputs", "read"), [({"token": "tok-first"}, 0), ({}, 1)])
def test_tokens_of_attempts_before_the_last_are_known(session, masker, bodies, outputs, read):
    session.respond(1, "tok-first")
    session.retry(**outputs)
    session.respond(2, "tok-second")
    session.finish(token="tok-second")
    assert masker.text("tok-first tok-second") == "*** ***"
    assert len(bodies) == read


def test_a_response_whose_outputs_its_step_lacks_is_read(session, masker):
    session.respond(1, "tok-5e2c")
    session.finish()
    assert masker.text("a tok-5e2c") == "a ***"


def test_with_secrets_shown_no_response_is_read(session, bodies):
    session.observe = secret_observer.SecretObserver(session.observe._plan, NO_MASK)
    session.respond(1, "tok-5e2c")
    assert NO_MASK.text("tok-5e2c") == "tok-5e2c"
    assert bodies == []
