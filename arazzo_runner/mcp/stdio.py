"""The protocol over standard input and output, a message a line.

The SDK reads standard input in a thread that nothing can break off, so that a signal would have to
wait for the next line. Here a thread of our own reads, which the process does not wait for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import TextIOWrapper
from threading import Thread
from typing import Any, BinaryIO, Final, cast

import anyio
from anyio.from_thread import BlockingPortal
from anyio.streams.memory import MemoryObjectSendStream
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

from arazzo_runner.mcp.unreadable import unreadable_error
from arazzo_runner.operating_system.signals import ENDING_SIGNALS

LONGEST_LINE: Final = 4 * 2**20
"""Bytes of a message."""


def serve_stdio(server: Server[Any]) -> int:
    """Serve one client until it closes standard input, or a signal comes, whose number is given.

    Standard output belongs to the protocol: whatever else is written there goes to standard error.
    """
    with _protocol_streams() as (requests, responses):
        return anyio.run(_serve, server, requests, responses)


async def _serve(server: Server[Any], requests: int, responses: BinaryIO) -> int:
    ended_by = 0

    async def end_by_signal(scope: anyio.CancelScope) -> None:
        nonlocal ended_by
        with (
            # Windows, whose event loops know no signals: there it is an exception of the command.
            suppress(NotImplementedError),
            anyio.open_signal_receiver(*ENDING_SIGNALS) as numbers,
        ):
            async for number in numbers:
                ended_by = int(number)
                scope.cancel()
                return

    async with BlockingPortal() as portal, anyio.create_task_group() as tasks:
        tasks.start_soon(end_by_signal, tasks.cancel_scope)
        lines = _LineReader(requests, portal)
        written = anyio.wrap_file(TextIOWrapper(cast("Any", responses), encoding="utf-8"))
        async with stdio_server(cast("Any", lines), written) as (reading, writing):
            lines.answer = writing.send
            await server.run(reading, writing, server.create_initialization_options())
        tasks.cancel_scope.cancel()
    return ended_by


class _LineReader:
    """The lines of a descriptor, as they come; one that is too long is none that can be read.

    The SDK says nothing of a line that it cannot read: ``answer`` sends what is told of it.
    """

    def __init__(self, descriptor: int, portal: BlockingPortal) -> None:
        self.answer: Callable[[SessionMessage], Awaitable[None]] | None = None
        send, self._lines = anyio.create_memory_object_stream[str](16)
        arguments = (descriptor, portal, send)
        Thread(target=_read_lines, args=arguments, daemon=True).start()

    async def __aiter__(self) -> AsyncIterator[str]:
        async for line in self._lines:
            unreadable = unreadable_error(line)
            if unreadable is None:
                yield line
            elif self.answer is not None:
                await self.answer(SessionMessage(unreadable))


def _read_lines(
    descriptor: int, portal: BlockingPortal, lines: MemoryObjectSendStream[str]
) -> None:
    try:
        for line in split_lines(partial(os.read, descriptor, 65_536)):
            portal.call(lines.send, line.decode("utf-8", "replace"))
        portal.call(lines.aclose)
    except (RuntimeError, anyio.BrokenResourceError, OSError):
        return  # the server has ended


def split_lines(read: Callable[[], bytes]) -> Iterator[bytes]:
    """The lines of what is read until nothing comes; of one that is too long, a part of it.

    No object of Python's stands between: its lock would be held when the process ends.
    """
    pending = b""
    while octets := read():
        *whole, pending = (pending + octets).split(b"\n")
        yield from whole
        if len(pending) > LONGEST_LINE:
            yield pending[:1]
            while (octets := read()) and b"\n" not in octets:
                pass
            *whole, pending = octets.partition(b"\n")[2].split(b"\n")
            yield from whole
    if pending:
        yield pending


@contextmanager
def _protocol_streams() -> Iterator[tuple[int, BinaryIO]]:
    """Standard input, and a copy of standard output while that is standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    before = sys.stdout
    sys.stdout = sys.stderr
    try:
        with os.fdopen(os.dup(kept), "wb") as responses:
            yield sys.stdin.fileno(), responses
    finally:
        sys.stdout = before
        os.dup2(kept, 1)
        os.close(kept)
