"""Documents that change while `arazzo mock` serves them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from arazzo_runner.cli.diagnostics import show_diagnostics, show_warnings
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.mock_server.reload import replace_service
from arazzo_runner.mock_server.service import MockService
from arazzo_runner.text.diagnostic import as_warning

if TYPE_CHECKING:
    from arazzo_runner.mock_server.log import RequestLog
    from arazzo_runner.mock_server.runtime import ServerRuntime
    from arazzo_runner.mock_server.sources import SourceReader

_POLL: Final = 0.3
_SETTLE: Final = 0.1
"""Seconds in which an editor is done with writing a file."""


async def watch_documents(runtime: ServerRuntime, reader: SourceReader, log: RequestLog) -> None:
    """Serve what the documents say now, as soon as they change and can be read."""
    while True:
        await asyncio.sleep(_POLL)
        if reader.has_changed():
            await asyncio.sleep(_SETTLE)
            await _reload(runtime, reader, log)


async def _reload(runtime: ServerRuntime, reader: SourceReader, log: RequestLog) -> None:
    try:
        # In a thread of its own, so that requests are answered meanwhile.
        sources = await asyncio.to_thread(reader.read)
        before = runtime.service
        service = MockService(sources.descriptions, runtime.seed, before.judge, sources.channels)
        service.check_operations(before)
    except (DocumentError, UsageError) as reason:
        show_diagnostics(reason.diagnostics)
        log.write("the documents cannot be used: the server goes on with what it had")
        return
    replace_service(runtime, service)
    show_broken(service)
    log.write(f"reloaded: {sum(service.routes.operations.values())} operations")


def show_broken(service: MockService) -> None:
    """Show what is wrong with the operations that are not served."""
    findings = (one for each in service.routes.broken for one in each.diagnostics)
    show_warnings(map(as_warning, findings))
