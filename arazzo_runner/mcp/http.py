"""The protocol over HTTP (streamable), at one path."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from socket import socket
from typing import Any, Final

from mcp.server.lowlevel.server import Server
from mcp.server.transport_security import TransportSecuritySettings

from arazzo_runner.executor.run_state import GRACE
from arazzo_runner.mcp.access import GuardedApp
from arazzo_runner.mcp.address import ListeningAddress
from arazzo_runner.mcp.runs import Runs
from arazzo_runner.mcp.stdio import LONGEST_LINE
from arazzo_runner.mock_server.serve import http_protocol, signalled_server

PATH: Final = "/mcp"
MOST_SESSIONS: Final = 1_000
"""Sessions of versions before 2026-07-28, which have no others."""
_MOST_CONNECTIONS: Final = 1_000
_POLL: Final = 0.1


def serve_http(
    server: Server[Any], runs: Runs, address: ListeningAddress, began: Callable[[], None]
) -> int:
    """Serve until a signal ends it, whose number comes back, and which stops all runs.

    ``began`` is called when requests are taken. A second signal ends the server at once.
    """
    import uvicorn

    app = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=LONGEST_LINE,
        max_sessions=MOST_SESSIONS,
        # GuardedApp knows the names that are meant.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    config = uvicorn.Config(
        GuardedApp(app, address.token, is_local=address.is_local),
        http=http_protocol(),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=int(GRACE) + 1,
    )
    running = signalled_server()(config)
    running.began = began
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(running, runs, address.sockets))
    ended: int = running.ended_by
    return ended


async def _serve(running: Any, runs: Runs, sockets: list[socket]) -> None:
    stopping = asyncio.ensure_future(_stop_runs(running, runs))
    try:
        await running.serve(sockets=sockets)
    finally:
        stopping.cancel()


async def _stop_runs(running: Any, runs: Runs) -> None:
    """Stop the runs when the server is to end: their calls are what it waits for."""
    while not running.should_exit:
        await asyncio.sleep(_POLL)
    runs.stop()
