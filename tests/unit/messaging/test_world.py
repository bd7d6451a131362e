"""Runs over a broker in the process, of every colour."""

import asyncio
import threading
import time
from contextlib import ExitStack

import pytest
import trio

import arazzo_runner as arazzo
from arazzo_runner.messaging.hub import HUB
from arazzo_runner.messaging.memory import MemoryBroker
from arazzo_runner.messaging.model import Delivery
from arazzo_runner.messaging.protocols.registry import with_protocol

EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: 1.0.0}
servers: {main: {host: 'broker.test:1883', protocol: memory}}
defaultContentType: application/json
channels:
  orders: {address: orders, messages: {order: {}}}
  done:
    address: 'done/{id}'
    parameters: {id: {}}
    messages: {done: {correlationId: {location: $message.payload#/id}}}
operations:
  state: {action: send, channel: {$ref: '#/channels/done'}, bindings: {mqtt: {retain: true}}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: w
    inputs: {type: object, properties: {id: {type: string, default: a}}}
    steps:
      - stepId: send
        channelPath: '{$sourceDescriptions.events.url}#/channels/orders'
        action: send
        requestBody: {payload: {id: $inputs.id}}
      - stepId: wait
        channelPath: '{$sourceDescriptions.events.url}#/channels/done'
        action: receive
        timeout: 5000
        correlationId: $inputs.id
        outputs: {payload: $message.payload}
    outputs: {payload: $steps.wait.outputs.payload}
"""


@pytest.fixture
def broker():
    found = MemoryBroker()
    with ExitStack() as stack:
        stack.enter_context(with_protocol("memory", found.connect))
        yield found
    assert found.connections == 0


@pytest.fixture
def document(tmp_path):
    def write(*replaced):
        text = DOCUMENT
        for before, after in replaced:
            assert before in text
            text = text.replace(before, after)
        (tmp_path / "events.yaml").write_text(EVENTS)
        (tmp_path / "w.arazzo.yaml").write_text(text)
        return tmp_path / "w.arazzo.yaml"

    return write


def done(name="a", **more):
    return Delivery(f"done/{name}", b'{"id": "%s"}' % name.encode(), **more)


def answering(broker, *deliveries):
    """Answer each message at once: before the step that waits for it begins."""

    def react(_message):
        for one in deliveries:
            broker.deliver(one)

    broker.react = react


def run_trio(document, **options):
    return trio.run(lambda: arazzo.arun(document, **options))


def run_asyncio(document, **options):
    return asyncio.run(arazzo.arun(document, **options))


COLOURS = pytest.mark.parametrize("run", [arazzo.run, run_asyncio, run_trio])


@COLOURS
def test_an_answer_that_precedes_its_step(run, broker, document):
    answering(broker, done("b"), done("a"))
    path = document()
    for _ in range(100):
        result = run(path)
        assert result.passed
        assert result.outputs == {"payload": {"id": "a"}}
    assert [one.payload for one in broker.sent] == [b'{"id":"a"}'] * 100


@COLOURS
def test_an_answer_that_comes_later(run, broker, document):
    timers = []

    def react(_message):
        timer = threading.Timer(0.05, broker.deliver, [done()])
        timers.append(timer)
        timer.start()

    broker.react = react
    assert run(document()).passed
    for one in timers:
        one.join()


def failure(result):
    return result.workflows[0].steps[-1].attempts[-1].error


@COLOURS
def test_nothing_comes_in_time(run, broker, document):
    answering(broker, done("b"), done("c"), done("a", is_retained=False, identity=None))
    result = run(
        document(
            ("timeout: 5000", "timeout: 60"), ("correlationId: $inputs.id", "correlationId: z")
        )
    )
    assert result.exit_code == 4
    assert failure(result).message == (
        "no message with `z` was received from `done` within 0.06 s: 3 others were received "
        "(one with `b`, one with `c` and one with `a`)"
    )


@COLOURS
def test_a_broker_that_is_down(run, broker, document):
    broker.is_down = True
    result = run(document())
    assert result.exit_code == 4
    error = result.workflows[0].error
    assert (error.code, error.message) == (
        "connect",
        "the channel `orders` of `events` cannot be opened: `memory://broker.test:1883` cannot be reached",
    )
    assert broker.sent == []


@COLOURS
def test_a_connection_that_is_lost(run, broker, document):
    broker.react = lambda _message: broker.break_down()
    result = run(document())
    assert result.exit_code == 4
    assert failure(result).message == "the connection to `memory://broker.test:1883` was lost"


@COLOURS
def test_the_run_has_no_time_left(run, broker, document):
    began = time.monotonic()
    result = run(document(), limits=arazzo.Limits(run_timeout=0.1))
    assert result.workflows[0].error.code == "run-timeout"
    assert time.monotonic() - began < 4


@COLOURS
def test_it_is_cancelled_while_it_waits(run, broker, document):
    stop = threading.Event()
    broker.react = lambda _message: stop.set()
    began = time.monotonic()
    result = run(document(("timeout: 5000", "timeout: 60000")), cancel=stop)
    assert result.exit_code == 130
    assert time.monotonic() - began < 10


def test_events_are_streamed(broker, document):
    answering(broker, done())

    async def take():
        async with arazzo.stream(document()) as events:
            return [type(one).__name__ async for one in events]

    names = asyncio.run(take())
    assert names[2:5] == ["MessageSent", "StepFinished", "StepStarted"]
    assert {"MessageAwaited", "MessageReceived"} <= set(names)


def test_retained_messages(broker, document):
    broker.deliver(done("a", is_retained=True))
    anything = ("        correlationId: $inputs.id\n", "")
    short = ("timeout: 5000", "timeout: 60")
    result = arazzo.run(document(anything, short))
    assert failure(result).message == (
        "no message was received from `done` within 0.06 s: no other was received, and 1 was retained from before the run"
    )
    assert arazzo.run(document()).passed
    state = (
        "channelPath: '{$sourceDescriptions.events.url}#/channels/done'",
        "operationId: $sourceDescriptions.events.state",
    )
    assert arazzo.run(document(anything, short, state)).passed


def test_repeated_messages_count_once(broker, document):
    twice = [done("b", identity=("s", "1"))] * 2
    answering(broker, *twice)
    result = arazzo.run(document(("timeout: 5000", "timeout: 60")))
    assert failure(result).message.endswith(
        "within 0.06 s: 1 other was received (one with `b`), and 1 was repeated"
    )


def test_other_parts_of_the_address_are_for_other_steps(broker, document):
    answering(broker, done("b"), done("a"))
    given = (
        "        correlationId: $inputs.id\n",
        "        parameters: [{name: id, in: path, value: $steps.send.outputs.id}]\n",
    )
    sent = (
        "requestBody: {payload: {id: $inputs.id}}",
        "requestBody: {payload: {id: $inputs.id}}\n        outputs: {id: $message.payload#/id}",
    )
    assert arazzo.run(document(given, sent)).outputs == {"payload": {"id": "a"}}


def test_runs_beside_each_other_share_a_connection(broker, document):
    most = []

    def react(message):
        most.append(broker.connections)
        name = message.payload.decode().split('"')[3]
        broker.deliver(done(name))

    broker.react = react
    path = document()

    async def run_all():
        return await asyncio.gather(*(arazzo.arun(path, inputs={"id": f"r{n}"}) for n in range(20)))

    results = asyncio.run(run_all())
    assert [one.outputs["payload"]["id"] for one in results] == [f"r{n}" for n in range(20)]
    assert set(most) == {1}
    assert HUB.users == 0


def test_a_message_that_is_too_large(broker, document):
    large = ("{id: $inputs.id}", "{id: $inputs.id, more: %s}" % ("x" * (1 << 20)))
    result = arazzo.run(document(large))
    assert failure(result).message == "the message is larger than 1,048,576 bytes"
    assert failure(result).code == "limit"


def test_messages_above_a_limit_of_their_own(broker, document):
    limits = arazzo.Limits(max_message=9)
    sent = failure(arazzo.run(document(), limits=limits))
    assert (sent.code, sent.message) == (
        "limit",
        "the message is larger than 9 bytes",
    )
    answering(broker, done("a" * 20), done("a"))
    path = document(
        ("timeout: 5000", "timeout: 60"), ("correlationId: $inputs.id", "dependsOn: [send]")
    )
    limits = arazzo.Limits(max_message=11)
    result = arazzo.run(path, limits=limits)
    assert result.passed
    answering(broker, done("a" * 20))
    message = failure(arazzo.run(path, limits=limits)).message
    assert message.endswith("no other was received, and 1 was refused (larger than 11 bytes)")


def test_a_step_without_a_timeout_has_that_of_the_run(broker, document):
    result = arazzo.run(document(("        timeout: 5000\n", "")), timeout=0.06)
    error = failure(result)
    assert error.message.endswith("within 0.06 s: no other was received")
    assert error.hint == "the step has no `timeout` (milliseconds), so that of `--timeout` counts"


def test_headers_that_are_too_large(broker, document):
    deliveries = (Delivery("done/a", b'{"id": "a"}', (("x", "y" * (1 << 20)),)), done())
    answering(broker, *deliveries)
    result = arazzo.run(document())
    assert result.passed
    assert result.workflows[0].steps[-1].attempts[-1].message.others == 0


class OwnChannels(arazzo.WrappedWorld):
    """A world with channels of its own: what is sent is what is received."""

    sent: arazzo.PublishCall

    def __init__(self):
        self.opened = []

    async def open_channels(self, call):
        self.opened.append(call)

    async def publish(self, call):
        self.sent = call

    async def receive(self, call):
        return arazzo.ReceivedMessage(call.address, self.sent.payload)


def test_a_world_with_channels_of_its_own(document):
    world = OwnChannels()
    result = arazzo.run(document(), world=world)
    assert result.outputs == {"payload": {"id": "a"}}
    (call,) = world.opened
    assert [one.channel for one in call.channels] == ["orders", "done"]
    message = result.steps["wait"].attempts[0].message
    assert (type(message), message.payload) == (arazzo.StepMessage, {"id": "a"})


def test_a_world_without_channels_leaves_them_to_the_servers(broker, document):
    class OverHttp:
        async def send(self, call):
            raise NotImplementedError

        async def sleep(self, key, seconds):
            raise NotImplementedError

    answering(broker, done())
    assert arazzo.run(document(), world=OverHttp()).passed


@pytest.fixture
def made(broker):
    """How many connections were made."""
    found, connect = [], broker.connect

    async def count(endpoint, receiver):
        found.append(endpoint)
        return await connect(endpoint, receiver)

    with with_protocol("memory", count):
        yield found


def test_a_runner_keeps_its_connections(broker, made, document):
    answering(broker, done())
    with arazzo.Runner() as runner:
        assert all(runner.run(document()).passed for _ in range(3))
        assert (len(made), broker.connections) == (1, 1)
    assert (broker.connections, HUB.users) == (0, 0)


@pytest.mark.parametrize("run", [asyncio.run, lambda work: trio.run(lambda: work)])
def test_a_runner_of_an_event_loop_keeps_its_connections(run, broker, made, document):
    answering(broker, done())

    async def work():
        runner = arazzo.Runner()
        async with runner:
            for _ in range(3):
                assert (await runner.arun(document())).passed
            assert (len(made), broker.connections) == (1, 1)
        assert (broker.connections, HUB.users) == (0, 0)
        async with runner:
            assert (await runner.arun(document())).passed

    run(work())
    assert (len(made), HUB.users) == (2, 0)
