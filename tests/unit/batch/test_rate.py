"""A limit of all workers together."""

import asyncio
import time

from arazzo_runner.batch.database import Database
from arazzo_runner.batch.rate import SharedRate


def moments(rates: list[SharedRate], each: int) -> list[float]:
    async def go() -> list[float]:
        found: list[float] = []

        async def one(rate: SharedRate) -> None:
            await rate.turn()
            found.append(time.monotonic())

        await asyncio.gather(*(one(rate) for rate in rates for _ in range(each)))
        return found

    return sorted(asyncio.run(go()))


def test_two_workers_share_the_turns_of_an_api(database, tables_url) -> None:
    other = Database(tables_url)
    rates = [SharedRate(one, "https://api.example", 100.0) for one in (database, other)]
    found = moments(rates, 15)
    assert found[-1] - found[0] > 29 / 100 - 0.05
    other.close()


def test_apis_do_not_wait_for_each_other(database) -> None:
    slow, fast = SharedRate(database, "a", 0.001), SharedRate(database, "b", 1000.0)
    asyncio.run(slow.turn())
    assert len(moments([fast], 5)) == 5


def test_no_more_turns_are_taken_than_are_waited_for(database) -> None:
    asyncio.run(SharedRate(database, "a", 10.0).turn())
    left = database.perform(
        lambda one: one.execute("select extract(epoch from next_at - now()) from limits").fetchone()
    )
    assert left[0] < 0.11
