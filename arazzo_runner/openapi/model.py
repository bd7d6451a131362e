"""One shape behind OpenAPI 2.0, 3.0, 3.1 and 3.2: what is needed to call an operation.

Schemas stay raw data of their description; ``openapi/schema/compile.py`` turns one into a
self-contained JSON Schema 2020-12 when something has to be validated or generated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from typing import Literal as Choice

from msgspec import Struct, field

from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place, SourceFile

Location: TypeAlias = Choice["path", "query", "querystring", "header", "cookie"]
Style: TypeAlias = Choice[
    "simple",
    "label",
    "matrix",
    "form",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
    "tabDelimited",
    "cookie",
]


class Schema(Struct, frozen=True):
    """A schema as its description writes it, and where: ``place`` is also its reference base."""

    value: Value
    place: Place


class Parameter(Struct, frozen=True):
    """Parameter Object (OpenAPI 3.x, section "Parameter Object") with its defaults filled in.

    ``media_type`` and ``media`` are set when the parameter has ``content`` instead of a style.
    """

    name: str
    location: Location
    required: bool
    style: Style
    explode: bool
    place: Place
    schema: Schema | None = None
    media_type: str | None = None
    allow_reserved: bool = False
    allow_empty_value: bool = False
    deprecated: bool = False
    media: MediaType | None = None


class Encoding(Struct, frozen=True):
    """Encoding Object: how one property of a form or multipart body is written."""

    content_type: str | None
    style: Style | None
    explode: bool | None
    allow_reserved: bool = False
    headers: tuple[tuple[str, Value], ...] = ()


class MediaType(Struct, frozen=True):
    """Media Type Object; ``name`` is the media type or range as documented.

    ``item_schema`` (3.2) is that of each item of a sequence, ``prefix_encoding`` and
    ``item_encoding`` (3.2) are those of its first items and of the others; ``description`` is
    where the schema's references are looked up. ``example_names`` are those of ``examples``, in
    their order, empty for one without; ``broken`` is what is wrong with its examples.
    """

    name: str
    schema: Schema | None
    place: Place
    encoding: dict[str, Encoding] = field(default_factory=dict)
    examples: tuple[Value, ...] = ()
    example_names: tuple[str, ...] = ()
    item_schema: Schema | None = None
    prefix_encoding: tuple[Encoding, ...] = ()
    item_encoding: Encoding | None = None
    description: ApiDescription | None = None
    broken: tuple[Diagnostic, ...] = ()


class RequestBody(Struct, frozen=True):
    """Request Body Object; ``content`` in the documented order."""

    required: bool
    content: tuple[MediaType, ...]
    place: Place


class Header(Struct, frozen=True):
    """Header Object of a response."""

    name: str
    required: bool
    schema: Schema | None
    place: Place


class Response(Struct, frozen=True):
    """Response Object; ``status`` is ``201``, ``2XX`` or ``default``, upper case.

    ``broken`` is what is wrong with one that cannot be read; then nothing else is known of it.
    """

    status: str
    description: str
    headers: tuple[Header, ...]
    content: tuple[MediaType, ...]
    place: Place
    broken: tuple[Diagnostic, ...] = ()


class SignerParts(Struct, frozen=True):
    """What signs the requests of a scheme: the parts of its credential, and its header fields."""

    name: str
    needs: tuple[str, ...]
    may: tuple[str, ...]
    secrets: tuple[str, ...]
    headers: tuple[str, ...]


class SecurityScheme(Struct, frozen=True):
    """Security Scheme Object; ``parameter`` and ``location`` belong to ``apiKey``.

    ``signer`` is what signs its requests, where that is known.
    """

    name: str
    type: str
    scheme: str | None
    location: Choice["query", "header", "cookie"] | None
    parameter: str | None
    flows: dict[str, Value]
    openid_connect_url: str | None
    place: Place
    signer: SignerParts | None = None


class SecurityRequirement(Struct, frozen=True):
    """Security Requirement Object: all of these (scheme name, scopes) together."""

    schemes: tuple[tuple[str, tuple[str, ...]], ...]
    place: Place


class ServerVariable(Struct, frozen=True):
    """Server Variable Object."""

    default: str
    enum: tuple[str, ...]


class Server(Struct, frozen=True):
    """Server Object; ``url`` may hold ``{variables}`` and may be relative to the description.

    ``name`` (since 3.2) and ``description`` are empty where there are none.
    """

    url: str
    variables: dict[str, ServerVariable] = field(default_factory=dict)
    name: str = ""
    description: str = ""


class Operation(Struct, frozen=True):
    """Operation Object with what its path item and the root give to it.

    ``parameters`` are merged (the operation's override the path item's); ``security`` is None
    when neither the operation nor the description declares any; ``servers`` are those of the
    operation, else the path item, else the root, else ``/``.
    """

    operation_id: str | None
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    request_body: RequestBody | None
    responses: tuple[Response, ...]
    security: tuple[SecurityRequirement, ...] | None
    servers: tuple[Server, ...]
    place: Place
    description: ApiDescription

    @property
    def title(self) -> str:
        """Its method and path: ``GET /pets/{id}``."""
        return f"{self.method} {self.path}"

    @property
    def name(self) -> str:
        """Its operationId, else its title."""
        return self.operation_id or self.title


LoadDocument: TypeAlias = Callable[[str, str], tuple[SourceFile, Value]]
"""Reads another document of a description: its absolute URI, and that of the document that asks.

Raises DocumentError; its findings have no place where nothing could be read.
"""


class ApiDescription(Struct, frozen=True, eq=False):
    """An OpenAPI description: its plain data and where it came from.

    ``version`` is (major, minor); ``source.uri`` is the base for its relative references.
    ``load`` reads the other documents that it refers to, None when there may be none.
    ``has_bare_references`` tells that its schemas are of a draft up to 07, where what stands beside
    a ``$ref`` is ignored.
    """

    version: tuple[int, int]
    title: str
    api_version: str
    raw: Value
    source: SourceFile
    schemes: Mapping[str, SecurityScheme]
    load: LoadDocument | None = None
    # What is wrong with the security schemes that cannot be used, by their names.
    unusable: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    # What was worked out or read so far, each thing once; a cache, not state.
    documents: dict[str, tuple[SourceFile, Value]] = field(default_factory=dict)
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    has_bare_references: bool = False

    @property
    def ignores_siblings(self) -> bool:
        """Whether what stands beside a ``$ref`` says nothing: Reference Object, 2.0 and 3.0."""
        return self.has_bare_references or self.version < (3, 1)

    def __repr__(self) -> str:
        return f"ApiDescription({self.title!r}, {self.source!r})"
