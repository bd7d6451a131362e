"""Building the request of an operation from values.

OpenAPI Specification 3.2.0, sections "Paths Object", "Path Templating", "Parameter Object".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, quote, urlsplit

from msgspec import Struct

from arazzo_runner.expression.value import MaybeValue
from arazzo_runner.http_semantics import media_type
from arazzo_runner.http_semantics.headers import OF_CONNECTION, Headers
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.model import Location, Operation, Parameter, Response
from arazzo_runner.openapi.openapi3 import DEFAULT_STYLES
from arazzo_runner.openapi.request.encoding import RequestRefused, percent_encode
from arazzo_runner.openapi.request.link import Link
from arazzo_runner.openapi.request.parameters import (
    check_header,
    is_header_text,
    serialize_parameter,
)
from arazzo_runner.openapi.request.user_headers import merge_headers
from arazzo_runner.openapi.security.schemes import Authorization, is_carried
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, SourceFile

__all__ = [
    "RequestRefused",
    "build_request",
    "check_argument",
    "path_variables",
    "undeclared_parameter",
]

ParameterTexts: TypeAlias = dict[Location, dict[str, str]]
"""The wire forms of the parameters that have one, by location and name."""

_EXPRESSION: Final = lazy_pattern(r"\{([^{}]+)\}")
# RFC 3986, section 3.3, and what the description has percent-encoded itself.
_PATH: Final = "/:@!$&'()*+,;=%?"
_NEGOTIATED: Final = frozenset({"accept", "content-type"})
_NOWHERE: Final = Place(SourceFile("", "", ""))
_NOTHING: Final = Authorization()


class RequestTemplate(Struct, frozen=True):
    """What all requests of an operation have in common.

    ``literals`` and ``names`` of the path alternate, a literal first and last; ``reserved`` are
    the names whose values may have several segments; ``required`` are the parameters by
    (location, name).
    """

    literals: tuple[str, ...]
    names: tuple[str, ...]
    reserved: frozenset[str]
    required: tuple[tuple[Location, str], ...]
    accept: str


def undeclared_parameter(name: str, location: Location) -> Parameter:
    """A parameter that the description does not have, with the default style of its location."""
    style = DEFAULT_STYLES[location]
    return Parameter(name, location, location == "path", style, style == "form", _NOWHERE)


def path_variables(operation: Operation) -> tuple[str, ...]:
    """The names of the template expressions in an operation's path."""
    return _template(operation).names


def is_set_by_runner(parameter: Parameter) -> bool:
    """Whether a parameter is a header that needs no value of its own.

    The connection sets some; of ``Accept`` and ``Content-Type`` the definitions are ignored
    (Parameter Object, ``name``), and every request has the one, every body the other.
    """
    name = parameter.name.lower()
    return parameter.location == "header" and (name in OF_CONNECTION or name in _NEGOTIATED)


def needs_value(parameter: Parameter, operation: Operation) -> bool:
    """Whether nobody but the workflow gives a required parameter its value.

    A cookie may be one that the server has set, and a credential has its security scheme.
    """
    if parameter.location in ("path", "cookie") or is_set_by_runner(parameter):
        return False  # the path is judged by itself
    return not is_carried(parameter, operation)


def check_argument(
    operation: Operation, parameter: Parameter, value: MaybeValue, *, requires: bool
) -> None:
    """Raise RequestRefused for a value with which no request can be written, as `build_request`.

    With ``requires``, also for one that leaves out what the description requires.
    """
    template = _template(operation)
    if _text(parameter, value, template.reserved) is not None:
        return
    location, name = parameter.location, parameter.name
    if requires and any(
        where == location and (one == name or _has_value((name,), location, one))
        for where, one in template.required
    ):
        raise _no_required_value(operation, location, name)


def build_request(
    operation: Operation,
    server: str,
    arguments: Sequence[tuple[Parameter, MaybeValue]],
    body: tuple[str, bytes] | None,
    authorization: Authorization | None,
    link: Link | None = None,
    *,
    requires: bool = True,
) -> HttpRequest:
    """Write a request; ``body`` is a content type and bytes.

    ``server`` has no final slash; a query that it has comes before that of the request. MISSING
    values are left out, the defaults of schemas are not sent; what the workflow gives wins over
    what credentials would add. A ``link`` takes the place of the server and the path; of its query
    nothing is written again. Raises RequestRefused when what the description ``requires`` has no
    value, or when a value cannot be carried where it belongs.
    """
    template = _template(operation)
    texts = _texts(arguments, template.reserved)
    extra = authorization or _NOTHING
    if requires:
        _check_required(operation, template, texts | _header_texts(extra, texts), body, link)
    base, _, own_query = server.partition("?")
    base = base + _path(operation, template, texts["path"]) if link is None else link.url
    own_query = own_query if link is None else ""
    return HttpRequest(
        method=operation.method,
        url=base + _query(base, texts if link is None else _without(texts, link), extra, own_query),
        headers=_headers(template, texts, body, extra),
        body=b"" if body is None else body[1],
    )


def _template(operation: Operation) -> RequestTemplate:
    memo, key = operation.description.memo, ("template", operation.method, operation.path)
    if key not in memo:
        memo[key] = _compile_template(operation)
    template: RequestTemplate = memo[key]
    return template


def _compile_template(operation: Operation) -> RequestTemplate:
    # A `#` in the key of a path tells operations apart; it is no part of the URL.
    pieces = _EXPRESSION.split(operation.path.partition("#")[0])
    return RequestTemplate(
        literals=tuple(quote(literal, safe=_PATH) for literal in pieces[::2]),
        # RFC 6570, section 3.2.3, as some descriptions write it: `{+name}`.
        names=tuple(one.removeprefix("+") for one in pieces[1::2]),
        reserved=frozenset(one[1:] for one in pieces[1::2] if one[0] == "+"),
        required=tuple(
            (one.location, one.name)
            for one in operation.parameters
            if one.required and needs_value(one, operation)
        ),
        accept=_accept(operation.responses),
    )


def _accept(responses: Iterable[Response]) -> str:
    """The documented media types, JSON before any other (RFC 9110, section 12.5.1).

    What no field can carry is none, whatever a description says.
    """
    documented = dict.fromkeys(media.name for one in responses for media in one.content)
    names = [name for name in documented if is_header_text(name)]
    json = [name for name in names if media_type.is_json(name)]
    others = [name for name in names if name not in json and name != "*/*"]
    if json:
        others = [f"{name};q=0.9" for name in others]
    return ", ".join(json + others) or "*/*"


def _texts(
    arguments: Iterable[tuple[Parameter, MaybeValue]], reserved: frozenset[str]
) -> ParameterTexts:
    texts: ParameterTexts = {"path": {}, "query": {}, "querystring": {}, "header": {}, "cookie": {}}
    for parameter, value in arguments:
        text = _text(parameter, value, reserved)
        if text is not None:
            texts[parameter.location][parameter.name] = text
    return texts


def _text(parameter: Parameter, value: MaybeValue, reserved: frozenset[str]) -> str | None:
    if parameter.location == "path" and parameter.name in reserved and isinstance(value, str):
        pieces = (serialize_parameter(parameter, one) for one in value.split("/"))
        return "/".join(one for one in pieces if one is not None)
    return serialize_parameter(parameter, value)


def _check_required(
    operation: Operation,
    template: RequestTemplate,
    texts: ParameterTexts,
    body: object | None,
    link: Link | None,
) -> None:
    for location, name in template.required:
        if link is not None and location.startswith("query"):
            continue  # the query of the link is known to the server alone
        if name not in texts[location] and not _has_value(texts[location], location, name):
            raise _no_required_value(operation, location, name)
    if body is None and operation.request_body is not None and operation.request_body.required:
        called = f"`{operation.title}`"
        raise RequestRefused(f"{called} requires a request body, and there is none")


def _header_texts(extra: Authorization, texts: ParameterTexts) -> ParameterTexts:
    return {"header": {**texts["header"], **dict(extra.user_headers)}}


def _no_required_value(operation: Operation, location: Location, name: str) -> RequestRefused:
    called = f"`{operation.title}`"
    message = f"{called} requires the {location} parameter `{name}`, which has no value"
    return RequestRefused(message, name)


def _has_value(texts: Iterable[str], location: Location, name: str) -> bool:
    return location == "header" and name.lower() in map(str.lower, texts)


def _path(operation: Operation, template: RequestTemplate, texts: Mapping[str, str]) -> str:
    for name in texts:
        if name not in template.names:
            message = f"the path `{operation.path}` has no parameter `{name}`"
            raise RequestRefused(message, name)
    pieces = [template.literals[0]]
    for name, literal in zip(template.names, template.literals[1:], strict=True):
        if name not in texts:
            message = f"path parameter `{name}` of `{operation.title}` has no value"
            raise RequestRefused(message, name)
        pieces += (texts[name], literal)
    return "".join(pieces)


def _without(texts: ParameterTexts, link: Link) -> ParameterTexts:
    """The parameters without those that the query of a link has already."""
    taken = {name for name, _ in parse_qsl(urlsplit(link.url).query, keep_blank_values=True)}
    query = {name: text for name, text in texts["query"].items() if name not in taken}
    return {**texts, "query": query}


def _query(base: str, texts: ParameterTexts, extra: Authorization, own_query: str = "") -> str:
    pieces = [own_query] if own_query else []
    pieces += (*texts["query"].values(), *texts["querystring"].values())
    pieces += [_query_key(name, key) for name, key in extra.query if name not in texts["query"]]
    if not pieces:
        return ""
    # Some descriptions have a query in their paths already, and links have one.
    mark = "&" if "?" in base else "?"
    return mark + "&".join(pieces)


# All requests have the same keys, and a long one takes its time to encode.
@lru_cache(maxsize=64)
def _query_key(name: str, key: str) -> str:
    return f"{percent_encode(name)}={percent_encode(key)}"


@lru_cache(maxsize=64)
def _cookie_key(name: str, key: str) -> str:
    return serialize_parameter(undeclared_parameter(name, "cookie"), key) or ""


def _headers(
    template: RequestTemplate,
    texts: ParameterTexts,
    body: tuple[str, bytes] | None,
    extra: Authorization,
) -> Headers:
    given = texts["header"]
    for name in (*given, *(name for name, _ in extra.headers)):
        if name.lower() in OF_CONNECTION:
            message = f"the header `{name}` is set by the connection only"
            raise RequestRefused(message, name)
    own = [("Accept", template.accept)]
    if body is not None:
        content_type = check_header(
            undeclared_parameter("Content-Type", "header"), _content_type(*body)
        )
        own.append(("Content-Type", content_type))
    own += (
        (name, check_header(undeclared_parameter(name, "header"), one))
        for name, one in extra.headers
    )
    names = {name.lower() for name in given}
    headers = [(name, text) for name, text in own if name.lower() not in names]
    every = (*headers, *given.items(), *_cookies(texts["cookie"], extra))
    return merge_headers(every, extra.user_headers) if extra.user_headers else every


def _cookies(given: Mapping[str, str], extra: Authorization) -> Headers:
    own = [_cookie_key(name, key) for name, key in extra.cookies if name not in given]
    pairs = [*given.values(), *own]
    # RFC 6265, section 5.4: one Cookie header.
    return (("Cookie", "; ".join(pairs)),) if pairs else ()


def _content_type(content_type: str, content: bytes) -> str:
    """The content type of a body; the boundary of a multipart body is known from its content."""
    is_multipart = content_type.lower().startswith("multipart/")
    if not is_multipart or media_type.parameter_of(content_type, "boundary"):
        return content_type
    from arazzo_runner.openapi.request.multipart import boundary_of

    return f"{content_type}; boundary={boundary_of(content)}"
