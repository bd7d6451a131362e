"""Work in threads: broken off where nobody waits for it, and done again where it is asked for."""

import threading

import anyio
import pytest

from arazzo_runner.expression.query.limits import QueryError, seconds_for_query
from arazzo_runner.worlds.threads import (
    StoppableCompute,
    compute_in_thread,
    is_thread_abandoned,
)

PATIENCE = 60


class Query:
    """Work that goes on until it is broken off; ``ended`` when its thread has ended."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()
        self.stopped = threading.Event()
        self.threads: list[str] = []

    def work(self) -> str:
        self.threads.append(threading.current_thread().name)
        if self.stopped.is_set():
            return "done again"
        self.begun.set()
        try:
            while seconds_for_query(PATIENCE):
                pass
        finally:
            self.ended.set()
        return "never"


async def stop_when_begun(query: Query) -> None:
    while not query.begun.is_set():
        await anyio.sleep(0.001)
    query.stopped.set()


def test_what_is_stopped_is_left_to_its_thread_and_done_again():
    query, outcome = Query(), []

    async def main():
        async with anyio.create_task_group() as group:
            group.start_soon(stop_when_begun, query)
            outcome.append(await StoppableCompute(query.stopped)(query.work))

    anyio.run(main)
    assert outcome == ["done again"]
    assert query.ended.wait(PATIENCE)  # its query has seen that nobody waits for it
    assert query.threads[0] != query.threads[1] == threading.main_thread().name


def test_a_thread_that_nobody_waits_for_is_known_until_it_ends():
    go_on, begun = threading.Event(), threading.Event()
    known = []

    def work():
        begun.set()
        go_on.wait(PATIENCE)

    async def main():
        async with anyio.create_task_group() as group:
            group.start_soon(compute_in_thread, work)
            while not begun.is_set():
                await anyio.sleep(0.001)
            known.append(is_thread_abandoned())
            group.cancel_scope.cancel()
        known.append(is_thread_abandoned())
        go_on.set()
        while is_thread_abandoned():
            await anyio.sleep(0.001)

    anyio.run(main)
    assert known == [False, True]


@pytest.mark.parametrize("compute", [compute_in_thread, StoppableCompute(threading.Event())])
def test_work_that_ends_by_itself(compute):
    def fail():
        raise QueryError("the query is wrong")

    async def main():
        with pytest.raises(QueryError, match="the query is wrong"):
            await compute(fail)
        return await compute(lambda: 7)

    assert anyio.run(main) == 7
    assert not is_thread_abandoned()
