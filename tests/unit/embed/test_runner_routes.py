"""Runs through everything that can be handed in, with and without an event loop."""

import asyncio
import threading

import anyio
import httpx
import httpx2
import pytest

import arazzo_runner as arazzo
from arazzo_runner.executor.world import PublishCall, ReceiveCall, run_coroutine
from unit.embed.shop import WAITING, answer, asgi, reply, wsgi

INPUTS = {"name": "cup", "pin": "s3cret-pin"}
OUTPUTS = {"id": 7, "name": "cup"}


def reply_of(library):
    """A reply as the library has it; and later, as an asynchronous handler gives it."""

    def handler(request):
        status, body = answer(request.method, request.url.path)
        return library.Response(status, content=body, headers={"Content-Type": "application/json"})

    async def later(request):
        await anyio.sleep(0)
        return handler(request)

    return handler, later


class Shop:
    """A world of the caller's own, which waits for a moment."""

    async def send(self, call):
        await anyio.sleep(0)
        status, body = answer(
            call.request.method, call.request.url.removeprefix("http://shop.test")
        )
        return arazzo.HttpResponse(status, (("Content-Type", "application/json"),), body)


WAYS = {
    "ASGI": lambda: {"app": asgi},
    "WSGI": lambda: {"app": wsgi},
    "world": lambda: {"world": Shop()},
}


def ways_of(library):
    """Clients, transports and applications called by them, of httpx or httpx2."""
    handler, later = reply_of(library)
    ways = {
        "transport": lambda: {"transport": library.MockTransport(handler)},
        "asynchronous transport": lambda: {"transport": library.MockTransport(later)},
        "ASGI transport": lambda: {"transport": library.ASGITransport(asgi)},
        "WSGI transport": lambda: {"transport": library.WSGITransport(wsgi)},
        "client": lambda: {"client": library.Client(transport=library.MockTransport(handler))},
        "WSGI client": lambda: {"client": library.Client(transport=library.WSGITransport(wsgi))},
        "asynchronous client": lambda: {
            "client": library.AsyncClient(transport=library.ASGITransport(asgi))
        },
        "ASGI and client": lambda: {"app": asgi, "client": library.AsyncClient()},
        "WSGI and client": lambda: {"app": wsgi, "client": library.Client()},
    }
    return {f"{library.__name__} {name}": way for name, way in ways.items()}


WAYS |= ways_of(httpx) | ways_of(httpx2)


def check(result: arazzo.Result) -> None:
    assert result.passed, str(result)
    assert result.outputs == OUTPUTS
    assert [one.workflow_id for one in result.workflows] == ["make"]
    assert result.steps["look"].attempts[-1].response.status == 200


@pytest.mark.parametrize("way", WAYS)
def test_without_an_event_loop(way, description) -> None:
    check(arazzo.run(description, inputs=INPUTS, **WAYS[way]()))


@pytest.mark.parametrize("way", WAYS)
def test_blocking_within_an_event_loop(way, description) -> None:
    async def main() -> None:
        check(arazzo.run(description, inputs=INPUTS, **WAYS[way]()))

    asyncio.run(main())


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("way", WAYS)
def test_within_an_event_loop(way, backend, shop) -> None:
    async def main() -> None:
        check(await arazzo.arun(shop, "make", inputs=INPUTS, **WAYS[way]()))
        async with arazzo.Runner(**WAYS[way](), cancel=threading.Event()) as runner:
            check(await runner.arun(shop, inputs=INPUTS))

    anyio.run(main, backend=backend)


def test_the_mock(shop) -> None:
    result = arazzo.run(shop, inputs=INPUTS, mock=True)
    other = arazzo.run(shop, inputs=INPUTS, mock=True, seed=1)
    again = asyncio.run(arazzo.arun(str(shop), inputs=INPUTS, mock=True))
    assert result.passed
    assert result.outputs == again.outputs
    assert result.outputs != other.outputs


def test_the_client_says_where(description) -> None:
    seen = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return reply(request)

    with httpx.Client(base_url="http://other.test", transport=httpx.MockTransport(note)) as client:
        arazzo.run(description, inputs=INPUTS, client=client)
        arazzo.run(description, inputs=INPUTS, client=client, server="http://third.test")
    assert seen == ["other.test", "other.test", "third.test", "third.test"]


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda one: one.__name__)
def test_an_app_as_a_client_would_call_it(library, description) -> None:
    seen = []

    def app(environ, start_response):
        seen.append((environ["HTTP_X_OWN"], environ["HTTP_HOST"], environ["HTTP_AUTHORIZATION"]))
        return wsgi(environ, start_response)

    async def later(scope, receive, send):
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            seen.append(
                tuple(headers[name].decode() for name in (b"x-own", b"host", b"authorization"))
            )
        await asgi(scope, receive, send)

    own = {"headers": {"X-Own": "1"}, "auth": ("a", "b"), "base_url": "http://own.test"}
    check(arazzo.run(description, inputs=INPUTS, app=app, client=library.Client(**own)))
    check(arazzo.run(description, inputs=INPUTS, app=later, client=library.AsyncClient(**own)))
    assert seen == [("1", "own.test", "Basic YTpi")] * 4


# --- hooks ----------------------------------------------------------------------------------------


def no_cup(request, response):
    return (
        arazzo.HttpResponse(200, response.headers, b'{"id": 7, "name": "mug"}')
        if request.method == "GET"
        else None
    )


async def no_cup_later(request, response):
    await anyio.sleep(0)
    return no_cup(request, response)


@pytest.mark.parametrize("hook", [no_cup, no_cup_later])
def test_a_hook_changes_the_response(hook, description) -> None:
    result = arazzo.run(description, inputs=INPUTS, app=wsgi, after_response=hook)
    assert result.outputs["name"] == "mug"


def test_a_hook_changes_the_request(description) -> None:
    def elsewhere(request):
        return (
            arazzo.HttpRequest("GET", "http://shop.test/things/8")
            if request.method == "GET"
            else None
        )

    result = arazzo.run(description, inputs=INPUTS, app=wsgi, before_request=elsewhere)
    attempt = result.steps["look"].attempts[-1]
    assert (result.status, attempt.response.status) == ("failed", 404)
    assert attempt.request.url == "http://shop.test/things/8"
    assert "request: GET http://shop.test/things/8" in str(result)


@pytest.mark.parametrize("way", WAYS)
def test_what_a_hook_raises_reaches_the_caller(way, description) -> None:
    def refuse(request):
        raise LookupError("no key")

    with pytest.raises(LookupError, match="no key"):
        arazzo.run(description, inputs=INPUTS, before_request=refuse, **WAYS[way]())


def test_a_hook_gives_something_else(description) -> None:
    with pytest.raises(TypeError, match="`before_request` returned a str: return the HttpRequest"):
        arazzo.run(description, inputs=INPUTS, app=wsgi, before_request=lambda request: "x")


# --- events, time, the end ------------------------------------------------------------------------


def test_events_are_told(description) -> None:
    told = []
    arazzo.run(description, inputs=INPUTS, app=wsgi, on_event=told.append)
    assert [type(one).__name__ for one in told if not isinstance(one, arazzo.CriterionJudged)] == [
        "WorkflowStarted",
        *["StepStarted", "RequestSent", "ResponseReceived", "StepFinished"] * 2,
        "WorkflowFinished",
    ]
    assert "cup" not in str(told)
    assert "s3cret" not in str(told)


def test_what_an_observer_raises_reaches_the_caller(description) -> None:
    def refuse(event):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        arazzo.run(description, inputs=INPUTS, app=asgi, on_event=refuse)


def test_the_caller_s_clock(description) -> None:
    ticks = iter(range(1000))
    clock = arazzo.Clock(lambda: float(next(ticks)), lambda: 0.0)
    result = arazzo.run(description, inputs=INPUTS, app=wsgi, clock=clock)
    assert result.report()["started_at"] == "1970-01-01T00:00:00.000Z"
    assert result.duration == float(int(result.duration)) > 1


@pytest.fixture
def waiting(shop) -> arazzo.Description:
    return arazzo.load_text(WAITING, base=shop.parent)


async def no_time(seconds: float) -> None:
    """Lets none pass."""


@pytest.mark.parametrize("app", [asgi, wsgi])
def test_the_caller_s_sleep(app, waiting) -> None:
    slept = []
    result = arazzo.run(waiting, app=app, sleep=slept.append)
    assert slept == [30, 30]
    assert result.status == "failed"
    assert len(arazzo.run(waiting, app=app, sleep=no_time).steps["look"].attempts) == 3


@pytest.mark.parametrize("app", [asgi, wsgi])
def test_a_wait_is_cancelled(app, waiting) -> None:
    stop = threading.Event()

    def on_event(event) -> None:
        if isinstance(event, arazzo.StepRetried):
            stop.set()

    result = arazzo.run(waiting, app=app, on_event=on_event, cancel=stop)
    assert (result.status, result.exit_code) == ("error", 130)
    assert "the run was" in str(result)


def test_a_request_is_cancelled(waiting) -> None:
    stop = threading.Event()

    async def never(scope, receive, send):
        if scope["type"] == "http":
            stop.set()
            await anyio.sleep_forever()

    result = arazzo.run(waiting, app=never, cancel=stop)
    assert result.steps["look"].attempts[-1].error.code == "cancelled"
    assert result.exit_code == 130


def test_a_cancelled_task_closes_what_it_had_open(waiting) -> None:
    ended = []

    async def never(scope, receive, send):
        if scope["type"] != "http":
            raise NotImplementedError
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async def main() -> None:
        with anyio.move_on_after(0.05) as scope:
            await arazzo.arun(waiting, app=never)
        assert scope.cancelled_caught

    asyncio.run(main())
    assert ended == [True]


def test_the_mock_lets_others_run_and_cancel(description) -> None:
    async def main() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await arazzo.arun(description, inputs=INPUTS, mock=True)
        assert scope.cancelled_caught

    asyncio.run(main())


def test_an_awaitable_hook_that_does_not_say_so(description) -> None:
    async def later(request) -> None:
        await anyio.sleep(0)

    def hook(request):
        return later(request)

    with pytest.raises(RuntimeError, match="make the hook an `async def`"):
        arazzo.run(description, inputs=INPUTS, app=wsgi, before_request=hook)


def test_worlds_can_be_wrapped(description) -> None:
    world = arazzo.WrappedWorld(arazzo.MockWorld(description.apis()))
    assert arazzo.run(description, inputs=INPUTS, world=world).passed
    publish = PublishCall("k", "events", "c", "c", b"", (), None, 1.0)
    receive = ReceiveCall("k", "events", "c", "c", None, None, 1.0)
    assert (
        run_coroutine(world.publish(publish)).code
        == run_coroutine(world.receive(receive)).code
        == "refused"
    )


# --- worlds round the run's own -------------------------------------------------------------------


class Counting(arazzo.WrappedWorld):
    sent = 0

    async def send(self, call):
        self.sent += 1
        await anyio.sleep(0)
        return await super().send(call)


@pytest.mark.parametrize("way", WAYS)
def test_a_world_round_the_run_s_own(way, description) -> None:
    worlds: list[Counting] = []

    def wrap(world):
        worlds.append(Counting(world))
        return worlds[-1]

    with arazzo.Runner(**WAYS[way](), wrap=wrap) as runner:
        check(runner.run(description, inputs=INPUTS))
        check(runner.run(description, inputs=INPUTS))
    assert [one.sent for one in worlds] == [2, 2]


def test_what_wraps_nothing(description) -> None:
    with pytest.raises(
        TypeError, match="what `wrap` gives is of the type NoneType, and not a World"
    ):
        arazzo.run(description, inputs=INPUTS, app=wsgi, wrap=lambda world: None)


@pytest.fixture
def spans(monkeypatch):
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter.get_finished_spans


@pytest.mark.parametrize("app", [asgi, wsgi])
def test_traces(app, description, spans) -> None:
    check(arazzo.run(description, inputs=INPUTS, app=app, otel=True, show_secrets=True))
    names = ["POST /things", "step create", "GET /things/{id}", "step look", "workflow make"]
    assert [one.name for one in spans()] == names
    assert "s3cret" not in repr([one.to_json() for one in spans()])
    arazzo.run(description, inputs=INPUTS, app=app)
    assert len(spans()) == len(names)


def test_traces_that_cannot_be_made(monkeypatch) -> None:
    from arazzo_runner.telemetry import setup

    monkeypatch.setattr(setup, "is_installed", lambda: False)
    with pytest.raises(arazzo.UsageError, match=r"help: pip install 'arazzo\[otel\]'"):
        arazzo.Runner(otel=True)


# --- another judge --------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [*WAYS, "mock"])
def test_openapi_core_judges_beside_us(way, description) -> None:
    given = {"mock": True} if way == "mock" else WAYS[way]()
    result = arazzo.run(description, inputs=INPUTS, check_with="openapi-core", **given)
    judged = [one for step in result.steps.values() for one in step.attempts[-1].checks]
    judged = [(one.severity, one.passed) for one in judged if one.kind == "openapi-core"]
    assert judged == [("warn", True)] * 2


def wrong(request: httpx.Request) -> httpx.Response:
    body = b'{"id": 7, "name": 7}' if request.method == "GET" else b'{"id": 7}'
    status = 200 if request.method == "GET" else 201
    return httpx.Response(status, content=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("checks", "passed", "said"),
    [
        ({"schema": "off"}, True, [("openapi-core", "warn")]),
        ({"schema": "off", "openapi-core": "error"}, False, [("openapi-core", "error")]),
        ({"openapi-core:getThing": "off"}, True, [("schema", "warn")]),
        ("off", True, []),
    ],
)
def test_its_severity(checks, passed, said, description) -> None:
    transport = httpx.MockTransport(wrong)
    result = arazzo.run(
        description, inputs=INPUTS, transport=transport, check_with="openapi-core", checks=checks
    )
    found = [one for one in result.steps["look"].attempts[-1].checks if not one.passed]
    assert result.passed is passed
    assert [(one.kind, one.severity) for one in found] == said
