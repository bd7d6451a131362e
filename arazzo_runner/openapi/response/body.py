"""What a response body holds, by its content type and charset.

JSON is checked strictly (RFC 8259): what claims to be JSON and is not is an error, since a step
without a complete, parsed response is never successful.
"""

from __future__ import annotations

import codecs
import json
from typing import Any, Final, NoReturn

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics import media_type
from arazzo_runner.http_semantics.media_type import codec_of
from arazzo_runner.text.number import parse_number
from arazzo_runner.text.yaml_scalars import MAX_DIGITS

_SHOWN: Final = 60
_CONTAINERS: Final = frozenset({dict, list})


class BodyError(ValueError):
    """A response body is not what its content type says, or exceeds a limit."""


def decode_body(content_type: str | None, body: bytes, max_depth: int) -> MaybeValue:
    """Read a body: JSON as a value, text and XML as a string, anything else as bytes.

    An empty body is MISSING; JSON Lines are an array, as are the events of an event stream; a body
    without a content type is read as JSON or text if it is that. ``max_depth`` counts nested arrays
    and objects. Raises BodyError when JSON is claimed and it is not, or is too deep.
    """
    if not body:
        return MISSING
    if content_type is None:
        return _guess_body(body, max_depth)
    if media_type.is_json(content_type):
        return _json(content_type, body, max_depth)
    if media_type.is_json_sequence(content_type):
        # RFC 7464: a text of `json-seq` may have lines, and begins with a record separator.
        is_seq = media_type.essence(content_type) == media_type.JSON_SEQ
        lines = (line.strip(b" \t\r\n\x1e") for line in body.split(b"\x1e" if is_seq else b"\n"))
        return [_json(content_type, line, max_depth) for line in lines if line]
    if media_type.is_event_stream(content_type):
        from arazzo_runner.http_semantics.event_stream import decode_events

        return [*decode_events(body)]
    if media_type.is_text(content_type):
        return _text(content_type, body)
    return body


def _guess_body(body: bytes, max_depth: int) -> Value:
    """RFC 9110, section 8.3: without a content type the recipient may look at the content."""
    try:
        return _json("application/json", body, max_depth)
    except BodyError:
        pass
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body


def _json(content_type: str, body: bytes, max_depth: int) -> Value:
    text = _json_text(content_type, body)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as reason:
        where = f"line {reason.lineno}, column {reason.colno}"
        raise _json_error(content_type, f"{reason.msg.lower()} at {where}", text) from reason
    except RecursionError as reason:
        raise _depth_error(max_depth) from reason
    except ValueError as reason:
        # `NaN` and its like, or an integer of more digits than Python reads exactly.
        raise _json_error(content_type, _number_problem(reason), text) from reason
    if text.count("[") + text.count("{") > max_depth:
        _check_depth(value, max_depth)
    return value


def _number_problem(reason: ValueError) -> str:
    if str(reason).startswith("Exceeds the limit"):  # Python's words about `int`
        return f"an integer has more than {MAX_DIGITS:,} digits"
    return str(reason)


def _json_text(content_type: str, body: bytes) -> str:
    charset = media_type.parameter_of(content_type, "charset") if ";" in content_type else None
    if charset is None or charset.lower() in ("utf-8", "utf8"):
        # RFC 8259, section 8.1: UTF-8; a parser may ignore a byte order mark, and accept the
        # other encodings of the older standard, which `json` recognizes.
        charset = json.detect_encoding(body)
    codec = codec_of(charset)
    if codec is None:
        raise BodyError(f"the response body has the charset `{charset}`, which is not known")
    try:
        return body.decode(codec)
    except UnicodeDecodeError as reason:
        before = body[max(0, reason.start - 20) : reason.start].decode("utf-8", "replace")
        start = " ".join(before.split())
        why = f"byte {reason.start} is not {charset.upper()}, after `{start}`"
        raise BodyError(f"the response body is `{content_type}`, but {why}") from reason


def _check_depth(value: Value, max_depth: int) -> None:
    """Refuse what is nested too deep; looked at level by level, never by recursion."""
    level = [value]
    for _ in range(max_depth):
        members = (node.values() if isinstance(node, dict) else node for node in level)
        # The exact types are those that the parser makes; asking for them is twice as fast.
        level = [one for every in members for one in every if type(one) in _CONTAINERS]
        if not level:
            return
    raise _depth_error(max_depth)


def _text(content_type: str, body: bytes) -> str:
    charset = media_type.parameter_of(content_type, "charset")
    if body.startswith(codecs.BOM_UTF8):
        charset = "utf-8-sig"
    elif body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        charset = "utf-16"
    elif charset is None and media_type.is_xml(content_type):
        charset = xml_charset(body)
    return body.decode(codec_of(charset or "utf-8") or "utf-8", "replace")


def xml_charset(body: bytes) -> str | None:
    """The encoding that an XML declaration names (XML 1.0, section 4.3.3)."""
    import re

    found = re.match(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']", body[:200])
    return found[1].decode("ascii") if found else None


def _depth_error(max_depth: int) -> BodyError:
    return BodyError(
        f"the response body is nested deeper than {max_depth} levels, the limit of"
        " `--max-json-depth`"
    )


def _json_error(content_type: str, why: str, text: str) -> BodyError:
    start = " ".join(text[: _SHOWN + 1].split())
    shown = start if len(text) <= _SHOWN else start[:_SHOWN] + "…"
    return BodyError(f"the response body is `{content_type}` but not JSON: {why}: `{shown}`")


def _raise_body_error(constant: str) -> NoReturn:
    raise ValueError(f"`{constant}` is no JSON value")


_DECODER: Final[Any] = json.JSONDecoder(parse_constant=_raise_body_error, parse_float=parse_number)
