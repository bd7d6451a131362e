"""What kind of document a parsed text is, and which version of Arazzo it is written in.

Arazzo Specification 1.1.0, "Versions" and Source Description Object, ``type``.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from arazzo_runner.document.model import SourceType
from arazzo_runner.document.node import ArazzoVersion, Node, type_label
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import Diagnostic, error, shorten
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, Pointer, SourceFile

NEWEST: Final[ArazzoVersion] = (1, 1)
_EXPECTED: Final = (
    "an Arazzo document begins with `arazzo: 1.0.1` and has `sourceDescriptions` and `workflows`; "
    "`arazzo new --from-scratch` writes one"
)
_NOT: Final = "not `arazzo`"
# The key at the root that tells what a description is.
_MARKS: Final[dict[str, SourceType]] = {
    "arazzo": "arazzo",
    "openapi": "openapi",
    "swagger": "openapi",
    "asyncapi": "asyncapi",
}
_AS_SOURCE: Final = (
    "`arazzo new` writes workflows for it, in an Arazzo document that has it as a source"
)
_AS_ASYNC_SOURCE: Final = (
    "name it under `sourceDescriptions` of an Arazzo document, and give that document here"
)
_TRANSLATE: Final = (
    "write its requests as steps of an Arazzo document, with the API under `sourceDescriptions`"
)


class _OtherFormat(Struct, frozen=True):
    """A format by what it has at its root; ``version`` is where it says which edition it is."""

    mark: Pointer
    name: str
    way_out: str = _EXPECTED
    version: Pointer = ()
    sign: re.Pattern[str] | None = None


_POSTMAN: Final = lazy_pattern(r"https?://schema\.(?:get)?postman\.com/.*/collection/v(\d+\.\d+).*")
_SCHEMA: Final = lazy_pattern(r"https?://json-schema\.org/(?:draft/)?([\w.-]+)/schema#?")
_OTHERS: Final = (
    _OtherFormat(("openapi",), "an OpenAPI description", _AS_SOURCE, ("openapi",)),
    _OtherFormat(("swagger",), "a Swagger (OpenAPI) description", _AS_SOURCE, ("swagger",)),
    _OtherFormat(("asyncapi",), "an AsyncAPI description", _AS_ASYNC_SOURCE, ("asyncapi",)),
    _OtherFormat(("overlay",), "an OpenAPI Overlay", version=("overlay",)),
    _OtherFormat(
        ("info", "schema"), "a Postman collection", _TRANSLATE, ("info", "schema"), _POSTMAN
    ),
    _OtherFormat(("log", "entries"), "a HAR file", _TRANSLATE, ("log", "version")),
    _OtherFormat(("$schema",), "a JSON Schema", version=("$schema",), sign=_SCHEMA),
    _OtherFormat(("$schema",), "a JSON Schema"),
)
# major.minor rule, the patch number is ignored.
_VERSION: Final = lazy_pattern(r"1\.([01])\.[0-9]+(-.+)?")
_SUPPORTED: Final = "supported are 1.0.x and 1.1.x"


def source_type(value: Value) -> SourceType | None:
    """The type of a source description by its content; None for anything else."""
    if not isinstance(value, dict):
        return None
    return next((kind for mark, kind in _MARKS.items() if mark in value), None)


def foreign_document(source: SourceFile, value: Value) -> Diagnostic | None:
    """AZ107 about a text that is no Arazzo document, saying what it is; None if it is one."""
    place = Place(source)
    if not isinstance(value, dict):
        message = f"an Arazzo document is an object, and this is {type_label(value)}"
        return error("AZ107", message, place, help=_EXPECTED)
    if "arazzo" in value or "workflows" in value or "sourceDescriptions" in value:
        return None
    for format_ in _OTHERS:
        written = _member(value, format_.version) if format_.version else None
        match = format_.sign.fullmatch(str(written)) if format_.sign else None
        if _member(value, format_.mark) is None or (format_.sign and not match):
            continue
        number = f" ({shorten(str(match[1] if match else written), 20)})" if written else ""
        message = f"this is {format_.name}{number}, not an Arazzo document"
        return error("AZ107", message, place.at(format_.mark[0]).key(), _NOT, format_.way_out)
    message = "this is not an Arazzo document: it has neither `arazzo` nor `workflows`"
    # The whole of a minified text would be marked.
    first = next((place.at(key).key() for key in value), place)
    return error("AZ107", message, first, _NOT if value else "", _EXPECTED)


def _member(value: Value, pointer: Pointer) -> Value:
    """The member of nested objects; None where there is none."""
    for name in pointer:
        value = value.get(str(name)) if isinstance(value, dict) else None
    return value


def version(root: Node) -> ArazzoVersion | None:
    """The feature set a document is written in; None after saying that it is not supported."""
    written = root.value.get("arazzo", "1.1.0")  # a missing one is found with the other fields
    if isinstance(written, int | float) and not isinstance(written, bool):
        return _unquoted_version(root.at("arazzo"))
    if not isinstance(written, str):
        root.at("arazzo").wrong_type("a string")
        return NEWEST
    match = _VERSION.fullmatch(written)
    if match is None:
        _report_unsupported(
            root.at("arazzo"), f"version `{written}` of Arazzo is not supported", written
        )
        return None
    return 1, int(match[1])


def _unquoted_version(node: Node) -> ArazzoVersion | None:
    """YAML reads ``1.0`` and ``1.1`` as numbers."""
    _report_unsupported(
        node, f"`{node.value}` is a number, not a version of Arazzo", str(node.value)
    )
    return {1.0: (1, 0), 1.1: (1, 1)}.get(node.value)


def _report_unsupported(node: Node, message: str, written: str) -> None:
    full = {"1": "1.0.1", "1.0": "1.0.1", "1.1": "1.1.0"}.get(written)
    node.error(
        "AZ108",
        message,
        label=_SUPPORTED,
        help=f"write all three numbers: `arazzo: {full}`" if full else None,
    )
