"""Request bodies: which media type, and the payload written in it.

OpenAPI Specification 3.2.0, sections "Request Body Object", "Media Type Object", "Encoding
Object". What a response body holds is read in ``openapi/response/body.py``.
"""

from __future__ import annotations

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import MISSING, MaybeValue, Value, describe
from arazzo_runner.http_semantics import media_type
from arazzo_runner.openapi.model import MediaType, Operation
from arazzo_runner.openapi.request.encoding import RequestRefused, charset_bytes, json_bytes
from arazzo_runner.openapi.request.form import encode_form


def choose_media_type(
    operation: Operation, wanted: str | None, payload: MaybeValue
) -> tuple[str, MediaType | None]:
    """The content type to send, and the Media Type Object that documents it.

    ``wanted`` is what the workflow asks for; without it, the first documented type that can
    carry the payload (MISSING: any). Raises RequestRefused, naming what is offered.
    """
    offered = operation.request_body.content if operation.request_body else ()
    if not offered:
        return wanted or _default_content_type(payload), None
    if wanted is not None:
        media = media_type.match_media_type(offered, wanted)
        if media is None:
            raise _not_offered_error(operation, f"the content type `{wanted}` is not offered")
        return wanted, media
    for media in offered:
        name = _concrete_type(media.name, payload)
        if _can_carry(name, payload):
            return name, media
    raise _not_offered_error(operation, f"no offered content type can carry {describe(payload)}")


def encode_body(content_type: str, payload: Value, media: MediaType | None) -> bytes:
    """Write a payload in a content type.

    Bytes are sent as they are, text as it stands where the type is not JSON. Raises
    RequestRefused for a payload that the type cannot carry.
    """
    if isinstance(payload, bytes):
        return payload
    if media_type.is_json(content_type):
        return json_bytes(payload)
    if media_type.essence(content_type) == media_type.FORM:
        return charset_bytes(encode_form(payload, media), content_type)
    if isinstance(payload, str):
        return charset_bytes(payload, content_type)
    try:
        return _encode_structure(content_type, payload, media)
    except DocumentError as reason:
        # A reference of the schema leads nowhere: this request cannot be written.
        raise RequestRefused(f"`{content_type}` cannot be written: {reason}") from reason


def _encode_structure(content_type: str, payload: Value, media: MediaType | None) -> bytes:
    if media_type.essence(content_type).startswith("multipart/"):
        from arazzo_runner.openapi.request.multipart import encode_multipart

        boundary = media_type.parameter_of(content_type, "boundary")
        return encode_multipart(payload, media, boundary)
    if media_type.is_json_sequence(content_type):
        items = payload if isinstance(payload, list) else [payload]
        # RFC 7464, section 2.2: a record separator before each text of `json-seq`.
        mark = b"\x1e" if media_type.essence(content_type) == media_type.JSON_SEQ else b""
        return b"".join(mark + json_bytes(item) + b"\n" for item in items)
    if media_type.is_xml(content_type) and media and media.schema and media.description:
        from arazzo_runner.openapi.request.xml import xml_text

        return xml_text(payload, media.schema, media.description).encode("utf-8")
    if isinstance(payload, dict | list):
        raise RequestRefused(
            f"`{content_type}` cannot be written from {describe(payload)}",
            hint="give the payload as text, or choose a JSON, form or multipart content type",
        )
    return charset_bytes(json_bytes(payload).decode("utf-8"), content_type)


def _default_content_type(payload: MaybeValue) -> str:
    """The content type of a payload whose operation documents none."""
    match payload:
        case str():
            return "text/plain"
        case bytes():
            return "application/octet-stream"
        case _:
            return "application/json"


def _concrete_type(name: str, payload: MaybeValue) -> str:
    """The content type that a documented range is sent as."""
    if not media_type.is_range(name):
        return name
    natural = _default_content_type(payload)
    kind = media_type.essence(name).partition("/")[0]
    if kind in ("*", natural.partition("/")[0]):
        return natural
    return "text/plain" if kind == "text" else name


def _can_carry(name: str, payload: MaybeValue) -> bool:
    if media_type.is_range(name):
        return False
    if payload is MISSING or media_type.is_json(name):
        return not isinstance(payload, bytes)
    match payload:
        case dict():
            form = media_type.essence(name) == media_type.FORM
            return form or name.startswith("multipart/") or media_type.is_xml(name)
        case list():
            return name.startswith("multipart/") or media_type.is_json_sequence(name)
        case bytes():
            return not media_type.is_text(name)
        case _:
            return True


def _not_offered_error(operation: Operation, why: str) -> RequestRefused:
    content = operation.request_body.content if operation.request_body else ()
    offered = ", ".join(f"`{media.name}`" for media in content)
    message = f"{why} by `{operation.title}`"
    return RequestRefused(message, hint=f"offered: {offered}")
