"""A run in memory: documents as text, a world with scripted answers, no clock."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

import pytest

from arazzo_runner.document.retrieval import DocumentAccess, RetrievedDocument, RetrieveError
from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind, entry_workflows
from arazzo_runner.executor.plan import Clock, Settings, WorkflowKey
from arazzo_runner.executor.run import RunContext, run_plan
from arazzo_runner.executor.world import TransportFailure, run_coroutine
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.pipeline.load import LoadLimits, SharedCache, load_from
from arazzo_runner.pipeline.load import examine_description as examine_from

API = """
openapi: 3.0.3
info: {title: Things, version: '1'}
servers: [{url: https://api.example/v1}]
paths:
  /things:
    get:
      operationId: listThings
      parameters: [{name: q, in: query, schema: {type: string}}]
      responses: {'200': {description: ok}, '4XX': {description: no}, '5XX': {description: no}}
    post:
      operationId: createThing
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'201': {description: made}}
  /things/{id}:
    get:
      operationId: getThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok}}
"""

HEAD = """
arazzo: 1.1.0
info: {title: Test, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
"""


def reply(status=200, body=None, **headers):
    """An answer; a body that is no text is sent as JSON."""
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    if body is None:
        return HttpResponse(status, fields, b"")
    if isinstance(body, str):
        return HttpResponse(status, (("Content-Type", "text/plain"), *fields), body.encode())
    content = json.dumps(body).encode()
    return HttpResponse(status, (("Content-Type", "application/json"), *fields), content)


@dataclass
class ScriptedWorld:
    """Answers in order; keeps the calls and the waits.

    `messages` are what is received, in order, then nothing is; `taken` what comes of those that are
    sent, and `closed` why no channel can be opened.
    """

    replies: list
    pass_time: Callable = lambda _seconds: None
    calls: list = field(default_factory=list)
    waits: list = field(default_factory=list)
    wait_keys: list = field(default_factory=list)
    opened: list = field(default_factory=list)
    closed: object = None
    taken: list = field(default_factory=list)
    messages: list = field(default_factory=list)

    async def send(self, call):
        self.calls.append(call)
        answer = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return answer(call) if callable(answer) else answer

    async def sleep(self, key, seconds):
        self.waits.append(seconds)
        self.wait_keys.append(key)
        self.pass_time(seconds)

    async def open_channels(self, call):
        self.opened.append(call)
        return self.closed

    async def publish(self, call):
        self.calls.append(call)
        answer = self.taken.pop(0) if self.taken else None
        return answer(call) if callable(answer) else answer

    async def receive(self, call):
        self.calls.append(call)
        answer = self.messages.pop(0) if self.messages else TransportFailure("timeout", "nothing")
        return answer(call) if callable(answer) else answer

    @property
    def sent(self):
        return [f"{call.request.method} {call.request.url}" for call in self.calls]


@dataclass
class Ran:
    """What came of a run."""

    result: object
    world: ScriptedWorld
    events: list
    findings: list

    @property
    def first(self):
        return self.result.workflows[0]

    @property
    def statuses(self):
        return [(one.workflow_id, one.status.value) for one in self.result.workflows]

    @property
    def visited(self):
        return [step.step_id for step in self.first.steps]


def _access(files):
    def read(uri):
        name = uri.rpartition("/")[2]
        if name not in files:
            raise RetrieveError(f"no file {uri}")
        return RetrievedDocument(files[name].encode(), name, f"file:///{name}")

    return DocumentAccess(lambda _asking: read, read, lambda _name: None)


@pytest.fixture
def examine():
    """Read documents given as text as far as it goes, whatever is wrong with them."""

    def examine(text, **files):
        every = {"main.yaml": text, "api.yaml": API, **{f"{k}.yaml": v for k, v in files.items()}}
        return examine_from(_access(every), "main.yaml", {}, LoadLimits(), SharedCache())

    return examine


@pytest.fixture
def load():
    """Load documents given as text: the workflows of the entry document, and further files."""

    def load(workflows, **files):
        text = workflows if workflows.lstrip().startswith("arazzo:") else HEAD + workflows
        every = {"main.yaml": text, "api.yaml": API, **{f"{k}.yaml": v for k, v in files.items()}}
        return load_from(_access(every), "main.yaml", {}, LoadLimits())

    return load


@pytest.fixture
def run(load):
    """Load and run workflows against scripted answers (the last one is repeated)."""

    def run(
        workflows,
        *replies,
        inputs=None,
        settings=None,
        only=None,
        interrupted=None,
        world=None,
        debugger=None,
        **files,
    ):
        description = load(workflows, **files)
        binding = BindContext(description.units)
        names = [only] if only else entry_workflows(description.entry, description.units.values())
        uri = description.entry.document.base_uri
        plan = bind(binding, [WorkflowKey(uri, name) for name in names])
        assert not [one for one in binding.findings if one.severity.value == "error"], (
            binding.findings
        )
        ticks = iter(range(10**9))  # milliseconds
        world = ScriptedWorld(
            list(replies) or [reply()],
            lambda seconds: deque(islice(ticks, round(seconds * 1000)), maxlen=0),
            **(world or {}),
        )
        events = []
        context = RunContext(world, Clock(lambda: next(ticks) / 1000, lambda: 0.0),
                             settings or Settings(), events.append, interrupted or (lambda: False), debugger=debugger)  # fmt: skip
        result = run_coroutine(run_plan(plan, inputs or {}, context))
        return Ran(result, world, events, description.warnings)

    return run


@pytest.fixture
def make_world():
    """A world that answers 200 to everything."""
    return lambda: ScriptedWorld([reply()])


@pytest.fixture
def answer():
    """How to script an answer."""
    return reply
