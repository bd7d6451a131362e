"""Connections of the project to brokers, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import pytest

from arazzo_runner.messaging.connection import Connection
from arazzo_runner.messaging.model import BrokerError, Endpoint
from arazzo_runner.messaging.protocols.registry import connect_function
from brokers.inbox import Inbox
from brokers.programs import RunningBroker

Handler: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Work: TypeAlias = Callable[[Connection, Inbox], Awaitable[Any]]


def endpoint(broker: RunningBroker, protocol: str, **changes: Any) -> Endpoint:
    """Where a broker is; ``changes`` are members of it."""
    given = {"name": "desk", "protocol_version": None, "host": broker.host, "port": broker.port}
    return Endpoint(protocol=protocol, **(given | changes))


@asynccontextmanager
async def connected(where: Endpoint) -> AsyncIterator[tuple[Connection, Inbox]]:
    inbox = Inbox()
    connection = await connect_function(where.protocol)(where, inbox)
    try:
        yield connection, inbox
    finally:
        await connection.close()
        await connection.close()


@asynccontextmanager
async def listening(handle: Handler) -> AsyncIterator[int]:
    """A program at a port, that is no broker; its connections have ended afterwards."""
    tasks: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        with suppress(ConnectionError):
            await handle(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1")
    async with server:
        yield int(server.sockets[0].getsockname()[1])
        await asyncio.sleep(0)
        await asyncio.gather(*tasks)


def run(where: Endpoint, work: Work) -> Any:
    async def main() -> Any:
        async with connected(where) as (connection, inbox):
            return await work(connection, inbox)

    return asyncio.run(main())


def failure(where: Endpoint, work: Work | None = None) -> BrokerError:
    """Why a broker cannot be connected to, or what ``work`` raises on a connection."""

    async def nothing(connection: Connection, inbox: Inbox) -> None:
        return

    with pytest.raises(BrokerError) as caught:
        run(where, work or nothing)
    return caught.value
