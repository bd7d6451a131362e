"""A browser opened for a person at a terminal, and its redirect received on 127.0.0.1.

RFC 8252, section 7.3: the redirect goes to 127.0.0.1 on a port of the system's choice.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, Final, TextIO
from urllib.parse import parse_qsl, urlsplit

from arazzo_runner.http.network import LONGEST_WAIT
from arazzo_runner.report.safe_text import escape

_PATH: Final = "/callback"
_LONGEST_QUERY: Final = 16_384
PATIENCE: Final = 300.0
"""So many seconds a person has to agree."""

RedirectParameters = Mapping[str, str]


class TerminalPerson:
    """Shows on ``out``, standard error; ``patience`` in seconds."""

    def __init__(
        self,
        out: TextIO | None = None,
        open_browser: Callable[[str], object] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._out = out or sys.stderr
        self._open = open_browser or open_in_browser
        self._patience = patience

    def redirect(self) -> LoopbackRedirect:
        """Listen on a random port of 127.0.0.1."""
        return LoopbackRedirect(self._invite, self._patience)

    def show_code(self, url: str, code: str) -> None:
        """Ask to enter a code."""
        self._say(f"to log in, open {url} in any browser and enter the code {code}")

    def _invite(self, url: str) -> None:
        self._say(f"to log in, open this in a browser on this machine:\n  {escape(url)}")
        self._open(url)

    def _say(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()


class LoopbackRedirect:
    """Where the browser comes back to; one answer is taken."""

    def __init__(self, invite: Callable[[str], None], patience: float) -> None:
        self._invite = invite
        self._patience = patience
        self._answers: SimpleQueue[RedirectParameters] = SimpleQueue()
        self._server = _Server(self._answers)
        self.url = f"http://127.0.0.1:{self._server.server_port}{_PATH}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    async def answer(self, go_to: str) -> RedirectParameters | None:
        """The query that came back; a signal whose handler raises ends the waiting."""
        self._invite(go_to)
        ends = monotonic() + self._patience
        while (left := ends - monotonic()) > 0:
            with suppress(Empty):
                return self._answers.get(timeout=min(left, LONGEST_WAIT))
        return None

    def close(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    # A browser opens connections that it may never use; none may hold up another, or the end.
    daemon_threads = True
    block_on_close = False

    def __init__(self, answers: SimpleQueue[RedirectParameters]) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, answers))


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def __init__(self, answers: SimpleQueue[RedirectParameters], *given: Any) -> None:
        self._answers = answers
        super().__init__(*given)

    def do_GET(self) -> None:
        """Take the answer; nothing of it stands on the page."""
        parts = urlsplit(self.path)
        if parts.path != _PATH or not parts.query or len(parts.query) > _LONGEST_QUERY:
            self._page(404, "Page not found.")
            return
        self._page(200, "Done. You can close this window; the result is in the terminal.")
        self._answers.put(dict(parse_qsl(parts.query, keep_blank_values=True)))

    def _page(self, status: int, sentence: str) -> None:
        body = f"<!doctype html><title>arazzo</title><p>{sentence}</p>\n".encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the query holds a code."""


def open_in_browser(url: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Try to open a URL; not with a browser of the terminal, which would take it from us."""
    shown = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform not in ("darwin", "win32") and not any(map(environment.get, shown)):
        return False
    import webbrowser

    try:
        return webbrowser.open(url)
    except (OSError, webbrowser.Error):
        return False
