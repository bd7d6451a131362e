"""A run as an asynchronous iterator of its events."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from msgspec.structs import replace

from arazzo_runner.embed.job import (
    RunJob,
    end_job,
    journal_context,
    result_of,
    run_context,
    suspending_channels,
    suspending_compute,
    suspending_world,
)
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.worlds import NewWorld
from arazzo_runner.executor.events import Event
from arazzo_runner.executor.result import RunResult
from arazzo_runner.executor.run import RunContext, run_plan
from arazzo_runner.executor.run_state import Compute
from arazzo_runner.executor.world import (
    OpenCall,
    PublishCall,
    PublishedMessage,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
    World,
)
from arazzo_runner.openapi.message import HttpResponse

T = TypeVar("T")

StreamRequest: TypeAlias = Callable[[World], Awaitable[Any]]
"""What the engine waits for, given the world that can do it."""


class Stream:
    """The events of a run, while it happens: ``async for event in stream``.

    The run goes as far as its events are taken: no request is sent before all events ahead of it
    are taken. Who stops taking them ends the run; ``async with stream`` does so at its end. Once
    all are taken, :attr:`result` is there.
    """

    def __init__(
        self,
        begin_job: Callable[[], Awaitable[RunJob]],
        opened: Callable[[], AbstractAsyncContextManager[NewWorld]],
    ) -> None:
        self._result: Result | None = None
        self._events = self._run(begin_job, opened)

    @property
    def result(self) -> Result:
        """The result; RuntimeError while there are events to take."""
        if self._result is None:
            raise RuntimeError("the result is available after the last event")
        return self._result

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        return await anext(self._events)

    async def aclose(self) -> None:
        """End the run, and close what is open for it."""
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        reason: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _run(
        self,
        begin_job: Callable[[], Awaitable[RunJob]],
        opened: Callable[[], AbstractAsyncContextManager[NewWorld]],
    ) -> AsyncGenerator[Event, None]:
        job = await begin_job()
        told: deque[Event] = deque()
        async with opened() as begin, suspending_channels(job) as world_of:
            world = suspending_world(job, lambda one: world_of(begin(one)))
            context = run_context(job, world, told.append)
            with journal_context(job, context, suspends=True) as kept:
                engine = _engine(job, kept)
                asked = self._resume(job, engine, None)
                try:
                    while told or asked is not None:
                        while told:
                            yield told.popleft()
                        asked = asked and self._resume(job, engine, await asked(kept.world))
                finally:
                    engine.close()

    def _resume(self, job: RunJob, engine: StreamDriver, answer: object) -> StreamRequest | None:
        """Let the engine go on to what it waits for next; None when it is at its end."""
        try:
            return engine.send(answer)
        except StopIteration as stop:
            end_job(job, stop.value)
            self._result = result_of(job, stop.value)
            return None


StreamDriver: TypeAlias = Coroutine[StreamRequest, Any, RunResult]


def _engine(job: RunJob, context: RunContext) -> StreamDriver:
    """The engine, which awaits nothing but its world: so it can be driven by hand."""
    prepared = job.prepared
    context = replace(context, world=_StreamWorld())
    context = replace(context, compute=partial(_compute_in_stream, suspending_compute(job)))
    return run_plan(prepared.plan, prepared.inputs, context)


class _StreamCall:
    """Hands what is asked to whoever drives the engine, and comes back with the answer."""

    def __init__(self, asked: StreamRequest) -> None:
        self._request = asked

    def __await__(self) -> Generator[StreamRequest, Any, Any]:
        return (yield self._request)


async def _compute_in_stream(compute: Compute, work: Callable[[], T], /) -> T:
    result: T = await _StreamCall(lambda _world: compute(work))
    return result


class _StreamWorld:
    """Asks for all that it is asked."""

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        answer: HttpResponse | TransportFailure = await _StreamCall(lambda world: world.send(call))
        return answer

    async def sleep(self, key: str, seconds: float) -> None:
        await _StreamCall(lambda world: world.sleep(key, seconds))

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        answer: TransportFailure | None = await _StreamCall(lambda world: world.open_channels(call))
        return answer

    async def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        answer: PublishedMessage | TransportFailure | None = await _StreamCall(
            lambda world: world.publish(call)
        )
        return answer

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        answer: ReceivedMessage | TransportFailure = await _StreamCall(
            lambda world: world.receive(call)
        )
        return answer
