"""Runs over a world of the caller's own: in the caller's thread, or where it can wait."""

import asyncio
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest

import arazzo_runner as arazzo
from unit.embed.shop import answer, asgi

INPUTS = {"name": "cup", "pin": "s3cret-pin"}
HEADERS = (("Content-Type", "application/json"),)


def response_of(call):
    status, body = answer(call.request.method, call.request.url.removeprefix("http://shop.test"))
    return arazzo.HttpResponse(status, HEADERS, body)


class Noting:
    """Answers at once, and notes by which thread it was called, and in which event loop."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.loops: set[object] = set()

    def note(self) -> None:
        self.threads.add(threading.get_ident())
        self.loops.add(asyncio._get_running_loop())

    async def send(self, call):
        self.note()
        return response_of(call)


class Waiting(Noting):
    async def send(self, call):
        self.note()
        await anyio.sleep(0)
        return response_of(call)


def test_one_that_answers_at_once_is_called_by_the_caller_s_thread(description) -> None:
    world = Noting()
    assert arazzo.run(description, inputs=INPUTS, world=world).passed
    assert (world.threads, world.loops) == ({threading.get_ident()}, {None})


def test_one_that_waits_has_an_event_loop(description) -> None:
    world = Waiting()
    with arazzo.Runner(world=world) as runner:
        assert runner.run(description, inputs=INPUTS).passed
        assert runner.run(description, inputs=INPUTS).passed
    assert len(world.threads) == len(world.loops) == 1
    assert threading.get_ident() not in world.threads
    assert None not in world.loops


@pytest.mark.parametrize("kind", [Noting, Waiting])
def test_blocking_within_an_event_loop(kind, description) -> None:
    async def main() -> None:
        assert arazzo.run(description, inputs=INPUTS, world=kind()).passed

    asyncio.run(main())


@pytest.mark.parametrize("kind", [Noting, Waiting])
def test_within_an_event_loop(kind, description) -> None:
    world = kind()

    async def main() -> None:
        assert (await arazzo.arun(description, inputs=INPUTS, world=world)).passed
        assert world.loops == {asyncio.get_running_loop()}

    asyncio.run(main())


def run_in_threads(description, world) -> None:
    with arazzo.Runner(world=world) as runner, ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(runner.run, description, inputs=INPUTS) for _ in range(12)]
        assert all(one.result().passed for one in runs)


class Counting(Noting):
    """Takes steps that another thread could come between."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = self.sent = 0

    async def send(self, call):
        self.inside += 1
        assert self.inside == 1
        threading.Event().wait(0.001)
        self.sent += 1
        self.inside -= 1
        return response_of(call)


def test_threads_take_turns_in_one_that_answers_at_once(description) -> None:
    world = Counting()
    run_in_threads(description, world)
    assert world.sent == 24


class Remote:
    """Sends by one asynchronous client, which belongs to the event loop that it was used in."""

    def __init__(self) -> None:
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(asgi))
        self.loops: set[object] = set()

    async def send(self, call):
        self.loops.add(asyncio.get_running_loop())
        request = call.request
        response = await self.client.request(
            request.method, request.url, headers=request.headers, content=request.body
        )
        return arazzo.HttpResponse(response.status_code, HEADERS, response.content)


def test_threads_share_the_event_loop_of_one_that_waits(description) -> None:
    world = Remote()
    run_in_threads(description, world)
    assert len(world.loops) == 1


class Interrupted(Noting):
    async def send(self, call):
        signal.raise_signal(signal.SIGINT)
        return response_of(call)


def test_an_interruption_reaches_the_caller(description) -> None:
    world = Interrupted()
    with arazzo.Runner(world=world) as runner:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                runner.run(description, inputs=INPUTS)


def test_what_it_raises_reaches_the_caller(description) -> None:
    class Broken:
        async def send(self, call):
            raise LookupError(call.key)

    with pytest.raises(LookupError, match="make/create#1@1"):
        arazzo.run(description, inputs=INPUTS, world=Broken())


def test_a_run_within_a_call_of_the_same_world(description) -> None:
    class Nested(Noting):
        async def send(self, call):
            if not self.threads:
                self.note()
                assert runner.run(description, inputs=INPUTS).passed
            return response_of(call)

    with arazzo.Runner(world=Nested()) as runner:
        assert runner.run(description, inputs=INPUTS).passed
