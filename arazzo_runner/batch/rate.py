"""A limit on the requests to an API, of all workers together: turns are taken in the database."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from arazzo_runner.batch.database import Database

if TYPE_CHECKING:
    import psycopg

_AHEAD: Final = 0.2
"""Seconds for which a worker takes turns at once, at most."""

_TAKE: Final = """
insert into limits as l values (%(api)s, now() + %(span)s * interval '1 second')
on conflict (api) do update
    set next_at = greatest(l.next_at, now()) + %(span)s * interval '1 second'
returning extract(epoch from next_at - now())::float8 - %(span)s
"""


class SharedRate:
    """Spreads requests evenly over time, ``per_second`` of them, with all that name the same API.

    A worker takes as many turns as its rows wait for, so that none is lost.
    """

    def __init__(
        self,
        database: Database,
        api: str,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._api = api
        self._pause = 1 / per_second
        self._most = max(1, math.floor(per_second * _AHEAD))
        self._clock = clock
        self._turns: deque[float] = deque()
        self._waiting = 0
        self._lock = asyncio.Lock()

    async def turn(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Wait until it is the caller's turn."""
        self._waiting += 1
        try:
            async with self._lock:
                if not self._turns:
                    count = min(self._waiting, self._most)
                    begin = await asyncio.to_thread(self._take, count)
                    self._turns.extend(begin + at * self._pause for at in range(count))
                turn = self._turns.popleft()
        finally:
            self._waiting -= 1
        seconds = turn - self._clock()
        if seconds > 0:
            await sleep(seconds)

    def _take(self, count: int) -> float:
        """When the first of some turns is, by our clock; the database's own decides."""
        names = {"api": self._api, "span": count * self._pause}

        def take(connection: psycopg.Connection[tuple[Any, ...]]) -> Any:
            row = connection.execute(_TAKE, names).fetchone()
            assert row is not None
            return row[0]

        seconds: float = self._database.persist(take)
        return self._clock() + max(0.0, seconds)
