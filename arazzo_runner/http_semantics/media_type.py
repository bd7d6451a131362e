"""Media types and charsets: what kind of content each is, and text decoded and encoded in one.

Python finds codecs by name that are no character encodings (`zlib` unpacks, `rot13` turns letters),
that fail on any input (`undefined`), or whose work grows with the square of the text
(`punycode`): these are refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

from arazzo_runner.text.pattern import lazy_pattern


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_NamedT = TypeVar("_NamedT", bound=_Named)

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"

_JSON: Final = frozenset({"application/json", "text/json", "application/x-json"})
JSON_SEQ: Final = "application/json-seq"
EVENT_STREAM: Final = "text/event-stream"
_SEQUENCES: Final = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        JSON_SEQ,
    }
)
_TEXT: Final = frozenset(
    {
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/javascript",
        "application/graphql",
        "application/jwt",
        "application/sql",
        "application/toml",
        FORM,
        *_SEQUENCES,
    }
)
_PARAMETER: Final = lazy_pattern(r';\s*([^\s=;]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')


def essence(content_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def parameter_of(content_type: str, name: str) -> str | None:
    """A parameter of a media type, such as ``charset`` or ``boundary``, without its quotes."""
    for key, quoted, plain in _PARAMETER.findall(content_type):
        if key.lower() == name:
            return re.sub(r"\\(.)", r"\1", quoted) or plain
    return None


def is_json(content_type: str) -> bool:
    """JSON by its name or by the suffix ``+json`` (RFC 6839)."""
    name = essence(content_type)
    return name in _JSON or name.endswith("+json")


def is_json_sequence(content_type: str) -> bool:
    """One JSON value a line."""
    return essence(content_type) in _SEQUENCES


def is_event_stream(content_type: str) -> bool:
    """Whether a media type is that of event streams (``http_semantics/event_stream.py``)."""
    return essence(content_type) == EVENT_STREAM


def is_xml(content_type: str) -> bool:
    """XML by its name or by the suffix ``+xml`` (RFC 7303)."""
    name = essence(content_type)
    return name in ("application/xml", "text/xml") or name.endswith("+xml")


def is_text(content_type: str) -> bool:
    """Whether a body of this type is text: also XML, YAML, scripts and forms."""
    name = essence(content_type)
    return name in _TEXT or name.startswith("text/") or name.endswith(("+xml", "+yaml"))


def is_range(name: str) -> bool:
    """Whether a documented name is a range, such as ``text/*``."""
    return "*" in name


def is_covered(name: str, content_type: str) -> bool:
    """Whether a media type, or range of types, is or has the type of a content."""
    wanted = essence(content_type)
    return essence(name) in (wanted, wanted.partition("/")[0] + "/*", "*/*", "*")


def match_media_type(content: Iterable[_NamedT], content_type: str) -> _NamedT | None:
    """The documented media type for a content type, the most specific one, or None.

    First with its parameters, then without, then ``type/*``, then ``*/*`` (Request Body Object).
    """
    content = list(content)
    for one in content:
        if one.name == content_type:
            return one
    wanted, name = content_type.lower().replace(" ", ""), essence(content_type)
    documented = {one.name.lower().replace(" ", ""): one for one in reversed(content)}
    plain = {essence(one): media for one, media in documented.items()}
    suffix = "application/*+" + name.rpartition("+")[2]
    for key in (name, suffix, name.partition("/")[0] + "/*", "*/*", "*"):
        if key == name and wanted in documented:
            return documented[wanted]
        if key in plain:
            return plain[key]
    return None


_REFUSED: Final = frozenset(
    {
        "base64",
        "bz2",
        "charmap",
        "hex",
        "idna",
        "mbcs",
        "oem",
        "punycode",
        "quopri",
        "raw-unicode-escape",
        "rot-13",
        "undefined",
        "unicode-escape",
        "utf-7",
        "uu",
        "zlib",
    }
)


def codec_of(charset: str) -> str | None:
    """The name of Python's codec for a character encoding, None where there is none to be used."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return None if name in _REFUSED else name
