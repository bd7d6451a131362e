"""The running server: uvicorn round the application, signals, and a look at the files it read."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from socket import socket
from typing import TYPE_CHECKING, Any, Final

from arazzo_runner.errors import UsageError
from arazzo_runner.mock_server.app import MockApp
from arazzo_runner.operating_system.signals import ending_signals
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from types import FrameType

_GRACE: Final = 3
_MOST_CONNECTIONS: Final = 1_000


def check_installation() -> None:
    """Raise UsageError AZ906 where what serves is not installed."""
    try:
        import uvicorn  # noqa: F401
    except ImportError:
        message = "`arazzo mock` needs uvicorn, which is not installed"
        hint = "install the extra: `pip install 'arazzo[mock]'`; `arazzo run --mock` needs none"
        raise UsageError(error("AZ906", message, help=hint)) from None


def run_server(
    app: MockApp,
    sockets: list[socket],
    began: Callable[[], None],
    watch: Callable[[], Awaitable[None]] | None = None,
) -> int:
    """Serve until a signal ends it, whose number comes back.

    ``began`` is called when requests are taken, ``watch`` goes on beside. A second signal ends the
    server at once, in the middle of responses.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        http=http_protocol(),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        # The same seed gives the same bytes.
        date_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE,
    )
    server = signalled_server()(config)
    # What was loaded stays: to look through it again and again takes a tenth of the time.
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(server, sockets, began, watch))
    ended: int = server.ended_by
    return ended


def http_protocol() -> Any:
    """What reads HTTP/1.1, with bounds where httptools is installed."""
    try:
        from arazzo_runner.mock_server.protocol import BoundedProtocol
    except ImportError:  # no httptools: not everywhere has it a wheel
        return "h11"
    return BoundedProtocol


async def _serve(
    server: Any,
    sockets: list[socket],
    began: Callable[[], None],
    watch: Callable[[], Awaitable[None]] | None,
) -> None:
    server.began = began
    beside = asyncio.ensure_future(watch()) if watch is not None else None
    try:
        await server.serve(sockets=sockets)
    finally:
        if beside is not None:
            beside.cancel()


def signalled_server() -> Any:
    """The class of a uvicorn server that ends by signals, and calls its ``began`` at start."""
    from uvicorn import Server

    class SignalledServer(Server):
        """Ends by signals of its own, which it keeps in place of raising them again."""

        ended_by = 0
        began: Callable[[], None]

        async def startup(self, sockets: list[socket] | None = None) -> None:
            await super().startup(sockets)
            self.began()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            before = {one: signal.signal(one, self._end) for one in ending_signals()}
            try:
                yield
            finally:
                for one, handler in before.items():
                    signal.signal(one, handler)

        def _end(self, number: int, _frame: FrameType | None) -> None:
            self.ended_by = self.ended_by or number
            self.force_exit = self.should_exit
            self.should_exit = True

    return SignalledServer
