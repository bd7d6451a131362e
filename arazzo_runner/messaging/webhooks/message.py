"""A request of a sender of webhooks, and the response to it."""

from __future__ import annotations

from msgspec import Struct

from arazzo_runner.http_semantics.headers import Headers, header_value


class WebhookRequest(Struct, frozen=True):
    """A request as it came: ``target`` is percent-encoded, names of headers are in lower case."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The field of a name, None where there is none."""
        return header_value(self.headers, name)


class WebhookResponse(Struct, frozen=True):
    """A response without a body."""

    status: int
    headers: Headers = ()
