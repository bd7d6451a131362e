"""Headers of a message, with what its protocol keeps in properties of its own."""

from __future__ import annotations

from collections.abc import Iterable

from arazzo_runner.http_semantics.headers import Headers, header_value


class PropertyHeaders:
    """Headers as they came, and properties by the names of headers where there are none of these.

    Descriptions say ``$message.header#/correlationId`` for both.
    """

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        self.fields: Headers = tuple(headers)

    def add(self, name: str, value: str | None) -> None:
        """Add a property that the message has, unless a header has its name."""
        if value is not None and header_value(self.fields, name) is None:
            self.fields = (*self.fields, (name, value))
