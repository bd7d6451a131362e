"""Waiting for the disk, without an event loop and within one."""

import asyncio
from threading import Event

import anyio
import pytest

from arazzo_runner.executor.world import run_coroutine
from arazzo_runner.journal.journal import Journal
from arazzo_runner.journal.loop_wait import LoopWait
from arazzo_runner.journal.model import JournalError


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request) -> str:
    return request.param


def test_a_blocking_begin_is_on_the_disk(store) -> None:
    with Journal(store).run("run-1", lambda: 1.0) as run:
        run_coroutine(run.row(0).begin("k", b"d"))
        assert [one.key for one in store.calls("run-1", 0)] == ["k"]


@pytest.mark.anyio
async def test_a_begin_in_an_event_loop_is_on_the_disk(store) -> None:
    with Journal(store).run("run-1", lambda: 1.0) as run:
        row = run.row(0, LoopWait)
        async with anyio.create_task_group() as group:
            for key in map(str, range(20)):
                group.start_soon(row.begin, key, b"d")
        assert len(store.calls("run-1", 0)) == 20


@pytest.mark.anyio
async def test_a_begin_that_fails_in_an_event_loop(store, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise JournalError("is full")

    monkeypatch.setattr(store, "write", full)
    with Journal(store).run("run-1", lambda: 1.0) as run, pytest.raises(JournalError, match="full"):
        await run.row(0, LoopWait).begin("k", b"d")


@pytest.mark.anyio
async def test_a_begin_that_is_cancelled_is_taken_back(store, monkeypatch) -> None:
    gate, entered, write = Event(), Event(), store.write

    def slow(run_id, entries) -> object:
        entered.set()
        gate.wait()
        return write(run_id, entries)

    monkeypatch.setattr(store, "write", slow)
    with Journal(store).run("run-1", lambda: 1.0) as run:
        async with anyio.create_task_group() as group:
            group.start_soon(run.row(0, LoopWait).begin, "k", b"d")
            while not entered.is_set():
                await anyio.sleep(0.001)
            group.cancel_scope.cancel()
        gate.set()
    assert store.calls("run-1", 0) == []


def test_a_loop_that_has_ended_is_not_woken() -> None:
    async def made() -> LoopWait:
        return LoopWait()

    asyncio.run(made()).wake()
