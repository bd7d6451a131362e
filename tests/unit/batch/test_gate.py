"""Rows that run at once, and one that runs alone."""

import asyncio

from arazzo_runner.batch.gate import RowGate


def test_no_more_than_so_many_are_inside() -> None:
    async def go() -> int:
        gate, inside, most = RowGate(3), 0, 0

        async def one() -> None:
            nonlocal inside, most
            async with gate.beside():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one() for _ in range(20)))
        return most

    assert asyncio.run(go()) == 3


def test_one_that_is_alone_has_no_other_beside_it() -> None:
    async def go() -> list[str]:
        gate, log = RowGate(3), list[str]()

        async def shared(name: str) -> None:
            async with gate.beside():
                log.append(name)
                await asyncio.sleep(0.01)
                log.append(name)

        async def alone(name: str) -> None:
            async with gate.alone():
                log.append(name)
                await asyncio.sleep(0.01)
                log.append(name)

        await asyncio.gather(shared("a"), alone("X"), shared("b"), alone("Y"), shared("c"))
        return log

    log = asyncio.run(go())
    for name in "XY":
        first = log.index(name)
        assert log[first + 1] == name
    assert sorted(log) == sorted("aabbccXXYY")
