"""A request as the mock understands it, or the problem with it.

A strict server's view: everything that the description says of a request is checked, and nothing
else. Undeclared query parameters and headers pass, since OpenAPI does not forbid them, and
credentials are never asked for, so that a workflow can be tried without an account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.media_type import match_media_type
from arazzo_runner.mock.generate.validators import (
    request_validator,
)
from arazzo_runner.mock.problem import Problem, ProblemError
from arazzo_runner.mock.request_values import (
    Pairs,
    RequestParts,
    decode_parameter,
    parse_query,
    read_body,
)
from arazzo_runner.mock.response import DocumentedResponse, documented_response, path_stem
from arazzo_runner.mock.steps.expectations import NO_EXPECTATION, StepExpectation
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.model import MediaType, Operation, Parameter, RequestBody
from arazzo_runner.openapi.request.build import is_set_by_runner
from arazzo_runner.openapi.security.schemes import is_carried
from arazzo_runner.text.source import Pointer, pointer_text

T = TypeVar("T")


class ParsedRequest(Struct, frozen=True):
    """A request that keeps to the description.

    ``base`` is the server's URL, ``url`` the request's; ``pieces`` are the texts in the path,
    decoded, by the names in the path template; ``parameters`` are typed, by location and name.
    """

    operation: Operation
    base: str
    url: str
    pieces: Mapping[str, str]
    parameters: Mapping[tuple[str, str], Value]
    query: Pairs
    body: MaybeValue
    media: MediaType | None
    expected: StepExpectation = NO_EXPECTATION
    response: DocumentedResponse | None = None
    headers: Headers = ()
    notes: tuple[str, ...] = ()
    key: str = ""

    def path(self, template: str) -> str:
        """The concrete path of a template, decoded."""
        return re.sub(r"\{([^}]*)\}", lambda found: self.pieces[found[1]], template)

    def address(self, path: str) -> str:
        """The URL of a concrete path; it ends as the paths of the API do."""
        template = self.operation.path.partition("?")[0]
        ending = template.replace("{+", "{")[len(path_stem(template)) :]
        path, mark, query = path.partition("/?")
        return self.base + quote(path, safe="/:@!$&'()*+,;=~") + ending + (mark and f"?{query}")

    def answer(self) -> DocumentedResponse:
        """The response that is given."""
        return self.response or documented_response(self.operation)


def read_request(
    operation: Operation, request: HttpRequest, *, is_lenient: bool = False
) -> ParsedRequest:
    """Take a request apart and judge it. Raises ProblemError.

    With ``is_lenient`` what is not as documented is a note of the request instead.
    """
    base, texts = _match(operation.path, request.url)
    query = parse_query(urlsplit(request.url).query)
    parts = RequestParts(texts, query, urlsplit(request.url).query, request.headers)
    reading = _RequestReader(is_lenient=is_lenient)
    read = ((one, reading.take(partial(_parameter, operation, one, parts), MISSING))
            for one in operation.parameters)  # fmt: skip
    parameters: dict[tuple[str, str], Value] = {
        (one.location, one.name): value for one, value in read if value is not MISSING
    }
    nothing: tuple[MaybeValue, MediaType | None] = (MISSING, None)
    body, media = reading.take(partial(_body, operation, request), nothing)
    pieces = {name: unquote(text) for name, text in texts.items()}
    return ParsedRequest(
        operation=operation,
        base=base,
        url=request.url,
        pieces=pieces,
        parameters=parameters,
        query=query,
        body=body,
        media=media,
        headers=request.headers,
        notes=tuple(reading.notes),
    )


class _RequestReader:
    """Takes parts of a request; what is wrong with them is noted where that is allowed."""

    def __init__(self, *, is_lenient: bool) -> None:
        self.is_lenient = is_lenient
        self.notes: list[str] = []

    def take(self, read: Callable[[], T], instead: T) -> T:
        try:
            return read()
        except ProblemError as reason:
            if not self.is_lenient:
                raise
            self.notes.append(
                f"a strict mock would return {reason.problem.status}: {reason.problem.detail}"
            )
            value: T = instead if reason.value is MISSING else reason.value
            return value


def _match(template: str, url: str) -> tuple[str, dict[str, str]]:
    """The server's URL and the texts in the path, still encoded."""
    parts = urlsplit(url)
    pieces = re.split(r"\{([^}]*)\}", re.split("[?#]", template, maxsplit=1)[0])
    fixed, names = pieces[::2], pieces[1::2]
    # Most paths are plain: a pattern of that is a quarter of the other one.
    found = re.search(_path_pattern(fixed, names, re.escape), parts.path) or re.search(
        _path_pattern(fixed, names, literal_pattern), parts.path
    )
    if found is None:
        raise ProblemError(
            Problem(404, f"there is no resource at `{parts.path}`; the path is `{template}`")
        )
    prefix = f"{parts.scheme}://{parts.netloc}{parts.path[: found.start()]}"
    return prefix, dict(zip((one.removeprefix("+") for one in names), found.groups(), strict=True))


def _path_pattern(fixed: Sequence[str], names: Sequence[str], literal: Callable[[str], str]) -> str:
    pattern = literal(fixed[0])
    for name, text in zip(names, fixed[1:], strict=True):
        # `{key+}` spans several segments, as in the templates of API gateways, and so does
        # `{+key}` (RFC 6570, section 3.2.3).
        is_long = name.startswith("+") or name.endswith(("+", "*"))
        pattern += ("(.*)" if is_long else "([^/]*)") + literal(text)
    return pattern + "$"


def literal_pattern(text: str) -> str:
    """A pattern of a text of a path template, plain or percent-encoded (RFC 3986, section 2.1)."""
    return "".join(
        one if one == "/" else f"(?:{re.escape(one)}|(?i:{_percent_text(one)}))"
        for one in unquote(text)
    )


def _percent_text(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _parameter(operation: Operation, parameter: Parameter, parts: RequestParts) -> MaybeValue:
    at = (parameter.name, parameter.location)
    what = f"the {parameter.location} parameter `{parameter.name}`"
    judge = request_validator(parameter.schema, operation.description)
    try:
        value = decode_parameter(parameter, judge.schema, judge.schema, parts)
    except ValueError as error:
        raise _bad_request_error(
            operation, f"{what} is not {parameter.media_type}: {error}", at
        ) from error
    if value is MISSING and parameter.required and _is_demanded(operation, parameter):
        raise _bad_request_error(operation, f"{what} is missing, which is required", at)
    wrong = None if value is MISSING else judge.fault(value)
    if wrong and not (value == "" and parameter.allow_empty_value):
        refusal = _bad_request_error(
            operation, f"{what} is not as documented: {_problem_text(wrong)}", at
        )
        refusal.value = value
        raise refusal
    return value


def _is_demanded(operation: Operation, parameter: Parameter) -> bool:
    """Whether a required parameter has to be sent: no credential, nothing that connections set."""
    return not (is_carried(parameter, operation) or is_set_by_runner(parameter))


def _problem_text(wrong: tuple[str, Pointer]) -> str:
    message, pointer = wrong
    return f"{message} at `{pointer_text(pointer)}`" if pointer else message


def _bad_request_error(
    operation: Operation, detail: str, parameter: tuple[str, str] | None = None
) -> ProblemError:
    return ProblemError(Problem(_status(operation), detail, parameter))


def _status(operation: Operation) -> int:
    """400, unless the description answers such requests with 422 alone."""
    documented = {response.status for response in operation.responses}
    return 422 if "422" in documented and "400" not in documented else 400


def _body(operation: Operation, request: HttpRequest) -> tuple[MaybeValue, MediaType | None]:
    documented = operation.request_body
    content_type = header_value(request.headers, "Content-Type")
    if documented is None:
        return MISSING, None
    if not request.body and content_type is None:
        if documented.required:
            raise _bad_request_error(
                operation, f"the body is missing, which is required: {_offered_types(documented)}"
            )
        return MISSING, None
    media = match_media_type(documented.content, content_type or "application/octet-stream")
    if media is None:
        found = (
            "the body has no content type"
            if content_type is None
            else f"the content type `{content_type}` is not documented"
        )
        detail = f"{found}: {_offered_types(documented)}"
        raise ProblemError(Problem(415, detail))
    return _body_value(operation, request, content_type or media.name, media), media


def _offered_types(body: RequestBody) -> str:
    return "send " + " or ".join(f"`{media.name}`" for media in body.content)


def _body_value(
    operation: Operation, request: HttpRequest, content_type: str, media: MediaType
) -> MaybeValue:
    judge = request_validator(media.schema, operation.description)
    try:
        value = read_body(request.body, content_type, judge.schema, media)
    except ValueError as error:
        raise _bad_request_error(operation, f"the body is not `{content_type}`: {error}") from error
    wrong = None if value is MISSING else judge.fault(value)
    if wrong:
        message, pointer = wrong
        detail = f"the body is not as documented: {message}"
        refusal = ProblemError(Problem(_status(operation), detail, pointer=pointer))
        refusal.value = (value, media)
        raise refusal
    return value
