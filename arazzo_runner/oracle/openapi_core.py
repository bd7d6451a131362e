"""openapi-core as a second judge of requests and responses, beside this program's own checks.

It reads the same description by code of its own, but is told which operation is meant. It gets no
document by itself: references are followed by the reader of the description. Patterns are matched
within a time limit. It takes milliseconds for each response and half a second to import, so it is
asked only where a run wants it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any, Final, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.query.regex import compile_regex
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.openapi.request.multipart import has_files
from arazzo_runner.openapi.response.contract import Opinion
from arazzo_runner.openapi.schema.keywords import bounded_validator
from arazzo_runner.text.diagnostic import shorten

MAX_BODY: Final = 1 << 20
"""The largest body that is judged, in bytes: at some milliseconds for a few hundred values."""

_SECONDS: Final = 1.0
_LONGEST: Final = 300
# What a response to HEAD, or of these statuses, documents as content does not come with it.
_WITHOUT_BODY: Final = frozenset({204, 205, 304})
# `catch_warnings` is about the whole process.
_WARNINGS: Final = Lock()


class _Validators(Struct, frozen=True):
    request: Any
    response: Any


def openapi_core_opinions(
    operation: Operation, request: HttpRequest, response: HttpResponse
) -> tuple[Opinion, ...]:
    """What openapi-core holds against a request and its response; empty when it accepts both.

    Where it cannot judge, that is said instead. Raises nothing.
    """
    try:
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own, of what a description marks as deprecated
            return tuple(_opinions(operation, request, response))
    except (QueryError, ValueError) as reason:
        return (_unjudged(str(reason)),)
    # A second judge may fail in any way; it must never end a run.
    except Exception as reason:  # noqa: BLE001
        return (_unjudged(f"{type(reason).__name__}: {reason}"),)


def _opinions(
    operation: Operation, request: HttpRequest, response: HttpResponse
) -> Iterator[Opinion]:
    if max(len(request.body), len(response.body)) > MAX_BODY:
        yield _unjudged(f"a body is larger than {MAX_BODY:,} bytes")
        return
    validators = _validators(operation.description)
    if validators is None:
        major, minor = operation.description.version
        yield _unjudged(f"it does not read OpenAPI {major}.{minor}")
        return
    seen = _JudgedRequest(operation, request)
    for error in validators.request.iter_errors(seen):
        if not _is_of_files(error, request):
            yield Opinion(f"the request: {_sentence(error)}")
    for error in validators.response.iter_errors(seen, _JudgedResponse(response)):
        if not _is_of_no_body(error, request, response):
            yield Opinion(f"the response: {_sentence(error)}")


def _unjudged(reason: str) -> Opinion:
    return Opinion(shorten(reason, _LONGEST), is_judged=False)


def _is_of_files(error: Exception, request: HttpRequest) -> bool:
    """Whether an error is about a body whose files are read only while it is sent."""
    from openapi_core.validation.request.exceptions import RequestBodyValidationError

    return has_files(request.body) and isinstance(error, RequestBodyValidationError)


def _is_of_no_body(error: Exception, request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an error misses a body that HTTP does not let come (RFC 9110, 9.3.2 and 15)."""
    from openapi_core.validation.response.exceptions import MissingData

    has_none = request.method == "HEAD" or response.status in _WITHOUT_BODY
    return has_none and isinstance(error, MissingData)


def _sentence(error: Exception) -> str:
    """An error in a line: what it is about, and the value's most relevant fault."""
    from jsonschema.exceptions import best_match

    cause = error.__cause__
    fault = best_match(getattr(cause, "schema_errors", ()))
    if fault is None:
        said = str(error) if cause is None else f"{_subject(error)}: {cause}"
        return shorten(said.partition("\n")[0] or type(error).__name__, _LONGEST)
    path = "".join(f"/{one}" for one in fault.absolute_path)
    at = f" at `{path}`" if path else ""
    return shorten(f"{_subject(error)}{at}: {fault.message}", _LONGEST)


def _subject(error: Any) -> str:
    if hasattr(error, "location"):
        return f"the {error.location} parameter `{error.name}`"
    return f"the header `{error.name}`" if hasattr(error, "name") else "the body"


# --- openapi-core, set up -------------------------------------------------------------------------


def _validators(description: ApiDescription) -> _Validators | None:
    """The two validators of a description, made once; None for a version that it does not read."""
    key = ("openapi-core",)
    if key not in description.memo:
        description.memo[key] = _new_validators(description)
    found: _Validators | None = description.memo[key]
    return found


def _new_validators(description: ApiDescription) -> _Validators | None:
    from jsonschema_path import SchemaPath
    from openapi_core import Config, OpenAPI
    from openapi_core.exceptions import SpecError

    documents = _Documents(description)
    spec = SchemaPath.from_dict(
        documents.admit(description.raw), base_uri=description.source.uri, handlers=documents
    )
    # Without its look at the whole description, of which other parts may be broken.
    app = OpenAPI(spec, config=Config(spec_validator_cls=cast("Any", None)))
    try:
        kinds = app.request_validator_cls, app.response_validator_cls
    except SpecError:
        return None
    if None in kinds:
        return None
    return _Validators(*(_new_validator(kind, spec) for kind in kinds))


class _Documents(dict[str, Any]):
    """Reads what references lead to by the description's reader, whatever the URI's scheme."""

    def __init__(self, description: ApiDescription) -> None:
        super().__init__()
        self._description = description

    def __contains__(self, _scheme: object) -> bool:
        return True

    def __missing__(self, _scheme: str) -> Any:
        return self._read

    def _read(self, uri: str) -> Any:
        known = self._description.documents.get(uri)
        if known is not None:
            return self.admit(known[1])
        if self._description.load is None:
            raise ValueError(f"`{shorten(uri)}` cannot be read")
        return self.admit(self._description.load(uri, self._description.source.uri)[1])

    def admit(self, document: Any) -> Any:
        """The document. Raises ValueError where a schema has a dialect of its own."""
        if "$schema" in _keys(document):
            # jsonschema would take validators of its own for it, whose patterns have no bound.
            raise ValueError("a schema has a dialect of its own, by `$schema`")
        return document


def _keys(document: Any) -> set[str]:
    """All names of members, however deep."""
    found, todo = set[str](), [document]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            found.update(node)
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    return found


def _new_validator(kind: Any, spec: Any) -> Any:
    own = kind.schema_validators_factory
    options: dict[str, Any] = {
        "path_finder_cls": _OperationFinder,
        "schema_validators_factory": _bounded_factory(own),
    }
    if hasattr(kind, "_get_security"):
        # Credentials are none of its business: a mock needs none, and tokens are added later.
        options["security_provider_factory"] = _AnyCredentials()
    return kind(spec, **options)


def _bounded_factory(own: Any) -> Any:
    """A factory of schema validators whose patterns cannot take all the time there is."""
    from openapi_core.validation.schemas.factories import SchemaValidatorsFactory

    return SchemaValidatorsFactory(
        bounded_validator(own.schema_validator_cls),
        format_checker=own.format_checker,
    )


class _AnyCredentials:
    def create(self, _scheme: Any) -> Any:
        """A provider that is content with every request."""
        return lambda _parameters: None


class _OperationFinder:
    """Finds the operation that a request is known to be of, whatever its server."""

    def __init__(self, spec: Any, base_url: str | None = None) -> None:
        del base_url  # the operation is known
        self._spec = spec

    def find(self, method: str, name: str) -> Any:
        """The operation of a path template, in the form of openapi-core."""
        from openapi_core.templating.datatypes import TemplateResult
        from openapi_core.templating.paths.datatypes import PathOperationServer

        path = next(item for key, item in (self._spec / "paths").str_items() if key == name)
        result = TemplateResult(name, {})
        return PathOperationServer(path, path / method, None, result, result)


class _JudgedRequest:
    """A request in the protocol of openapi-core."""

    def __init__(self, operation: Operation, request: HttpRequest) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        parts = urlsplit(request.url)
        cookies = header_value(request.headers, "Cookie") or ""
        self.host_url = ""
        self.path_pattern = self.path = operation.path
        self.method = operation.method.lower()
        self.content_type = header_value(request.headers, "Content-Type") or ""
        self.body = bytes(request.body) or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)),
            header=Headers(list(request.headers)),
            cookie=ImmutableMultiDict(_cookie_pairs(cookies)),
            path=_path_parameters(operation.path, parts.path),
        )


def _cookie_pairs(text: str) -> Iterator[tuple[str, str]]:
    for one in text.split("; "):
        name, _, value = one.partition("=")
        if name:
            yield name, value


class _JudgedResponse:
    """A response in the protocol of openapi-core."""

    def __init__(self, response: HttpResponse) -> None:
        from werkzeug.datastructures import Headers

        self.status_code = response.status
        self.headers = Headers(list(response.headers))
        self.content_type = header_value(response.headers, "Content-Type") or ""
        self.data = response.body or None


def _path_parameters(template: str, path: str) -> Mapping[str, str]:
    """The values of a template's variables in a path, which may begin with that of a server."""
    names, pattern = list[str](), list[str]()
    for position, piece in enumerate(_pieces(template)):
        if position % 2:
            names.append(piece)
            pattern.append("([^/]*)")
        else:
            pattern.append("".join(f"\\{one}" if one in _SPECIAL else one for one in piece))
    if not names:
        return {}
    try:
        match = compile_regex("".join(pattern) + r"\Z").search(path, timeout=_SECONDS)
    except (QueryError, TimeoutError):
        match = None
    if match is None:
        raise ValueError(f"the request was sent to `{shorten(path)}`, not to `{template}`")
    return dict(zip(names, map(unquote, match.groups()), strict=True))


_SPECIAL: Final = frozenset(r"\.^$*+?()[]{}|&~-#")


def _pieces(template: str) -> Iterator[str]:
    """Text and the names of variables in turn, text first."""
    rest = template
    while True:
        text, opened, rest = rest.partition("{")
        name, closed, after = rest.partition("}")
        if not (opened and closed):
            yield text + opened + rest
            return
        yield text
        yield name
        rest = after
