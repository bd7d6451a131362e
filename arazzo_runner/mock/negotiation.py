"""Which of the documented content types is given: by ``Accept`` (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from functools import lru_cache

from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.http_semantics.media_type import essence, is_covered, is_json, parameter_of
from arazzo_runner.mock.generate.flatten import NoExample, flatten
from arazzo_runner.mock.generate.value import type_of_schema
from arazzo_runner.openapi.model import MediaType, Operation, Schema
from arazzo_runner.openapi.schema.compile import standalone_schema


def accepted_media_type(content: tuple[MediaType, ...], accept: str | None) -> MediaType | None:
    """The content type to give: by ``Accept`` (RFC 9110, section 12.5.1), JSON before others."""
    ordered = sorted(content, key=lambda media: not is_json(media.name))
    ranges = _accept_ranges(accept or "")
    if not ranges:
        return next(iter(ordered), None)
    for name in ranges:
        for media in ordered:
            documented = essence(concrete_type(media.name))
            if is_covered(name, documented) or is_covered(media.name, name):
                return media
            if is_json(name) and is_json(documented):
                return media
    return None


def string_as_text(
    content: tuple[MediaType, ...], accept: str | None, operation: Operation
) -> MediaType | None:
    """A string that is documented, as the text that is asked for.

    Descriptions say `application/json` of all they return, also of plain text.
    """
    asked = next((one for one in _accept_ranges(accept or "") if one.startswith("text/")), "")
    for media in content if asked else ():
        if media.schema and _is_string(media.schema, operation):
            return replace(media, name=concrete_type(asked))
    return None


def _is_string(schema: Schema, operation: Operation) -> bool:
    try:
        whole = standalone_schema(schema, operation.description, "response")
        return type_of_schema(flatten(whole, whole, (), 0).schema) == "string"
    except (DocumentError, NoExample):
        return False


@lru_cache(maxsize=256)
def _accept_ranges(accept: str) -> tuple[str, ...]:
    """The media ranges of an ``Accept`` header, the preferred first; no others."""
    weighed = []
    for piece in accept.split(","):
        weight = parameter_of(piece, "q") or "1"
        name = essence(piece)
        if "/" in name and weight.replace(".", "", 1).isdecimal() and float(weight) > 0:
            weighed.append((-float(weight), name))
    return tuple(name for _, name in sorted(weighed, key=lambda one: one[0]))


def concrete_type(media_type: str) -> str:
    """A media type for a documented range."""
    return {"*/*": "application/json", "application/*": "application/json",
            "text/*": "text/plain"}.get(media_type, media_type)  # fmt: skip
