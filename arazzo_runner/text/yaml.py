"""Text to plain JSON data: decoding, YAML 1.2 and JSON, within limits, with everything found.

YAML is read by its core schema (YAML 1.2.2, section 10.3), keys are strings as written, and no tag
but those of JSON data is known. A merge key ``<<`` is a key like others: YAML 1.2 has none.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.encoding import decode
from arazzo_runner.text.json_walk import is_json_start
from arazzo_runner.text.limits import (
    DESCRIPTION_LIMITS,
    MAX_TAG_DIRECTIVES,
    DocumentLimits,
    recursion_error,
    size_finding,
    tag_directive_error,
)
from arazzo_runner.text.source import Place, SourceFile

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
    from arazzo_runner.text.json_text import build_json, is_called_json

    try:
        value, doubtful = build_json(source, limits)
    except json.JSONDecodeError as reason:
        if not is_called_json(source):
            return None
        from arazzo_runner.text.json_syntax import explain_json

        raise DocumentError(explain_json(source, reason)) from None
    if not doubtful:
        return ParsedText(value)
    from arazzo_runner.text.findings import json_findings

    return ParsedText(value, json_findings(source, duplicates))


def _parse_yaml(source: SourceFile, limits: DocumentLimits, duplicates: Severity) -> ParsedText:
    from yaml import YAMLError

    from arazzo_runner.text.nodes import build_yaml

    directives = source.text.count("%TAG")
    if directives > MAX_TAG_DIRECTIVES:
        raise tag_directive_error(directives, Place(source))
    try:
        value, doubtful = build_yaml(source, limits)
    except YAMLError as reason:
        from arazzo_runner.text.yaml_syntax import explain_yaml

        raise DocumentError(explain_yaml(source, reason)) from None
    if not doubtful:
        return ParsedText(value)
    from arazzo_runner.text.findings import yaml_findings

    return ParsedText(value, yaml_findings(source, duplicates))
