"""The contract check: whether a response is what the API description says.

OpenAPI Specification 3.2.0, sections "Responses Object", "Response Object", "Header Object".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics import media_type
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import (
    ApiDescription,
    Header,
    MediaType,
    Operation,
    Response,
    Schema,
)
from arazzo_runner.openapi.schema.descend import (
    PathToken,
    SchemaShape,
    descend_step,
    shape_of,
)
from arazzo_runner.openapi.schema.errors import may_take_long as is_slow
from arazzo_runner.openapi.schema.errors import schema_errors
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place

CheckKind: TypeAlias = Choice[
    "status", "content-type", "schema", "headers", "openapi-core", "duration"
]
"""``openapi-core`` is what another judge says (:func:`judged_results`), ``duration`` what the user
does (:func:`duration_result`).
"""

_NUMBER: Final = lazy_pattern(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


class CheckResult(Struct, frozen=True):
    """One judgement of a response against its API description.

    ``pointer`` is into the response body (JSON Pointer text); ``place`` into the description.
    """

    kind: CheckKind
    severity: Choice["warn", "error"]
    passed: bool
    message: str
    pointer: str | None = None
    place: Place | None = None


class Opinion(Struct, frozen=True):
    """What another judge holds against a request or its response; or why it did not judge them."""

    message: str
    is_judged: bool = True


Judge: TypeAlias = Callable[[Operation, HttpRequest, HttpResponse], Sequence[Opinion]]
"""Another judge of requests and responses; it has no opinion where it accepts both."""


class _Verdict(Struct, frozen=True):
    """A judgement before its severity."""

    passed: bool
    message: str
    place: Place
    pointer: str | None = None


def _fit_verdict(message: str, place: Place) -> _Verdict:
    return _Verdict(passed=True, message=message, place=place)


def _break_verdict(message: str, place: Place, pointer: str | None = None) -> _Verdict:
    return _Verdict(passed=False, message=message, place=place, pointer=pointer)


def check_response(
    operation: Operation,
    status: int,
    headers: Headers,
    body: MaybeValue,
    severities: Mapping[CheckKind, Choice["off", "warn", "error"]],
) -> tuple[CheckResult, ...]:
    """Judge a response by its operation: one result a kind that can be judged, or one a finding.

    ``body`` is what decode_body returned; a kind that ``severities`` has not is off.
    """
    results = list[CheckResult]()
    response = response_for(operation, status)
    for kind, verdicts in _verdicts_by_kind(operation, response, status, headers, body):
        severity = severities.get(kind, "off")
        if severity == "off":
            continue
        results += (
            CheckResult(kind, severity, one.passed, one.message, one.pointer, one.place)
            for one in verdicts
        )
    return tuple(results)


def judged_results(
    opinions: Sequence[Opinion], own: Sequence[CheckResult], severity: Choice["warn", "error"]
) -> tuple[CheckResult, ...]:
    """The opinions of openapi-core as results that say whose verdict they are.

    ``own`` are the results of this module for the same response: where the two differ, it is said.
    """
    is_fit = all(one.passed for one in own)
    if not opinions:
        kinds = ", ".join(f"`{one}`" for one in dict.fromkeys(x.kind for x in own if not x.passed))
        differing = "" if is_fit else f"; the check {kinds} of this program does not"
        message = f"openapi-core accepts the request and the response{differing}"
        return (CheckResult("openapi-core", severity, passed=True, message=message),)
    return tuple(_judged_result(one, severity, is_fit=is_fit) for one in opinions)


def duration_result(
    seconds: float, longest: float, severity: Choice["warn", "error"]
) -> CheckResult:
    """Judge the time between a request and its response; both in seconds."""
    passed = seconds <= longest
    than = "not longer" if passed else "longer"
    message = f"the response took {seconds:.3f} s, {than} than {longest:g} s"
    return CheckResult("duration", severity, passed, message)


def _judged_result(
    opinion: Opinion, severity: Choice["warn", "error"], *, is_fit: bool
) -> CheckResult:
    if not opinion.is_judged:
        message = f"openapi-core did not judge this: {opinion.message}"
        return CheckResult("openapi-core", "warn", passed=False, message=message)
    differing = " (the checks of this program found nothing)" if is_fit else ""
    message = f"openapi-core, {opinion.message}{differing}"
    return CheckResult("openapi-core", severity, passed=False, message=message)


def documented_statuses(operation: Operation) -> tuple[str, ...]:
    """The status codes that an operation documents: ``200``, ``4XX``, ``default``."""
    return tuple(one.status for one in operation.responses)


def response_for(operation: Operation, status: int) -> Response | None:
    """The documented response of a status: the exact one, else its range, else ``default``."""
    for key in (str(status), f"{status // 100}XX", "default"):
        for one in operation.responses:
            if one.status == key:
                return one
    return None


def may_take_long(operation: Operation, status: int) -> bool:
    """Whether to judge a small response may take seconds by its schemas; found out once."""
    response = response_for(operation, status)
    if response is None:
        return False
    description, place = operation.description, response.place
    key = ("takes long", place.source.uri, place.pointer)
    if key not in description.memo:
        schemas = [one.schema or _sequence(one) for one in response.content]
        schemas += [one.schema for one in response.headers]
        description.memo[key] = any(
            is_slow(one, description, "response") for one in schemas if one is not None
        )
    return bool(description.memo[key])


def _verdicts_by_kind(
    operation: Operation, response: Response | None, status: int, headers: Headers, body: MaybeValue
) -> Iterator[tuple[CheckKind, Iterator[_Verdict]]]:
    """The judgements by kind; each is made only when it is looked at."""
    yield "status", _status(operation, response, status)
    if response is None:
        return
    content_type = header_value(headers, "Content-Type")
    yield "headers", _headers(operation.description, response, headers)
    if not response.content:
        return
    if body is MISSING:
        if _has_content(operation.method, status):
            yield "schema", _empty_body(response, content_type)
        return
    yield "content-type", _content_type(response, content_type)
    media = media_type.match_media_type(response.content, content_type or "application/json")
    if media is not None:
        yield "schema", _schema(operation.description, media, content_type, body)


def _has_content(method: str, status: int) -> bool:
    """Whether a response is to have its documented content (RFC 9110, sections 9.3.2 and 15).

    The text of a redirect is only for those that do not follow it.
    """
    is_bodiless = status in (204, 205) or (not 200 <= status < 300 and status < 400)
    return method.upper() != "HEAD" and not is_bodiless


def _empty_body(response: Response, content_type: str | None) -> Iterator[_Verdict]:
    """An empty body is a text or bytes as well, but neither JSON nor XML."""
    documented = response.content
    if content_type is not None:
        media = media_type.match_media_type(documented, content_type)
        documented = () if media is None else (media,)
    if documented and all(_is_never_empty(one, content_type) for one in documented):
        names = ", ".join(f"`{one.name}`" for one in documented)
        message = f"the body is empty; documented: {names} with a schema"
        yield _break_verdict(message, documented[0].place)


def _is_never_empty(media: MediaType, content_type: str | None) -> bool:
    name = content_type or media.name
    return media.schema is not None and (media_type.is_json(name) or media_type.is_xml(name))


def _status(operation: Operation, response: Response | None, status: int) -> Iterator[_Verdict]:
    if not operation.responses:
        return
    if response is not None:
        message = f"status {status} is documented as `{response.status}`"
        yield _fit_verdict(message, response.place)
        return
    documented = ", ".join(documented_statuses(operation))
    message = f"status {status} is not documented; documented: {documented}"
    yield _break_verdict(message, operation.place.at("responses"))


def _content_type(response: Response, content_type: str | None) -> Iterator[_Verdict]:
    documented = ", ".join(f"`{media.name}`" for media in response.content)
    place = response.content[0].place
    if content_type is None:
        yield _break_verdict(f"there is no content type; documented: {documented}", place)
    elif media := media_type.match_media_type(response.content, content_type):
        message = f"the content type `{content_type}` is documented as `{media.name}`"
        yield _fit_verdict(message, media.place)
    else:
        message = f"the content type `{content_type}` is not documented; documented: {documented}"
        yield _break_verdict(message, place)


def _schema(
    description: ApiDescription, media: MediaType, content_type: str | None, body: Value
) -> Iterator[_Verdict]:
    """What is wrong with the body; XML and binary bodies have no JSON to judge."""
    schema = media.schema or _sequence(media)
    if schema is None or isinstance(body, bytes) or media_type.is_xml(content_type or ""):
        return
    if media_type.is_event_stream(content_type or "") and description.version < (3, 2):
        return  # before 3.2 nothing says what a schema is about: the text, an event, or its data
    if media.schema is None and not isinstance(body, list):
        return  # a sequence in another form, such as parts, is read as text
    found = schema_errors(body, schema, description, "response")
    for one in found:
        where = f"`{one.pointer}`: " if one.pointer else ""
        yield _break_verdict(f"{where}{one.message}", one.place, one.pointer)
    if not found:
        yield _fit_verdict("the body is as documented", schema.place)


def _sequence(media: MediaType) -> Schema | None:
    """3.2, `itemSchema`: the schema of each item of a sequence."""
    if media.item_schema is None:
        return None
    # Its place is the media type, where `items` has no text of its own.
    return Schema({"type": "array", "items": media.item_schema.value}, media.place)


def _headers(
    description: ApiDescription, response: Response, headers: Headers
) -> Iterator[_Verdict]:
    for one in response.headers:
        # Response Object, `headers`: a definition of Content-Type is ignored.
        if one.name.lower() == "content-type":
            continue
        text = header_value(headers, one.name)
        if text is None and one.required:
            yield _break_verdict(f"the required header `{one.name}` is missing", one.place)
        elif text is not None and one.schema is not None:
            yield from _header(description, one, one.schema, text)


def _header(
    description: ApiDescription, one: Header, schema: Schema, text: str
) -> Iterator[_Verdict]:
    judged = (
        schema_errors(value, schema, description, "response")
        for value in header_values(shape_of(schemas_of(description), schema), text)
    )
    found = min(judged, key=len)
    for finding in found:
        yield _break_verdict(f"the header `{one.name}`: {finding.message}", finding.place)
    if not found:
        yield _fit_verdict(f"the header `{one.name}` is as documented", one.place)


def header_values(shape: SchemaShape, text: str) -> Iterator[Value]:
    """What a header's text may be by its schema (style `simple`), at least one value."""
    # Of a schema that leaves no alternative, or of which nothing is known, the text itself.
    for one in shape.alternatives or ((),):
        yield _typed_text(SchemaShape(shape.schemas, (one,)), text)


def _typed_text(shape: SchemaShape, text: str) -> Value:
    kinds = shape.kinds or frozenset()
    pieces = [piece.strip() for piece in text.split(",")]
    if "array" in kinds:
        return [_typed_part(shape, index, piece) for index, piece in enumerate(pieces)]
    if "object" in kinds:
        members = zip(pieces[::2], pieces[1::2], strict=False)
        return {name: _typed_part(shape, name, piece) for name, piece in members}
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    is_number = "integer" in kinds or "number" in kinds
    return _number(text) if is_number and _NUMBER.fullmatch(text) else text


def _typed_part(shape: SchemaShape, token: PathToken, text: str) -> Value:
    part = descend_step(shape, token)
    return _typed_text(part, text) if isinstance(part, SchemaShape) else text


def _number(text: str) -> Value:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text  # more digits than Python reads
