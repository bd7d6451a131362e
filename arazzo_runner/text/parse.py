"""Bytes to text to plain JSON data: UTF-8, YAML 1.2 and JSON, within limits, with all findings.

YAML is read by its core schema (YAML 1.2.2, section 10.3), keys are strings as written, and no tag
but those of JSON data is known. A merge key ``<<`` is a key like others: YAML 1.2 has none. Text is
UTF-8, nothing else, as YAML files are written and RFC 8259 asks of JSON.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Any

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error
from arazzo_runner.text.limits import (
    DESCRIPTION_LIMITS,
    MAX_TAG_DIRECTIVES,
    DocumentLimits,
    recursion_error,
    size_finding,
    tag_directive_error,
)
from arazzo_runner.text.outline import is_json_start
from arazzo_runner.text.source import Place, SourceFile, span_between


def decode(data: bytes, name: str, uri: str) -> SourceFile:
    """The text of a file; ``name`` is what messages show, ``uri`` the base of its references.

    A byte order mark is left out. Raises DocumentError AZ102 for bytes that are not UTF-8.
    """
    body = data.removeprefix(BOM_UTF8)
    try:
        return SourceFile(name, body.decode(), uri)
    except UnicodeDecodeError as reason:
        legible = SourceFile(name, body.decode(errors="replace"), uri)
        raise _utf8_error(data, len(data) - len(body) + reason.start, legible) from None


def _utf8_error(data: bytes, start: int, source: SourceFile) -> DocumentError:
    at = len(data[:start].decode("utf-8-sig"))
    place = Place(source, span=span_between(source, at, at + 1))
    byte = f"the byte 0x{data[start]:02x} at offset {start:,}"
    message = f"the document is not UTF-8: {byte} is not part of a character"
    return DocumentError(error("AZ102", message, place, help=_way_out(data, start)))


def _way_out(data: bytes, start: int) -> str:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "this looks like UTF-16: save the file as UTF-8"
    likely = data[start : start + 1].decode("cp1252", errors="ignore")
    guess = f"; in Windows-1252 this byte is `{likely}`" if likely else ""
    return f"save the file as UTF-8{guess}"


__all__ = ["DESCRIPTION_LIMITS", "DocumentLimits", "ParsedText", "decode", "parse", "size_finding"]


class ParsedText(Struct, frozen=True):
    """The data of a document, and what was found in its text, errors among it.

    ``value`` is None, bool, int, float, str, list or dict with str keys; what an alias stands for
    is shared, so it must not be changed. Where a scalar was refused, its text stands instead.
    """

    value: Any
    diagnostics: tuple[Diagnostic, ...] = ()


def parse(source: SourceFile, limits: DocumentLimits, duplicates: Severity) -> ParsedText:
    """Read a text as JSON or YAML; ``duplicates`` is how much an equal key matters.

    Raises DocumentError for what leaves no value: AZ103 (syntax), AZ106 (empty), AZ109 (limit).
    """
    _check_size(source, limits.max_bytes)
    try:
        return _parse(source, limits, duplicates)
    except RecursionError:
        raise recursion_error(Place(source)) from None


def _check_size(source: SourceFile, limit: int) -> None:
    if len(source.text) * 4 <= limit:  # UTF-8 has at most four bytes a character
        return
    size = len(source.text.encode())
    if size > limit:
        raise DocumentError(size_finding(size, limit, Place(source)))


def _parse(source: SourceFile, limits: DocumentLimits, duplicates: Severity) -> ParsedText:
    if is_json_start(source.text):
        parsed = _parse_json(source, limits, duplicates)
        if parsed is not None:
            return parsed
    return _parse_yaml(source, limits, duplicates)


def _parse_json(
    source: SourceFile, limits: DocumentLimits, duplicates: Severity
) -> ParsedText | None:
    """None for text that is no JSON, and not called so: it may be a YAML flow mapping."""
    from arazzo_runner.text.json_reader import build_json, is_called_json

    try:
        value, doubtful = build_json(source, limits)
    except json.JSONDecodeError as reason:
        if not is_called_json(source):
            return None
        from arazzo_runner.text.json_errors import explain_json

        raise DocumentError(explain_json(source, reason)) from None
    if not doubtful:
        return ParsedText(value)
    from arazzo_runner.text.value_errors import json_findings

    return ParsedText(value, json_findings(source, duplicates))


def _parse_yaml(source: SourceFile, limits: DocumentLimits, duplicates: Severity) -> ParsedText:
    from yaml import YAMLError

    from arazzo_runner.text.yaml_reader import build_yaml

    directives = source.text.count("%TAG")
    if directives > MAX_TAG_DIRECTIVES:
        # A place with a span: to look one up, libyaml would have to read them.
        begin = source.text.index("%TAG")
        span = span_between(source, begin, begin + len("%TAG"))
        raise tag_directive_error(directives, Place(source, span=span))
    try:
        value, doubtful = build_yaml(source, limits)
    except YAMLError as reason:
        from arazzo_runner.text.yaml_errors import explain_yaml

        raise DocumentError(explain_yaml(source, reason)) from None
    if not doubtful:
        return ParsedText(value)
    from arazzo_runner.text.value_errors import yaml_findings

    return ParsedText(value, yaml_findings(source, duplicates))
