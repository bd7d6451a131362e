"""A document that came inside of another: the root part of a ``multipart/related`` answer.

Arazzo Specification 1.1.0, appendix B, "Base URI From Encapsulating Entity"; RFC 3986, section
5.1.2; RFC 2387 (the root part) and RFC 2557, section 4.2 (``Content-Location`` of a part).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arazzo_runner.document.library import is_remote
from arazzo_runner.document.uris import resolve_reference

if TYPE_CHECKING:
    from email.message import Message


def is_related(content_type: str) -> bool:
    """Whether the answer holds its document as a part."""
    return content_type.partition(";")[0].strip().lower() == "multipart/related"


def related_root(content_type: str, body: bytes, url: str) -> tuple[bytes, str] | None:
    """The document and its URI: the ``Content-Location`` of its part, else ``url``.

    The URI decides what a document may read, so a location that is no web URL does not count.
    None when there are no parts.
    """
    from email import message_from_bytes

    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    whole = message_from_bytes(head + body)
    parts = [one for one in whole.walk() if one is not whole and not one.is_multipart()]
    if not parts:
        return None
    root = _named_part(whole.get_param("start"), parts)
    data = root.get_payload(decode=True)
    assert isinstance(data, bytes)  # a part that holds no parts
    location = resolve_reference(url, root.get("Content-Location") or "")
    return data, location if is_remote(location) else url


def _named_part(start: object, parts: list[Message]) -> Message:
    """The part with the Content-ID that ``start`` names; without it the first."""
    found = (one for one in parts if start and one.get("Content-ID") == start)
    return next(found, parts[0])
