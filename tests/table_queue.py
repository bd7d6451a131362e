"""The seam of the queue without an engine: a plain table, as another engine would fit it.

As an engine does, it gives a chunk to one worker at a time, and the chunks of a worker that is
silent to others when it is asked to.
"""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from arazzo_runner.batch.database import Database
from arazzo_runner.batch.model import DatabaseError
from arazzo_runner.batch.queue import ChunkRunner, QueuedChunk

_TABLE = """
create table if not exists plain_queue(
    chunk bigint, batch integer, priority integer, due timestamptz,
    worker uuid, beat timestamptz, unique nulls not distinct (chunk, worker)
)"""
_TAKE = """
update plain_queue set worker = %(me)s, beat = now() where ctid = (
    select ctid from plain_queue as q where worker is null and due <= now()
    and (%(batch)s::integer is null or batch = %(batch)s)
    and not exists (select from plain_queue as p where p.chunk = q.chunk and p.worker is not null)
    order by priority desc, chunk limit 1 for update skip locked)
returning chunk, batch, priority
"""
_PUT = """
insert into plain_queue select %s, %s, %s, now() + %s * interval '1 second', null, null
on conflict do nothing
"""


class TableQueue:
    silence, pause = 15.0, 0.3

    def __init__(self, database: Database, connections: int = 2) -> None:
        self._database = database
        self._me = uuid.uuid4()

    async def __aenter__(self) -> "TableQueue":
        await self._do(_TABLE)
        return self

    async def __aexit__(self, *_: object) -> None:
        """What was broken off is free at once."""
        with suppress(DatabaseError):
            await self._rescue("worker = %s", self._me)

    async def _do(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        def run(connection: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(statement, *values)
            return cursor.fetchall() if cursor.description else []

        return await asyncio.to_thread(self._database.perform, run)

    async def enqueue(self, chunks: Sequence[QueuedChunk]) -> None:
        for one in chunks:
            await self._do(_PUT, [one.chunk, one.batch, one.priority, one.delay])

    async def work(self, run_chunk: ChunkRunner, at_once: int, batch: int | None) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat())
            for _ in range(at_once):
                group.create_task(self._work(run_chunk, batch))

    async def _work(self, run_chunk: ChunkRunner, batch: int | None) -> None:
        while True:
            with suppress(DatabaseError):
                taken = await self._do(_TAKE, {"me": self._me, "batch": batch})
                for row in taken:
                    again = await run_chunk(QueuedChunk(*row))
                    await asyncio.shield(self._end(row[0], again))
                if taken:
                    continue
            await asyncio.sleep(self.pause)

    async def _end(self, chunk: int, again: QueuedChunk | None) -> None:
        await self._do(
            "delete from plain_queue where chunk = %s and worker = %s", [chunk, self._me]
        )
        await self.enqueue([again] if again else [])

    async def _beat(self) -> None:
        while True:
            with suppress(DatabaseError):
                await self._do("update plain_queue set beat = now() where worker = %s", [self._me])
            await asyncio.sleep(self.pause)

    async def rescue(self) -> int:
        return await self._rescue("beat < now() - %s * interval '1 second'", self.silence)

    async def _rescue(self, condition: str, value: object) -> int:
        lost = await self._do(
            f"delete from plain_queue where worker is not null and {condition}"
            " returning chunk, batch, priority",
            [value],
        )
        await self.enqueue([QueuedChunk(*row) for row in lost])
        return len(lost)

    async def cancel(self, batch: int) -> None:
        await self._do("delete from plain_queue where batch = %s and worker is null", [batch])

    async def depth(self) -> int:
        depth: int = (await self._do("select count(*) from plain_queue"))[0][0]
        return depth
