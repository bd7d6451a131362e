"""Loading documents in threads."""

import threading

import anyio
import anyio.lowlevel
import pytest

from arazzo_runner.cli.run.load_turn import LoadTurn


def test_a_slow_document_does_not_stall_another():
    ended = []

    async def all_of_them():
        turn, release = LoadTurn(threading.Event()), threading.Event()

        async def slow():
            ended.append(await turn.load(lambda: release.wait(60) and "slow"))

        async with anyio.create_task_group() as group:
            group.start_soon(slow)
            await anyio.lowlevel.checkpoint()
            ended.append(await turn.load(lambda: "fast"))
            release.set()

    anyio.run(all_of_them)
    assert ended == ["fast", "slow"]


def test_documents_are_loaded_one_after_the_other():
    going_on, most = [], []

    def work():
        going_on.append(1)
        most.append(len(going_on))
        going_on.pop()

    async def all_of_them():
        turn = LoadTurn(threading.Event())
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(turn.load, work)

    anyio.run(all_of_them)
    assert most == [1] * 5


def test_a_stop_leaves_the_thread_to_itself():
    stop, release = threading.Event(), threading.Event()

    def work():
        stop.set()
        release.wait(60)

    with pytest.raises(KeyboardInterrupt):
        anyio.run(LoadTurn(stop).load, work)
    release.set()


def test_what_goes_wrong_is_raised():
    def work():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        anyio.run(LoadTurn(threading.Event()).load, work)
