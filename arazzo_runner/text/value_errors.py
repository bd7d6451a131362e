"""Findings in a text that parses: duplicate keys, tags, numbers and strings beyond JSON data."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity, error, shorten, warning
from arazzo_runner.text.outline import Outline, Token, unescape_string, walk_json
from arazzo_runner.text.source import Place, Pointer, SourceFile, span_between
from arazzo_runner.text.yaml_events import (
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    extent,
)
from arazzo_runner.text.yaml_outline import walk_yaml
from arazzo_runner.text.yaml_reader import MERGE, is_merge
from arazzo_runner.text.yaml_scalars import (
    ScalarError,
    check_collection_tag,
    check_key_tag,
    parse_decimal,
    parse_integer,
    scalar_value,
)


def yaml_findings(source: SourceFile, repeats: Severity) -> tuple[Diagnostic, ...]:
    """The findings about YAML text; ``repeats`` is how much an equal key matters."""
    outline = Outline()
    found: list[Diagnostic] = []
    merge: Event | None = None
    for event in walk_yaml(source.text, outline):
        if merge is not None:
            if not isinstance(event, ScalarEvent) and not any(map(_is_of_merge, found)):
                found.append(_merge_key_finding(merge, source, outline.pointer))
            merge = None
        elif outline.expects_key and is_merge(event):
            merge = event
        try:
            _check_event(event, outline)
        except ScalarError as refused:
            found.append(_scalar_finding(refused, source, outline.pointer, extent(event)))
    return (*found, *_duplicate_key_findings(source, outline, repeats))


def _merge_key_finding(key: Event, source: SourceFile, pointer: Pointer) -> Diagnostic:
    place = Place(source, pointer, "key", span=span_between(source, *extent(key)))
    message = "`<<` is the merge key of YAML 1.1, which YAML 1.2 does not have; it is understood"
    way_out = "other tools may read a field of this name: write the members out"
    return warning("AZ119", message, place, "is merged", way_out)


def _is_of_merge(found: Diagnostic) -> bool:
    return found.code == "AZ119"


def json_findings(source: SourceFile, repeats: Severity) -> tuple[Diagnostic, ...]:
    """The findings about JSON text; ``repeats`` is how much an equal key matters."""
    outline = Outline()
    found: list[Diagnostic] = []
    for token in walk_json(source.text, outline):
        try:
            _check_token(token)
        except ScalarError as refused:
            found.append(_scalar_finding(refused, source, outline.pointer, token.span()))
    return (*found, *_duplicate_key_findings(source, outline, repeats))


def _check_event(event: Event, outline: Outline) -> None:
    match event:
        case ScalarEvent() if outline.expects_key:
            check_key_tag(event.tag)
        case ScalarEvent():
            scalar_value(event)
        case MappingStartEvent():
            check_collection_tag(event.tag, "map")
        case SequenceStartEvent():
            check_collection_tag(event.tag, "seq")
        case _:
            pass  # aliases and ends bear no tag


def _check_token(token: Token) -> None:
    text = token[0]
    if token.lastgroup == "string" and "\\u" in text:
        _check_surrogates(unescape_string(text))
    elif token.lastgroup == "word" and text not in {"true", "false", "null"}:
        _check_number(text)


def _check_surrogates(text: str) -> None:
    half = next((char for char in text if "\ud800" <= char <= "\udfff"), None)
    if half is not None:
        message = f"`\\u{ord(half):04x}` is half of a surrogate pair, which is not a character"
        raise ScalarError(
            "AZ113", message, "write both halves of the pair, or the character itself"
        )


def _check_number(text: str) -> None:
    if text in {"NaN", "Infinity", "-Infinity"}:
        message = f"`{text}` is not a number that JSON has"
        raise ScalarError("AZ103", message, f'write a finite number, or quote it: "{text}"')
    if text.lstrip("-").isdecimal():
        parse_integer(text)
    else:
        parse_decimal(text)


def _scalar_finding(
    refused: ScalarError, source: SourceFile, pointer: Pointer, offsets: tuple[int, int]
) -> Diagnostic:
    place = Place(source, pointer, span=span_between(source, *offsets))
    return error(refused.code, refused.message, place, help=refused.way_out)


def _duplicate_key_findings(
    source: SourceFile, outline: Outline, severity: Severity
) -> Iterator[Diagnostic]:
    for pointer, first, again in outline.repeats:
        if pointer[-1] == MERGE:
            continue  # both are merged
        place = Place(source, pointer, "key", span=span_between(source, *again))
        other = Place(source, pointer, "key", span=span_between(source, *first))
        yield Diagnostic(
            code="AZ104",
            severity=severity,
            message=f"the key `{shorten(str(pointer[-1]))}` is duplicated in one object",
            place=place,
            label="duplicate",
            help="keep one of them: the last one is used",
            more=(Label(other, "first"),),
        )
