"""What the server prints: a line for each request."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

from arazzo_runner.mock_server.service import MockService
from arazzo_runner.mock_server.sources import ServedSources
from arazzo_runner.mock_server.traffic import TrafficEntry, parameter_names
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.report.safe_text import escape, pad
from arazzo_runner.report.secret_names import url_secrets
from arazzo_runner.report.secrets import MASK


class RequestLog:
    """Writes lines to a stream; one that is closed gets no more of them."""

    def __init__(self, stream: TextIO, descriptions: Iterable[ApiDescription]) -> None:
        self._stream = stream
        self._query = parameter_names(descriptions)
        self._is_open = True

    def __call__(self, entry: TrafficEntry) -> None:
        """Write the line of a request: method, path, status, time, and why it was refused."""
        self.write(request_line(entry, self._query))
        for text in entry.served.opinions:
            self.write(f"  openapi-core: {escape(text)}")

    def write(self, line: str) -> None:
        """Write a line at once."""
        if not self._is_open:
            return
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except OSError:  # nobody reads it any more: what is left of it goes nowhere
            self._is_open = False
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def start_lines(url: str, service: MockService, sources: ServedSources) -> str:
    """The lines that say where the server is, what it serves, and how it ends."""
    operations = service.routes.operations
    count = sum(operations.values())
    lines = [f"{url}  {count} operation{'s' if count != 1 else ''}; Ctrl-C stops the server"]
    width = max(map(len, operations), default=0)
    for name, number in operations.items():
        place = escape(sources.places[name])
        lines.append(f"  /{pad(escape(name), width)}  {number:4} of {place}")
    if sent := sum(service.emits.counts().values()):
        what = "1 webhook" if sent == 1 else f"{sent} webhooks"
        lines.append(f"  {what} to be sent by POST /__arazzo/emit")
    shared = service.routes.shared_operations()
    if shared:
        lines.append(
            f"  {escape(', '.join(shared))}: in several sources, so only below their names"
        )
    return "\n".join(lines)


def request_line(entry: TrafficEntry, query: frozenset[str] = frozenset()) -> str:
    """`GET /pets/1 200 1.3 ms`; secrets in the query are masked, control characters escaped."""
    incoming = entry.incoming
    status = "reset" if entry.is_reset else str(entry.served.response.status)
    url = escape(_masked_url(incoming.url, query))
    reason = f"  {escape(entry.served.reason)}" if entry.served.reason else ""
    return f"{escape(incoming.method)} {url} {status} {entry.seconds * 1e3:.1f} ms{reason}"


def _masked_url(url: str, query: frozenset[str]) -> str:
    for start, end in reversed(list(url_secrets(url, query))):
        url = url[:start] + MASK + url[end:]
    return url
