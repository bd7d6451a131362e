"""The operations of an API description with their summaries, and the resources they act on.

A resource is a collection and its items: ``/flows`` and ``/flows/{sid}``, whatever the parameter is
called in the paths below it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.generate.identifiers import Words, plural, singular, split_words
from arazzo_runner.generate.openapi.schemas import DocumentedSchema, documented_schema
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.openapi.description import optional_text
from arazzo_runner.openapi.lookup import (
    broken_path_items,
    build_operation,
    operation_entries,
    pointer_of,
)
from arazzo_runner.openapi.model import ApiDescription, MediaType, Operation, Parameter, Response
from arazzo_runner.openapi.security.requirements import security_findings
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.source import pointer_text

_QUERIES: Final = frozenset(
    (one,) for one in ("all", "list", "search", "find", "details", "query", "index", "filter")
)
_QUERY_VERBS: Final = frozenset({"list", "search", "find", "get", "query", "fetch", "filter"})
_SINGLE: Final = frozenset({("me",), ("self",), ("current",), ("whoami",), ("mine",)})
"""What names whoever asks, and no collection."""
_VERBS: Final = frozenset(
    {
        *("Get", "List", "Create", "Delete", "Update", "Read", "Fetch", "Retrieve", "Retrieves"),
        *("Returns", "Return", "Search", "Find", "Show", "Add", "Post", "Send", "Gets", "Lists"),
    }
)
_VERSION_LIKE: Final = frozenset({"api", "rest", "latest", "beta", "alpha", "public"})


class ApiOperation(Struct, frozen=True, dict=True):
    """An operation, and the node that describes it."""

    operation: Operation
    node: Mapping[str, Value]
    is_unique: bool = True
    """Whether no other operation has its operationId."""
    brand: str = ""
    """The word that the summaries of all operations begin with."""

    @property
    def key(self) -> str:
        """``GET /pets``."""
        return f"{self.operation.method} {self.operation.path}"

    @property
    def name(self) -> str:
        """Its operationId, or the key."""
        return self.operation.operation_id or self.key

    @property
    def summary(self) -> str:
        """What it does, in the words of the description."""
        for keyword in ("summary", "description"):
            text = optional_text(dict(self.node), keyword)
            if text and text.strip():
                return text.strip().removeprefix(f"{self.brand} ") if self.brand else text
        return ""

    @property
    def is_deprecated(self) -> bool:
        """Whether it should not be used any more."""
        return self.node.get("deprecated") is True

    def pointer(self) -> str:
        """Its JSON Pointer."""
        return pointer_text(pointer_of(self.operation.method, self.operation.path))

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The path in parts; parameters have no name, since they change it from path to path."""
        return tuple("{}" if is_parameter(one) else one for one in self._raw_segments)

    @cached_property
    def parameters_of_path(self) -> tuple[str, ...]:
        """The names of the path's parameters that are a segment each."""
        return tuple(one[1:-1] for one in self._raw_segments if is_parameter(one))

    @cached_property
    def _raw_segments(self) -> list[str]:
        """The parts of the path, without the ending of a format such as `.json`."""
        path = self.operation.path.partition("?")[0].strip("/")
        return path.removesuffix(".json").removesuffix(".xml").split("/")

    @cached_property
    def successes(self) -> tuple[Response, ...]:
        """The documented responses of success with a status of their own."""
        return tuple(
            one
            for one in self.operation.responses
            if one.status.isdecimal() and one.status.startswith("2")
        )

    @cached_property
    def success(self) -> Response | None:
        """The response that a step expects: the first success with a JSON body, or the first."""
        others = [one for one in self.operation.responses if one.status in ("2XX", "default")]
        responses = [*self.successes, *others]
        with_body = (one for one in responses if json_media(one.content))
        return next(with_body, responses[0] if responses else None)

    @property
    def has_location(self) -> bool:
        """Whether the response that creates documents the URL of what it has created."""
        response = self.success
        names = {one.name.lower() for one in response.headers} if response else set()
        return response is not None and response.status == "201" and "location" in names

    @cached_property
    def response_schema(self) -> DocumentedSchema | None:
        """The schema of the JSON body of the response that a step expects."""
        media = json_media(self.success.content) if self.success else None
        return documented_schema(media.schema, self.operation.description) if media else None

    @cached_property
    def undeclared_scheme(self) -> str:
        """The security scheme it requires that the description lacks, where it requires one."""
        errors = [
            one for one in security_findings(self.operation) if one.severity is Severity.ERROR
        ]
        if not errors or any(one.label != "not declared" for one in errors):
            return ""
        names = (name for one in self.operation.security or () for name, _ in one.schemes)
        return next(names, "")

    def parameter(self, name: str, location: str) -> Parameter | None:
        """Its parameter of this name."""
        return next(
            (
                one
                for one in self.operation.parameters
                if one.name == name and one.location == location
            ),
            None,
        )


def is_parameter(segment: str) -> bool:
    """Whether a segment of a path is one parameter, and nothing else."""
    return segment[:1] == "{" and segment[-1:] == "}" and "{" not in segment[1:]


def json_media(content: Iterable[MediaType]) -> MediaType | None:
    """The first media type that is JSON."""
    return next((one for one in content if is_json(one.name) or one.name == "*/*"), None)


class ApiResource(Struct, frozen=True):
    """A collection, its items, and the operations on both.

    ``words`` name one item; ``parents`` name one of each collection above it, the nearest last.
    """

    segments: tuple[str, ...]
    words: Words
    parents: tuple[Words, ...] = ()
    create: ApiOperation | None = None
    listing: ApiOperation | None = None
    fetch: ApiOperation | None = None
    update: ApiOperation | None = None
    delete: ApiOperation | None = None

    @property
    def operations(self) -> tuple[ApiOperation, ...]:
        """All its operations, in the order of their use."""
        every = (self.create, self.fetch, self.listing, self.update, self.delete)
        return tuple(one for one in every if one is not None)

    @property
    def many(self) -> Words:
        """The words of several items."""
        return plural(self.words)

    def without(self, keys: Iterable[str]) -> ApiResource:
        """The resource without the operations of these keys."""
        gone = {*keys}
        fields = {name: getattr(self, name) for name in ROLES}
        return replace(
            self,
            **{name: None for name, one in fields.items() if one is not None and one.key in gone},
        )


ROLES: Final = ("create", "fetch", "listing", "update", "delete")


def read_operations(description: ApiDescription) -> list[ApiOperation]:
    """All operations that can be read, in the order of the description."""
    found = list[tuple[Operation, Mapping[str, Value]]]()
    for entry in operation_entries(description):
        with suppress(DocumentError):
            found.append((build_operation(description, entry), entry.node))
    ids = Counter(one.operation_id for one, _ in found)
    brand = _common_first_word([node for _, node in found])
    return [ApiOperation(one, node, ids[one.operation_id] == 1, brand) for one, node in found]


def _common_first_word(nodes: Sequence[Mapping[str, Value]]) -> str:
    """The name of the company before each summary: a verb begins some of them at most."""
    texts = [(optional_text(dict(one), "summary") or "").split() for one in nodes]
    words = {text[0] for text in texts if len(text) > 2}
    is_common = len(texts) > 2 and len(words) == 1 and all(len(one) > 2 for one in texts)
    return words.pop() if is_common and not words & _VERBS else ""


def unreadable_operations(description: ApiDescription) -> Iterator[Diagnostic]:
    """What is wrong with the operations that cannot be read, and with their paths."""
    yield from broken_path_items(description)
    for entry in operation_entries(description):
        try:
            build_operation(description, entry)
        except DocumentError as reason:
            yield from reason.diagnostics


def find_resources(operations: Iterable[ApiOperation]) -> list[ApiResource]:
    """The resources of an API, in the order of their first operations."""
    groups: dict[tuple[str, ...], dict[str, list[ApiOperation]]] = {}
    for one in operations:
        is_item = one.segments[-1:] == ("{}",) and len(one.segments) > 1
        collection = one.segments[:-1] if is_item else one.segments
        if collection[-1:] == ("{}",):
            continue
        role = f"{one.operation.method} {'item' if is_item else 'collection'}"
        groups.setdefault(collection, {}).setdefault(role, []).append(one)
    return [
        resource
        for segments, group in groups.items()
        if (resource := _resource(segments, group)) is not None
    ]


_SLOTS: Final = {
    "create": ("POST collection",),
    "listing": ("GET collection",),
    "fetch": ("GET item",),
    "update": ("PATCH item", "PUT item", "POST item", "PUT collection", "PATCH collection"),
    "delete": ("DELETE item",),
}


def _resource(
    segments: tuple[str, ...], group: Mapping[str, list[ApiOperation]]
) -> ApiResource | None:
    slots = {
        name: next((group[role][0] for role in roles if role in group), None)
        for name, roles in _SLOTS.items()
    }
    has_items = any(role.endswith("item") for role in group)
    listing = slots["listing"]
    is_listing = listing is not None and list_pointer(listing) is not None
    if not has_items and not is_listing:
        return None
    if not is_listing:
        slots["listing"] = None
    names = [split_words(one) for one in segments if one != "{}"]
    named = [one for one in names if one and not _is_version(one)]
    # `/clients/all` and `/clients/search` are clients.
    while len(named) > 1 and named[-1] in _QUERIES:
        named.pop()
    if not named or (named[-1] in _SINGLE and not has_items):
        return None
    *parents, noun = (singular(one) for one in _without_verb(named))
    return ApiResource(segments, noun, tuple(parents), **slots)


def _without_verb(named: list[Words]) -> list[Words]:
    """The nouns of `/pets/findByStatus`, which are pets by status, and of `/list_files`."""
    *above, noun = named
    if len(noun) < 2 or noun[0] not in _QUERY_VERBS:
        return named
    rest = noun[1:]
    if rest[0] != "by":
        return [*above, rest]
    return [*above[:-1], (*singular(above[-1]), *rest)] if above and len(rest) > 1 else named


def _is_version(words: Words) -> bool:
    text = "".join(words)
    return text in _VERSION_LIKE or (text[:1] == "v" and text[1:].isdecimal()) or text.isdecimal()


_ITEMS: Final = ("data", "items", "results", "values", "value", "records", "entries", "content")


def list_pointer(operation: ApiOperation) -> tuple[str, ...] | None:
    """Where the array of a list response stands, None where there is none."""
    schema = operation.response_schema
    if schema is None:
        return None
    if schema.type == "array":
        return ()
    return _array_member(schema, operation.segments[-1]) or _nested_array(schema, operation)


def _array_member(schema: DocumentedSchema, segment: str) -> tuple[str, ...] | None:
    arrays = [name for name in schema.names if _is_array_of_objects(schema.member(name))]
    noun = "".join(split_words(segment))
    ranked = sorted(arrays, key=lambda name: _rank("".join(split_words(name)), noun))
    likely = [name for name in ranked if _rank("".join(split_words(name)), noun) < len(_ITEMS) + 1]
    # One array among few members is the list, whatever it is called.
    only = ranked if len(ranked) == 1 and len(schema.names) < 8 else []
    return next(((name,) for name in likely or only), None)


def _rank(name: str, noun: str) -> int:
    if name == noun:
        return 0
    return _ITEMS.index(name) + 1 if name in _ITEMS else len(_ITEMS) + 1


def _is_array_of_objects(schema: DocumentedSchema | None) -> bool:
    return schema is not None and schema.type == "array"


def _nested_array(schema: DocumentedSchema, operation: ApiOperation) -> tuple[str, ...] | None:
    """The array within an envelope: ``{"data": {"items": […]}}``."""
    for name in ("data", "result", "response", "payload", "_embedded", "body"):
        inner = schema.member(name) if name in schema.names else None
        if inner is not None and inner.type == "object":
            below = _array_member(inner, operation.segments[-1])
            if below:
                return (name, *below)
    return None


def schema_at(schema: DocumentedSchema, tokens: Iterable[str]) -> DocumentedSchema | None:
    """The schema of a member of members."""
    inner: DocumentedSchema | None = schema
    for token in tokens:
        inner = inner.member(token) if inner is not None else None
    return inner


def operations_by_name(operations: Iterable[ApiOperation]) -> Iterator[tuple[str, ApiOperation]]:
    """Each operation by all names that a user may give it."""
    for one in operations:
        if one.operation.operation_id:
            yield one.operation.operation_id, one
        yield one.key, one
