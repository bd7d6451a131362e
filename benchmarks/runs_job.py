"""So many runs of a job of three steps by one `Runner`.

The arguments: how many runs; `run` or `arun`, `threads` or `tasks` for 50 of these at once; and
where requests go: a case of credentials whose world answers at once, `mock`, or a server's URL.
"""

import asyncio
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import arazzo_runner as arazzo
from masking_job import CREDENTIALS, Scripted, load

AT_ONCE = 50


def options_of(place: str) -> dict[str, Any]:
    if place.startswith("http"):
        return {"server": place}
    if place == "mock":
        return {"mock": True}
    scheme = {"items": {"key": CREDENTIALS[place]}} if place in CREDENTIALS else {}
    world = Scripted("X-Auth-Token" if place == "learned" else "X-Other")
    return {"world": world, "credentials": scheme}


async def suspending(description: arazzo.Description, count: int, place: str) -> None:
    async with arazzo.Runner(**options_of(place)) as runner:
        for _ in range(count):
            (await runner.arun(description)).raise_for_status()


async def tasks(description: arazzo.Description, count: int, place: str) -> None:
    async with arazzo.Runner(**options_of(place)) as runner:

        async def some(number: int) -> None:
            for _ in range(number):
                (await runner.arun(description)).raise_for_status()

        await asyncio.gather(*(some(count // AT_ONCE) for _ in range(AT_ONCE)))


def threads(description: arazzo.Description, count: int, place: str) -> None:
    with arazzo.Runner(**options_of(place)) as runner, ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(lambda _: runner.run(description), range(count)):
            result.raise_for_status()


def blocking(description: arazzo.Description, count: int, place: str) -> None:
    with arazzo.Runner(**options_of(place)) as runner:
        for _ in range(count):
            runner.run(description).raise_for_status()


def main(count: int, way: str, place: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        description = load(Path(folder), place)
        match way:
            case "arun":
                asyncio.run(suspending(description, count, place))
            case "tasks":
                asyncio.run(tasks(description, count, place))
            case "threads":
                threads(description, count, place)
            case _:
                blocking(description, count, place)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
